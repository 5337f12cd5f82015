-- A confirmation may name the pair that its new one replaces. Which revocations have no accepted document behind them, or one of another kind or person? None may, and the publisher refuses them too.
SET time_zone = '+00:00';
SELECT HEX(r.serial) AS serial, r.iin, r.reason, r.revoked_at, r.refused,
  CASE WHEN f.digest IS NULL THEN 'no document' WHEN f.kind NOT IN ('revocation', 'decision', 'confirmation') THEN 'document of another kind'
       WHEN c.serial IS NULL THEN 'no such certificate' ELSE 'document of another person' END AS fault
FROM v_revocations r LEFT JOIN v_signed_forms f ON f.digest = r.form LEFT JOIN v_certificates c ON c.serial = r.serial AND c.iin = r.iin
WHERE f.digest IS NULL OR f.kind NOT IN ('revocation', 'decision', 'confirmation') OR c.serial IS NULL OR (f.kind <> 'decision' AND f.iin <> r.iin)
ORDER BY r.revoked_at;
