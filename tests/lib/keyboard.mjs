// A person without a mouse: keys of the keyboard only. Each place where Tab stops has to show that it has the focus, and nothing may cover it.
//   const keyboard = new Keyboard(page);
//   await keyboard.to("#email");                 Tab until it has the focus (back: Shift+Tab)
//   await keyboard.type("…"); await keyboard.press("Enter");
//   await keyboard.file("#key-file", file);      Tab there; the file dialog itself is the operating system's
import assert from "node:assert/strict";

// What is wrong with the focus at this moment, "" if nothing. The ring may stand at the element itself or at the label that is seen instead of it.
function faultOfFocus() {
	const focused = document.activeElement;
	if (!focused || focused === document.body) return "";
	const is = (node) => node && node.getBoundingClientRect().width > 1 && node.getBoundingClientRect().height > 1;
	const shown = [focused, focused.nextElementSibling?.matches("label") ? focused.nextElementSibling : null, focused.closest("label")].filter(is);
	const ring = (node) => {
		const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(node);
		return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 || boxShadow !== "none" && parseFloat(outlineWidth) >= 2;
	};
	const name = `${focused.tagName.toLowerCase()}${focused.id ? `#${focused.id}` : ""} «${(focused.textContent || focused.name || "").trim().slice(0, 40)}»`;
	const seen = shown.find(ring);
	if (!seen) return `${name}: no ring`;
	const box = seen.getBoundingClientRect();
	const left = Math.max(box.left, 0), right = Math.min(box.right, innerWidth), top = Math.max(box.top, 0), bottom = Math.min(box.bottom, innerHeight);
	if (right - left < 2 || bottom - top < 2) return `${name}: outside of the window`;
	/* a label that wraps has corners that are not its own: some point of it has to be on top */
	for (const part of [0.5, 0.15, 0.85]) {
		const top_ = document.elementFromPoint(left + (right - left) * part, top + (bottom - top) / 2);
		if (top_ && (seen.contains(top_) || top_.contains(seen))) return "";
	}
	return `${name}: covered`;
}

export class Keyboard {
	constructor(page) {
		this.page = page;
		this.stops = 0;
	}
	async check() {
		const fault = await this.page.evaluate(faultOfFocus);
		assert.equal(fault, "", `${this.page.url()}: ${fault}`);
	}
	async press(key) { await this.page.keyboard.press(key); }
	async type(text) { await this.page.keyboard.type(text); }
	async has(at) { return this.page.evaluate((selector) => document.activeElement?.matches(selector) ?? false, at); }
	async to(at, { back = false, most = 120 } = {}) {
		await this.page.waitForSelector(at, { state: "attached" });
		for (let stops = 0; ; stops++) {
			if (await this.has(at)) return;
			assert.ok(stops < most, `${at}: not reached by ${most} times ${back ? "Shift+Tab" : "Tab"} on ${this.page.url()}`);
			await this.press(back ? "Shift+Tab" : "Tab");
			this.stops++;
			await this.check();
		}
	}
	async fill(at, text, options) {
		await this.to(at, options);
		await this.press("Control+A");
		await this.type(text);
	}
	// Enter on a link or button that Tab reached.
	async enter(at, options) { await this.to(at, options); await this.press("Enter"); }
	async space(at, options) { await this.to(at, options); await this.press("Space"); }
	async file(at, files, options) {
		await this.to(at, options);
		await this.page.setInputFiles(at, files);
	}
	// Arrow keys within a group of radios or a list until it has this value.
	async arrow(at, value, { key = "ArrowDown", most = 400 } = {}) {
		for (let presses = 0; ; presses++) {
			if (await this.page.evaluate(() => document.activeElement.value) === value) return;
			assert.ok(presses < most, `${at}: ${value} not reached by arrows`);
			await this.press(key);
			await this.check();
		}
	}
}
