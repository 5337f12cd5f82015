// Headless Chromium for the journeys. Every request is recorded; CSP violations and script errors are collected.
//   const browser = await chromium(site);
//   const person = await browser.person({ language: "kk", width: 360 });     { page, requests, faults, close() }
import { mkdir } from "node:fs/promises";
import path from "node:path";

import { chromium as playwright } from "playwright-core";

const args = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
// Pictures of the pages, when somebody wants to look: CABINET_PICTURES names a folder.
const pictures = process.env.CABINET_PICTURES;
export async function picture(page, name) {
	if (!pictures) return;
	await mkdir(pictures, { recursive: true });
	await page.screenshot({ path: path.join(pictures, `${name}.png`), fullPage: true });
}

export async function chromium(site) {
	const browser = await playwright.launch({ executablePath: "/usr/bin/chromium", args });
	const person = async ({ language = "ru", width = 1280, height = 900, folder = null, ...options } = {}) => {
		const context = await browser.newContext({ baseURL: site.origin, ignoreHTTPSErrors: true, locale: language, viewport: { width, height }, acceptDownloads: true, ...options });
		if (folder) {
			// a real directory handle without the dialog that a headless browser cannot show
			await context.addInitScript(() => {
				window.showDirectoryPicker = async () => (await navigator.storage.getDirectory()).getDirectoryHandle("keys", { create: true });
			});
		} else {
			await context.addInitScript(() => { delete window.showDirectoryPicker; });
		}
		const requests = [], faults = [];
		context.on("request", (request) => requests.push({ method: request.method(), url: request.url(), headers: request.headers(), body: request.postDataBuffer() }));
		const page = await context.newPage();
		page.setDefaultTimeout(20000);
		page.on("pageerror", (error) => faults.push(`script: ${error.message}`));
		page.on("console", (message) => {
			if (message.type() === "error" && !/status of (4\d\d|503)/.test(message.text())) faults.push(`console: ${message.text()}`);
		});
		return { page, context, requests, faults, picture: (name, seenAt = width) => picture(page, `${name}-${language}-${seenAt}`), close: () => context.close() };
	};
	return { person, close: () => browser.close() };
}

// Saves what a click downloads; gives its path and its octets' place.
export async function download(page, act, folder) {
	const [file] = await Promise.all([page.waitForEvent("download"), act()]);
	const place = path.join(folder, file.suggestedFilename());
	await file.saveAs(place);
	return place;
}

// Login with a key file as a person does it: file, password, Enter.
export async function loginByKey(page, key) {
	await page.goto("/login");
	await page.setInputFiles("#key-file", key.file);
	await page.fill("#key-password", key.password);
	await page.press("#key-password", "Enter");
	await page.waitForURL("**/keys");
}
