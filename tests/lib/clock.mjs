// Another calendar for every program of an instance, through libfaketime. Waiting takes as long as ever: only the calendar is another one.
//   const clock = await movingClock(folder);      clock.env for scripts/run; await clock.set("+3600"); clock.release() when the instance is stopped
import { spawn } from "node:child_process";
import { rename, writeFile } from "node:fs/promises";
import path from "node:path";

/*
 * Not the command faketime itself around everything: it would wait for every program that was started under it. One shell under it holds the
 * memory that its processes share, until release(): left to themselves, short programs take it away from one another.
 */
async function library(more) {
	const holder = spawn("faketime", ["-f", "+0", "sh", "-c", "echo \"$LD_PRELOAD\"; echo \"$FAKETIME_SHARED\"; exec cat"], { stdio: ["pipe", "pipe", "ignore"] });
	let text = "";
	await new Promise((resolve, reject) => {
		holder.once("error", reject);
		holder.stdout.on("data", (part) => { if ((text += part).split("\n").length > 2) resolve(); });
	});
	const [preload, shared] = text.split("\n");
	return { env: { LD_PRELOAD: preload, FAKETIME_SHARED: shared, FAKETIME_DONT_FAKE_MONOTONIC: "1", ...more }, release: () => holder.stdin.end() };
}

// { env, release() }: always so much before or after, as "-400d".
export const standingClock = (offset) => library({ FAKETIME: offset });

// { env, release(), set(offset) }: read anew at every look at the clock, so that a jump is seen by all at once.
export async function movingClock(folder) {
	const file = path.join(folder, "clock");
	const set = async (offset) => {
		await writeFile(`${file}.new`, offset + "\n");
		await rename(`${file}.new`, file);
	};
	await set("+0");
	return { set, ...await library({ FAKETIME_TIMESTAMP_FILE: file, FAKETIME_NO_CACHE: "1" }) };
}
