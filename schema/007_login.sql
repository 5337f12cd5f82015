-- How often a person logs in is counted in the row that each login raises anyway; no row of rate_limit for it any more.
SET NAMES utf8mb4;
SET SESSION system_versioning_alter_history = KEEP;

ALTER TABLE citizen
  ADD COLUMN IF NOT EXISTS login_tat DATETIME(6) NOT NULL DEFAULT '2000-01-01 00:00:00' COMMENT 'logins: theoretical arrival time (GCRA)' WITHOUT SYSTEM VERSIONING;
