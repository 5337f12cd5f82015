-- When was each certificate of a person used first and last: sessions opened and documents signed with it?
-- @iin    the person (12 digits)
SET time_zone = '+00:00';
SET @iin = CONVERT(@iin USING ascii) COLLATE ascii_bin;
SELECT HEX(c.serial) AS serial, c.purpose, c.not_before, c.not_after, r.revoked_at, COUNT(u.at) AS uses, MIN(u.at) AS first_use, MAX(u.at) AS last_use
FROM v_certificates c LEFT JOIN v_revocations r ON r.serial = c.serial
LEFT JOIN (
  SELECT serial, created_at AS at FROM v_sessions WHERE iin = @iin
  UNION ALL SELECT signer, accepted_at FROM v_signed_forms WHERE iin = @iin AND kind <> 'login'
) u ON u.serial = c.serial
WHERE c.iin = @iin GROUP BY c.serial ORDER BY c.issued_at, c.serial;
