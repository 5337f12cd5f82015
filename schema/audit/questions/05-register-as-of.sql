-- What did the register say about a person's certificates at a moment: which existed, and which of them were revoked or expired?
-- @iin      the person (12 digits)
-- @as_of    the moment, UTC ('2026-11-23 10:00:00')
SET time_zone = '+00:00';
SET @iin = CONVERT(@iin USING ascii) COLLATE ascii_bin;
SET @as_of = CAST(@as_of AS DATETIME(6));
SELECT HEX(c.serial) AS serial, c.number, c.purpose, c.not_before, c.not_after, r.revoked_at, r.reason,
  IF(r.serial IS NOT NULL, 'revoked', IF(c.not_after < @as_of, 'expired', 'valid')) AS state
FROM v_certificates FOR SYSTEM_TIME AS OF TIMESTAMP @as_of c
LEFT JOIN v_revocations FOR SYSTEM_TIME AS OF TIMESTAMP @as_of r ON r.serial = c.serial
WHERE c.iin = @iin ORDER BY c.issued_at, c.serial;
