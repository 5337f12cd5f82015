#!/bin/bash
# tests/bench/50-ocsp.sh: answers of OCSP for one second of CPU, over a register of 100,000 certificates (BENCH_ROWS), every tenth revoked.
#
#   ours   nginx (plain HTTP) → build/routes/ocsp, two workers → MariaDB: the CPU of all three, from process accounts; driven by wrk on 32 connections
#          (BENCH_CONNECTIONS), so that requests wait and are answered together
#   peer   `openssl ocsp` with an index of the same 100,000 serials: the CPU of that one process. It takes one connection at a time and knows no
#          keep-alive, so it is driven by a loop of connections
#
# The same requests for both: POST, one certificate, SHA-1, no nonce, serials drawn evenly from all 100,000. Responder's keys RSA-2048 and P-256. Peers
# in turn, medians of five. "steady": as it runs, with signatures kept for half of an answer's minute, after more than that time under load. "signed
# anew": nothing is kept, each answer costs a signature, as each of the peer's does.
#
# The bound for P-256 is against the peer's usual key, RSA-2048: a peer with a P-256 key signs as cheaply as we do, and its row has no bound.
set -u
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/../../scripts/lib/common.sh"
# shellcheck source=tests/bench/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$root" || exit 1
# shellcheck source=tests/bench/database.sh
. tests/bench/database.sh

rows=${BENCH_ROWS:-100000} port=${BENCH_PORT:-18820} seconds=${BENCH_SECONDS:-4} warm=${BENCH_WARM:-45} connections=${BENCH_CONNECTIONS:-32} rounds=5 peer_answers=1000
for ((i = 0; i < 6; i++)); do port_is_free $((port + i)) || fail "port $((port + i)) is in use: choose others with BENCH_PORT"; done

# ---- database, CA, responders

database_start --innodb-buffer-pool-size=512M --innodb-log-file-size=256M
database_migrate cabinet
scripts/ceremony --out "$work/ca" --arc 1.3.6.1.4.1.32473 --plain-site "http://localhost:$port" >"$work/ceremony.log" 2>&1 || { cat "$work/ceremony.log"; exit 1; }
mkdir -p "$work"/{crl,public,run,ocsp,keep}
cp -r conf/profiles "$work/profiles"
settings() {		# NAME SIGNATURES: the configuration whose responder is NAME's
	cat <<-END
		mode = demo
		site = https://localhost:$((port + 5))
		plain_site = http://localhost:$port
		oid_arc = 1.3.6.1.4.1.32473
		db_socket = $socket
		db_name = cabinet
		db_password_dir = $work/passwords
		worker_requests = 1000000
		[ocsp]
		responder_file = $work/ocsp/${1%_anew}.pem
		signature_file = $2
		[publisher]
		ca_certificate = $work/ca/ca.pem
		root_certificate = $work/ca/root.pem
		ca_key = $work/ca/ca.key
		ca_passphrase_file = $work/ca/ca.passphrase
		profiles = $work/profiles
		crl_dir = $work/crl
		ca_dir = $work/public
		lock_file = $work/run/publisher.lock
	END
}
for name in ec rsa; do
	settings "$name" "$work/keep/$name" >"$work/$name.conf"
	settings "$name" '' >"$work/${name}_anew.conf"
	sed -i "s/^key  *=.*/key = $([[ $name == ec ]] && echo EC-P256 || echo RSA-2048)/" "$work/profiles/ocsp-responder.conf"
	"$build/publisher" -c "$work/$name.conf" --once >"$work/publisher.log" 2>&1 || { cat "$work/publisher.log"; exit 1; }
	openssl pkey -in "$work/ocsp/$name.pem" -out "$work/$name.key" && openssl x509 -in "$work/ocsp/$name.pem" -out "$work/$name.cert" || exit 1
done

