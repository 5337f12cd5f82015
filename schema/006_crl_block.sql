-- What the newest base CRL holds, packed: a million rows of the register take longer to hand over one by one than a CRL of them takes to be signed.
-- The database itself keeps rows and blocks in step: whoever changes a row that is on a base, by whatever statement, makes its block stale
-- (revocation_listed and its sisters in guards.sql); the publisher packs stale blocks again from the rows before it reads any.
SET NAMES utf8mb4;
SET SESSION system_versioning_alter_history = KEEP;

CREATE TABLE IF NOT EXISTS crl_block (
  ca            SMALLINT UNSIGNED NOT NULL,
  block         SMALLINT UNSIGNED NOT NULL COMMENT 'first two octets of its serials',
  entries       INT UNSIGNED NULL COMMENT 'how many; NULL: a row has changed since, packed is not to be read',
  packed        MEDIUMBLOB NULL COMMENT '31 octets an entry, rising: serial, reason, seconds since 1970 of revoked_at and of invalid_since (none: 0), 5 octets each',
  PRIMARY KEY (ca, block),
  KEY stale (ca, entries)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

ALTER TABLE revocation
  ADD COLUMN IF NOT EXISTS crl_block SMALLINT UNSIGNED AS (ASCII(serial) * 256 + ASCII(SUBSTR(serial, 2, 1))) PERSISTENT COMMENT 'first two octets of serial';
-- in the order of a CRL as before, and block by block
ALTER TABLE revocation
  DROP KEY IF EXISTS crl_order,
  ADD KEY IF NOT EXISTS crl_entries (ca, crl_block, serial, first_crl_number, last_crl_number, reason, revoked_at, invalid_since);

INSERT IGNORE INTO crl_block (ca, block) SELECT DISTINCT ca, crl_block FROM revocation WHERE first_crl_number IS NOT NULL;
