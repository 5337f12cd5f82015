-- Which certificates were not announced before they were signed, and which announced ones were left half-way?
-- @minutes    how long issuing may take (default 5)
SET time_zone = '+00:00';
SET @minutes = COALESCE(@minutes, 5);
SELECT HEX(c.serial) AS serial, c.iin, c.number, c.purpose, c.issued_at AS at,
  CASE WHEN s.serial IS NULL THEN 'no reservation' WHEN s.state <> 'stored' THEN CONCAT('reservation is ', s.state) ELSE 'reserved for another application' END AS fault
FROM v_certificates c JOIN v_applications a ON a.number = c.number LEFT JOIN v_reservations s ON s.serial = c.serial
WHERE (s.serial IS NULL AND a.origin <> 'centre') OR s.state <> 'stored' OR s.number <> c.number OR s.purpose <> c.purpose
UNION ALL
SELECT HEX(s.serial), NULL, s.number, s.purpose, s.reserved_at, CONCAT('left half-way: ', s.state)
FROM v_reservations s WHERE s.state IN ('reserved', 'kept') AND s.reserved_at < UTC_TIMESTAMP(6) - INTERVAL @minutes MINUTE
  AND NOT EXISTS (SELECT 1 FROM v_certificates c WHERE c.serial = s.serial)
ORDER BY at, serial;
