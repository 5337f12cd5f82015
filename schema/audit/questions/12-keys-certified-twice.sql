-- Which keys stand in more than one certificate, for one person or for two? None may.
SET time_zone = '+00:00';
SELECT HEX(key_id) AS key_id, COUNT(*) AS certificates, COUNT(DISTINCT iin) AS persons, GROUP_CONCAT(HEX(serial) ORDER BY issued_at, serial) AS serials
FROM v_certificates GROUP BY key_id HAVING COUNT(*) > 1 ORDER BY MIN(issued_at);
