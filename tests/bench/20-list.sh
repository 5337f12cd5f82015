#!/bin/bash
# tests/bench/20-list.sh: the list of a citizen's certificates (GET /keys, first page: 10 rows, session) through nginx, plain HTTP for all, from
#   keys   build/routes/keys
#   bare   bare_list.c: the same questions to MariaDB, then a fixed page of the same size
#   php    list.php in PHP-FPM with opcache: the same questions, escaping and HTML
# four workers each, peers in turn, medians of five; then the p99 of first and filtered pages with BENCH_ROWS certificates (1000000; 10000000 takes
# 25 GB below /tmp and half an hour; BENCH_POOL: MariaDB's buffer pool) against 10000, of citizens with 12 certificates and of one with 2000.
set -u
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/../../scripts/lib/common.sh"
# shellcheck source=tests/bench/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$root" || exit 1
# shellcheck source=tests/bench/site.sh
. tests/bench/site.sh

few=10000 many=${BENCH_ROWS:-1000000} seconds=${BENCH_SECONDS:-4}

database_start --innodb-buffer-pool-size="${BENCH_POOL:-512M}" --innodb-log-file-size=256M
load() {		# DATABASE ROWS
	site_cabinet "$1"
	tests/bench/load.sh "$socket" "$1" "$2" | grep -E '^[AB0-9]{43}' >"$work/$1.all" || fail "loading $1"
	grep -v '^B' "$work/$1.all" >"$work/$1.citizens"
	grep '^B' "$work/$1.all" >"$work/$1.collector"
}
load cabinet "$few"
((many == few)) || load cabinet_many "$many"

# ---- programs

bench_build bare_list
sql -e 'SET GLOBAL general_log = ON'
site_program keys "$build/routes/keys" -c "$work/cabinet.conf"
((many == few)) || site_program many "$build/routes/keys" -c "$work/cabinet_many.conf"
mkdir -p -- "$work/php"
route='include cabinet/cabinet-route.conf;'
# nginx hands the session to programs that it knows
# shellcheck disable=SC2016
session='fastcgi_param COOKIE_SESSION $cabinet_session;'
site_nginx "location = /keys { set \$cabinet_route keys; $route }
	location = /bare { set \$cabinet_route bare; $route $session }
	location = /php  { set \$cabinet_route php; $route $session fastcgi_param SCRIPT_FILENAME $root/tests/bench/list.php; fastcgi_param BENCH_CONFIG $work/php/config.php; }" \
	"location = /keys { set \$cabinet_route many; $route $session }"
get() {			# ADDRESS [DATABASE]: headers and page, for the first citizen
	curl -sS -i -m 10 -H "Cookie: __Host-session=$(head -n 1 "$work/${2:-cabinet}.citizens" | cut -f 1)" "http://127.0.0.1:$1"
}
site_wait "$work/keys.sock"
get "$port/keys" >"$work/keys.page"
head -n 1 "$work/keys.page" | grep -q " 200 " || fail "the page is not there: $(head -n 1 "$work/keys.page"; tail -n 3 "$work/keys.log")"


# The questions as the server heard them: prepared by the workers, then asked by that one request.
sql --raw -e "SET GLOBAL general_log = OFF; SELECT DISTINCT p.argument FROM mysql.general_log e JOIN mysql.general_log p
	ON p.command_type = 'Prepare' AND e.argument LIKE REPLACE(p.argument, '?', '%')
	WHERE e.command_type = 'Execute' ORDER BY e.event_time" >"$work/questions"
(($(wc -l <"$work/questions") == 2)) || fail "the page asks other questions than session and list: $(cat "$work/questions")"
sed -n 1p "$work/questions" >"$work/session.sql"
sed -n 2p "$work/questions" >"$work/list.sql"

body() { sed '1,/^\r$/d' "$1"; }
{
	printf 'Content-Type: text/html; charset=utf-8\r\nContent-Language: ru\r\nContent-Length: %d\r\nCache-Control: no-store\r\n\r\n' "$(body "$work/keys.page" | wc -c)"
	body "$work/keys.page"
} >"$work/page"
site_program bare "$build/bench/bare_list" "$socket" cabinet "$work/passwords/keys" "$work" "$work/page"

php tests/bench/list_config.php views/lang/ru.hdf "socket=$socket" database=cabinet "password=@$work/passwords/keys" "secret=@$work/secret" "session=@$work/session.sql" \
	"list=@$work/list.sql" "plain_site=http://localhost:$((port + 1))" >"$work/php/config.php" || fail "no configuration for list.php"
