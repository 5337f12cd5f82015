-- health: is the publisher at work, are the CRLs fresh, does anything wait. Numbers only, nothing about persons.
GRANT SELECT (name, expires_at) ON cabinet.lease TO 'cabinet_health'@'localhost';
GRANT SELECT (id) ON cabinet.ca TO 'cabinet_health'@'localhost';
GRANT SELECT (ca, number, kind, this_update, next_update, published_at) ON cabinet.crl TO 'cabinet_health'@'localhost';
GRANT SELECT (status, changed_at) ON cabinet.application TO 'cabinet_health'@'localhost';
GRANT SELECT (ca, revoked_at, verified_at, refused, crl_number, delta_number) ON cabinet.revocation TO 'cabinet_health'@'localhost';
GRANT SELECT (state, next_at) ON cabinet.outbox TO 'cabinet_health'@'localhost';
GRANT SELECT (kind, at) ON cabinet.event TO 'cabinet_health'@'localhost';
