-- event_statements: audit events are written, never read, changed or deleted.
GRANT INSERT (program, request, kind, iin, number, serial, form, rule, address, detail) ON cabinet.event TO {account};
