-- The cabinet's tables. InnoDB, utf8mb4, UTC DATETIME(6); business tables keep their whole past (system versioning), so that an
-- auditor can ask any of them FOR SYSTEM_TIME AS OF. Primary keys everywhere (Galera); nothing relies on auto-increment order.
-- Each statement of a migration can be repeated: one that was cut short is simply run again.
SET NAMES utf8mb4;

-- Issuing CAs and their root. Rows are the publisher's; 'active' ones issue, 'retired' ones still verify, 'distrusted' ones do not.
CREATE TABLE IF NOT EXISTS ca (
  id            SMALLINT UNSIGNED NOT NULL PRIMARY KEY,
  name          VARCHAR(255) NOT NULL,
  state         ENUM('active','retired','distrusted') NOT NULL,
  issuer        SMALLINT UNSIGNED NULL COMMENT 'the CA that signed this one; NULL: self-signed root',
  certificate   VARBINARY(8192) NOT NULL COMMENT 'DER',
  subject       VARCHAR(1024) NOT NULL,
  key_id        BINARY(20) NOT NULL COMMENT 'SHA-1 of the key BIT STRING',
  not_after     DATETIME(6) NOT NULL,
  UNIQUE KEY (key_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin WITH SYSTEM VERSIONING;

CREATE TABLE IF NOT EXISTS locality (
  code          CHAR(9) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY COMMENT 'KATO (NK RK 11)',
  parent        CHAR(9) CHARACTER SET ascii COLLATE ascii_bin NULL,
  kind          ENUM('region','republic_city','city','district','city_district','okrug','settlement') NOT NULL,
  name_ru       VARCHAR(255) NOT NULL,
  name_kk       VARCHAR(255) NOT NULL,
  source        VARCHAR(512) NOT NULL,
  KEY (parent)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin WITH SYSTEM VERSIONING;

-- One row per person. version is raised by every act that must not race with another one of the same person (login, revocation,
-- application): it is the row those acts meet in.
CREATE TABLE IF NOT EXISTS citizen (
  iin           CHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  surname       VARCHAR(255) NOT NULL,
  name          VARCHAR(255) NOT NULL,
  patronymic    VARCHAR(255) NOT NULL DEFAULT '',
  language      ENUM('ru','kk','en') NULL COMMENT 'chosen in the profile',
  notify        BOOLEAN NOT NULL DEFAULT TRUE,
  email         VARCHAR(254) NULL COMMENT 'confirmed address of the profile',
  created_at    DATETIME(6) NOT NULL,
  version       BIGINT UNSIGNED NOT NULL DEFAULT 0 WITHOUT SYSTEM VERSIONING
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin WITH SYSTEM VERSIONING;

CREATE TABLE IF NOT EXISTS application (
  number        CHAR(14) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY COMMENT '8 random digits and YYMMDD, Asia/Almaty',
  iin           CHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  template      ENUM('person','operator') NOT NULL,
  origin        ENUM('cabinet','public','centre') NOT NULL COMMENT 'centre: enrolled at the registration centre',
  status        ENUM('new','signed','signing','issued','installed','refused','expired','withdrawn','failed') NOT NULL,
  email         VARCHAR(254) NOT NULL DEFAULT '' COMMENT 'for mail about this application only',
  locality      CHAR(9) CHARACTER SET ascii COLLATE ascii_bin NULL,
  store         ENUM('PKCS12','AKKZIDCardStore','AKEToken72KStore','AKJaCartaStore','AKKaztokenStore') NOT NULL,
  csr_auth      VARBINARY(8192) NULL COMMENT 'PKCS#10, DER',
  csr_sign      VARBINARY(8192) NULL,
  hash_auth     BINARY(32) NULL COMMENT 'SHA-256 of csr_auth',
  hash_sign     BINARY(32) NULL,
  requested_by  BINARY(20) NULL COMMENT 'certificate whose session filed it',
  form          BINARY(32) NULL COMMENT 'signed_form that confirmed it',
  reason        VARCHAR(255) NOT NULL DEFAULT '' COMMENT 'why refused or failed: a message code',
  created_at    DATETIME(6) NOT NULL,
  changed_at    DATETIME(6) NOT NULL,
  KEY by_citizen (iin, created_at, number),
  KEY by_status (status, changed_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin WITH SYSTEM VERSIONING;

CREATE TABLE IF NOT EXISTS application_status (
  number        CHAR(14) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  status        ENUM('new','signed','signing','issued','installed','refused','expired','withdrawn','failed') NOT NULL,
  at            DATETIME(6) NOT NULL,
  actor         ENUM('citizen','publisher','registrar') NOT NULL,
  serial        BINARY(20) NULL COMMENT 'certificate of the session or signature behind it',
  form          BINARY(32) NULL,
  reason        VARCHAR(255) NOT NULL DEFAULT '',
  PRIMARY KEY (number, status)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin WITH SYSTEM VERSIONING;

-- Every public key ever requested: no key is certified twice, for one person or for two.
CREATE TABLE IF NOT EXISTS public_key (
  spki_hash     BINARY(32) NOT NULL PRIMARY KEY COMMENT 'SHA-256 of SubjectPublicKeyInfo',
  number        CHAR(14) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  purpose       ENUM('auth','sign','operator') NOT NULL,
  KEY (number)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin WITH SYSTEM VERSIONING;

-- Written by the publisher alone.
CREATE TABLE IF NOT EXISTS certificate (
  serial        BINARY(20) NOT NULL PRIMARY KEY,
  ca            SMALLINT UNSIGNED NOT NULL,
  iin           CHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  number        CHAR(14) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'application',
  purpose       ENUM('auth','sign','operator') NOT NULL,
  algorithm     VARCHAR(16) CHARACTER SET ascii NOT NULL COMMENT 'RSA-2048, EC-P256',
  state         ENUM('issued') NOT NULL DEFAULT 'issued' COMMENT 'revocation is a row of its own',
  subject       VARCHAR(1024) NOT NULL,
  full_name     VARCHAR(512) NOT NULL,
  not_before    DATETIME(6) NOT NULL,
  not_after     DATETIME(6) NOT NULL,
  key_id        BINARY(20) NOT NULL COMMENT 'SHA-1 of the key BIT STRING',
  der           VARBINARY(8192) NOT NULL,
  authorized_by BINARY(20) NULL COMMENT 'certificate that signed the confirmation; NULL: enrolled at the registration centre',
  form          BINARY(32) NULL COMMENT 'signed_form',
  issued_at     DATETIME(6) NOT NULL,
  KEY by_citizen (iin, issued_at, serial),
  KEY by_application (number)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin WITH SYSTEM VERSIONING;

-- The register of revocations: the citizen's decision enters here and counts at once; the publisher verifies the signed document again and
-- claims the row into CRLs. Clustered for the CRL writer: one pass, sorted by serial.
CREATE TABLE IF NOT EXISTS revocation (
  ca            SMALLINT UNSIGNED NOT NULL,
  serial        BINARY(20) NOT NULL,
  iin           CHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  reason        TINYINT UNSIGNED NOT NULL COMMENT 'RFC 5280, 5.3.1; 0 has no entry extension',
  revoked_at    DATETIME(6) NOT NULL,
  form          BINARY(32) NULL,
  verified_at   DATETIME(6) NULL COMMENT 'by the publisher',
  refused       VARCHAR(255) NULL COMMENT 'rule, when the publisher found the document wanting: an alarm, never on a CRL',
  first_crl_number   BIGINT UNSIGNED NULL COMMENT 'first base CRL that holds it',
  first_delta_number BIGINT UNSIGNED NULL COMMENT 'first delta CRL that holds it',
  PRIMARY KEY (ca, serial),
  UNIQUE KEY by_serial (serial),
  KEY unclaimed (ca, first_crl_number)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin WITH SYSTEM VERSIONING;

-- Issued to a person for signing, not yet signed. Purged when expired.
CREATE TABLE IF NOT EXISTS form_issued (
  digest        BINARY(32) NOT NULL PRIMARY KEY COMMENT 'SHA-256 of document',
  kind          ENUM('login','confirmation','revocation','proof','decision') NOT NULL,
  iin           CHAR(12) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'NULL: proof, bound to the application',
  subject       VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'application number or serial in hex',
  variant       VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  language      ENUM('ru','kk','en') NOT NULL,
  site          VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'origin named in the document: of no use on another one',
  document      BLOB NOT NULL COMMENT 'canonical octets',
  state         ENUM('issued','used') NOT NULL DEFAULT 'issued',
  tries         INT UNSIGNED NOT NULL DEFAULT 0,
  issued_at     DATETIME(6) NOT NULL,
  expires_at    DATETIME(6) NOT NULL,
  KEY by_subject (kind, iin, subject, variant, language, state),
  KEY by_expiry (expires_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- A login document has no row until it is used: this row is its use. Purged when expired.
CREATE TABLE IF NOT EXISTS login_used (
  digest        BINARY(32) NOT NULL PRIMARY KEY,
  expires_at    DATETIME(6) NOT NULL,
  KEY by_expiry (expires_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Accepted documents, for ever: what was issued, and what came back, octet by octet.
CREATE TABLE IF NOT EXISTS signed_form (
  digest        BINARY(32) NOT NULL PRIMARY KEY COMMENT 'SHA-256 of document',
  kind          ENUM('login','confirmation','revocation','proof','decision') NOT NULL,
  iin           CHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  subject       VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  document      BLOB NOT NULL,
  signed        MEDIUMBLOB NOT NULL,
  signer        BINARY(20) NULL COMMENT 'certificate; NULL: proof by a key without one',
  accepted_at   DATETIME(6) NOT NULL,
  KEY by_citizen (iin, accepted_at),
  KEY by_subject (subject)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin WITH SYSTEM VERSIONING;

CREATE TABLE IF NOT EXISTS session (
  id            BINARY(32) NOT NULL PRIMARY KEY COMMENT 'SHA-256 of the cookie',
  iin           CHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  serial        BINARY(20) NOT NULL COMMENT 'certificate that opened it',
  address       VARCHAR(45) CHARACTER SET ascii NOT NULL,
  user_agent    VARCHAR(200) NOT NULL DEFAULT '',
  created_at    DATETIME(6) NOT NULL,
  seen_at       DATETIME(6) NOT NULL,
  expires_at    DATETIME(6) NOT NULL COMMENT 'absolute end',
  ended_at      DATETIME(6) NULL,
  end_reason    VARCHAR(32) NOT NULL DEFAULT '',
  last_page     VARCHAR(128) NULL COMMENT 'the one page it may still show after its key was revoked',
  KEY by_citizen (iin, created_at),
  KEY by_expiry (expires_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Ended is ended: programs that may note when a session was seen last cannot bring one back.
CREATE OR REPLACE TRIGGER session_stays_ended BEFORE UPDATE ON session FOR EACH ROW
  SET NEW.ended_at = COALESCE(OLD.ended_at, NEW.ended_at), NEW.end_reason = IF(OLD.ended_at IS NULL, NEW.end_reason, OLD.end_reason);

-- Audit: insert only; no account may change or delete.
CREATE TABLE IF NOT EXISTS event (
  id            BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  at            DATETIME(6) NOT NULL DEFAULT UTC_TIMESTAMP(6),
  account       VARCHAR(128) NOT NULL DEFAULT CURRENT_USER() COMMENT 'written by the database: no account is granted this column',
  program       VARCHAR(32) CHARACTER SET ascii NOT NULL COMMENT 'what the writer says of itself; compare with account',
  request       VARCHAR(64) CHARACTER SET ascii NOT NULL DEFAULT '',
  kind          VARCHAR(48) CHARACTER SET ascii NOT NULL,
  iin           CHAR(12) CHARACTER SET ascii COLLATE ascii_bin NULL,
  number        CHAR(14) CHARACTER SET ascii COLLATE ascii_bin NULL,
  serial        BINARY(20) NULL,
  form          BINARY(32) NULL,
  rule          VARCHAR(48) CHARACTER SET ascii NULL,
  address       VARCHAR(45) CHARACTER SET ascii NULL,
  detail        VARCHAR(512) NULL,
  KEY by_citizen (iin, at),
  KEY by_kind (kind, at),
  KEY by_number (number)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Issuance with a record first: reserved -> tbs kept -> stored. One live row per application and purpose.
CREATE TABLE IF NOT EXISTS serial_reservation (
  serial        BINARY(20) NOT NULL PRIMARY KEY,
  ca            SMALLINT UNSIGNED NOT NULL,
  number        CHAR(14) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  purpose       ENUM('auth','sign','operator') NOT NULL,
  state         ENUM('reserved','kept','stored','abandoned') NOT NULL DEFAULT 'reserved',
  tbs           VARBINARY(8192) NULL COMMENT 'to-be-signed certificate, DER',
  reserved_at   DATETIME(6) NOT NULL,
  UNIQUE KEY by_application (number, purpose)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin WITH SYSTEM VERSIONING;

CREATE TABLE IF NOT EXISTS crl (
  ca            SMALLINT UNSIGNED NOT NULL,
  number        BIGINT UNSIGNED NOT NULL COMMENT 'CRLNumber; base and delta of one publication share it',
  kind          ENUM('base','delta') NOT NULL,
  base_number   BIGINT UNSIGNED NULL COMMENT 'delta: BaseCRLNumber',
  this_update   DATETIME(6) NOT NULL,
  next_update   DATETIME(6) NOT NULL,
  entries       INT UNSIGNED NOT NULL,
  size          BIGINT UNSIGNED NOT NULL,
  sha256        BINARY(32) NOT NULL,
  published_at  DATETIME(6) NULL COMMENT 'after the rename; NULL: claimed, not yet visible',
  PRIMARY KEY (ca, number, kind)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin WITH SYSTEM VERSIONING;

-- One publisher at a time. fence grows with every taking; each write of the publisher names the fence it holds.
CREATE TABLE IF NOT EXISTS lease (
  name          VARCHAR(32) CHARACTER SET ascii NOT NULL PRIMARY KEY,
  holder        VARCHAR(128) NOT NULL DEFAULT '',
  fence         BIGINT UNSIGNED NOT NULL DEFAULT 0,
  expires_at    DATETIME(6) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
INSERT IGNORE INTO lease (name, expires_at) VALUES ('publisher', '2000-01-01 00:00:00');
