-- mailer: sends what waits in the outbox. Finds addresses, makes codes and links; reaches no key and decides nothing.
-- include: event-insert
GRANT SELECT (id, kind, iin, language, subject, detail, email, at, state, attempts, next_at),
  INSERT (id, kind, iin, language, subject, detail, email, at, next_at), UPDATE (state, reason, email, attempts, next_at, sent_at)
  ON cabinet.outbox TO 'cabinet_mailer'@'localhost';
GRANT SELECT (iin, name, patronymic, language, notify, email) ON cabinet.citizen TO 'cabinet_mailer'@'localhost';
GRANT SELECT (iin, mail, email), UPDATE (code, expires_at) ON cabinet.profile TO 'cabinet_mailer'@'localhost';
GRANT SELECT (iin, email, until) ON cabinet.email_former TO 'cabinet_mailer'@'localhost';
GRANT INSERT (hash, mail, expires_at) ON cabinet.notice_link TO 'cabinet_mailer'@'localhost';
GRANT SELECT (serial, iin, number, purpose, not_after, issued_at) ON cabinet.certificate TO 'cabinet_mailer'@'localhost';
GRANT SELECT (serial) ON cabinet.revocation TO 'cabinet_mailer'@'localhost';
