-- profile: settings, address and open sessions of the citizen; the links that stop what the citizen did not do.
-- include: event-insert
-- include: session-lookup
-- include: certificate-check
-- include: outbox-insert
GRANT SELECT (notify, email, version), UPDATE (language, notify, email, version) ON cabinet.citizen TO 'cabinet_profile'@'localhost';
GRANT SELECT (address, user_agent, end_reason) ON cabinet.session TO 'cabinet_profile'@'localhost';
GRANT SELECT (iin, email, mail, code, tries, expires_at, asked, asked_at, saved_at, confirmed_at), INSERT (iin),
  UPDATE (email, mail, code, tries, expires_at, asked, asked_at, saved_at, confirmed_at) ON cabinet.profile TO 'cabinet_profile'@'localhost';
GRANT SELECT (iin, email, until), INSERT (iin, email, until), UPDATE (until) ON cabinet.email_former TO 'cabinet_profile'@'localhost';
GRANT SELECT (id, kind, iin, language, subject, email, at, state) ON cabinet.outbox TO 'cabinet_profile'@'localhost';
GRANT SELECT (hash, mail, expires_at, used_at, result), UPDATE (used_at, result) ON cabinet.notice_link TO 'cabinet_profile'@'localhost';
GRANT SELECT (number, iin, status), UPDATE (status, changed_at) ON cabinet.application TO 'cabinet_profile'@'localhost';
GRANT INSERT (number, status, at, actor) ON cabinet.application_status TO 'cabinet_profile'@'localhost';
