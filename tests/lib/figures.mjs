// What the tests of the guide's figures share.
//   await says(page, "Хранилище ключей", …);            these words stand on the page, seen, letter by letter
//   await looked(person, "figure-2");                   at 1280 and at 360 px: nothing sticks out, and a picture
//   const act = new Actions(page); await act.click(…);  what a person does, counted: a click, a field filled, a file chosen, a key that submits
import assert from "node:assert/strict";

const folded = (text) => text.replace(/\s+/g, " ").trim();
export const seen = async (page, where = "body") => folded(await page.innerText(where));

export async function says(page, ...labels) {
	const text = await seen(page);
	for (const label of labels) assert.ok(text.includes(folded(label)), `«${label}» is not on ${page.url()}:\n${text}`);
}

// The terms of data lists and tables, in their order.
export const terms = async (page, where) => (await page.locator(`${where} dt:visible`).allInnerTexts()).map(folded);
export const crumbs = async (page) => (await page.locator(".crumbs li").allInnerTexts()).map(folded);

export async function looked({ page, picture }, name) {
	const size = page.viewportSize();
	for (const width of new Set([size.width, 360])) {
		await page.setViewportSize({ width, height: size.height });
		assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), `${name}: something sticks out at ${width} px`);
		await picture(name, width);
	}
	await page.setViewportSize(size);
}

export class Actions {
	constructor(page) {
		this.page = page;
		this.done = [];
	}
	get count() { return this.done.length; }
	note(what) { this.done.push(what); }
	async click(at) { this.note(`click ${at}`); await this.page.click(at); }
	async fill(at, text) { this.note(`fill ${at}`); await this.page.fill(at, text); }
	async choose(at, value) { this.note(`choose ${at}`); await this.page.selectOption(at, value); }
	async file(at, file) { this.note(`file ${at}`); await this.page.setInputFiles(at, file); }
	async press(at, key) { this.note(`press ${key} in ${at}`); await this.page.press(at, key); }
}
