-- Certificates of the OCSP responder: the record of each before the CA signs it. They are no person's, so they stand in a table of their own.
-- Each statement can be repeated.
SET NAMES utf8mb4;

CREATE TABLE IF NOT EXISTS responder (
  serial        BINARY(20) NOT NULL PRIMARY KEY,
  ca            SMALLINT UNSIGNED NOT NULL,
  tbs           VARBINARY(8192) NOT NULL COMMENT 'to-be-signed certificate, DER',
  der           VARBINARY(8192) NULL COMMENT 'NULL: not signed, or signed by a publisher that died before it could say so',
  not_after     DATETIME(6) NULL,
  reserved_at   DATETIME(6) NOT NULL,
  signed_at     DATETIME(6) NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin WITH SYSTEM VERSIONING;
