#!/bin/bash
# tests/bench/load.sh SOCKET DATABASE ROWS: fills an empty database with ROWS certificates, 12 a citizen, spread over the table as random serial
# numbers are, of the size that issued ones have; every twelfth is revoked. 1000 citizens (or all) have a session: a line each, "cookie number
# serial", of the application and serial of one of their certificates. The last line is of a citizen with 2000 more certificates of their own, that
# one the oldest of them, and alone of its algorithm.
set -eu
sql() { mariadb --no-defaults --socket="$1" --user=root --default-character-set=utf8mb4 --batch --skip-column-names "$2"; }

socket=$1 database=$2 rows=$3 each=12 chunk=120000 collector=999999999999
citizens=$(((rows + each - 1) / each))

# Row s belongs to citizen s % citizens. Serial numbers rise with s, so the table is filled in the order of its primary key.
insert() {		# FROM TO
	sql "$socket" "$database" <<-END
		INSERT INTO certificate (serial, ca, iin, number, purpose, algorithm, subject, full_name, not_before, not_after, key_id, der, issued_at)
		SELECT CONCAT(UNHEX('1b'), UNHEX(LPAD(HEX(seq), 10, '0')), LEFT(UNHEX(SHA2(seq, 256)), 14)), 1, LPAD(900000000000 + seq % $citizens, 12, '0'), LPAD(seq DIV 2, 14, '0'),
			IF(seq DIV $citizens % 2, 'sign', 'auth'), IF(seq DIV $citizens % 4 < 2, 'RSA-2048', 'EC-P256'),
			CONCAT('CN=ТЕСТОВ ТЕСТ, SURNAME=ТЕСТОВ, SERIALNUMBER=IIN', LPAD(900000000000 + seq % $citizens, 12, '0'), ', C=KZ, G=ТЕСТОВИЧ'), 'ТЕСТОВ ТЕСТ ТЕСТОВИЧ',
			UTC_TIMESTAMP() - INTERVAL 30 DAY, UTC_TIMESTAMP() + INTERVAL 335 DAY, LEFT(UNHEX(SHA2(seq, 256)), 20),
			REPEAT(UNHEX(SHA2(seq, 256)), 50), UTC_TIMESTAMP() - INTERVAL 30 DAY - INTERVAL seq DIV $citizens DAY
		FROM seq_$1_to_$2;
		INSERT INTO revocation (ca, serial, iin, reason, revoked_at)
		SELECT 1, CONCAT(UNHEX('1b'), UNHEX(LPAD(HEX(seq), 10, '0')), LEFT(UNHEX(SHA2(seq, 256)), 14)), LPAD(900000000000 + seq % $citizens, 12, '0'), 1, UTC_TIMESTAMP()
		FROM seq_$1_to_$2 WHERE seq DIV $citizens = 5;
		INSERT INTO application (number, iin, template, origin, status, locality, store, created_at, changed_at)
		SELECT LPAD(seq DIV 2, 14, '0'), LPAD(900000000000 + seq % $citizens, 12, '0'), 'person', 'cabinet', 'installed', '750000000', 'PKCS12', UTC_TIMESTAMP(), UTC_TIMESTAMP()
		FROM seq_$1_to_$2 WHERE seq % 2 = 0;
	END
}

sql "$socket" "$database" <<-END
	INSERT INTO ca (id, name, state, certificate, subject, key_id, not_after) VALUES (1, 'ДЕМО КУӘЛАНДЫРУШЫ ОРТАЛЫҚ (RSA)', 'active', '', 'C=KZ, O=ДЕМО, CN=ДЕМО КУӘЛАНДЫРУШЫ ОРТАЛЫҚ (RSA)',
		REPEAT('k', 20), UTC_TIMESTAMP() + INTERVAL 9 YEAR);
	INSERT INTO citizen (iin, surname, name, patronymic, language, created_at)
	SELECT LPAD(900000000000 + seq, 12, '0'), 'ТЕСТОВ', 'ТЕСТ', 'ТЕСТОВИЧ', 'ru', UTC_TIMESTAMP() FROM seq_0_to_$((citizens - 1));
