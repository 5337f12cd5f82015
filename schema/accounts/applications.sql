-- applications: the citizen's confirmation and withdrawal. Everything after "signed" is the publisher's.
-- include: event-insert
-- include: session-lookup
-- include: certificate-check
-- include: signed-form
GRANT SELECT (iin, version), UPDATE (version) ON cabinet.citizen TO 'cabinet_applications'@'localhost';
GRANT SELECT (number, iin, template, origin, status, email, locality, store, hash_auth, hash_sign, form, reason, created_at, changed_at,
  code_hash, code_tries), UPDATE (status, form, replaces, code_tries, changed_at) ON cabinet.application TO 'cabinet_applications'@'localhost';
GRANT SELECT (number, status, at, actor, serial, form, reason), INSERT (number, status, at, actor, serial, form)
  ON cabinet.application_status TO 'cabinet_applications'@'localhost';
GRANT SELECT (number, algorithm) ON cabinet.certificate TO 'cabinet_applications'@'localhost';
GRANT SELECT (code, name_ru, name_kk) ON cabinet.locality TO 'cabinet_applications'@'localhost';
-- the statement: what the citizen signed, and what was issued
GRANT SELECT (document) ON cabinet.signed_form TO 'cabinet_applications'@'localhost';
GRANT SELECT (serial, iin, number, purpose, not_before, not_after) ON cabinet.certificate TO 'cabinet_applications'@'localhost';
