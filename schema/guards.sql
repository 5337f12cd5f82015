-- What column grants cannot say: which status an account may give. A program that is taken over calls no application issued; that is the publisher's word,
-- who has the certificate. Applied whole by scripts/migrate whenever this file changes. Whoever is no program (an administrator) is not held here.
SET NAMES utf8mb4;
DELIMITER //

CREATE OR REPLACE TRIGGER application_changed_by BEFORE UPDATE ON application FOR EACH ROW
IF NEW.status <> OLD.status AND NOT CASE SUBSTRING_INDEX(USER(), '@', 1)
  WHEN 'cabinet_publisher' THEN TRUE
  WHEN 'cabinet_registrar' THEN OLD.status IN ('new', 'failed') AND NEW.status IN ('signed', 'refused')
  WHEN 'cabinet_applications' THEN OLD.status = 'new' AND NEW.status IN ('signed', 'withdrawn', 'refused')
  WHEN 'cabinet_profile' THEN OLD.status IN ('new', 'signed') AND NEW.status = 'withdrawn'
  WHEN 'cabinet_status' THEN OLD.status = 'issued' AND NEW.status = 'installed'
  ELSE USER() NOT LIKE 'cabinet\_%' END
THEN SIGNAL SQLSTATE '42000' SET MYSQL_ERRNO = 1143, MESSAGE_TEXT = 'application: a status that this account does not give';
END IF //

CREATE OR REPLACE TRIGGER application_filed_by BEFORE INSERT ON application FOR EACH ROW
IF NOT CASE SUBSTRING_INDEX(USER(), '@', 1)
  WHEN 'cabinet_publisher' THEN TRUE
  WHEN 'cabinet_apply' THEN NEW.status = 'new' AND NEW.origin = 'public' AND NEW.template = 'person'
  WHEN 'cabinet_reissue' THEN NEW.status = 'new' AND NEW.origin = 'cabinet' AND NEW.template = 'person'
  ELSE USER() NOT LIKE 'cabinet\_%' END
THEN SIGNAL SQLSTATE '42000' SET MYSQL_ERRNO = 1143, MESSAGE_TEXT = 'application: not for this account to file';
END IF //

CREATE OR REPLACE TRIGGER application_status_told_by BEFORE INSERT ON application_status FOR EACH ROW
IF NOT CASE SUBSTRING_INDEX(USER(), '@', 1)
  WHEN 'cabinet_publisher' THEN TRUE
  WHEN 'cabinet_registrar' THEN NEW.actor = 'registrar' AND NEW.status IN ('signed', 'refused')
  WHEN 'cabinet_applications' THEN NEW.actor = 'citizen' AND NEW.status IN ('signed', 'withdrawn', 'refused')
  WHEN 'cabinet_profile' THEN NEW.actor = 'citizen' AND NEW.status = 'withdrawn'
  WHEN 'cabinet_status' THEN NEW.actor = 'citizen' AND NEW.status = 'installed'
  WHEN 'cabinet_apply' THEN NEW.actor = 'citizen' AND NEW.status = 'new'
  WHEN 'cabinet_reissue' THEN NEW.actor = 'citizen' AND NEW.status = 'new'
  ELSE USER() NOT LIKE 'cabinet\_%' END
THEN SIGNAL SQLSTATE '42000' SET MYSQL_ERRNO = 1143, MESSAGE_TEXT = 'application_status: not for this account to tell';
END IF //

-- A row that is on a base CRL, or was, and is not what it was: its block is packed again from the rows (006_crl_block.sql).
CREATE OR REPLACE TRIGGER revocation_listed AFTER INSERT ON revocation FOR EACH ROW
IF NEW.first_crl_number IS NOT NULL THEN
  INSERT INTO crl_block (ca, block) VALUES (NEW.ca, NEW.crl_block) ON DUPLICATE KEY UPDATE entries = NULL;
END IF //

CREATE OR REPLACE TRIGGER revocation_changed AFTER UPDATE ON revocation FOR EACH ROW
IF NOT (OLD.first_crl_number <=> NEW.first_crl_number AND OLD.last_crl_number <=> NEW.last_crl_number AND OLD.reason = NEW.reason
  AND OLD.revoked_at = NEW.revoked_at AND OLD.invalid_since <=> NEW.invalid_since AND OLD.ca = NEW.ca AND OLD.serial = NEW.serial)
THEN
  INSERT INTO crl_block (ca, block) VALUES (OLD.ca, OLD.crl_block) ON DUPLICATE KEY UPDATE entries = NULL;
  IF NOT (OLD.ca = NEW.ca AND OLD.crl_block = NEW.crl_block) THEN
    INSERT INTO crl_block (ca, block) VALUES (NEW.ca, NEW.crl_block) ON DUPLICATE KEY UPDATE entries = NULL;
  END IF;
END IF //

CREATE OR REPLACE TRIGGER revocation_gone AFTER DELETE ON revocation FOR EACH ROW
  INSERT INTO crl_block (ca, block) VALUES (OLD.ca, OLD.crl_block) ON DUPLICATE KEY UPDATE entries = NULL //
