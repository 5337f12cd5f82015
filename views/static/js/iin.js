/* An IIN as a person types it: 12 digits, a date that exists, 7th digit 0 to 6, check digit in one or two passes. */
const FIRST = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
const SECOND = [3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2];
const CENTURIES = [0, 1800, 1800, 1900, 1900, 2000, 2000];

const rest = (digits, weights) => weights.reduce((sum, weight, i) => sum + weight * digits[i], 0) % 11;

/* A foreigner's number (7th digit 0) does not tell the century: the day must exist in some year. */
const isDay = (digits) => {
	const [year, month, day] = [0, 2, 4].map((at) => digits[at] * 10 + digits[at + 1]);
	const years = digits[6] === 0 ? [1900 + year, 2000 + year] : [CENTURIES[digits[6]] + year];
	return years.some((full) => {
		const date = new Date(Date.UTC(full, month - 1, day));
		return date.getUTCFullYear() === full && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
	});
};

export const isIin = (text) => {
	if (!/^\d{12}$/.test(text))
		return false;
	const digits = Array.from(text, Number);
	let check = rest(digits, FIRST);
	if (check === 10)
		check = rest(digits, SECOND);
	return digits[6] <= 6 && isDay(digits) && check === digits[11];
};
