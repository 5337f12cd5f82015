-- certificate_statements: is this certificate one of ours, and still good.
GRANT SELECT (serial, ca, state, not_after, der) ON cabinet.certificate TO {account};
GRANT SELECT (id, state, certificate, not_after) ON cabinet.ca TO {account};
GRANT SELECT (serial) ON cabinet.revocation TO {account};
