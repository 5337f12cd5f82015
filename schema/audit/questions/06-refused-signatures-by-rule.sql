-- How many signed documents were refused, by rule and day, from how many addresses and for how many persons?
-- @days    how far back (default 30)
SET time_zone = '+00:00';
SET @days = COALESCE(@days, 30);
SELECT DATE(at) AS day, kind, rule, COUNT(*) AS refused, COUNT(DISTINCT address) AS addresses, COUNT(DISTINCT iin) AS persons
FROM v_events
WHERE rule IS NOT NULL AND kind LIKE '%-refused' AND at > UTC_TIMESTAMP(6) - INTERVAL @days DAY
GROUP BY day, kind, rule ORDER BY day, refused DESC, rule;
