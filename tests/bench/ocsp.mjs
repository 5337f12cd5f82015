// PORT REQUESTS COUNT: that many exchanges with `openssl ocsp`, a connection each, as it wants them: HTTP/1.0, the answer ends with the connection.
import { createReadStream } from "node:fs";
import net from "node:net";
import { createInterface } from "node:readline";

const [port, file, count] = process.argv.slice(2);
const bodies = [];
for await (const line of createInterface({ input: createReadStream(file) })) {
	bodies.push(Buffer.from(line, "hex"));
	if (bodies.length === Number(count)) break;
}
const exchange = (body) => new Promise((resolve, reject) => {
	const chunks = [], socket = net.connect(Number(port), "127.0.0.1", () => {
		socket.write(Buffer.concat([Buffer.from(`POST /ocsp HTTP/1.0\r\nContent-Type: application/ocsp-request\r\nContent-Length: ${body.length}\r\n\r\n`), body]));
	});
	socket.on("data", (chunk) => chunks.push(chunk));
	socket.on("error", reject);
	socket.on("close", () => resolve(Buffer.concat(chunks)));
});
for (let i = 0; i < Number(count); i++) {
	const answer = await exchange(bodies[i % bodies.length]);
	// 200, and an OCSPResponse that is successful
	if (!/^HTTP\/1\.\d 200 /.test(answer.toString("latin1", 0, 20)) || answer.indexOf(Buffer.from([0x0a, 1, 0, 0xa0])) < 0) throw new Error(answer.toString("latin1", 0, 200));
}
