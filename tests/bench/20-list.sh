#!/bin/bash
# tests/bench/20-list.sh: the list of a citizen's certificates (GET /keys, first page: 10 rows, session) through nginx, plain HTTP for all, from
#   ours   build/routes/keys
#   bare   bare_list.c: the same questions to MariaDB, then a fixed page of the same size
#   php    list.php in PHP-FPM with opcache: the same questions, escaping and HTML
# four workers each, peers in turn, medians of five; then the page's p99 with BENCH_ROWS certificates (10000; try 1000000) against 10000.
set -u
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/../../scripts/lib/common.sh"
# shellcheck source=tests/bench/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$root" || exit 1

few=10000 many=${BENCH_ROWS:-10000} port=${BENCH_PORT:-18800} seconds=${BENCH_SECONDS:-4} rounds=5 workers=4 clients=8
work=$(mktemp -d /tmp/cabinet-bench-XXXXXX) socket=$work/mariadb.sock
declare -A process
finish() {
	local name
	for name in nginx ours bare php many mariadbd; do
		[[ -z ${process[$name]:-} ]] || { kill "${process[$name]}" && wait "${process[$name]}"; } 2>/dev/null
	done
	rm -rf -- "$work"
}
trap finish EXIT
trap 'exit 1' INT TERM
umask 077
for number in "$port" $((port + 1)); do port_is_free "$number" || fail "port $number is in use: choose others with BENCH_PORT"; done

# ---- database

mariadb-install-db --no-defaults --user="$me" --datadir="$work/data" --skip-test-db --auth-root-authentication-method=normal >"$work/install.log" 2>&1 ||
	{ tail "$work/install.log"; exit 1; }
mariadbd --defaults-file=conf/mariadb/cabinet.cnf --user="$me" --datadir="$work/data" --socket="$socket" --pid-file="$work/mariadb.pid" \
	--log-error="$work/mariadb.log" --innodb-buffer-pool-size=512M --innodb-log-file-size=256M --log-output=TABLE &
process[mariadbd]=$!
sql() { mariadb --no-defaults --socket="$socket" --user=root --default-character-set=utf8mb4 --batch --skip-column-names "$@"; }
for ((i = 0; i < 300; i++)); do sql -e 'SELECT 1' >/dev/null 2>&1 && break; sleep 0.1; done

database() {		# NAME ROWS
	scripts/migrate --socket "$socket" --database "$1" --passwords "$work/passwords" >"$work/migrate.log" 2>&1 || { cat "$work/migrate.log"; exit 1; }
	tests/bench/load.sh "$socket" "$1" "$2" | grep '^A' >"$work/$1.cookies" || fail "loading $1"
	openssl rand -hex 32 >"$work/secret"
	cat >"$work/$1.conf" <<-END
		mode = demo
		site = https://localhost:$port
		plain_site = http://localhost:$((port + 1))
		oid_arc = 1.3.6.1.4.1.32473
		support_phone = 1414
		support_email = support@cabinet.example
		views = $root/views
		secret_file = $work/secret
		db_socket = $socket
		db_name = $1
		db_password_dir = $work/passwords
	END
}
database cabinet "$few"
((many == few)) || database cabinet_many "$many"

# ---- programs

