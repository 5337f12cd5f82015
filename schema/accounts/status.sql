-- status: what became of an application; the citizen's "installed".
-- include: event-insert
-- include: session-lookup
-- include: signed-form-keep
-- include: document-used
-- include: rate
GRANT SELECT (number, iin, template, origin, status, email, locality, store, hash_auth, hash_sign, reason, created_at, changed_at, csr_auth, csr_sign, code_hash),
  UPDATE (status, changed_at) ON cabinet.application TO 'cabinet_status'@'localhost';
GRANT SELECT (number, status, at, actor, serial, form, reason), INSERT (number, status, at, actor, serial)
  ON cabinet.application_status TO 'cabinet_status'@'localhost';
GRANT SELECT (code, name_ru, name_kk) ON cabinet.locality TO 'cabinet_status'@'localhost';
GRANT SELECT (serial, ca, iin, number, purpose, not_before, not_after, der) ON cabinet.certificate TO 'cabinet_status'@'localhost';
GRANT SELECT (id, issuer, certificate) ON cabinet.ca TO 'cabinet_status'@'localhost';
