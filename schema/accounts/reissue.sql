-- reissue: files applications. Cannot confirm one.
-- include: event-insert
-- include: session-lookup
-- include: outbox-insert
-- include: certificate-check
GRANT SELECT (iin, version), UPDATE (version) ON cabinet.citizen TO 'cabinet_reissue'@'localhost';
GRANT SELECT (serial, ca, iin, purpose, not_before, not_after) ON cabinet.certificate TO 'cabinet_reissue'@'localhost';
GRANT SELECT (ca, serial) ON cabinet.revocation TO 'cabinet_reissue'@'localhost';
GRANT SELECT (code, parent, kind, name_ru, name_kk) ON cabinet.locality TO 'cabinet_reissue'@'localhost';
GRANT INSERT (spki_hash, number, purpose) ON cabinet.public_key TO 'cabinet_reissue'@'localhost';
GRANT SELECT (number, iin, origin, status, email, locality, store, hash_auth, hash_sign, created_at),
  INSERT (number, iin, template, origin, status, email, locality, store, csr_auth, csr_sign, hash_auth, hash_sign, requested_by, created_at, changed_at)
  ON cabinet.application TO 'cabinet_reissue'@'localhost';
GRANT INSERT (number, status, at, actor, serial) ON cabinet.application_status TO 'cabinet_reissue'@'localhost';
GRANT SELECT (iin, purpose, not_before) ON cabinet.certificate TO 'cabinet_reissue'@'localhost';
GRANT SELECT (ca) ON cabinet.revocation TO 'cabinet_reissue'@'localhost';
