#!/bin/bash
# tests/bench/40-crl.sh: CRLs out of a register of 100000 and 1000000 revocations. Ours: one pass of build/publisher, from its start to the published
# and re-read file, the reading of the database included, its CPU and the database's. Peer: openssl ca -gencrl over an index of the same entries, the
# same CA key. Peers in turn, medians of five; less is better, so ratio = peer / ours.
# The database hands over the whole list each time: from the blocks that it keeps in step with the register's rows (schema/006_crl_block.sql), all
# of them current in the rows that have a bound. What keeping them costs is measured beside it, without a bound: a base that claims 1000 revocations
# more, and one after every block went stale, so that all are packed anew from the rows.
set -u
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/../../scripts/lib/common.sh"
# shellcheck source=tests/bench/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$root" || exit 1
# shellcheck source=tests/bench/database.sh
. tests/bench/database.sh

rounds=${BENCH_ROUNDS:-5} site=http://localhost:8444
for name in measure crl_same; do bench_build "$name"; done

database_start --innodb-buffer-pool-size=512M --innodb-log-file-size=256M

scripts/ceremony --out "$work/ca" --arc 1.3.6.1.4.1.32473 --plain-site "$site" >/dev/null || exit 1

register() {		# ENTRIES: a register of its own, its first CRLs made
	local name=cabinet_$1
	database_migrate "$name"
	mkdir -p -- "$work/$1/crl" "$work/$1/public"
	cat >"$work/$1.conf" <<-END
		mode = demo
		site = https://localhost:8443
		plain_site = $site
		oid_arc = 1.3.6.1.4.1.32473
		db_socket = $socket
		db_name = $name
		db_password_dir = $work/passwords
		[publisher]
		ca_certificate = $work/ca/ca.pem
		root_certificate = $work/ca/root.pem
		ca_key = $work/ca/ca.key
		ca_passphrase_file = $work/ca/ca.passphrase
		profiles = $root/conf/profiles
		crl_dir = $work/$1/crl
		ca_dir = $work/$1/public
		lock_file = $work/$1/lock
		crl_delta_spacing = 0
	END
	publisher "$1" 2>"$work/publisher.log" || { tail "$work/publisher.log"; fail "no first CRL"; }
	sql "$name" <<-END || fail "loading $name"
		SET SESSION unique_checks = 0;
		INSERT INTO revocation (ca, serial, iin, reason, revoked_at, form, not_after, verified_at, first_crl_number, crl_number, first_delta_number, delta_number)
		SELECT (SELECT MAX(id) FROM ca), serial, '900101300811', ELT(1 + seq % 5, 0, 1, 3, 4, 5), TIMESTAMP '2026-10-01 00:00:00' + INTERVAL seq % 4000000 SECOND,
			UNHEX(SHA2(seq, 256)), TIMESTAMP '2036-01-01 00:00:00', TIMESTAMP '2026-11-01 00:00:00', 1, 1, 1, 1
		FROM (SELECT seq, CAST(CONCAT(CHAR(16 + seq * 7919 % 96 USING latin1), SUBSTR(UNHEX(SHA1(seq)), 1, 19)) AS BINARY(20)) AS serial FROM seq_1_to_$1 ORDER BY serial) s;
		ANALYZE TABLE revocation;
	END
	sql "$name" -e "SELECT HEX(serial), reason, TIMESTAMPDIFF(SECOND, '1970-01-01', revoked_at), DATE_FORMAT(revoked_at, '%y%m%d%H%i%SZ') FROM revocation ORDER BY serial" >"$work/$1.tsv"
	awk -F'\t' 'BEGIN { split("keyCompromise,x,affiliationChanged,superseded,cessationOfOperation", name, ",") }
		{ printf "R\t360101000000Z\t%s%s\t%s\tunknown\t/CN=x\n", $4, $2 ? "," name[$2] : "", $1 }' "$work/$1.tsv" >"$work/$1.index"
	echo 02 >"$work/$1.number"
	cat >"$work/$1.cnf" <<-END
		[ca]
		default_ca = default
		[default]
		database = $work/$1.index
		crlnumber = $work/$1.number
		default_md = sha256
		default_crl_days = 1
		crl_extensions = crl
		[crl]
		authorityKeyIdentifier = keyid:always
		freshestCRL = URI:$site/crl/ca-delta.crl
	END
}
publisher() { "$build/publisher" -c "$work/$1.conf" --once; }
due() { sql "cabinet_$1" -e "UPDATE crl SET this_update = this_update - INTERVAL 13 HOUR, next_update = next_update - INTERVAL 13 HOUR WHERE kind = '$2' AND published_at IS NOT NULL"; }
measure() { "$build/bench/measure" "$@" 2>"$work/measured.log" || { tail "$work/measured.log" >&2; fail "$3 failed"; }; }
# FIGURE… of five rounds: column COLUMN of lines
column() { awk -v n="$2" '{ print $n }' <<<"$1" | paste -sd' '; }
# shellcheck disable=SC2046
middle() { median $(column "$1" "$2"); }

told() { printf '# %s: CPU of the publisher %s s, of the database %s s, time %s s\n' "$1" "$(middle "$2" 1)" "$(middle "$2" 3)" "$(middle "$2" 2)"; }

