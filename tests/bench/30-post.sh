#!/bin/bash
# tests/bench/30-post.sh: a whole signed POST (POST /login with a signed document of its own each time) through nginx with a durable commit, 8 clients, from
#   login  build/routes/login: checks the document, its certificate and the browser, and keeps document, session and event in one transaction
#   bare   bare_commit.c: reads the body and commits one row
# four workers each, peers in turn, medians of five. BENCH_POSTS: posts a round (1000).
set -u
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/../../scripts/lib/common.sh"
# shellcheck source=tests/bench/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$root" || exit 1
# shellcheck source=tests/bench/site.sh
. tests/bench/site.sh

posts=${BENCH_POSTS:-1000} people=400 warm=200

bench_build logins
bench_build bare_commit
bench_build post
site_database --innodb-buffer-pool-size=256M
site_cabinet cabinet
scripts/ceremony --out "$work/ca" --arc 1.3.6.1.4.1.32473 --plain-site "http://localhost:$((port + 1))" >"$work/ceremony.log" 2>&1 || { cat "$work/ceremony.log"; exit 1; }
"$build/bench/logins" "$work" "$people" $((warm + rounds * posts)) "https://localhost:$port" "$(cat "$work/secret")" || fail "no documents"
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
for ((i = 0; i < rounds; i++)); do
	for name in login bare; do
		one "$name" $((warm + i * posts)) "$posts"
		rates[$name]+=" $rate" costs[$name]+=" $us" last[$name]="p99 $p99 us, nginx+program+MariaDB $parts"
	done
done
[[ $(sql cabinet -e "SELECT COUNT(*), (SELECT COUNT(*) FROM signed_form), (SELECT COUNT(*) FROM event WHERE kind = 'login') FROM session") == \
	"$((warm + rounds * posts))	$((warm + rounds * posts))	$((warm + rounds * posts))" ]] || fail "not every login left its session, document and event"
# shellcheck disable=SC2086
for name in login bare; do
	printf '# %-5s %s requests/s (%s), %s us of CPU a request (%s), last %s\n' "$name" "$(median ${rates[$name]})" "$(spread ${rates[$name]})" \
		"$(median ${costs[$name]})" "$(spread ${costs[$name]})" "${last[$name]}"
done
# shellcheck disable=SC2086
{
	row "signed POST, against a commit of one row" "requests/s" "$(median ${rates[login]})" "$(median ${rates[bare]})" "$(ratio "${rates[login]}" "${rates[bare]}")" 0.40
	row "signed POST, against a commit of one row, CPU" "us a request" "$(median ${costs[login]})" "$(median ${costs[bare]})" "$(ratio "${costs[bare]}" "${costs[login]}")"
}
[[ -z $missed ]]
