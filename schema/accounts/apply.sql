-- apply: files first applications for whoever comes. Reads nothing about persons; cannot confirm anything.
-- include: event-insert
-- include: rate
GRANT SELECT (code, parent, kind, name_ru, name_kk) ON cabinet.locality TO 'cabinet_apply'@'localhost';
GRANT INSERT (spki_hash, number, purpose) ON cabinet.public_key TO 'cabinet_apply'@'localhost';
GRANT INSERT (number, iin, template, origin, status, surname, name, patronymic, email, locality, store, csr_auth, csr_sign, hash_auth, hash_sign,
  code_hash, created_at, changed_at) ON cabinet.application TO 'cabinet_apply'@'localhost';
GRANT INSERT (number, status, at, actor) ON cabinet.application_status TO 'cabinet_apply'@'localhost';