# Certificates of the size that issued ones have, every tenth of them revoked; the same serials for the peer's index.
ca=$(sql cabinet -e "SELECT MAX(id) FROM ca")
serial="CONCAT(UNHEX('1b'), UNHEX(LPAD(HEX(seq), 10, '0')), LEFT(UNHEX(SHA2(seq, 256)), 14))"
sql cabinet <<-END || exit 1
	INSERT INTO certificate (serial, ca, iin, number, purpose, algorithm, subject, full_name, not_before, not_after, key_id, der, issued_at)
	SELECT $serial, $ca, LPAD(900000000000 + seq, 12, '0'), LPAD(seq, 14, '0'), 'auth', 'RSA-2048', 'CN=ТЕСТОВ ТЕСТ', 'ТЕСТОВ ТЕСТ', UTC_TIMESTAMP(),
		UTC_TIMESTAMP() + INTERVAL 335 DAY, LEFT(UNHEX(SHA2(seq, 256)), 20), REPEAT(UNHEX(SHA2(seq, 256)), 50), UTC_TIMESTAMP() FROM seq_0_to_$((rows - 1));
	INSERT INTO revocation (ca, serial, iin, reason, revoked_at) SELECT $ca, $serial, LPAD(900000000000 + seq, 12, '0'), 1, UTC_TIMESTAMP()
		FROM seq_0_to_$((rows - 1)) WHERE seq % 10 = 0;
	ANALYZE TABLE certificate, revocation;
END
sql cabinet -e "SELECT HEX(c.serial), r.serial IS NOT NULL FROM certificate c LEFT JOIN revocation r ON r.ca = c.ca AND r.serial = c.serial WHERE c.serial LIKE CONCAT(UNHEX('1b'), '%')" >"$work/serials"
(($(wc -l <"$work/serials") == rows)) || fail "loading"
awk -F '\t' '{ printf "%s\t%s\t%s\t%s\tunknown\t/CN=x\n", $2 ? "R" : "V", "301231235959Z", $2 ? "260101000000Z,keyCompromise" : "", $1 }' "$work/serials" >"$work/index.txt"
echo 'unique_subject = no' >"$work/index.txt.attr"

# ---- programs

for name in ec rsa ec_anew rsa_anew; do
	spawn-fcgi -n -s "$work/$name.sock" -M 0600 -- "$(command -v multiwatch)" -f 2 -t 500 -- "$build/routes/ocsp" -c "$work/$name.conf" >>"$work/$name.log" 2>&1 &
	process[$name]=$!
