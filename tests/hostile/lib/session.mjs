// node tests/hostile/lib/session.mjs VAR: a demo citizen logs in; prints the session's cookie, then the pages of that citizen that a scanner may visit.
import { login } from "../../lib/citizen.mjs";
import { describe } from "../../lib/instance.mjs";

const site = await describe(process.argv[2]);
const browser = await login(site, site.citizens[0]);
const serial = /\/keys\/([0-9a-f]{40})/.exec((await browser.get("/keys")).text)[1];
console.log(`__Host-session=${browser.cookies.get("__Host-session")}`);
for (const path of ["/keys?serial=1", `/keys/${serial}`, `/keys/${serial}/revoke?reason=1`, "/applications?application=1", "/status?number=1", "/profile", "/reissue"]) console.log(site.origin + path);
