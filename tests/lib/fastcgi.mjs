// Programs as an intruder would have them: a small FastCGI responder on a socket, behind the nginx of a test. What each request brought is kept.
//   const program = await responder(`${folder}/home.sock`, (params) => ["Status: 200 OK", "X-Any: thing"]);
//   program.seen.at(-1).COOKIE_SESSION; await program.close();
import { createServer } from "node:net";

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
