#!/usr/bin/env node
/*
 * tests/lint/views.mjs [ROOT]: the templates and the three language files below ROOT/views, against each other and against what C and the
 * page scripts ask for. Prints FILE:LINE: what is wrong; exit 1 if anything was.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), '../..'));
const views = join(root, 'views');
const languages = ['ru', 'kk', 'en'];
let faults = 0;

const report = (file, line, message) => {
	faults++;
	console.log(`${relative(root, file)}:${line}: ${message}`);
};
const files = (folder, suffix) => (existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : []).flatMap((entry) => {
	const path = join(folder, entry.name);
	return entry.isDirectory() ? files(path, suffix) : path.endsWith(suffix) ? [path] : [];
}).sort();
const lineOf = (text, index) => text.slice(0, index).split('\n').length;

/* ---- language files: only "name = text", "name {" and "}" are used, so that three lines of reading are enough */

const readLanguage = (file) => {
	const codes = new Map(), path = [];
	readFileSync(file, 'utf8').split('\n').forEach((raw, index) => {
		const line = raw.trim(), value = line.match(/^([A-Za-z0-9_]+) = (.*)$/), group = line.match(/^([A-Za-z0-9_]+) \{$/);
		if (line === '' || line.startsWith('#'))
			return;
		if (group)
			path.push(group[1]);
		else if (line === '}' && path.length)
			path.pop();
		else if (value) {
			const code = [...path, value[1]].join('.');
			if (codes.has(code))
				report(file, index + 1, `${code} stands twice`);
			codes.set(code, { text: value[2].trim(), line: index + 1 });
		} else
			report(file, index + 1, `neither "name = text" nor a group: ${line}`);
	});
	if (path.length)
		report(file, 1, `group ${path.join('.')} is not closed`);
	return codes;
};

const languageFile = Object.fromEntries(languages.map((name) => [name, join(views, 'lang', `${name}.hdf`)]));
const language = Object.fromEntries(languages.map((name) => [name, readLanguage(languageFile[name])]));
const everyCode = new Set(languages.flatMap((name) => [...language[name].keys()]));

/* The same word in Russian and Kazakh, and rightly so: names of products, loan words, numbers. */
const SAME = new Set(['frame.demo', 'store.AKEToken72KStore', 'store.AKJaCartaStore', 'store.AKKaztokenStore', 'keys.certificate', 'js.file', 'js.rule_digit']);
/* Words that are Russian and never Kazakh; letters and endings that only Russian words have; words of the Russian file that are no loan words. */
const LOANS = new Set(('апостроф бизнес бит браузер демо дефис идентификаторы кабинет код компьютер компьютерге минут онлайн оператор сеанс секунд сервер сертификат '
    + 'сертификаты файл файлы флеш цифр яндекс').split(' '));
const wordsOf = (text) => text.toLowerCase().match(/\p{Script=Cyrillic}{3,}/gu) ?? [];
const russianWords = new Set([...language.ru.values()].flatMap(({ text }) => wordsOf(text)));
const russianWord = (text) => wordsOf(text).find((word) => !/[әғқңөұүһі]/.test(word) && !LOANS.has(word)
    && (russianWords.has(word) || /[ьъэ]|(?:ый|ий|ой|ая|яя|ое|ее|ые|ие|ого|его|ому|ых|их|ами|ями|ция|ость|ение|ание|ии|ов)$/.test(word)));
const RUSSIAN = /(?<![\p{L}])(и|на|для|или|что|это|Вы|Ваш|если|нет|файла|ключ|ключа|пароль|заявка|заявки|подпись)(?![\p{L}])|[ёЁщЩ]/u;
const placesOf = (text) => [...text.matchAll(/\{\w+\}/g)].map(([place]) => place).sort().join(' ');

for (const code of everyCode) {
	const [ru, kk, en] = languages.map((name) => language[name].get(code));
	for (const [name, entry] of Object.entries({ ru, kk, en })) {
		if (!entry)
			report(languageFile[name], 1, `no ${code}`);
		else if (entry.text === '')
			report(languageFile[name], entry.line, `${code} is empty`);
		else if (/<[a-z/!]/i.test(entry.text))
			report(languageFile[name], entry.line, `${code} holds markup: texts are plain`);
	}
	if (!ru)
		continue;
	for (const [name, entry] of Object.entries({ kk, en }))
		if (entry && placesOf(entry.text) !== placesOf(ru.text))
			report(languageFile[name], entry.line, `${code}: places ${placesOf(entry.text) || 'none'}, Russian has ${placesOf(ru.text) || 'none'}`);
	if (kk && kk.text === ru.text && !SAME.has(code))
		report(languageFile.kk, kk.line, `${code} is the Russian text`);
	if (kk && RUSSIAN.test(kk.text))
		report(languageFile.kk, kk.line, `${code} holds a Russian word: ${kk.text.match(RUSSIAN)[0]}`);
	else if (kk && !SAME.has(code) && russianWord(kk.text))
		report(languageFile.kk, kk.line, `${code} holds a Russian word: ${russianWord(kk.text)}`);
	if (en && /\p{Script=Cyrillic}/u.test(en.text))
		report(languageFile.en, en.line, `${code} holds Cyrillic`);
	if (/\.(one|few|many)$/.test(code))
		for (const form of ['one', 'few', 'many'])
			if (!everyCode.has(code.replace(/\w+$/, form)))
				report(languageFile.ru, ru.line, `${code}: no plural form ${form}`);
}

/* ---- templates */

const BANNED = /<\?cs\s+(uvar|evar|lvar|alt|name|linclude|escape)\s*:/g;
const used = new Set(), dataTexts = new Set();
const includes = new Map();

const checkCommands = (file, text) => {
	for (const match of text.matchAll(BANNED))
		report(file, lineOf(text, match.index), `${match[1]}: is banned: it does not escape`);
	for (const match of text.matchAll(/<\?cs\s+include\s*:\s*(.*?)\s*\?>/g)) {
		const name = match[1].match(/^"([a-z-]+(?:\/[a-z-]+)?\.cs)"$/)?.[1];
		if (!name)
			report(file, lineOf(text, match.index), `include of something other than a literal path: ${match[1]}`);
		else if (!existsSync(join(views, name)))
			report(file, lineOf(text, match.index), `include of ${name}, which is not there`);
		else
			includes.set(file, [...includes.get(file) ?? [], join(views, name)]);
	}
	for (const match of text.matchAll(/\bL\.([A-Za-z0-9_.]+)/g)) {
		used.add(match[1]);
		for (const name of languages)
			if (!language[name].has(match[1]))
				report(file, lineOf(text, match.index), `L.${match[1]} is not in lang/${name}.hdf`);
	}
	for (const match of text.matchAll(/data-text-([a-z0-9-]+)=/g))
		dataTexts.add(match[1]);
};

/* Commands become a letter, so that a tag is a tag. */
const checkMarkup = (file, text) => {
	const plain = text.replace(/<\?cs.*?\?>/gs, (command) => 'x'.repeat(command.length).replace(/x/g, (letter, at) => (command[at] === '\n' ? '\n' : letter)));
	const opened = text.replace(/<\?cs\s+(?:if|elif|else|\/if|each|\/each|call|set)\b.*?\?>/gs, (command) => ' '.repeat(command.length).replace(/ /g, (blank, at) => (command[at] === '\n' ? '\n' : blank)))
	    .replace(/<\?cs.*?\?>/gs, (command) => 'x'.repeat(command.length));
	for (const match of opened.matchAll(/<[a-z][^<>]*>/g)) {
		const at = lineOf(opened, match.index), tag = match[0].replace(/"[^"]*"/g, '""');
		for (const [, name] of tag.matchAll(/\s([a-zA-Z-]+)\s*=\s*(?!"")/g))
			report(file, at, `attribute ${name} without double quotes`);
		for (const [, name] of tag.matchAll(/\s(style|on[a-z]+)\s*=/g))
			report(file, at, `inline ${name}: the content security policy refuses it`);
		if (/^<script\b/.test(tag) && !/\ssrc=""/.test(tag))
			report(file, at, 'inline script: the content security policy refuses it');
	}
	for (const match of plain.matchAll(/<style\b|javascript:|(?:src|href)="(?:https?:)?\/\//g))
		report(file, lineOf(plain, match.index), `not from this site, or inline: ${match[0]}`);
	for (const match of text.matchAll(/<form\b[^>]*?method="post"[^>]*?action=.*?<\/form>/gs))
		if (!match[0].includes('call:csrf()'))
			report(file, lineOf(text, match.index), 'form without csrf');
};

/* A macro must stand before its use, and none may come back to itself: ClearSilver has no bound on either. */
const checkMacros = (file) => {
	const defined = new Map();
	const calls = (name) => defined.get(name) ?? [];
	const read = (path) => {
		let inside = null;
		for (const match of readFileSync(path, 'utf8').matchAll(/<\?cs\s+(?:(def)\s*:\s*(\w+)|(\/def)|call\s*:\s*(\w+)|include\s*:\s*"([^"]+)")/g)) {
			const [, isDef, macro, isEnd, call, included] = match;
			if (isDef) {
				inside = macro;
				defined.set(macro, []);
			} else if (isEnd)
				inside = null;
			else if (included && existsSync(join(views, included)))
				read(join(views, included));
			else if (call) {
				if (!defined.has(call))
					report(path, lineOf(readFileSync(path, 'utf8'), match.index), `macro ${call} is not defined before this`);
				if (inside)
					defined.get(inside).push(call);
			}
		}
	};
	read(file);
	const walk = (name, trail) => {
		if (trail.includes(name))
			report(file, 1, `macro ${name} calls itself: ${[...trail, name].join(' → ')}`);
		else
			calls(name).forEach((next) => walk(next, [...trail, name]));
	};
	defined.forEach((_, name) => walk(name, []));
};

const templates = files(views, '.cs');
for (const file of templates) {
	const text = readFileSync(file, 'utf8');
	checkCommands(file, text);
	checkMarkup(file, text);
}
const inCircle = (file, trail) => trail.includes(file) || (includes.get(file) ?? []).some((next) => inCircle(next, [...trail, file]));
for (const file of templates)
	if (inCircle(file, []))
		report(file, 1, 'includes itself');
	else if (/<\?cs\s+include\s*:/.test(readFileSync(file, 'utf8')))
		checkMacros(file);

/* ---- what C asks for: literal codes, and the rules of form.h */

/* Codes that C puts together: each variable part must stand somewhere as a word or a number of its own. */
const FAMILIES = ['http', 'form', 'status', 'origin', 'template', 'purpose', 'store', 'reason', 'actor', 'user_type', 'validity', 'revocation', 'fail',
	'attempts', 'notice', 'told', 'told_state', 'mail'];
const FIXED = ['refused', 'text', 'hint', 'title', 'next', 'one', 'few', 'many'];
const sources = [...files(join(root, 'fcgi'), '.c'), ...files(join(root, 'fcgi'), '.h'), ...files(join(root, 'schema'), '.sql')].map((file) => readFileSync(file, 'utf8')).join('\n');
const stands = (part) => (/^\d+$/.test(part) ? new RegExp(`[^\\w.]${part}[^\\w.]`) : new RegExp(`["'](?:${part}|${part.replaceAll('_', '-')})["']`)).test(sources);
const isPutTogether = (code) => FAMILIES.includes(code.split('.')[0]) && code.split('.').slice(1).every((part) => FIXED.includes(part) || stands(part));
for (const file of files(join(root, 'fcgi'), '.c')) {
	const text = readFileSync(file, 'utf8');
	const asked = [...text.matchAll(/"((?:error|statement)\.(?!cs")[a-z0-9_]+)"/g), ...text.matchAll(/i18n_(?:text|find|format)\([^;"]*"([a-z_]+\.[A-Za-z0-9_.]+)"/g)]
	    .map((match) => [match[1], match.index]);
	for (const match of text.matchAll(/shown_word\([^;",]+, "(\w+)", "(\w+)"\)/g))
		asked.push([`${match[1]}.${match[2]}`, match.index]);
	for (const [code, index] of asked) {
		used.add(code);
		if (!everyCode.has(code))
			report(file, lineOf(text, index), `${code} is in no language file`);
	}
}
const rules = join(root, 'fcgi/form/form.h');
if (existsSync(rules))
	for (const [, name] of readFileSync(rules, 'utf8').matchAll(/RULE_\w+,\s*\/\* "([a-z-]+)"/g))
		if (!everyCode.has(`form.refused.${name.replaceAll('-', '_')}`))
			report(languageFile.ru, 1, `no sentence for the rule ${name}`);
for (const [code, { line }] of language.ru)
	if (!used.has(code) && !sources.includes(`"${code}"`) && !isPutTogether(code))
		report(languageFile.ru, line, `${code} is used nowhere`);

/* ---- what page scripts ask for, and nothing besides */

const scripts = files(join(views, 'static/js'), '.js').map((file) => [file, readFileSync(file, 'utf8')]);
for (const code of dataTexts)
	if (!scripts.some(([, text]) => text.includes(`'${code}'`) || text.includes(`\`${code.split('-')[0]}-\${`)))
		report(join(views, 'macros.cs'), 1, `no script asks for data-text-${code}`);
for (const [file, text] of scripts) {
	for (const match of text.matchAll(/(?:sentence|KeyFileError)\('([a-z0-9-]+)'/g))
		if (!dataTexts.has(match[1]))
			report(file, lineOf(text, match.index), `no template carries data-text-${match[1]}`);
}

if (faults === 0)
	console.log(`${templates.length} templates, ${everyCode.size} texts in ${languages.length} languages, ${statSync(languageFile.kk).size} octets of Kazakh`);
process.exitCode = faults === 0 ? 0 : 1;
