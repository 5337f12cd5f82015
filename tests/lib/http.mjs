// A small HTTP client for the route tests: cookies of one browser, forms, and the values that pages hold.
//   const browser = new Browser(site);
//   const page = await browser.get("/login");                 page.status, page.headers, page.body (Buffer), page.text, page.location
//   await browser.post("/login", { csrf: page.csrf, signed }); urlencoded; a value may be an array (field twice)
//   await browser.upload("/login", { csrf: page.csrf, signed: { file: "login.xml", data } });
import http from "node:http";
import https from "node:https";

export class Page {
	constructor(status, headers, body) {
		this.status = status;
		this.headers = headers;
		this.body = body;
	}
	get text() { return this.body.toString("utf8"); }
	get location() { return this.headers.location; }
	get csrf() { return inputValue(this.text, "csrf"); }
	get document() { return textareaValue(this.text, "document"); }
	// <p id="x" …>text</p> and the like: text of the first element with this id, without tags
	element(id) {
		const open = new RegExp(`<([a-z0-9]+)[^>]*\\sid="${id}"[^>]*>`).exec(this.text);
		if (!open) return null;
		const rest = this.text.slice(open.index + open[0].length);
		const end = rest.indexOf(`</${open[1]}>`);
		return unescapeHtml(rest.slice(0, end < 0 ? undefined : end).replace(/<[^>]*>/g, "")).trim();
	}
	value(name) { return inputValue(this.text, name) ?? textareaValue(this.text, name); }
}

const named = { amp: "&", lt: "<", gt: ">", quot: "\"", apos: "'" };
export const unescapeHtml = (text) => text.replace(/&(#x[0-9a-f]+|#[0-9]+|[a-z]+);/gi, (whole, name) => {
	if (name[0] !== "#") return named[name] ?? whole;
	return String.fromCodePoint(/^#x/i.test(name) ? parseInt(name.slice(2), 16) : parseInt(name.slice(1), 10));
});

function inputValue(html, name) {
	for (const [tag] of html.matchAll(/<input\b[^>]*>/g)) {
		if (new RegExp(`\\sname="${name}"`).test(tag)) {
			const value = /\svalue="([^"]*)"/.exec(tag);
			if (value) return unescapeHtml(value[1]);
		}
	}
	return null;
}

// A browser drops one line feed right after <textarea> and knows only LF inside.
function textareaValue(html, name) {
	const found = new RegExp(`<textarea\\b[^>]*\\sname="${name}"[^>]*>([^<]*)</textarea>`).exec(html);
	return found ? unescapeHtml(found[1].replace(/^\n/, "")) : null;
}

function pairs(form) {
	return Object.entries(form).flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map((one) => [name, one]));
}

export function urlencoded(form) {
	return pairs(form).map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value).replace(/%20/g, "+")}`).join("&");
}

export function multipart(form, boundary) {
	const parts = [];
	for (const [name, value] of pairs(form)) {
		const isFile = typeof value === "object" && !Buffer.isBuffer(value);
		const about = isFile ? `; filename="${value.file}"\r\nContent-Type: ${value.type ?? "application/octet-stream"}` : "";
		parts.push(Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"${about}\r\n\r\n`),
		    Buffer.from(isFile ? value.data : value), Buffer.from("\r\n"));
	}
	parts.push(Buffer.from(`--${boundary}--\r\n`));
	return Buffer.concat(parts);
}

export class Browser {
	constructor(site, { language, agent } = {}) {
		this.site = site;
		this.cookies = new Map();
		this.language = language;
		this.userAgent = agent;
		this.agent = new https.Agent({ ca: site.ca, keepAlive: false });
	}
	// Never follows a redirect. path may be a whole http: address for the plain port.
	async request(method, path, { headers = {}, body, cookies = true } = {}) {
		const url = new URL(path, this.site.origin);
		const secure = url.protocol === "https:";
		const all = { ...headers };
		if (this.language && !all["accept-language"]) all["accept-language"] = this.language;
		if (this.userAgent && !all["user-agent"]) all["user-agent"] = this.userAgent;
		if (cookies && secure && this.cookies.size > 0) all.cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
		if (body !== undefined && all["content-length"] === undefined) all["content-length"] = Buffer.byteLength(body);
		const page = await new Promise((resolve, reject) => {
			const request = (secure ? https : http).request(url, { method, headers: all, agent: secure ? this.agent : undefined, timeout: 30000 }, (answer) => {
				const chunks = [];
				answer.on("data", (chunk) => chunks.push(chunk));
				answer.on("error", reject);
				answer.on("end", () => resolve(new Page(answer.statusCode, answer.headers, Buffer.concat(chunks))));
			});
			request.on("timeout", () => request.destroy(new Error(`${method} ${path}: no answer`)));
			// a server that refuses a body closes while it is still being sent: its answer counts
			let answered = false;
			request.on("response", () => { answered = true; });
			request.on("error", (error) => { if (!answered) reject(error); });
			request.end(body);
		});
		if (cookies) this.keep(page.headers["set-cookie"] ?? []);
		return page;
	}
	keep(lines) {
		for (const line of lines) {
			const [pair, ...attributes] = line.split(/;\s*/);
			const at = pair.indexOf("=");
			const name = pair.slice(0, at), value = pair.slice(at + 1);
			if (name.startsWith("__Host-") && !(attributes.some((a) => /^secure$/i.test(a)) && attributes.some((a) => /^path=\/$/i.test(a)) &&
			    !attributes.some((a) => /^domain=/i.test(a)))) continue;	// as browsers do
			if (value === "" || attributes.some((a) => /^max-age=(0|-)/i.test(a))) this.cookies.delete(name);
			else this.cookies.set(name, value);
		}
	}
	get(path, options) { return this.request("GET", path, options); }
	post(path, form, { headers = {} } = {}) {
		return this.request("POST", path, { body: urlencoded(form), headers: { "content-type": "application/x-www-form-urlencoded", ...headers } });
	}
	upload(path, form, { headers = {} } = {}) {
		const boundary = "----cabinet" + Math.random().toString(36).slice(2);
		return this.request("POST", path, { body: multipart(form, boundary), headers: { "content-type": `multipart/form-data; boundary=${boundary}`, ...headers } });
	}
}
