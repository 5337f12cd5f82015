// What is held against every page that a test stands on. Each gives a list of faults as sentences; nothing found is an empty list.
//   await axe(page)                        WCAG 2.0 to 2.2, A and AA, and best practices
//   await layout(page, widths)             nothing sticks out or is cut off at these widths; targets of at least 24 px at the first
//   await languages(page, "kk", names)     lang attributes, and no other language's letters outside of them; names: data that may stand there
//   await valid(folder)                    the Nu HTML checker on all files of a folder
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(import.meta.url);
const axeSource = await readFile(require.resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"];

export async function axe(page) {
	if (!await page.evaluate(() => "axe" in window)) await page.evaluate(axeSource);
	const violations = await page.evaluate(async (values) => (await window.axe.run(document, { runOnly: { type: "tag", values }, resultTypes: ["violations"], preload: false, iframes: false }))
		.violations.map(({ id, nodes }) => ({ id, at: nodes.map(({ target, failureSummary }) => `${target.join(" ")} (${failureSummary.split("\n")[1]?.trim()})`) })), TAGS);
	return violations.flatMap(({ id, at }) => at.slice(0, 3).map((where) => `axe ${id}: ${where}`));
}

// What a person at this width could not see or could not hit.
const measured = ({ width, targets }) => {
	const faults = [], name = (node) => `${node.tagName.toLowerCase()}${node.id ? `#${node.id}` : ""}${node.getAttribute("class") ? `.${node.getAttribute("class").split(" ").join(".")}` : ""} «${node.textContent.trim().slice(0, 30)}»`;
	const isShown = (node) => node.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !node.closest(".visually-hidden, .skip");
	const nodes = Array.from(document.body.querySelectorAll("*")).filter((node) => !node.closest("svg") && isShown(node));
	if (document.documentElement.scrollWidth > width) faults.push(`the page scrolls sideways: ${document.documentElement.scrollWidth} px`);
	for (const node of nodes) {
		const box = node.getBoundingClientRect();
		if (box.width && (box.right > width + 1 || box.left < -1)) faults.push(`sticks out: ${name(node)} ${Math.round(box.left)}…${Math.round(box.right)}`);
		const { overflowX, overflowY } = getComputedStyle(node);
		if (/hidden|clip/.test(overflowX + overflowY) && !node.closest(".user") && (node.scrollWidth > node.clientWidth + 1 || node.scrollHeight > node.clientHeight + 1) && node.clientWidth && node.tagName !== "INPUT")
			faults.push(`cut off: ${name(node)}`);
		if (node.scrollWidth > node.clientWidth + 4 && getComputedStyle(node).overflowX === "visible" && getComputedStyle(node).display !== "inline" && node.clientWidth)
			faults.push(`text beside its box: ${name(node)}`);
	}
	if (!targets) return faults;
	// a link in a sentence has the height of its line (2.5.8, exception «inline»)
	const isInline = (node) => node.matches("a") && getComputedStyle(node).display === "inline" && node.parentElement.matches("p, dd, li, dt, td, span, strong")
		&& node.parentElement.textContent.trim() !== node.textContent.trim();
	for (const node of nodes.filter((one) => one.matches("a[href], button, input, select, textarea, summary, label.button, label.choice, label.check"))) {
		const box = (node.closest("label.choice, label.check") ?? node).getBoundingClientRect();
		if (!isInline(node) && (box.width < 24 || box.height < 24)) faults.push(`target of ${Math.round(box.width)} × ${Math.round(box.height)}: ${name(node)}`);
	}
	return faults;
};

export async function layout(page, widths) {
	const { width, height } = page.viewportSize(), faults = [];
	for (const [i, wanted] of widths.entries()) {
		await page.setViewportSize({ width: wanted, height });
		faults.push(...(await page.evaluate(measured, { width: wanted, targets: i === 0 })).map((fault) => `${wanted} px: ${fault}`));
	}
	await page.setViewportSize({ width, height });
	return faults;
}

const RUSSIAN = /(?<![\p{L}])(и|на|для|или|что|это|Вы|Ваш|если|нет|файла|ключ|ключа|пароль|заявка|заявки|подпись|выбрать|войти|главная|ещё)(?![\p{L}])|[ёЁщЩ]/giu;
export async function languages(page, language, names = []) {
	// what nginx answers by itself says everything in all three
	const faults = [], { own, texts, switched } = await page.evaluate(() => {
		const found = [], walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
		for (let node = walker.nextNode(); node; node = walker.nextNode())
			if (!node.parentElement.closest("script, style, textarea, .languages") && node.data.trim()) found.push({ text: node.data, lang: node.parentElement.closest("[lang]").lang, place: Boolean(node.parentElement.closest("select")) });
		for (const node of document.querySelectorAll("[placeholder], [aria-label], [title], [alt], optgroup"))
			for (const name of ["placeholder", "aria-label", "title", "alt", "label"])
				if (node.hasAttribute(name)) found.push({ text: node.getAttribute(name), lang: node.closest("[lang]").lang, place: node.matches("optgroup") });
		for (const { name, value } of document.getElementById("texts")?.attributes ?? [])
			if (name.startsWith("data-text-")) found.push({ text: value, lang: document.documentElement.lang });
		return { own: document.documentElement.lang, texts: found, switched: Array.from(document.querySelectorAll(".languages [lang]"), ({ lang, textContent }) => `${lang} ${textContent}`) };
	});
	if (switched.length && own !== language) faults.push(`lang of the page: ${own}`);
	if (switched.length && switched.join() !== "kk ҚАЗ – қазақша,ru РУС – русский,en ENG – English") faults.push(`language switch: ${switched.join()}`);
	// names of places are Russian or Kazakh in both of these languages
	const longest = [...names].sort((a, b) => String(b).length - String(a).length);
	const isForeign = { en: (text) => /\p{Script=Cyrillic}/u.test(text), kk: (text) => RUSSIAN.test(text), ru: (text) => /[ӘҒҚҢӨҰҮҺәғқңөұүһІі]/u.test(text) };
	for (const { text, lang, place } of texts) {
		RUSSIAN.lastIndex = 0;
		const rest = longest.reduce((left, name) => left.replaceAll(name, ""), text);
		if (!(place && lang !== "en") && isForeign[lang]?.(rest)) faults.push(`not ${lang}: ${rest.trim().slice(0, 80)}`);
	}
	return faults;
}

export const valid = (folder, names) => new Promise((resolve) => {
	const jar = path.join(path.dirname(require.resolve("vnu-jar/package.json")), "build/dist/vnu.jar");
	execFile("java", ["-Xss1m", "-jar", jar, "--format", "json", "--exit-zero-always", ...names.map((name) => path.join(folder, name))], { maxBuffer: 1 << 28 }, (error, stdout, stderr) => {
		const messages = error ? [{ message: String(error), url: "" }] : JSON.parse(stderr || stdout).messages;
		resolve(messages.map(({ url, lastLine, message, extract }) => `${path.basename(url)}:${lastLine ?? 0}: ${message} ${extract?.slice(0, 120) ?? ""}`));
	});
});