start() {		# NAME COMMAND…: workers of a FastCGI program
	spawn-fcgi -n -s "$work/$1.sock" -M 0600 -- "$(command -v multiwatch)" -f "$workers" -t 500 -- "${@:2}" >>"$work/$1.log" 2>&1 &
	process[$1]=$!
}
bench_build bare_list
sql -e 'SET GLOBAL general_log = ON'
start ours "$build/routes/keys" -c "$work/cabinet.conf"
((many == few)) || start many "$build/routes/keys" -c "$work/cabinet_many.conf"
mkdir -p -- "$work/nginx/cabinet" "$work/php"
ln -s -- "$root"/conf/nginx/*.conf "$work/nginx/cabinet"
rm -- "$work"/nginx/cabinet/cabinet-{values,limits}.conf
: >"$work/nginx/cabinet/cabinet-limits.conf"
cat >"$work/nginx/cabinet/cabinet-values.conf" <<-END
	map "" \$cabinet_origin        { default "https://localhost:$port"; }
	map "" \$cabinet_sockets       { default "$work"; }
	map "" \$cabinet_views         { default "$root/views"; }
	map "" \$cabinet_public        { default "$work"; }
	map "" \$cabinet_support_phone { default "1414"; }
END
user=''
((EUID != 0)) || user='user root;'
cat >"$work/nginx/nginx.conf" <<-END
	$user
	worker_processes 2;
	pid $work/nginx.pid;
	error_log $work/nginx.log warn;
	events { worker_connections 1024; }
	http {
		include cabinet/cabinet-values.conf;
		include cabinet/cabinet-http.conf;
		access_log off;
		server_tokens off;
		keepalive_requests 1000000;
		client_body_temp_path $work/nginx/body;
		fastcgi_temp_path $work/nginx/fastcgi;
		proxy_temp_path $work/nginx/proxy;
		uwsgi_temp_path $work/nginx/uwsgi;
		scgi_temp_path $work/nginx/scgi;
		server {
			listen 127.0.0.1:$port;
			location = /keys { set \$cabinet_route ours; include cabinet/cabinet-route.conf; }
			location = /bare { set \$cabinet_route bare; include cabinet/cabinet-route.conf; }
			location = /php  { set \$cabinet_route php; include cabinet/cabinet-route.conf; fastcgi_param SCRIPT_FILENAME $root/tests/bench/list.php; fastcgi_param BENCH_CONFIG $work/php/config.php; }
		}
		server {
			listen 127.0.0.1:$((port + 1));
			location = /keys { set \$cabinet_route many; include cabinet/cabinet-route.conf; }
		}
	}
END
PATH=$PATH:/usr/sbin
nginx -p "$work/nginx/" -c "$work/nginx/nginx.conf" -g 'daemon off;' &
process[nginx]=$!
get() {			# ADDRESS [DATABASE]: headers and page, for the first citizen
	curl -sS -i -m 10 -H "Cookie: __Host-session=$(head -n 1 "$work/${2:-cabinet}.cookies")" "http://127.0.0.1:$1"
}
for ((i = 0; i < 100; i++)); do [[ ! -S $work/ours.sock || ! -s $work/nginx.pid ]] || break; sleep 0.1; done
get "$port/keys" >"$work/ours.page"
head -n 1 "$work/ours.page" | grep -q ' 200 ' || fail "the page is not there"


# The questions as the server heard them: prepared by the workers, then asked by that one request.
sql --raw -e "SET GLOBAL general_log = OFF; SELECT DISTINCT p.argument FROM mysql.general_log e JOIN mysql.general_log p
	ON p.command_type = 'Prepare' AND LEFT(e.argument, LOCATE('?', p.argument) - 1) = LEFT(p.argument, LOCATE('?', p.argument) - 1)
	WHERE e.command_type = 'Execute' ORDER BY e.event_time" >"$work/questions"
(($(wc -l <"$work/questions") == 2)) || fail "the page asks other questions than session and list: $(cat "$work/questions")"
sed -n 1p "$work/questions" >"$work/session.sql"
sed -n 2p "$work/questions" >"$work/list.sql"

body() { sed '1,/^\r$/d' "$1"; }
{
	printf 'Content-Type: text/html; charset=utf-8\r\nContent-Language: ru\r\nContent-Length: %d\r\nCache-Control: no-store\r\n\r\n' "$(body "$work/ours.page" | wc -c)"
	body "$work/ours.page"
} >"$work/page"
start bare "$build/bench/bare_list" "$socket" cabinet "$work/passwords/keys" "$work" "$work/page"

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
for ((i = 0; i < 100; i++)); do [[ ! -S $work/php.sock || ! -S $work/bare.sock ]] || break; sleep 0.1; done

# ---- correct before fast: the same octets from bare, the same page but for blanks and the request's number from PHP

plain() { body "$1" | sed 's/<span class="mono">[0-9a-f]\{32\}</<span class="mono"></; s/data-idle="[0-9]*"/data-idle=""/' | tr -s ' \n' '\n' | sed 's/> *</></g' | grep -v '^$'; }
get "$port/bare" >"$work/bare.page"
get "$port/php" >"$work/php.page"
cmp -s <(body "$work/ours.page") <(body "$work/bare.page") || fail "bare sends something else: $(head -n 1 "$work/bare.page")"
plain "$work/ours.page" >"$work/ours.plain"
plain "$work/php.page" >"$work/php.plain"
if ! cmp -s "$work/ours.plain" "$work/php.plain"; then
	diff "$work/ours.plain" "$work/php.plain" | head -n 20
	fail "list.php does not make the page of views/keys/list.cs: bring it up to date"
fi

if [[ -n ${BENCH_HOLD:-} ]]; then	# for a profiler
	echo "http://127.0.0.1:$port/{keys,bare,php}, cookies in $work/cabinet.cookies, workers:" $(for name in ours bare php; do echo "$name" $(cat "/proc/${process[$name]}/task/${process[$name]}/children"); done)
	read -r _
	exit
fi

# ---- measuring

# Clock ticks that a program's processes have used, with those of workers that have ended.
ticks() {		# NAME…
	local name p sum=0 fields
	for name in "$@"; do
		for p in "${process[$name]}" $(cat "/proc/${process[$name]}/task/${process[$name]}/children"); do
			read -ra fields < <(sed 's/.*) //' "/proc/$p/stat" 2>/dev/null)
			((sum += fields[11] + fields[12] + (p == ${process[$name]} ? fields[13] + fields[14] : 0)))
		done
	done
	echo "$sum"
}

# one NAME DATABASE ADDRESS: sets rate, p99 (us), us (CPU microseconds a request) and parts, the same for nginx, program and MariaDB
one() {
	local requests elapsed bad n p d
	n=$(ticks nginx) p=$(ticks "$1") d=$(ticks mariadbd)
	read -r _ requests elapsed _ p99 bad < <(BENCH_COOKIES=$work/$2.cookies BENCH_PATH=/${3#*/} wrk -t 1 -c "$clients" -d "$seconds" -s tests/bench/load.lua "http://127.0.0.1:${3%%/*}" | grep '^figures')
	((bad == 0 && requests > 0)) || fail "$1: $bad of $requests requests failed"
	n=$(($(ticks nginx) - n)) p=$(($(ticks "$1") - p)) d=$(($(ticks mariadbd) - d))
	read -r rate us parts < <(awk -v n=$n -v p=$p -v d=$d -v hz="$(getconf CLK_TCK)" -v requests="$requests" -v elapsed="$elapsed" \
		'BEGIN { f = 1e6 / hz / requests; printf "%.0f %.0f %.0f+%.0f+%.0f\n", requests / elapsed, (n + p + d) * f, n * f, p * f, d * f }')
}

