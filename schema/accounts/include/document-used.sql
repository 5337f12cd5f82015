-- document_used_statements: the use of documents that had no row before it.
GRANT SELECT (digest), INSERT (digest, expires_at) ON cabinet.login_used TO {account};
