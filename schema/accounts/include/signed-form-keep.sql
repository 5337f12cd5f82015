-- signed_form_keep_statements: keeps a signed document. For program login, whose documents have no row before their use.
GRANT INSERT (digest, kind, iin, subject, document, signed, signer, accepted_at) ON cabinet.signed_form TO {account};
