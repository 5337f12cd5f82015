// Programs as an intruder would have them: a small FastCGI responder on a socket, behind the nginx of a test. What each request brought is kept.
//   const program = await responder(`${folder}/home.sock`, (params) => ["Status: 200 OK", "X-Any: thing"]);
//   program.seen.at(-1).COOKIE_SESSION; await program.close();
import { connect, createServer } from "node:net";

const BEGIN = 1, END = 3, PARAMS = 4, STDIN = 5, STDOUT = 6;

function length(data, at) {
	return data[at] < 128 ? [data[at], at + 1] : [data.readUInt32BE(at) & 0x7fffffff, at + 4];
}

function decode(data) {
	const params = {};
	for (let at = 0; at < data.length;) {
		let name, value;
		[name, at] = length(data, at);
		[value, at] = length(data, at);
		params[data.toString("latin1", at, at + name)] = data.toString("latin1", at + name, at + name + value);
		at += name + value;
	}
	return params;
}

function record(type, content) {
	const head = Buffer.from([1, type, 0, 1, content.length >> 8, content.length & 255, 0, 0]);
	return Buffer.concat([head, content]);
}

export async function responder(place, answer, body = "<!DOCTYPE html><title>intruder</title>") {
	const seen = [], sockets = new Set();
	const server = createServer((socket) => {
		let pending = Buffer.alloc(0), params = Buffer.alloc(0);
		sockets.add(socket);
		socket.on("close", () => sockets.delete(socket)).on("error", () => {});
		socket.on("data", (data) => {
			pending = Buffer.concat([pending, data]);
			while (pending.length >= 8 && pending.length >= 8 + pending.readUInt16BE(4) + pending[6]) {
				const type = pending[1], content = pending.subarray(8, 8 + pending.readUInt16BE(4));
				pending = pending.subarray(8 + content.length + pending[6]);
				if (type === BEGIN) params = Buffer.alloc(0);
				if (type === PARAMS) params = Buffer.concat([params, content]);
				if (type !== STDIN || content.length > 0) continue;
				const request = decode(params);
				seen.push(request);
				socket.write(record(STDOUT, Buffer.from([...answer(request), "", body].join("\r\n"), "latin1")));
				socket.write(record(STDOUT, Buffer.alloc(0)));
				socket.end(record(END, Buffer.alloc(8)));
			}
		});
	});
	await new Promise((resolve, reject) => server.once("error", reject).listen(place, resolve));
	return { seen, close: () => { for (const socket of sockets) socket.destroy(); return new Promise((resolve) => server.close(resolve)); } };
}

// One request to a program's socket, past nginx: { status, headers, text }. params: those of FastCGI; body: octets.
export function ask(place, params, body = "") {
	const string = (text) => { const octets = Buffer.from(text); return [Buffer.from(octets.length < 128 ? [octets.length] : [0x80 | octets.length >> 24, octets.length >> 16 & 255, octets.length >> 8 & 255, octets.length & 255]), octets]; };
	const pairs = Object.entries(params).flatMap(([name, value]) => { const [n, v] = [string(name), string(String(value))]; return [n[0], v[0], n[1], v[1]]; });
	const content = Buffer.from(body), records = [record(BEGIN, Buffer.from([0, 1, 0, 0, 0, 0, 0, 0])), record(PARAMS, Buffer.concat(pairs)), record(PARAMS, Buffer.alloc(0))];
	for (let at = 0; at < content.length; at += 32768) records.push(record(STDIN, content.subarray(at, at + 32768)));
	return new Promise((resolve, reject) => {
		const socket = connect(place), got = [];
		socket.on("error", reject).on("data", (data) => got.push(data)).on("close", () => {
			const all = Buffer.concat(got), out = [];
			for (let at = 0; at + 8 <= all.length; at += 8 + all.readUInt16BE(at + 4) + all[at + 6])
				if (all[at + 1] === STDOUT) out.push(all.subarray(at + 8, at + 8 + all.readUInt16BE(at + 4)));
			const [head, ...rest] = Buffer.concat(out).toString("utf8").split("\r\n\r\n");
			const headers = Object.fromEntries(head.split("\r\n").filter(Boolean).map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]));
			resolve({ status: Number((headers.status ?? "200").slice(0, 3)), headers, text: rest.join("\r\n\r\n") });
		});
		socket.write(Buffer.concat([...records, record(STDIN, Buffer.alloc(0))]));
	});
}
