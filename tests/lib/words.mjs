// The sentences of a language, by their codes: (await words("kk"))("js.gost"), with places: ("js.file", { name, size }). An unknown code throws.
import { readFile } from "node:fs/promises";
import path from "node:path";

import { root } from "./instance.mjs";

export async function words(language) {
	const codes = new Map(), at = [];
	for (const line of (await readFile(path.join(root, "views/lang", `${language}.hdf`), "utf8")).split("\n")) {
		const [, name, text] = /^\s*(\w+) (?:= (.*)|\{)$/.exec(line) ?? [];
		if (name && text !== undefined) codes.set([...at, name].join("."), text);
		else if (name) at.push(name);
		else if (line.trim() === "}") at.pop();
	}
	return (code, places = {}) => {
		if (!codes.has(code)) throw new Error(`${language}: no text ${code}`);
		return codes.get(code).replace(/\{(\w+)\}/g, (whole, name) => places[name] ?? whole);
	};
}
