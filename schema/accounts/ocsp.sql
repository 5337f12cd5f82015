-- ocsp: what the register says of one serial number. It reads no name, no certificate, and writes nothing.
GRANT SELECT (id, key_id) ON cabinet.ca TO 'cabinet_ocsp'@'localhost';
GRANT SELECT (serial, ca) ON cabinet.certificate TO 'cabinet_ocsp'@'localhost';
GRANT SELECT (ca, serial, reason, revoked_at) ON cabinet.revocation TO 'cabinet_ocsp'@'localhost';
