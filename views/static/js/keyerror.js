/*
 * What can be wrong with a key file, as a code the page has words for. Nothing else ever leaves p12.js and keystore.js.
 * code: not-p12 | wrong-password | damaged | no-mac | too-many-iterations | unsupported-cipher | no-key | gost | no-certificate
 * detail: the name of a cipher or algorithm, for the message; empty when there is nothing to add.
 */
export class KeyFileError extends Error {
	constructor(code, detail = '', cause = undefined) {
		super(detail ? `${code}: ${detail}` : code, { cause });
		this.name = 'KeyFileError';
		this.code = code;
		this.detail = detail;
	}
}

/* What the action gives; whatever it throws comes out as a KeyFileError, `damaged` unless it says more. */
export const orDamaged = async (action) => {
	try {
		return await action();
	} catch (cause) {
		throw cause instanceof KeyFileError ? cause : new KeyFileError('damaged', '', cause);
	}
};