cat >"$work/php/fpm.conf" <<-END
	[global]
	error_log = $work/php.log
	[bench]
	user = $me
	listen = $work/php.sock
	pm = static
	pm.max_children = $workers
	catch_workers_output = yes
END
fpm=$(compgen -c php-fpm | sort -V | tail -n 1)
allow_root=()
((EUID != 0)) || allow_root=(-R)
"$fpm" -F -y "$work/php/fpm.conf" -d opcache.enable=1 -d opcache.validate_timestamps=0 "${allow_root[@]}" >>"$work/php.log" 2>&1 &
process[php]=$!
site_wait "$work/php.sock" "$work/bare.sock"

# ---- correct before fast: the same octets from bare, the same page from PHP but for blanks, the request's number and the token's mask

plain() { body "$1" | sed 's/<span class="mono">[0-9a-f]\{32\}</<span class="mono"></; s/data-idle="[0-9]*"/data-idle=""/; s/name="csrf" value="[^"]*"/name="csrf"/' | tr -s ' \n' '\n' | sed 's/> *</></g' | grep -v '^$'; }
get "$port/bare" >"$work/bare.page"
get "$port/php" >"$work/php.page"
cmp -s <(body "$work/keys.page") <(body "$work/bare.page") || fail "bare sends something else: $(head -n 1 "$work/bare.page")"
plain "$work/keys.page" >"$work/keys.plain"
plain "$work/php.page" >"$work/php.plain"
if ! cmp -s "$work/keys.plain" "$work/php.plain"; then
	diff "$work/keys.plain" "$work/php.plain" | head -n 20
	fail "list.php does not make the page of views/keys/list.cs: bring it up to date"
fi

site_hold

# ---- measuring

one() {			# NAME DATABASE.citizens|collector ADDRESS
	BENCH_CITIZENS=$work/$2 BENCH_PATH=/${3#*/} measure "$1" wrk -t 1 -c "$clients" -d "$seconds" -s tests/bench/load.lua "http://127.0.0.1:${3%%/*}"
}

names=(keys bare php)
declare -A address=([keys]=keys [bare]=bare [php]=php) rates costs split
for name in "${names[@]}"; do seconds=1 one "$name" cabinet.citizens "$port/${address[$name]}"; done
for ((i = 0; i < rounds; i++)); do
	for name in "${names[@]}"; do
		one "$name" cabinet.citizens "$port/${address[$name]}"
		rates[$name]+=" $rate" costs[$name]+=" $us" split[$name]=$parts
	done
done
# shellcheck disable=SC2086
for name in "${names[@]}"; do
	printf '# %-5s %s requests/s (%s), %s us of CPU a request (%s), last nginx+program+MariaDB %s\n' "$name" "$(median ${rates[$name]})" "$(spread ${rates[$name]})" \
		"$(median ${costs[$name]})" "$(spread ${costs[$name]})" "${split[$name]}"
done
# shellcheck disable=SC2086
against() {		# NAME PEER [AT-LEAST]
	row "list page, $1" "requests/s" "$(median ${rates[keys]})" "$(median ${rates[$2]})" "$(ratio "${rates[keys]}" "${rates[$2]}")" "${3:-}"
	row "list page, $1, CPU" "us a request" "$(median ${costs[keys]})" "$(median ${costs[$2]})" "$(ratio "${costs[$2]}" "${costs[keys]}")"
}
against "against a fixed page after the same questions" bare 0.75
against "against PHP-FPM" php 1.7

if ((many != few)); then
	declare -A late=()
	day=$(date -d '33 days ago' +%F)
	pages=("citizens keys" "citizens keys?algorithm=EC-P256" "citizens keys?created=$day" "citizens keys?application=NUMBER" "citizens keys?serial=SERIAL"
		"collector keys" "collector keys?algorithm=EC-P256" "collector keys?application=NUMBER" "collector keys?serial=SERIAL")
	seconds=$((seconds > 2 ? 2 : seconds))
	for ((i = 0; i <= rounds; i++)); do
		for page in "${pages[@]}"; do
			for name in few many; do
				if [[ $name == few ]]; then
					one keys "cabinet.${page% *}" "$port/${page#* }"
				else
					one many "cabinet_many.${page% *}" "$((port + 1))/${page#* }"
				fi
				# the first round fills the caches
				((i == 0)) || late[$name $page]+=" $p99"
			done
		done
	done
	# shellcheck disable=SC2086
	for page in "${pages[@]}"; do
		row "p99, ${page% *}: /${page#* }, $many certificates against $few" us "$(median ${late[many $page]})" "$(median ${late[few $page]})" \
			"$(ratio "${late[few $page]}" "${late[many $page]}")" 0.67
	done
fi
[[ -z $missed ]]
