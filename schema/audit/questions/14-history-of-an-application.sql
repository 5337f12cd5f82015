-- Every version that an application's row ever had.
-- @number    the application (14 digits)
SET time_zone = '+00:00';
SET @number = CONVERT(@number USING ascii) COLLATE ascii_bin;
SELECT since, IF(until > UTC_TIMESTAMP(6), NULL, until) AS until, status, origin, email, locality, store, HEX(requested_by) AS requested_by,
  HEX(form) AS form, reason, changed_at
FROM v_applications FOR SYSTEM_TIME ALL a WHERE number = @number ORDER BY since;
