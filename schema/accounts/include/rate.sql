-- rate_statements: limits of what strangers do.
GRANT SELECT (name, tat), INSERT (name, tat), UPDATE (tat) ON cabinet.rate_limit TO {account};