for entries in 100000 1000000; do
	register "$entries"
	ours='' peer='' idle='' claimed=''
	due "$entries" base
	stale=$(measure "${process[mariadbd]}" "$build/publisher" -c "$work/$entries.conf" --once) || exit 1
	for ((i = 0; i < rounds; i++)); do
		due "$entries" base
		ours+=$(measure "${process[mariadbd]}" "$build/publisher" -c "$work/$entries.conf" --once)$'\n' || exit 1
		peer+=$(measure 0 openssl ca -gencrl -config "$work/$entries.cnf" -cert "$work/ca/ca.pem" -keyfile "$work/ca/ca.key" \
			-passin "file:$work/ca/ca.passphrase" -out "$work/peer.pem")$'\n' || exit 1
		idle+=$(measure "${process[mariadbd]}" "$build/publisher" -c "$work/$entries.conf" --once)$'\n' || exit 1
	done
	ours=${ours%$'\n'} peer=${peer%$'\n'} idle=${idle%$'\n'}
	whole=$(awk '{ print $1 + $3 }' <<<"$ours" | paste -sd' ')
	printf '# %s entries, %s octets; CPU of the publisher %s s, of the database %s s; a start with nothing to do %s s\n' "$entries" \
		"$(stat -c %s "$work/$entries/crl/ca.crl")" "$(middle "$ours" 1)" "$(middle "$ours" 3)" "$(middle "$idle" 1)"
	cut -f 1-3 "$work/$entries.tsv" | "$build/bench/crl_same" "$work/$entries/crl/ca.crl" "$work/ca/ca.pem" "$site/crl/ca-delta.crl" | sed 's/^/# /'
	[[ ${PIPESTATUS[1]} == 0 ]] || missed=1
	least=''; ((entries < 1000000)) || least=12
	# shellcheck disable=SC2086
	row "CRL of $entries entries, CPU with the database's" s "$(median $whole)" "$(middle "$peer" 1)" "$(ratio "$(column "$peer" 1)" "$whole")" "$least"
	row "CRL of $entries entries, CPU of the program" s "$(middle "$ours" 1)" "$(middle "$peer" 1)" "$(ratio "$(column "$peer" 1)" "$(column "$ours" 1)")"
	row "CRL of $entries entries, time" s "$(middle "$ours" 2)" "$(middle "$peer" 2)" "$(ratio "$(column "$peer" 2)" "$(column "$ours" 2)")" "$least"
	row "CRL of $entries entries, memory" KiB "$(middle "$ours" 4)" "$(middle "$peer" 4)" "$(ratio "$(column "$peer" 4)" "$(column "$ours" 4)")"
	told "the same, all blocks packed anew" "$stale"
	for ((i = 0; i < rounds; i++)); do
		sql "cabinet_$entries" -e "UPDATE revocation SET first_crl_number = NULL, crl_number = NULL, first_delta_number = NULL, delta_number = NULL WHERE crl_number = 1 LIMIT 1000"
		sql "cabinet_$entries" -e "UPDATE crl SET entries = entries - 1000, octets = octets - (SELECT SUM(IF(reason = 0, 39, 53)) FROM revocation WHERE crl_number IS NULL) WHERE kind = 'base' ORDER BY number DESC LIMIT 1"
		due "$entries" base
		claimed+=$(measure "${process[mariadbd]}" "$build/publisher" -c "$work/$entries.conf" --once)$'\n' || exit 1
	done
	told "the same with 1000 revocations claimed, and a delta of them" "${claimed%$'\n'}"
	sql "cabinet_$entries" -e "UPDATE revocation SET first_crl_number = 1, crl_number = 1, first_delta_number = 1, delta_number = 1 WHERE crl_number > 1"
	(($(middle "$ours" 4) < 32768)) || { echo "memory: 32 MB or more: MISSED"; missed=1; }
done

# A delta of 1000: what a pass that makes one costs more than a pass that has nothing to do.
ours='' idle=''
for ((i = 0; i < rounds; i++)); do
	sql cabinet_1000000 -e "UPDATE revocation SET first_crl_number = NULL, crl_number = NULL WHERE first_delta_number = 1 AND reason = 1 LIMIT 1000"
	sql cabinet_1000000 -e "UPDATE revocation SET first_crl_number = NULL, crl_number = NULL, first_delta_number = NULL, delta_number = NULL WHERE crl_number IS NULL"
	ours+=$(measure "${process[mariadbd]}" "$build/publisher" -c "$work/1000000.conf" --once)$'\n' || exit 1
	read -r listed < <(sql cabinet_1000000 -e "SELECT entries FROM crl WHERE kind = 'delta' ORDER BY number DESC LIMIT 1")
	((listed == 1000)) || fail "the delta has $listed entries"
	sql cabinet_1000000 -e "UPDATE revocation SET first_crl_number = 1, crl_number = 1 WHERE crl_number IS NULL"
	idle+=$(measure "${process[mariadbd]}" "$build/publisher" -c "$work/1000000.conf" --once)$'\n' || exit 1
done
ours=${ours%$'\n'} idle=${idle%$'\n'}
cost=$(paste <(cut -d' ' -f 1 <<<"$ours") <(cut -d' ' -f 1 <<<"$idle") | awk '{ print ($1 - $2) * 1000 }' | paste -sd' ')
# shellcheck disable=SC2086
printf 'delta of 1000 out of 1000000: %s ms of CPU (%s), at most 50' "$(median $cost)" "$(spread $cost)"
# shellcheck disable=SC2086
if awk -v ms="$(median $cost)" 'BEGIN { exit !(ms <= 50) }'; then echo; else echo ' MISSED'; missed=1; fi
[[ -z $missed ]]
