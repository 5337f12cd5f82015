-- session_login_statements, session_logout_statements: opens and ends sessions. For program login alone.
GRANT SELECT (id, ended_at), INSERT (id, iin, serial, address, user_agent, created_at, seen_at, expires_at), UPDATE (ended_at, end_reason)
  ON cabinet.session TO {account};
