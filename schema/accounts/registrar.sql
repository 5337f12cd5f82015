-- registrar: the registration centre's decisions (cabinet-registrar). Keeps signed decisions; cannot issue, and cannot write anybody's names.
-- include: event-insert
-- include: certificate-check
-- include: signed-form-keep
GRANT SELECT (number, iin, template, origin, status, surname, name, patronymic, email, locality, store, hash_auth, hash_sign, reason, form,
  created_at, changed_at), UPDATE (status, reason, form, changed_at) ON cabinet.application TO 'cabinet_registrar'@'localhost';
GRANT SELECT (number, status, at, actor, serial, form, reason), INSERT (number, status, at, actor, serial, form, reason)
  ON cabinet.application_status TO 'cabinet_registrar'@'localhost';
GRANT SELECT (iin, surname, name, patronymic, version), UPDATE (version) ON cabinet.citizen TO 'cabinet_registrar'@'localhost';
GRANT SELECT (code, name_ru, name_kk) ON cabinet.locality TO 'cabinet_registrar'@'localhost';
