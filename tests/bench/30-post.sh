#!/bin/bash
# tests/bench/30-post.sh: a whole signed POST (POST /login with a signed document of its own each time) through nginx with a durable commit, 8 clients, from
#   login  build/routes/login: checks the document, its certificate and the browser, and keeps document, session and event in one transaction
#   bare   bare_commit.c: reads the body and commits one row
# four workers each, peers in turn, medians of five. BENCH_POSTS: posts a round (1000). As the disk of this machine is, and with a flush that takes
# BENCH_FLUSH_US ("200 2000") microseconds more, as on disks that write before they answer, and on network disks: what a commit costs there, both wait for;
# on a disk that answers at once it is the processor alone.
set -u
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/../../scripts/lib/common.sh"
# shellcheck source=tests/bench/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$root" || exit 1
# shellcheck source=tests/bench/site.sh
. tests/bench/site.sh

posts=${BENCH_POSTS:-1000} people=400 warm=200
read -ra disks <<<"0 ${BENCH_FLUSH_US-200 2000}"
all=$((warm + ${#disks[@]} * rounds * posts))

bench_build logins
bench_build bare_commit
bench_build post
bench_preload slow_flush
LD_PRELOAD=$build/bench/slow_flush.so SLOW_FLUSH=$work/slow_flush database_start --innodb-buffer-pool-size=256M
site_cabinet cabinet
scripts/ceremony --out "$work/ca" --arc 1.3.6.1.4.1.32473 --plain-site "http://localhost:$((port + 1))" >"$work/ceremony.log" 2>&1 || { cat "$work/ceremony.log"; exit 1; }
"$build/bench/logins" "$work" "$people" "$all" "https://localhost:$port" "$(cat "$work/secret")" || fail "no documents"
sql cabinet <"$work/logins.sql" || fail "certificates"
site_program login "$build/routes/login" -c "$work/cabinet.conf"
site_program bare "$build/bench/bare_commit" "$socket" cabinet "$work/passwords/status"
route='include cabinet/cabinet-route.conf;'
site_nginx "location = /login { set \$cabinet_route login; $route }
	location = /bare { set \$cabinet_route bare; $route }"
site_wait "$work/login.sock" "$work/bare.sock"

site_hold

declare -A address=([login]=/login [bare]=/bare) rates costs last
one() {			# NAME FROM COUNT
	measure "$1" "$build/bench/post" "$port" "${address[$1]}" "$work/logins" "$2" "$3" "$clients"
}
for name in login bare; do one "$name" 0 "$warm"; done
for ((i = 0; i < ${#disks[@]} * rounds; i++)); do
	disk=${disks[i % ${#disks[@]}]}
	echo "$disk" >"$work/slow_flush"
	for name in login bare; do
		one "$name" $((warm + i * posts)) "$posts"
		rates[$name.$disk]+=" $rate" costs[$name.$disk]+=" $us" last[$name.$disk]="p99 $p99 us, nginx+program+MariaDB $parts"
	done
done
[[ $(sql cabinet -e "SELECT COUNT(*), (SELECT COUNT(*) FROM signed_form), (SELECT COUNT(*) FROM event WHERE kind = 'login') FROM session") == "$all	$all	$all" ]] ||
	fail "not every login left its session, document and event"
# shellcheck disable=SC2086
for disk in "${disks[@]}"; do
	for of in "login.$disk" "bare.$disk"; do
		printf '# %-10s %s requests/s (%s), %s us of CPU a request (%s), last %s\n' "$of" "$(median ${rates[$of]})" "$(spread ${rates[$of]})" \
			"$(median ${costs[$of]})" "$(spread ${costs[$of]})" "${last[$of]}"
	done
done
# shellcheck disable=SC2086
for disk in "${disks[@]}"; do
	what="signed POST, against a commit of one row"
	((disk == 0)) || what+=", a flush $disk us longer"
	row "$what" "requests/s" "$(median ${rates[login.$disk]})" "$(median ${rates[bare.$disk]})" "$(ratio "${rates[login.$disk]}" "${rates[bare.$disk]}")" 0.40
	((disk == 0)) || continue
	row "the same, CPU" "us a request" "$(median ${costs[login.0]})" "$(median ${costs[bare.0]})" "$(ratio "${costs[bare.0]}" "${costs[login.0]}")"
done
[[ -z $missed ]]
