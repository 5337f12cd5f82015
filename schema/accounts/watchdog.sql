-- watchdog: compares what is served with the register. Reads, and changes nothing.
GRANT SELECT (id, key_id) ON cabinet.ca TO 'cabinet_watchdog'@'localhost';
GRANT SELECT (status, changed_at) ON cabinet.application TO 'cabinet_watchdog'@'localhost';
GRANT SELECT (ca, serial, reason, revoked_at, verified_at, refused, not_after, first_crl_number, first_delta_number, crl_number, delta_number)
  ON cabinet.revocation TO 'cabinet_watchdog'@'localhost';
GRANT SELECT (name, expires_at) ON cabinet.lease TO 'cabinet_watchdog'@'localhost';
GRANT SELECT (state, next_at) ON cabinet.outbox TO 'cabinet_watchdog'@'localhost';
GRANT SELECT (ca, number, kind, this_update, next_update, tbs_sha256, published_at) ON cabinet.crl TO 'cabinet_watchdog'@'localhost';
GRANT SELECT (serial, ca, iin, purpose, algorithm, subject, full_name, not_before, not_after, key_id, der) ON cabinet.certificate TO 'cabinet_watchdog'@'localhost';
GRANT SELECT (serial, state) ON cabinet.serial_reservation TO 'cabinet_watchdog'@'localhost';
GRANT SELECT (kind, at, serial) ON cabinet.event TO 'cabinet_watchdog'@'localhost';