names=(ours bare php)
declare -A address=([ours]=keys [bare]=bare [php]=php) rates costs split
for name in "${names[@]}"; do seconds=1 one "$name" cabinet "$port/${address[$name]}"; done
for ((i = 0; i < rounds; i++)); do
	for name in "${names[@]}"; do
		one "$name" cabinet "$port/${address[$name]}"
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
	row "list page, $1" "requests/s" "$(median ${rates[ours]})" "$(median ${rates[$2]})" "$(ratio "${rates[ours]}" "${rates[$2]}")" "${3:-}"
	row "list page, $1, CPU" "us a request" "$(median ${costs[ours]})" "$(median ${costs[$2]})" "$(ratio "${costs[$2]}" "${costs[ours]}")"
}
against "against a fixed page after the same questions" bare 0.75
against "against PHP-FPM" php 1.7

if ((many != few)); then
	declare -A late=()
	for ((i = 0; i < rounds; i++)); do
		for page in keys 'keys?algorithm=EC-P256'; do
			one ours cabinet "$port/$page"; late[few $page]+=" $p99"
			one many cabinet_many "$((port + 1))/$page"; late[many $page]+=" $p99"
		done
	done
	# shellcheck disable=SC2086
	for page in keys 'keys?algorithm=EC-P256'; do
		row "p99 of /$page with $many certificates against $few" us "$(median ${late[many $page]})" "$(median ${late[few $page]})" \
			"$(ratio "${late[few $page]}" "${late[many $page]}")" 0.67
	done
fi
[[ -z $missed ]]
