/*
 * The store «Персональный компьютер»: key files chosen, listed, installed and saved. Only the saving functions touch the page.
 */
import { equal, fromHex, toHex } from './der.js';
import { KeyFileError, orDamaged } from './keyerror.js';
import { belongs, keyId } from './keys.js';
import { openP12, writeP12 } from './p12.js';
import { chainOf, isOrganisation, parseCertificate, parsePem, purposeOf, suits } from './x509.js';

const OTHER = { auth: { sign: 'is-sign-not-auth' }, sign: { auth: 'is-auth-not-sign' } };
const isStrong = ({ algorithm, curve, bits }) => (algorithm === 'RSA' ? bits >= 2048 : curve === 'P-256');

/* Why a key does not serve a purpose, or null: the first reason a person should hear. */
const reasonAgainst = (key, certificate, purpose, { now, oids }) => {
	if (key.algorithm === 'GOST')
		return 'gost';
	if (!certificate)
		return 'pending';
	if (isOrganisation(certificate))
		return 'organisation';
	if (!suits(certificate, purpose, oids))
		return OTHER[purpose]?.[purposeOf(certificate, oids)] ?? 'other-purpose';
	if (!isStrong(certificate))
		return 'unsupported-key';
	if (now < certificate.notBefore)
		return 'not-yet-valid';
	return now > certificate.notAfter ? 'expired' : null;
};

const describe = (key, context) => {
	const certificate = key.certificate && parseCertificate(key.certificate);
	return {
		key, pending: !certificate, algorithm: key.algorithm,
		owner: certificate?.owner ?? '', iin: certificate?.iin ?? '', serial: certificate?.serial ?? '',
		issuer: certificate?.issuer.get('CN') ?? '',
		notBefore: certificate?.notBefore ?? null, notAfter: certificate?.notAfter ?? null,
		purpose: certificate ? purposeOf(certificate, context.oids) : 'pending',
		fits: (purpose) => {
			const reason = reasonAgainst(key, certificate, purpose, context);
			return { ok: !reason, reason };
		},
	};
};

const octetsOf = async (file) => (file instanceof Uint8Array ? file : new Uint8Array(await file.arrayBuffer()));

/*
 * file: File, Blob or octets; now: the server's time if the page knows it; oids: see PURPOSES of x509.js.
 * Returns a list, one for each key: { key: { pkcs8, certificate, … } for signXml, pending, algorithm, owner, iin, serial, issuer,
 * notBefore, notAfter (null while pending), purpose: 'auth' | 'sign' | 'other' | 'pending', fits(purpose) → { ok, reason } }.
 * reason: gost | pending | organisation | is-sign-not-auth | is-auth-not-sign | other-purpose | unsupported-key | not-yet-valid | expired | null.
 * Throws KeyFileError.
 */
export const readKeyFile = (file, password, { now = new Date(), oids = undefined } = {}) => orDamaged(async () => {
	const { keys } = await openP12(await octetsOf(file), password);
	return keys.map((key) => describe(key, { now, oids }));
});

/* Puts an issued certificate, its chain and the pending key into a file of its own, and opens that file again before it is given away. */
const finalFile = async (pkcs8, leaf, heap, password, { oids, iterations }) => {
	const id = leaf.ski || toHex(await keyId(leaf.spki));
	const purpose = purposeOf(leaf, oids);
	const chain = chainOf(leaf, heap).map((certificate) => certificate.der);
	const key = { pkcs8, certificate: leaf.der, chain, friendlyName: id, localKeyId: fromHex(id) };
	const bytes = await writeP12({ keys: [key] }, password, { iterations });
	const back = await openP12(bytes, password);
	if (back.keys.length !== 1 || !equal(back.keys[0].pkcs8, pkcs8) || !equal(back.keys[0].certificate ?? [], leaf.der))
		throw new KeyFileError('damaged', 'written file');
	return { name: `${purpose === 'auth' ? 'AUTH_' : ''}${leaf.algorithm}256_${id}.p12`, bytes, purpose, serial: leaf.serial };
};

const certificatesOf = (pem) => {
	try {
		return parsePem(pem).map(parseCertificate);
	} catch (cause) {
		throw new KeyFileError('no-certificate', '', cause);
	}
};

/*
 * pendingBytes: file with keys and no certificates; certsPem: what the server issued, with the CAs above.
 * Returns [{ name: 'AUTH_RSA256_<ski>.p12' or 'RSA256_<ski>.p12', bytes, purpose, serial }], authentication first.
 * Throws KeyFileError: what opening says; no-certificate when one of the keys got none.
 */
export const installPending = (pendingBytes, pendingPassword, certsPem, newPassword, { oids = undefined, iterations = undefined } = {}) => orDamaged(async () => {
	const { keys } = await openP12(await octetsOf(pendingBytes), pendingPassword);
	const heap = certificatesOf(certsPem);
	const files = [];
	for (const { pkcs8 } of keys) {
		const own = await Promise.all(heap.map((certificate) => belongs(pkcs8, certificate.spki)));
		const leaf = heap[own.indexOf(true)];
		if (!leaf)
			throw new KeyFileError('no-certificate');
		files.push(await finalFile(pkcs8, leaf, heap, newPassword, { oids, iterations }));
	}
	return files.sort((a, b) => (a.purpose === 'auth' ? 0 : 1) - (b.purpose === 'auth' ? 0 : 1));
});

/*
 * The folder for new files, or null: no picker here, cancelled, or a folder the browser protects. Must be the first call of a
 * click: the browser forgets the click while keys are made.
 */
export const chooseFolder = async () => {
	try {
		return await globalThis.showDirectoryPicker?.({ id: 'keys', mode: 'readwrite' }) ?? null;
	} catch {
		return null;
	}
};

const saveInFolder = async (name, bytes, folder) => {
	const handle = await folder.getFileHandle(name, { create: true });
	const stream = await handle.createWritable();
	await stream.write(bytes);
	await stream.close();
	return equal(await octetsOf(await handle.getFile()), bytes);
};

const download = (name, bytes) => {
	const link = document.createElement('a');
	link.href = URL.createObjectURL(new Blob([bytes], { type: 'application/x-pkcs12' }));
	link.download = name;
	link.click();
	/* Firefox reads the blob after the click has returned. */
	setTimeout(() => URL.revokeObjectURL(link.href), 60000);
};

/* Returns 'folder' when the file stands in the folder and was read back from it, else 'download': handed over, unseen. */
export const saveFile = async (name, bytes, folder = null) => {
	try {
		if (folder && await saveInFolder(name, bytes, folder))
			return 'folder';
	} catch {
		/* A folder that was taken away loses nothing: the download follows. */
	}
	download(name, bytes);
	return 'download';
};
