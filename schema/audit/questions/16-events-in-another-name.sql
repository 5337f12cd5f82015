-- Which events were written by an account that is not the one of the program they name? The database writes the account, the writer the program.
SET time_zone = '+00:00';
SELECT id, at, account, program, kind, iin, number
FROM v_events WHERE SUBSTRING_INDEX(account, '@', 1) <> CONCAT('cabinet_', program) ORDER BY id;
