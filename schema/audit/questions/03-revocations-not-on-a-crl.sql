-- Which revocations are on no published CRL yet, though they are older than they may be?
-- @minutes    how long it may take (default 5)
SET time_zone = '+00:00';
SET @minutes = COALESCE(@minutes, 5);
SELECT HEX(r.serial) AS serial, r.iin, r.reason, r.revoked_at, r.verified_at, r.refused, r.first_crl_number, r.first_delta_number,
  CASE WHEN r.refused IS NOT NULL THEN 'refused by the publisher'
       WHEN r.verified_at IS NULL THEN 'not verified'
       WHEN r.first_crl_number IS NULL AND r.first_delta_number IS NULL THEN 'not claimed'
       ELSE 'claimed, not published' END AS state
FROM v_revocations r
WHERE r.revoked_at < UTC_TIMESTAMP(6) - INTERVAL @minutes MINUTE
  AND NOT EXISTS (SELECT 1 FROM v_crls b WHERE b.ca = r.ca AND b.number = r.first_crl_number AND b.kind = 'base' AND b.published_at IS NOT NULL)
  AND NOT EXISTS (SELECT 1 FROM v_crls d WHERE d.ca = r.ca AND d.number = r.first_delta_number AND d.kind = 'delta' AND d.published_at IS NOT NULL)
ORDER BY r.revoked_at;
