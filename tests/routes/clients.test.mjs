// Whom nginx counts as one client (conf/nginx/cabinet-http.conf): the map alone, in an nginx that believes what address it is told.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import http from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { root, until } from "../lib/instance.mjs";

let folder, nginx;
const client = (address) => new Promise((resolve, reject) => http.get({ socketPath: path.join(folder, "s"), path: "/", headers: { "X-From": address }, agent: false }, (answer) => {
	const got = [];
	answer.on("data", (data) => got.push(data)).on("end", () => resolve(Buffer.concat(got).toString("latin1"))).on("error", reject);
}).on("error", reject));

before(async () => {
	folder = await mkdtemp(path.join(tmpdir(), "cabinet-nginx-"));
	const places = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((what) => `${what}_temp_path ${folder}/${what};`).join(" ");
	await writeFile(path.join(folder, "nginx.conf"), `daemon off; pid ${folder}/pid; error_log ${folder}/log; events {}
		http { ${places} access_log off; include ${root}/conf/nginx/cabinet-http.conf;
			server { listen unix:${folder}/s; set_real_ip_from unix:; real_ip_header X-From; location / { set $cabinet_route any; return 200 "$remote_addr $cabinet_client"; } } }`);
	nginx = spawn("nginx", ["-p", folder, "-c", path.join(folder, "nginx.conf"), "-e", path.join(folder, "log")], { env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` }, stdio: "ignore" });
	await until("nginx", () => client("192.0.2.1").catch(() => null));
});
after(async () => {
	nginx?.kill();
	if (nginx && nginx.exitCode === null) await new Promise((resolve) => nginx.once("exit", resolve));
	await rm(folder, { recursive: true, force: true });
});
const key = async (address) => {
	const answer = await client(address);
	assert.equal(answer.slice(0, answer.indexOf(" ")), address, "nginx writes the address like this");
	return answer.slice(answer.indexOf(" ") + 1);
};

test("one network of IPv6 is one client; its neighbours, and all of IPv4, are others", async () => {
	const networks = [
		["2001:db8:0:7::1", "2001:db8:0:7::2:3", "2001:db8:0:7:ffff:ffff:ffff:ffff", "2001:db8:0:7:1:2:3:4"],
		["2001:db8::1", "2001:db8::2", "2001:db8::ffff:ffff:ffff:ffff", "2001:db8::1:0:0:1"],
		["2001:db8:0:8::1"], ["2001:db8:1::1", "2001:db8:1::2"], ["2001:db8:0:1::1", "2001:db8:0:1:1:1:1:1"], ["2001::1:1:1", "2001::2"],
		["::1"], ["::2"], ["::ffff:192.0.2.1"], ["::ffff:192.0.2.2"], ["192.0.2.1"], ["192.0.2.2"],
	];
	const seen = new Map();
	for (const network of networks) {
		const keys = new Set(await Promise.all(network.map(key)));
		assert.equal(keys.size, 1, `${network}: ${[...keys]}`);
		const [one] = keys;
		assert.ok(one.length > 0 && !seen.has(one), `${network} and ${seen.get(one)}`);
		seen.set(one, network);
	}
});
