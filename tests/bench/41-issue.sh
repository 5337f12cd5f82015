#!/bin/bash
# tests/bench/41-issue.sh: certificates, two an application, RSA-2048 keys under an RSA-2048 CA.
#   queue    build/publisher over the queue: signed forms verified, records, lints, signatures, events; its CPU beyond an idle pass, and with the database's
#   ours     the same without the database, in process (issue.c)
#   bare     a loop of OpenSSL's interface that checks the request and signs (issue.c): nothing recorded, linted, verified beyond that signature or read
#            back; extensions that all certificates share are made once
# CPU microseconds a certificate, peers in turn, medians of five; less is better, so ratio = peer / ours: the part of the bare loop's rate that is reached.
set -u
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/../../scripts/lib/common.sh"
# shellcheck source=tests/bench/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$root" || exit 1
# shellcheck source=tests/bench/database.sh
. tests/bench/database.sh

rounds=${BENCH_ROUNDS:-5} applications=${BENCH_APPLICATIONS:-50} site=http://localhost:8444
for name in measure issue; do bench_build "$name"; done

database_start --innodb-buffer-pool-size=256M --innodb-log-file-size=64M
database_migrate cabinet

# A demo root and CA with keys of 2048 bits; scripts/ceremony makes larger ones.
mkdir -p -- "$work/ca" "$work/crl" "$work/public"
usage='keyUsage=critical,keyCertSign,cRLSign'
for name in root ca; do
	openssl rand -hex 16 >"$work/ca/$name.passphrase"
	openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -aes-256-cbc -pass "file:$work/ca/$name.passphrase" -out "$work/ca/$name.key" 2>/dev/null
done
{
	openssl req -x509 -new -utf8 -sha256 -days 4000 -subj '/C=KZ/O=ДЕМО/CN=ДЕМО НЕГІЗГІ' -key "$work/ca/root.key" -passin "file:$work/ca/root.passphrase" \
		-addext "$usage" -out "$work/ca/root.pem" &&
	openssl req -new -utf8 -sha256 -subj '/C=KZ/O=ДЕМО/CN=ДЕМО УЦ' -key "$work/ca/ca.key" -passin "file:$work/ca/ca.passphrase" -out "$work/ca/ca.csr" &&
	printf '%s\n' 'basicConstraints=critical,CA:TRUE,pathlen:0' "$usage" subjectKeyIdentifier=hash authorityKeyIdentifier=keyid >"$work/ca/ext" &&
	faketime -f -2d openssl x509 -req -sha256 -days 3900 -in "$work/ca/ca.csr" -CA "$work/ca/root.pem" -CAkey "$work/ca/root.key" -passin "file:$work/ca/root.passphrase" \
		-extfile "$work/ca/ext" -out "$work/ca/ca.pem"
} >"$work/ca.log" 2>&1 || { cat "$work/ca.log"; fail "no CA"; }
cat >"$work/conf" <<-END
	mode = demo
	site = https://localhost:8443
	plain_site = $site
	oid_arc = 1.3.6.1.4.1.32473
	db_socket = $socket
	db_password_dir = $work/passwords
	[publisher]
	ca_certificate = $work/ca/ca.pem
	root_certificate = $work/ca/root.pem
	ca_key = $work/ca/ca.key
	ca_passphrase_file = $work/ca/ca.passphrase
	profiles = $root/conf/profiles
	crl_dir = $work/crl
	ca_dir = $work/public
	lock_file = $work/lock
END
"$build/publisher" -c "$work/conf" --once 2>"$work/publisher.log" || { tail "$work/publisher.log"; fail "the publisher does not start"; }
if ! "$build/bench/issue" load "$work" "$applications" >"$work/load.sql" || ! sql cabinet <"$work/load.sql"; then fail "no applications"; fi

for peer in ours bare; do peer_start "$peer" "$build/bench/issue" "$peer" "$work"; done
for peer in ours bare; do peer_ready "$peer"; done
measure() { "$build/bench/measure" "$@" 2>"$work/measured.log" || { tail "$work/measured.log" >&2; fail "$3 failed"; }; }
ours='' bare='' program='' whole=''
for ((i = 0; i < rounds; i++)); do
	ours+=" $(awk "BEGIN { print $(peer_round ours) / 2 }")"
	bare+=" $(awk "BEGIN { print $(peer_round bare) / 2 }")"
	sql cabinet <<-END || fail "reset"
		DELETE FROM certificate WHERE number <> '00000000000000'; DELETE FROM public_key; DELETE FROM serial_reservation; DELETE FROM lint_certificate;
		DELETE FROM application_status; DELETE FROM outbox; UPDATE application SET status = 'signed', reason = '';
	END
	read -r cpu _ cpu_database _ < <(measure "${process[mariadbd]}" "$build/publisher" -c "$work/conf" --once)
	[[ $(sql cabinet -e "SELECT COUNT(*) FROM certificate k JOIN application a USING (number) WHERE a.status = 'issued'") == $((2 * applications)) ]] || fail "not all were issued"
	read -r idle _ idle_database _ < <(measure "${process[mariadbd]}" "$build/publisher" -c "$work/conf" --once)
	program+=" $(awk "BEGIN { print ($cpu - $idle) * 1e6 / (2 * $applications) }")"
	whole+=" $(awk "BEGIN { print ($cpu - $idle + $cpu_database - $idle_database) * 1e6 / (2 * $applications) }")"
done
unit='us of CPU a certificate'
against_bare() {		# NAME FIGURES [AT-LEAST]
	# shellcheck disable=SC2086
	row "$1" "$unit" "$(median $2)" "$(median $bare)" "$(ratio "$bare" "$2")" "${3:-}"
}
against_bare "issuing without the database, against a bare OpenSSL loop" "$ours" 0.8
against_bare "issuing from the queue, the publisher's CPU" "$program" 0.5
against_bare "issuing from the queue, with the database's CPU" "$whole" 0.5
[[ -z $missed ]]
