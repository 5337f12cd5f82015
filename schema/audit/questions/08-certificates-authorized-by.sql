-- Which certificates go back to one certificate: those it confirmed, those confirmed by these, and so on? Asked when a key was stolen.
-- @serial    the certificate (40 hex digits)
SET time_zone = '+00:00';
WITH RECURSIVE line (serial, depth) AS (
  SELECT serial, 0 FROM v_certificates WHERE serial = UNHEX(@serial)
  UNION SELECT c.serial, l.depth + 1 FROM line l JOIN v_certificates c ON c.authorized_by = l.serial WHERE l.depth < 100
)
SELECT l.depth, HEX(c.serial) AS serial, c.iin, c.number, c.purpose, c.issued_at, HEX(c.authorized_by) AS authorized_by, r.revoked_at
FROM line l JOIN v_certificates c ON c.serial = l.serial LEFT JOIN v_revocations r ON r.serial = c.serial
ORDER BY l.depth, c.issued_at, c.serial;
