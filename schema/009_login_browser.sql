-- The browser of a person's latest login lies in the row that each login raises anyway: whether it is the same again needs no look through their sessions.
SET NAMES utf8mb4;
SET SESSION system_versioning_alter_history = KEEP;

ALTER TABLE citizen
  ADD COLUMN IF NOT EXISTS login_browser BINARY(32) NULL COMMENT 'SHA-256 of the User-Agent of the latest login' WITHOUT SYSTEM VERSIONING;
