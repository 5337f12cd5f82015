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
