-- signed_form_statements: issues documents, looks at them, uses them up, keeps what came back. Needs certificate-check and event-insert too.
GRANT SELECT (digest, kind, iin, subject, variant, language, site, document, state, tries, expires_at),
  INSERT (digest, kind, iin, subject, variant, language, site, document, issued_at, expires_at), UPDATE (state, tries)
  ON cabinet.form_issued TO {account};
GRANT SELECT (digest), INSERT (digest, kind, iin, subject, document, signed, signer, accepted_at) ON cabinet.signed_form TO {account};
