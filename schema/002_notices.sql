-- What the cabinet tells a citizen by mail: the profile's address, mails that wait, links that stop what a citizen did not do.
-- Each statement can be repeated.
SET NAMES utf8mb4;

-- What goes on in a profile: a new address until its code was entered. The confirmed one is citizen.email.
CREATE TABLE IF NOT EXISTS profile (
  iin           CHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  saved_at      DATETIME(6) NULL COMMENT 'settings were last saved',
  confirmed_at  DATETIME(6) NULL COMMENT 'address was last confirmed',
  email         VARCHAR(254) NULL COMMENT 'waits for its code',
  mail          VARCHAR(128) NULL COMMENT 'outbox: the mail with the code',
  code          BINARY(32) NULL COMMENT 'HMAC-SHA-256 (key: mail) of the code; NULL: not sent yet',
  tries         TINYINT UNSIGNED NOT NULL DEFAULT 0,
  expires_at    DATETIME(6) NULL COMMENT 'of the code',
  asked         INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'codes asked for since asked_at',
  asked_at      DATETIME(6) NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- A replaced address still gets what concerns security, so that who took the profile over cannot silence its owner.
CREATE TABLE IF NOT EXISTS email_former (
  iin           CHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  email         VARCHAR(254) NOT NULL,
  until         DATETIME(6) NOT NULL,
  PRIMARY KEY (iin, email)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- One row per mail, written in the transaction of the act it tells about. Its key says what is told, so nothing is told twice.
CREATE TABLE IF NOT EXISTS outbox (
  id            VARCHAR(128) NOT NULL PRIMARY KEY COMMENT 'kind, what, and for copies to whom',
  kind          ENUM('code','filed','issued','revoked','login','email_changed','notify_off','expiry') NOT NULL,
  iin           CHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  language      ENUM('ru','kk','en') NULL COMMENT 'of the page it happened on; the profile''s choice goes before it',
  subject       VARCHAR(96) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '' COMMENT 'application number, or serials in hex',
  detail        VARCHAR(512) NOT NULL DEFAULT '' COMMENT 'browser, address, time: as the kind needs',
  email         VARCHAR(254) NULL COMMENT 'NULL: the confirmed address, as it is when the mail goes; set once it went',
  at            DATETIME(6) NOT NULL,
  state         ENUM('queued','sent','skipped','failed') NOT NULL DEFAULT 'queued',
  reason        VARCHAR(128) NOT NULL DEFAULT '' COMMENT 'why skipped; the last failure',
  attempts      INT UNSIGNED NOT NULL DEFAULT 0,
  next_at       DATETIME(6) NOT NULL COMMENT 'not before; a mail under way stands some minutes in the future',
  sent_at       DATETIME(6) NULL,
  KEY due (state, next_at),
  KEY by_citizen (iin, at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- «Это был не я»: one link per sending; the database knows its hash alone.
CREATE TABLE IF NOT EXISTS notice_link (
  hash          BINARY(32) NOT NULL PRIMARY KEY COMMENT 'SHA-256 of the code in the link',
  mail          VARCHAR(128) NOT NULL,
  expires_at    DATETIME(6) NOT NULL,
  used_at       DATETIME(6) NULL,
  result        ENUM('withdrawn','restored','sessions') NULL COMMENT 'what was stopped',
  KEY by_mail (mail),
  KEY by_expiry (expires_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Who is to be told of an end that comes near: answered from the index alone.
CREATE INDEX IF NOT EXISTS by_expiry ON certificate (not_after, purpose, number, iin, issued_at);
