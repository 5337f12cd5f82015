-- Applications filed on the public page: what was typed there, the code that shows who filed it, limits that belong to nobody's account; decisions
-- of the registration centre, which may send an application round once more; and the pair that a new one replaces.
SET NAMES utf8mb4;
SET SESSION system_versioning_alter_history = KEEP;

ALTER TABLE application
  ADD COLUMN IF NOT EXISTS surname VARCHAR(255) NOT NULL DEFAULT '' COMMENT 'as typed on the public page; no certificate is made from it',
  ADD COLUMN IF NOT EXISTS name VARCHAR(255) NOT NULL DEFAULT '' COMMENT 'typed',
  ADD COLUMN IF NOT EXISTS patronymic VARCHAR(255) NOT NULL DEFAULT '' COMMENT 'typed',
  ADD COLUMN IF NOT EXISTS code_hash BINARY(32) NULL COMMENT 'keyed hash of the filing code',
  ADD COLUMN IF NOT EXISTS code_tries TINYINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'wrong codes; five lock it' WITHOUT SYSTEM VERSIONING,
  ADD COLUMN IF NOT EXISTS replaces ENUM('no','asked','done','refused') NOT NULL DEFAULT 'no'
    COMMENT 'the confirmation names certificates that are revoked once the new pair has proved that it works',
  ADD KEY IF NOT EXISTS by_replacement (replaces);

-- an application that failed may be sent to the CA again: a status can be reached more than once
ALTER TABLE application_status DROP PRIMARY KEY, ADD PRIMARY KEY (number, status, at);

-- ... and then it gets new serials: the given-up reservation stays
ALTER TABLE serial_reservation
  ADD COLUMN IF NOT EXISTS live TINYINT AS (IF(state = 'abandoned', NULL, 1)) PERSISTENT COMMENT 'one live row per application and purpose',
  DROP KEY IF EXISTS by_application;
ALTER TABLE serial_reservation ADD UNIQUE KEY IF NOT EXISTS by_live_application (number, purpose, live);

-- Limits of what strangers do (GCRA): one row per thing counted, one UPDATE per act. Purged when tat has passed.
CREATE TABLE IF NOT EXISTS rate_limit (
  name          BINARY(32) NOT NULL PRIMARY KEY COMMENT 'keyed hash of what is counted: no address and no person can be read from it',
  tat           DATETIME(6) NOT NULL COMMENT 'theoretical arrival time',
  KEY by_tat (tat)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
