-- Which sessions were opened, or still used, after their certificate had been revoked? The page that shows the result of the revocation is
-- allowed for a moment.
-- @seconds    how long that page may take (default 60)
SET time_zone = '+00:00';
SET @seconds = COALESCE(@seconds, 60);
SELECT s.iin, HEX(s.serial) AS serial, s.address, s.created_at, s.seen_at, s.ended_at, r.revoked_at,
  IF(s.created_at > r.revoked_at, 'opened after revocation', 'used after revocation') AS fault
FROM v_revocations r JOIN v_sessions s ON s.serial = r.serial
WHERE s.created_at > r.revoked_at OR s.seen_at > r.revoked_at + INTERVAL @seconds SECOND
ORDER BY s.created_at;
