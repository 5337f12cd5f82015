-- CRLs that let expired certificates go, revocations raised to keyCompromise, keys that are never certified again, and what independent
-- linters read before the CA signs.
SET NAMES utf8mb4;
SET SESSION system_versioning_alter_history = KEEP;

ALTER TABLE revocation
  ADD COLUMN IF NOT EXISTS not_after DATETIME(6) NULL COMMENT 'of the certificate: past it, the entry leaves after one base CRL that still names it',
  ADD COLUMN IF NOT EXISTS invalid_since DATETIME(6) NULL COMMENT 'since when the key may be in other hands, as its owner signed (RFC 5280, 5.3.2)',
  ADD COLUMN IF NOT EXISTS raised_at DATETIME(6) NULL COMMENT 'the reason became keyCompromise after another one',
  ADD COLUMN IF NOT EXISTS crl_number BIGINT UNSIGNED NULL COMMENT 'first base CRL that holds it as it is now; first_crl_number unless it was raised',
  ADD COLUMN IF NOT EXISTS delta_number BIGINT UNSIGNED NULL COMMENT 'the same of delta CRLs',
  ADD COLUMN IF NOT EXISTS last_crl_number BIGINT UNSIGNED NULL COMMENT 'last base CRL that holds it; NULL: the next one does too';

UPDATE revocation r JOIN certificate k ON k.serial = r.serial
  SET r.not_after = k.not_after, r.crl_number = r.first_crl_number, r.delta_number = r.first_delta_number WHERE r.not_after IS NULL;

-- crl_order: all that a base CRL needs, in its order, without the rows; claims: what is on no list or no base yet; waiting: what the publisher has
-- not looked at; leaving: what has expired
ALTER TABLE revocation
  DROP KEY IF EXISTS unclaimed,
  ADD KEY IF NOT EXISTS crl_order (ca, serial, first_crl_number, last_crl_number, reason, revoked_at, invalid_since),
  ADD KEY IF NOT EXISTS claims (ca, crl_number, delta_number),
  ADD KEY IF NOT EXISTS waiting (ca, verified_at, refused),
  ADD KEY IF NOT EXISTS leaving (ca, last_crl_number, not_after);

ALTER TABLE crl
  ADD COLUMN IF NOT EXISTS octets BIGINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'of all entries in DER, as they were claimed';

-- A second decision about a revoked certificate: only that its key is compromised. Entered by the citizen's signature, carried out by the publisher.
CREATE TABLE IF NOT EXISTS compromise (
  serial        BINARY(20) NOT NULL PRIMARY KEY,
  ca            SMALLINT UNSIGNED NOT NULL,
  iin           CHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  form          BINARY(32) NOT NULL COMMENT 'signed_form',
  reported_at   DATETIME(6) NOT NULL,
  invalid_since DATETIME(6) NULL,
  verified_at   DATETIME(6) NULL COMMENT 'by the publisher: the register''s row has the reason now',
  refused       VARCHAR(255) NULL COMMENT 'rule, when the publisher found the document wanting: an alarm',
  KEY waiting (verified_at, refused)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin WITH SYSTEM VERSIONING;

-- Keys that get no certificate, whoever asks: revoked as compromised here, or listed by somebody else.
CREATE TABLE IF NOT EXISTS blocked_key (
  spki_hash     BINARY(32) NOT NULL PRIMARY KEY COMMENT 'SHA-256 of SubjectPublicKeyInfo',
  reason        ENUM('compromised','listed') NOT NULL,
  serial        BINARY(20) NULL COMMENT 'certificate that was revoked; NULL: listed',
  at            DATETIME(6) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin WITH SYSTEM VERSIONING;

-- What is about to be signed, around it the signature of a key that exists for minutes and that nobody trusts: for linters and parsers of others,
-- before the CA's signature makes it count. Never a certificate: that table has none of these.
CREATE TABLE IF NOT EXISTS lint_certificate (
  serial        BINARY(20) NOT NULL PRIMARY KEY,
  ca            SMALLINT UNSIGNED NOT NULL,
  number        CHAR(14) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'application',
  purpose       ENUM('auth','sign','operator') NOT NULL,
  der           VARBINARY(8192) NOT NULL,
  made_at       DATETIME(6) NOT NULL,
  KEY by_application (number)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin WITH SYSTEM VERSIONING;
