-- outbox_statements: a mail that waits; whose address that is, is the mailer's.
GRANT INSERT (id, kind, iin, language, subject, detail, email, at, next_at) ON cabinet.outbox TO {account};
