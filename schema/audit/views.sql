-- What the auditor sees: one view per table, named alike, columns by their own names (schema/001_cabinet.sql explains each); octets as octets
-- (the mariadb client shows them with --binary-as-hex; questions print HEX()). Views of system-versioned tables also have since and until, the
-- life of that version of the row, and can be asked FOR SYSTEM_TIME AS OF a moment, BETWEEN two, or ALL. Times are UTC: SET time_zone = '+00:00'.
-- SQL SECURITY DEFINER: the auditor's account may read these views and nothing beneath them.
SET NAMES utf8mb4;

-- one row per person
CREATE OR REPLACE SQL SECURITY DEFINER VIEW v_people AS
SELECT iin, surname, name, patronymic, language, notify, email, created_at, row_start AS since, row_end AS until
FROM citizen;

-- one row per application; requests by their hashes (hash_auth, hash_sign: SHA-256 of the PKCS#10); names as typed on the public page
CREATE OR REPLACE SQL SECURITY DEFINER VIEW v_applications AS
SELECT number, iin, template, origin, status, surname, name, patronymic, email, locality, store, hash_auth, hash_sign, requested_by, form, replaces, reason, created_at,
  changed_at, row_start AS since, row_end AS until
FROM application;

-- each status an application has reached: when, by whose act, with which certificate and signed form
CREATE OR REPLACE SQL SECURITY DEFINER VIEW v_status_history AS
SELECT number, status, at, actor, serial, form, reason, row_start AS since, row_end AS until
FROM application_status;

-- every public key ever requested; spki_hash: SHA-256 of SubjectPublicKeyInfo
CREATE OR REPLACE SQL SECURITY DEFINER VIEW v_public_keys AS
SELECT spki_hash, number, purpose, row_start AS since, row_end AS until
FROM public_key;

-- every certificate issued; der: the certificate itself; authorized_by: the certificate that signed the confirmation
CREATE OR REPLACE SQL SECURITY DEFINER VIEW v_certificates AS
SELECT serial, ca, iin, number, purpose, algorithm, state, subject, full_name, not_before, not_after, key_id, der, authorized_by, form,
  issued_at, row_start AS since, row_end AS until
FROM certificate;

-- serial numbers set aside before a signature is made; tbs: the octets that were to be signed
CREATE OR REPLACE SQL SECURITY DEFINER VIEW v_reservations AS
SELECT serial, ca, number, purpose, state, tbs, reserved_at, row_start AS since, row_end AS until
FROM serial_reservation;

-- the register of revocations; refused: the publisher found the signed document wanting (an alarm)
CREATE OR REPLACE SQL SECURITY DEFINER VIEW v_revocations AS
SELECT ca, serial, iin, reason, revoked_at, form, verified_at, refused, first_crl_number, first_delta_number, not_after,
  invalid_since, raised_at, last_crl_number, row_start AS since, row_end AS until
FROM revocation;

-- second decisions: that the key of a revoked certificate is compromised; refused: as above
CREATE OR REPLACE SQL SECURITY DEFINER VIEW v_compromises AS
SELECT serial, ca, iin, form, reported_at, invalid_since, verified_at, refused, row_start AS since, row_end AS until
FROM compromise;

-- keys that get no certificate, whoever asks
CREATE OR REPLACE SQL SECURITY DEFINER VIEW v_blocked_keys AS
SELECT spki_hash, reason, serial, at, row_start AS since, row_end AS until
FROM blocked_key;

-- what was about to be signed, under a throw-away key, for linters: no certificates
CREATE OR REPLACE SQL SECURITY DEFINER VIEW v_lint_certificates AS
SELECT serial, ca, number, purpose, der, made_at, row_start AS since, row_end AS until
FROM lint_certificate;

-- CRLs made; published_at NULL: claimed, not visible yet
CREATE OR REPLACE SQL SECURITY DEFINER VIEW v_crls AS
SELECT ca, number, kind, base_number, this_update, next_update, entries, size, tbs_sha256, published_at, row_start AS since,
  row_end AS until
FROM crl;

-- the CAs and their state; issuer: the CA that signed it
CREATE OR REPLACE SQL SECURITY DEFINER VIEW v_cas AS
SELECT id, name, state, issuer, certificate, subject, key_id, not_after, row_start AS since, row_end AS until
FROM ca;

-- accepted documents: what was issued and what came back, octet by octet; digest: SHA-256 of document
CREATE OR REPLACE SQL SECURITY DEFINER VIEW v_signed_forms AS
SELECT digest, kind, iin, subject, document, signed, signer, accepted_at, row_start AS since, row_end AS until
FROM signed_form;

-- documents issued for signing and not purged yet; tries: refused attempts
CREATE OR REPLACE SQL SECURITY DEFINER VIEW v_forms_issued AS
SELECT digest, kind, iin, subject, variant, language, state, tries, issued_at, expires_at
FROM form_issued;

-- proofs of pending keys used up and not purged yet
CREATE OR REPLACE SQL SECURITY DEFINER VIEW v_logins_used AS
SELECT digest, expires_at
FROM login_used;

-- sessions, without what would find one of them by its cookie
CREATE OR REPLACE SQL SECURITY DEFINER VIEW v_sessions AS
SELECT iin, serial, address, user_agent, created_at, seen_at, expires_at, ended_at, end_reason
FROM session;

-- audit events; serial and form as they were presented, also in refusals; account is written by the database, program by the writer
CREATE OR REPLACE SQL SECURITY DEFINER VIEW v_events AS
SELECT id, at, account, program, request, kind, iin, number, serial, form, rule, address, detail
FROM event;

-- the classifier of localities
CREATE OR REPLACE SQL SECURITY DEFINER VIEW v_localities AS
SELECT code, parent, kind, name_ru, name_kk, source, row_start AS since, row_end AS until
FROM locality;

-- mails: what was told to whom and when; email NULL: to the confirmed address, not sent yet; skipped and failed ones say why
CREATE OR REPLACE SQL SECURITY DEFINER VIEW v_mails AS
SELECT id, kind, iin, language, subject, detail, email, at, state, reason, attempts, next_at, sent_at
FROM outbox;

-- profiles with an address that waits for its code, without the code
CREATE OR REPLACE SQL SECURITY DEFINER VIEW v_profiles AS
SELECT iin, saved_at, confirmed_at, email, mail, tries, expires_at, asked, asked_at
FROM profile;

-- replaced addresses, and until when they are told what concerns security
CREATE OR REPLACE SQL SECURITY DEFINER VIEW v_former_addresses AS
SELECT iin, email, until
FROM email_former;

-- links of mails that stop what a citizen did not do, without what would open one
CREATE OR REPLACE SQL SECURITY DEFINER VIEW v_notice_links AS
SELECT mail, expires_at, used_at, result
FROM notice_link;
