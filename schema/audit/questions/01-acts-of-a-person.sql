-- What happened around one person, in order of time: events, statuses of applications, certificates, revocations, signed documents, sessions?
-- @iin    the person (12 digits)
SET time_zone = '+00:00';
SET @iin = CONVERT(@iin USING ascii) COLLATE ascii_bin;
SELECT at, what, detail, number, HEX(serial) AS serial, HEX(form) AS form FROM (
  SELECT at, CONCAT('event: ', kind) AS what, CONCAT_WS('; ', program, rule, address, detail) AS detail, number, serial, form
    FROM v_events WHERE iin = @iin
  UNION ALL SELECT h.at, CONCAT('application: ', h.status), CONCAT_WS('; ', h.actor, NULLIF(h.reason, '')), h.number, h.serial, h.form
    FROM v_applications a JOIN v_status_history h ON h.number = a.number WHERE a.iin = @iin
  UNION ALL SELECT issued_at, 'certificate issued', purpose, number, serial, form FROM v_certificates WHERE iin = @iin
  UNION ALL SELECT revoked_at, 'certificate revoked', CONCAT('reason ', reason), NULL, serial, form FROM v_revocations WHERE iin = @iin
  UNION ALL SELECT accepted_at, CONCAT('signed: ', kind), subject, NULL, signer, digest FROM v_signed_forms WHERE iin = @iin
  UNION ALL SELECT created_at, 'session opened', CONCAT_WS('; ', address, user_agent), NULL, serial, NULL FROM v_sessions WHERE iin = @iin
  UNION ALL SELECT ended_at, 'session ended', end_reason, NULL, serial, NULL FROM v_sessions WHERE iin = @iin AND ended_at IS NOT NULL
) acts ORDER BY at, what;
