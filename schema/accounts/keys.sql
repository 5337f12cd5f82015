-- keys: shows certificates; changes nothing.
-- include: event-insert
-- include: session-lookup
GRANT SELECT (serial, ca, iin, number, purpose, algorithm, subject, full_name, not_before, not_after, key_id, der, issued_at) ON cabinet.certificate TO 'cabinet_keys'@'localhost';
GRANT SELECT (id, name, subject) ON cabinet.ca TO 'cabinet_keys'@'localhost';
GRANT SELECT (number, origin, created_at, status) ON cabinet.application TO 'cabinet_keys'@'localhost';
GRANT SELECT (ca, serial, reason, revoked_at, refused, first_crl_number, first_delta_number, crl_number, delta_number, last_crl_number, raised_at)
  ON cabinet.revocation TO 'cabinet_keys'@'localhost';
GRANT SELECT (serial, reported_at, refused) ON cabinet.compromise TO 'cabinet_keys'@'localhost';
GRANT SELECT (ca, number, kind, this_update, next_update, published_at) ON cabinet.crl TO 'cabinet_keys'@'localhost';
