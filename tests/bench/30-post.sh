#!/bin/bash
# tests/bench/30-post.sh: a whole signed POST (POST /login with a signed document of its own each time) through nginx with a durable commit, 8 clients, from
#   login  build/routes/login: checks the document, its certificate and the browser, and keeps document, session and event in one transaction
#   bare   bare_commit.c: reads the body and commits one row
# four workers each, peers in turn, medians of five. BENCH_POSTS: posts a round (1000). Both as the disk of this machine is, and with a flush that takes
# BENCH_FLUSH_US (2000) more, as on network disks: what a commit costs there, both wait for; here it is the processor alone.
set -u
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/../../scripts/lib/common.sh"
# shellcheck source=tests/bench/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$root" || exit 1
# shellcheck source=tests/bench/site.sh
. tests/bench/site.sh

posts=${BENCH_POSTS:-1000} flush=${BENCH_FLUSH_US:-2000} people=400 warm=200

bench_build logins
bench_build bare_commit
bench_build post
bench_preload slow_flush
LD_PRELOAD=$build/bench/slow_flush.so SLOW_FLUSH_US=$flush SLOW_FLUSH_WHEN=$work/slow database_start --innodb-buffer-pool-size=256M
site_cabinet cabinet
scripts/ceremony --out "$work/ca" --arc 1.3.6.1.4.1.32473 --plain-site "http://localhost:$((port + 1))" >"$work/ceremony.log" 2>&1 || { cat "$work/ceremony.log"; exit 1; }
"$build/bench/logins" "$work" "$people" $((warm + 2 * rounds * posts)) "https://localhost:$port" "$(cat "$work/secret")" || fail "no documents"
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
for ((i = 0; i < 2 * rounds; i++)); do
	disk=here
	((i % 2 == 0)) || disk=slow
	if [[ $disk == slow ]]; then touch "$work/slow"; else rm -f "$work/slow"; fi
	for name in login bare; do
		one "$name" $((warm + i * posts)) "$posts"
		rates[$name.$disk]+=" $rate" costs[$name.$disk]+=" $us" last[$name.$disk]="p99 $p99 us, nginx+program+MariaDB $parts"
	done
done
all=$((warm + 2 * rounds * posts))
[[ $(sql cabinet -e "SELECT COUNT(*), (SELECT COUNT(*) FROM signed_form), (SELECT COUNT(*) FROM event WHERE kind = 'login') FROM session") == "$all	$all	$all" ]] ||
	fail "not every login left its session, document and event"
# shellcheck disable=SC2086
for of in login.here bare.here login.slow bare.slow; do
	printf '# %-10s %s requests/s (%s), %s us of CPU a request (%s), last %s\n' "$of" "$(median ${rates[$of]})" "$(spread ${rates[$of]})" \
		"$(median ${costs[$of]})" "$(spread ${costs[$of]})" "${last[$of]}"
done
# shellcheck disable=SC2086
{
	row "signed POST, against a commit of one row" "requests/s" "$(median ${rates[login.here]})" "$(median ${rates[bare.here]})" \
		"$(ratio "${rates[login.here]}" "${rates[bare.here]}")" 0.40
	row "the same, CPU" "us a request" "$(median ${costs[login.here]})" "$(median ${costs[bare.here]})" "$(ratio "${costs[bare.here]}" "${costs[login.here]}")"
	row "the same, with a flush of $flush us" "requests/s" "$(median ${rates[login.slow]})" "$(median ${rates[bare.slow]})" \
		"$(ratio "${rates[login.slow]}" "${rates[bare.slow]}")" 0.40
}
[[ -z $missed ]]
