-- Which rows were changed or deleted that are written once: certificates, statuses reached, signed documents, public keys? None may be.
SET time_zone = '+00:00';
SELECT 'certificate' AS what, HEX(serial) AS id, iin, until AS changed_at FROM v_certificates FOR SYSTEM_TIME ALL c WHERE until < UTC_TIMESTAMP(6)
UNION ALL SELECT 'status', CONCAT(number, ' ', status), NULL, until FROM v_status_history FOR SYSTEM_TIME ALL h WHERE until < UTC_TIMESTAMP(6)
UNION ALL SELECT 'signed form', HEX(digest), iin, until FROM v_signed_forms FOR SYSTEM_TIME ALL f WHERE until < UTC_TIMESTAMP(6)
UNION ALL SELECT 'public key', HEX(spki_hash), NULL, until FROM v_public_keys FOR SYSTEM_TIME ALL k WHERE until < UTC_TIMESTAMP(6)
ORDER BY changed_at, id;
