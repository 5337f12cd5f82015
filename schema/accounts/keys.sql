-- keys: shows certificates; changes nothing.
-- include: event-insert
-- include: session-lookup
GRANT SELECT (serial, ca, iin, number, purpose, algorithm, subject, full_name, not_before, not_after, key_id, der, issued_at) ON cabinet.certificate TO 'cabinet_keys'@'localhost';
GRANT SELECT (id, name, subject) ON cabinet.ca TO 'cabinet_keys'@'localhost';
GRANT SELECT (number, origin, created_at, status) ON cabinet.application TO 'cabinet_keys'@'localhost';
GRANT SELECT (ca, serial, reason, revoked_at, refused, first_crl_number, first_delta_number) ON cabinet.revocation TO 'cabinet_keys'@'localhost';
GRANT SELECT (ca, number, kind, published_at) ON cabinet.crl TO 'cabinet_keys'@'localhost';