END
sql "$socket" mysql <<<'SET GLOBAL innodb_flush_log_at_trx_commit = 0'
# two at a time: MariaDB fills a table with one thread a connection
for ((from = 0; from < rows; from += 2 * chunk)); do
	insert "$from" $((from + chunk < rows ? from + chunk - 1 : rows - 1)) &
	((from + chunk >= rows)) || insert $((from + chunk)) $((from + 2 * chunk < rows ? from + 2 * chunk - 1 : rows - 1))
	wait $!
done
sql "$socket" mysql <<<'SET GLOBAL innodb_flush_log_at_trx_commit = 1'
sql "$socket" "$database" <<-END
	INSERT INTO citizen (iin, surname, name, patronymic, language, created_at) VALUES ('$collector', 'ТЕСТОВ', 'ТЕСТ', '', 'ru', UTC_TIMESTAMP());
	INSERT INTO certificate (serial, ca, iin, number, purpose, algorithm, subject, full_name, not_before, not_after, key_id, der, issued_at)
	SELECT CONCAT(LEFT(UNHEX(SHA2(seq, 256)), 18), UNHEX(LPAD(HEX(seq), 4, '0'))), 1, '$collector', 90000000000000 + seq, 'auth', IF(seq = 0, 'EC-P256', 'RSA-2048'),
		'CN=ТЕСТОВ ТЕСТ', 'ТЕСТОВ ТЕСТ', UTC_TIMESTAMP() - INTERVAL 30 DAY, UTC_TIMESTAMP() + INTERVAL 335 DAY, LEFT(UNHEX(SHA2(seq, 256)), 20),
		REPEAT(UNHEX(SHA2(seq, 256)), 50), UTC_TIMESTAMP() - INTERVAL 30 DAY + INTERVAL seq MINUTE
	FROM seq_0_to_1999;
	INSERT INTO application (number, iin, template, origin, status, locality, store, created_at, changed_at)
	SELECT 90000000000000 + seq, '$collector', 'person', 'cabinet', 'installed', '750000000', 'PKCS12', UTC_TIMESTAMP(), UTC_TIMESTAMP() FROM seq_0_to_1999;
END
# seen in the future: no page has to write that it was seen now
sql "$socket" "$database" <<-END
	INSERT INTO session (id, iin, serial, address, created_at, seen_at, expires_at)
	SELECT UNHEX(SHA2(LPAD(seq, 43, 'A'), 256)), LPAD(900000000000 + seq * step, 12, '0'), CONCAT(UNHEX('1b'), UNHEX(LPAD(HEX(seq * step), 10, '0')), LEFT(UNHEX(SHA2(seq * step, 256)), 14)),
		'127.0.0.1', UTC_TIMESTAMP(), UTC_TIMESTAMP() + INTERVAL 1 HOUR, UTC_TIMESTAMP() + INTERVAL 8 HOUR
	FROM seq_0_to_$((citizens < 1000 ? citizens - 1 : 999)), (SELECT GREATEST(1, $citizens DIV 1000) AS step) spread;
	INSERT INTO session (id, iin, serial, address, created_at, seen_at, expires_at)
	SELECT UNHEX(SHA2(REPEAT('B', 43), 256)), iin, serial, '127.0.0.1', UTC_TIMESTAMP(), UTC_TIMESTAMP() + INTERVAL 1 HOUR, UTC_TIMESTAMP() + INTERVAL 8 HOUR
	FROM certificate WHERE iin = '$collector' LIMIT 1;
	ANALYZE TABLE certificate, citizen, application, revocation, session;
	SELECT LPAD(seq, 43, 'A'), number, LOWER(HEX(c.serial)) FROM seq_0_to_$((citizens < 1000 ? citizens - 1 : 999)), (SELECT GREATEST(1, $citizens DIV 1000) AS step) spread,
		certificate c WHERE c.iin = LPAD(900000000000 + seq * step, 12, '0') AND c.issued_at = (SELECT MIN(o.issued_at) FROM certificate o WHERE o.iin = c.iin);
	SELECT REPEAT('B', 43), number, LOWER(HEX(serial)) FROM certificate WHERE iin = '$collector' AND algorithm = 'EC-P256';
END
