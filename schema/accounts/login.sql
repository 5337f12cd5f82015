-- login: opens sessions. The only account that may insert one.
-- include: event-insert
-- include: session-lookup
-- include: outbox-insert
-- include: session-login
-- include: certificate-check
-- include: signed-form-keep
-- include: rate
GRANT SELECT (iin, user_agent, created_at) ON cabinet.session TO 'cabinet_login'@'localhost';
GRANT SELECT (digest) ON cabinet.signed_form TO 'cabinet_login'@'localhost';
GRANT SELECT (iin, version, login_tat, login_browser), INSERT (iin, surname, name, patronymic, created_at), UPDATE (surname, name, patronymic, version, login_tat, login_browser) ON cabinet.citizen TO 'cabinet_login'@'localhost';
