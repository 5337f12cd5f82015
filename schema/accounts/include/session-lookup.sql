-- session_statements: whose session is it, and is the certificate that opened it still good; opening one is not in here.
GRANT SELECT (id, iin, serial, created_at, seen_at, expires_at, ended_at, last_page), UPDATE (seen_at, last_page, ended_at, end_reason)
  ON cabinet.session TO {account};
GRANT SELECT (iin, surname, name, patronymic, language) ON cabinet.citizen TO {account};
GRANT SELECT (serial, ca, full_name, not_after) ON cabinet.certificate TO {account};
GRANT SELECT (id, state) ON cabinet.ca TO {account};
GRANT SELECT (serial) ON cabinet.revocation TO {account};
