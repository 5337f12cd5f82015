-- document_used_statements: the use of proofs, which have no row before it.
GRANT SELECT (digest), INSERT (digest, expires_at) ON cabinet.login_used TO {account};