done
mkdir -p -- "$work/nginx/cabinet"
ln -s -- "$root"/conf/nginx/*.conf "$work/nginx/cabinet"
rm -- "$work/nginx/cabinet/cabinet-ocsp.conf"
# the installed file, each server with its own program; the limits on one address would be a limit on the benchmark
# shellcheck disable=SC2016
grep -vE '^(limit_|include cabinet/cabinet-errors)' conf/nginx/cabinet-ocsp.conf | sed 's/\$cabinet_sockets\/ocsp\.sock/$bench_socket/' >"$work/nginx/cabinet/cabinet-ocsp.conf"
user=''
((EUID != 0)) || user='user root;'
declare -A at=([ec]=$port [rsa]=$((port + 1)) [ec_anew]=$((port + 2)) [rsa_anew]=$((port + 3)) [peer_ec]=$((port + 4)) [peer_rsa]=$((port + 5)))
{
	printf '%s\n' "$user" "worker_processes 2;" "pid $work/nginx.pid;" "error_log $work/nginx.log warn;" "events { worker_connections 1024; }" "http {" \
		"access_log off; server_tokens off; keepalive_requests 1000000; client_body_temp_path $work/nginx/body; fastcgi_temp_path $work/nginx/fastcgi;" \
		"proxy_temp_path $work/nginx/proxy; uwsgi_temp_path $work/nginx/uwsgi; scgi_temp_path $work/nginx/scgi;"
	for name in ec rsa ec_anew rsa_anew; do
		# shellcheck disable=SC2016
		printf 'server { listen 127.0.0.1:%d; set $bench_socket %s; location = /ocsp { include cabinet/cabinet-ocsp.conf; } }\n' "${at[$name]}" "$work/$name.sock"
	done
	echo '}'
} >"$work/nginx/nginx.conf"
PATH=$PATH:/usr/sbin
nginx -p "$work/nginx/" -c "$work/nginx/nginx.conf" -g 'daemon off;' &
process[nginx]=$!
for name in ec rsa; do
	openssl ocsp -index "$work/index.txt" -port "${at[peer_$name]}" -rsigner "$work/$name.cert" -rkey "$work/$name.key" -CA "$work/ca/ca.pem" -rmd sha256 -nmin 1 \
		>"$work/peer_$name.log" 2>&1 &
	process[peer_$name]=$!
done

# ---- requests: one DER each, from a first one by openssl whose serial is put in

first=$(cut -f1 "$work/serials" | sed -n 2p)
openssl ocsp -issuer "$work/ca/ca.pem" -serial "0x$first" -no_nonce -reqout "$work/request" >/dev/null 2>&1 || fail "no request"
request=$(od -An -tx1 -v "$work/request" | tr -d ' \n') lower=${first,,}
[[ $request == *"$lower"* ]] || fail "the serial is not in the request"
cut -f1 "$work/serials" | tr 'A-F' 'a-f' | shuf --random-source=<(openssl enc -aes-128-ctr -pass pass:bench -nosalt </dev/zero 2>/dev/null) |
	sed "s/^/${request%%"$lower"*}/; s/\$/${request##*"$lower"}/" >"$work/requests"
# never by a connection without a request: openssl ocsp would go round in it
is_waiting() { grep -q 'waiting for OCSP' "$work/peer_$1.log" 2>/dev/null; }
for ((i = 0; i < 600; i++)); do
	if [[ -S $work/ec.sock && -S $work/rsa.sock && -S $work/ec_anew.sock && -S $work/rsa_anew.sock && -s $work/nginx.pid ]] && is_waiting ec && is_waiting rsa; then break; fi
	sleep 0.1
done

# ---- correct before fast: both say the same of the same certificates, verified

cat "$work/ca/ca.pem" "$work/ca/root.pem" >"$work/chain.pem"
say() {			# NAME SERIAL…
	local name=$1 args=()
	shift
	for s; do args+=(-serial "0x$s"); done
	openssl ocsp -issuer "$work/ca/ca.pem" "${args[@]}" -no_nonce -CAfile "$work/chain.pem" -url "http://127.0.0.1:${at[$name]}/ocsp" 2>&1 | grep -E '^(0x|Response)' | sort
}
mapfile -t some < <(cut -f1 "$work/serials" | sed -n '1p;2p;11p;50p;51p;100p;101p;500p;501p;1001p')
for name in ec rsa ec_anew rsa_anew peer_rsa peer_ec; do
	say "$name" "${some[@]}" >"$work/$name.said"
	grep -q '^Response verify OK' "$work/$name.said" || { cat "$work/$name.said" "$work/$name.log"; fail "$name does not answer"; }
	cmp -s "$work/ec.said" "$work/$name.said" || { diff "$work/ec.said" "$work/$name.said"; fail "$name says something else"; }
done
(($(grep -c ': good' "$work/ec.said") > 0 && $(grep -c ': revoked' "$work/ec.said") > 0)) || fail "only one kind of answer"

# ---- measuring

# with BENCH_HOLD set, everything stays as it is until a line comes in: for a profiler
if [[ -n ${BENCH_HOLD:-} ]]; then
	echo "$work, ports ${at[*]} (${!at[*]}), $(for name in "${!process[@]}"; do echo "$name: ${process[$name]} $(cat "/proc/${process[$name]}/task/${process[$name]}/children")"; done | paste -sd,)"
	read -r _
	exit
fi

# Microseconds of CPU that a program's processes have used, with those of workers that have ended.
tick=$((1000000 / $(getconf CLK_TCK)))
cpu() {			# NAME…
	local name p sum=0 fields
	for name in "$@"; do
		for p in "${process[$name]}" $(cat "/proc/${process[$name]}/task/${process[$name]}/children"); do
			read -ra fields < <(sed 's/.*) //' "/proc/$p/stat" 2>/dev/null)
			((sum += fields[11] + fields[12] + (p == ${process[$name]} ? fields[13] + fields[14] : 0)))
		done
	done
	echo $((sum * tick))
}
# us NAME SECONDS: CPU microseconds an answer costs: nginx, program and MariaDB, and in all
us() {
	local before after requests bad
	before="$(cpu nginx) $(cpu "$1") $(cpu mariadbd)"
	read -r requests bad < <(BENCH_REQUESTS=$work/requests BENCH_START=$RANDOM$RANDOM wrk -t 1 -c "$connections" -d "$2" -s tests/bench/ocsp.lua "http://127.0.0.1:${at[$1]}/ocsp" |
		sed -n 's/^figures //p')
	after="$(cpu nginx) $(cpu "$1") $(cpu mariadbd)"
	((bad == 0 && requests > 0)) || fail "$1: $bad of $requests requests failed"
	awk -v n="$requests" -v b="$before" -v a="$after" 'BEGIN { split(b, x); split(a, y); for (i = 1; i <= 3; i++) { p[i] = (y[i] - x[i]) / n; sum += p[i] }
		printf "%.0f+%.0f+%.0f %.1f\n", p[1], p[2], p[3], sum }'
}
peer_us() {		# NAME: over peer_answers connections
	local before after
	before=$(cpu "$1")
	node tests/bench/ocsp.mjs "${at[$1]}" "$work/requests" "$peer_answers" || fail "$1 does not answer"
	after=$(cpu "$1")
	awk -v c=$((after - before)) -v n="$peer_answers" 'BEGIN { printf "%.1f\n", c / n }'
}
declare -A costs parts
ours() {		# NAME SECONDS
	local cost
	read -r "parts[$1]" cost < <(us "$1" "$2")
	costs[$1]+=" $cost"
}
# Peers in each round too: a machine that slows down meets both. While a peer is measured, what is kept ages: not for long.
for name in ec rsa; do
	us "$name" "$warm" >/dev/null
	for ((i = 0; i < rounds; i++)); do
		costs[peer_of_$name]+=" $(peer_us peer_rsa)"
		ours "$name" $((2 * seconds))
	done
done
for ((i = 0; i < rounds; i++)); do
	for name in peer_rsa peer_ec; do costs[$name]+=" $(peer_us "$name")"; done
	for name in rsa_anew ec_anew; do ours "$name" "$seconds"; done
done
# shellcheck disable=SC2086
for name in rsa ec rsa_anew ec_anew peer_rsa peer_ec; do
	printf '# %-8s %s us of CPU an answer (%s), %s answers a CPU second%s\n' "$name" "$(median ${costs[$name]})" "$(spread ${costs[$name]})" \
		"$(awk -v u="$(median ${costs[$name]})" 'BEGIN { printf "%.0f", 1e6 / u }')" "${parts[$name]:+, last nginx+program+MariaDB ${parts[$name]}}"
done
# shellcheck disable=SC2086
against() {		# WHAT OURS PEER [AT-LEAST]
	row "OCSP, $1" "us of CPU" "$(median ${costs[$2]})" "$(median ${costs[$3]})" "$(ratio "${costs[$3]}" "${costs[$2]}")" "${4:-}"
}
against "RSA-2048, steady, against openssl ocsp with RSA-2048" rsa peer_of_rsa 1.3
against "P-256, steady, against openssl ocsp with RSA-2048" ec peer_of_ec 4
against "RSA-2048, signed anew, against openssl ocsp with RSA-2048" rsa_anew peer_rsa
against "P-256, signed anew, against openssl ocsp with RSA-2048" ec_anew peer_rsa
against "P-256, signed anew, against openssl ocsp with P-256" ec_anew peer_ec
[[ -z $missed ]]
