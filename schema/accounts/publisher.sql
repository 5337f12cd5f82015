-- publisher: issues, verifies revocations, publishes CRLs. Alone writes ca, certificate, crl, serial_reservation and the lease; enrols at the centre.
-- include: event-insert
-- include: outbox-insert
GRANT SELECT (name, holder, fence, expires_at), UPDATE (holder, fence, expires_at) ON cabinet.lease TO 'cabinet_publisher'@'localhost';
GRANT SELECT (id, state, certificate, key_id), INSERT (id, name, state, issuer, certificate, subject, key_id, not_after)
  ON cabinet.ca TO 'cabinet_publisher'@'localhost';
GRANT SELECT (digest, kind, iin, document, signed, signer, accepted_at) ON cabinet.signed_form TO 'cabinet_publisher'@'localhost';
GRANT SELECT (iin, version), INSERT (iin, surname, name, patronymic, created_at), UPDATE (version)
  ON cabinet.citizen TO 'cabinet_publisher'@'localhost';
GRANT SELECT (number, iin, template, origin, status, csr_auth, csr_sign, form, replaces, changed_at),
  INSERT (number, iin, template, origin, status, store, csr_auth, csr_sign, hash_auth, hash_sign, created_at, changed_at),
  UPDATE (status, reason, replaces, changed_at) ON cabinet.application TO 'cabinet_publisher'@'localhost';
GRANT INSERT (number, status, at, actor, serial, form, reason) ON cabinet.application_status TO 'cabinet_publisher'@'localhost';
GRANT SELECT (spki_hash, number, purpose), INSERT (spki_hash, number, purpose) ON cabinet.public_key TO 'cabinet_publisher'@'localhost';
GRANT INSERT (serial, ca, number, purpose, der, made_at) ON cabinet.lint_certificate TO 'cabinet_publisher'@'localhost';
GRANT SELECT (serial, ca, number, purpose, state, tbs), INSERT (serial, ca, number, purpose, state, tbs, reserved_at), UPDATE (state)
  ON cabinet.serial_reservation TO 'cabinet_publisher'@'localhost';
GRANT SELECT (serial, ca, iin, number, purpose, not_after, der),
  INSERT (serial, ca, iin, number, purpose, algorithm, subject, full_name, not_before, not_after, key_id, der, authorized_by, form, issued_at)
  ON cabinet.certificate TO 'cabinet_publisher'@'localhost';
GRANT SELECT (ca, serial, iin, reason, revoked_at, form, verified_at, refused, not_after, invalid_since, first_crl_number, first_delta_number, crl_number,
  delta_number, last_crl_number, crl_block), INSERT (ca, serial, iin, reason, revoked_at, form, not_after, verified_at),
  UPDATE (reason, invalid_since, raised_at, verified_at, refused, not_after, first_crl_number, first_delta_number, crl_number, delta_number, last_crl_number)
  ON cabinet.revocation TO 'cabinet_publisher'@'localhost';
GRANT SELECT (serial, ca, iin, form, invalid_since, verified_at, refused), UPDATE (verified_at, refused) ON cabinet.compromise TO 'cabinet_publisher'@'localhost';
GRANT SELECT (spki_hash, reason), INSERT (spki_hash, reason, serial, at) ON cabinet.blocked_key TO 'cabinet_publisher'@'localhost';
GRANT SELECT (ca, number, kind, base_number, this_update, next_update, entries, octets, file_mark, published_at),
  INSERT (ca, number, kind, base_number, this_update, next_update, entries, octets, size),
  UPDATE (entries, octets, size, tbs_sha256, file_mark, published_at) ON cabinet.crl TO 'cabinet_publisher'@'localhost';
GRANT SELECT (serial, der), INSERT (serial, ca, tbs, reserved_at), UPDATE (der, not_after, signed_at) ON cabinet.responder TO 'cabinet_publisher'@'localhost';
GRANT SELECT (expires_at), DELETE ON cabinet.form_issued TO 'cabinet_publisher'@'localhost';
GRANT SELECT (tat), DELETE ON cabinet.rate_limit TO 'cabinet_publisher'@'localhost';
GRANT SELECT (expires_at), DELETE ON cabinet.login_used TO 'cabinet_publisher'@'localhost';
GRANT SELECT (ca, block, entries, packed), UPDATE (entries, packed) ON cabinet.crl_block TO 'cabinet_publisher'@'localhost';
