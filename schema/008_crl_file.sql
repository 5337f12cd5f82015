-- A CRL is told apart by the SHA-256 of its to-be-signed list, which the signature covers: making and checking that signature finds it on the way, where
-- one of the file would be one more pass over a list of a million entries. And the file that lies at its address is known again by its place and times.
SET NAMES utf8mb4;
SET SESSION system_versioning_alter_history = KEEP;

ALTER TABLE crl
  ADD COLUMN IF NOT EXISTS tbs_sha256 BINARY(32) NULL COMMENT 'of TBSCertList (RFC 5280, 5.1.1.1); NULL: not published, or before it was kept' AFTER size,
  ADD COLUMN IF NOT EXISTS file_mark VARCHAR(160) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'device, inode, size, times of the file as it was published',
  DROP COLUMN IF EXISTS sha256;
