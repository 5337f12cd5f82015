/*
 * The rule for passwords of new key files: Latin small and capital letters and digits, 6 to 32 characters of printable ASCII
 * (Java and Windows differ on anything else). Files that exist are opened with any password.
 * Each member tells whether its tick holds; `ok` whether all do.
 */
export const checkPassword = (password) => {
	const ticks = {
		length: password.length >= 6 && password.length <= 32,
		lower: /[a-z]/.test(password),
		upper: /[A-Z]/.test(password),
		digit: /[0-9]/.test(password),
		latin: /^[ -~]*$/.test(password),
	};
	return { ...ticks, ok: Object.values(ticks).every(Boolean) };
};

const ROWS = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm'];
/* A character that goes on with the one before it (aa, ab, 21, qw) tells a guesser nothing new. */
const goesOn = (before, now) => Math.abs(now.charCodeAt(0) - before.charCodeAt(0)) <= 1
    || ROWS.some((row) => row.includes(before) && row.includes(now) && Math.abs(row.indexOf(now) - row.indexOf(before)) === 1);

/*
 * weak | fair | strong, for a guesser who has the file: its bits if every character were random, which is the most that a password can hold.
 * Below 42 bits (seven random letters and digits) trying them all is within reach, above 62 it is not.
 */
export const strengthOf = (password) => {
	const pool = [[/[a-z]/, 26], [/[A-Z]/, 26], [/[0-9]/, 10], [/[^a-zA-Z0-9]/, 33]].reduce((sum, [kind, size]) => sum + (kind.test(password) ? size : 0), 0);
	const letters = password.toLowerCase();
	const fresh = Array.from(letters).filter((now, i) => i === 0 || !goesOn(letters[i - 1], now)).length;
	const bits = fresh * Math.log2(pool || 1);
	return bits < 42 ? 'weak' : bits < 62 ? 'fair' : 'strong';
};
