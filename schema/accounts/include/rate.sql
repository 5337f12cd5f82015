-- rate_statements: limits of what people do.
GRANT SELECT (name, tat), INSERT (name, tat), UPDATE (tat) ON cabinet.rate_limit TO {account};
