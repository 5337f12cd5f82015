-- Which applications have stood still: confirmed and not issued, or filed and neither confirmed nor closed?
-- @minutes    how long the publisher may take (default 5)
-- @hours      how long a confirmation may take (default 24)
SET time_zone = '+00:00';
SET @minutes = COALESCE(@minutes, 5);
SET @hours = COALESCE(@hours, 24);
SELECT number, iin, origin, status, created_at, changed_at, TIMESTAMPDIFF(MINUTE, changed_at, UTC_TIMESTAMP(6)) AS minutes
FROM v_applications
WHERE (status IN ('signed', 'signing') AND changed_at < UTC_TIMESTAMP(6) - INTERVAL @minutes MINUTE)
   OR (status = 'new' AND changed_at < UTC_TIMESTAMP(6) - INTERVAL @hours HOUR)
ORDER BY changed_at;
