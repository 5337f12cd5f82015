-- revoke: enters the citizen's signed revocation into the register. Claiming it into a CRL is the publisher's.
-- include: event-insert
-- include: session-lookup
-- include: outbox-insert
GRANT SELECT (serial, ca, iin, number, purpose, algorithm, subject, full_name, not_before, not_after, key_id, der, issued_at) ON cabinet.certificate TO 'cabinet_revoke'@'localhost';
GRANT SELECT (id, name, subject) ON cabinet.ca TO 'cabinet_revoke'@'localhost';
GRANT SELECT (number, origin, created_at, status) ON cabinet.application TO 'cabinet_revoke'@'localhost';
GRANT SELECT (ca, serial, reason, revoked_at, refused, first_crl_number, first_delta_number) ON cabinet.revocation TO 'cabinet_revoke'@'localhost';
GRANT SELECT (ca, number, kind, published_at) ON cabinet.crl TO 'cabinet_revoke'@'localhost';
-- include: certificate-check
-- include: signed-form
GRANT SELECT (iin, version), UPDATE (version) ON cabinet.citizen TO 'cabinet_revoke'@'localhost';
GRANT SELECT (kind, iin, subject, variant, state, expires_at, issued_at) ON cabinet.form_issued TO 'cabinet_revoke'@'localhost';
GRANT INSERT (ca, serial, iin, reason, revoked_at, form, invalid_since) ON cabinet.revocation TO 'cabinet_revoke'@'localhost';
GRANT INSERT (serial, ca, iin, form, reported_at, invalid_since) ON cabinet.compromise TO 'cabinet_revoke'@'localhost';
GRANT UPDATE (last_page) ON cabinet.session TO 'cabinet_revoke'@'localhost';
