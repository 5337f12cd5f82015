# shellcheck shell=bash disable=SC2154,SC2034
# For benchmarks through nginx: a MariaDB, route programs and an nginx of their own below $work, plain HTTP for all. Needs scripts/lib/common.sh and lib.sh.
# BENCH_PORT: first port (18800).

# shellcheck source=tests/bench/database.sh
. tests/bench/database.sh
port=${BENCH_PORT:-18800} workers=4 clients=8 rounds=5
PATH=$PATH:/usr/sbin
for number in "$port" $((port + 1)); do port_is_free "$number" || fail "port $number is in use: choose others with BENCH_PORT"; done

# site_cabinet DATABASE: tables, accounts and $work/DATABASE.conf
site_cabinet() {
	database_migrate "$1"
	[[ -s $work/secret ]] || openssl rand -hex 32 >"$work/secret"
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
		logins_per_person = 1000000
	END
}

# site_program NAME COMMAND…: workers of a FastCGI program on $work/NAME.sock
site_program() {
	spawn-fcgi -n -s "$work/$1.sock" -M 0600 -- "$(command -v multiwatch)" -f "$workers" -t 500 -- "${@:2}" >>"$work/$1.log" 2>&1 &
	process[$1]=$!
}

# site_nginx LOCATIONS [OF-PORT+1]: each a line "location = /path { set $cabinet_route NAME; include cabinet/cabinet-route.conf; }". Sockets lie in $work, or where
# $sockets, a map for $cabinet_sockets, says.
site_nginx() {
	local user=''
	((EUID != 0)) || user='user root;'
	mkdir -p -- "$work/nginx/cabinet"
	ln -s -- "$root"/conf/nginx/*.conf "$work/nginx/cabinet"
	local sockets=${sockets:-"map \"\" \$cabinet_sockets { default $work; }"}
	rm -- "$work"/nginx/cabinet/cabinet-{values,limits}.conf
	: >"$work/nginx/cabinet/cabinet-limits.conf"
	cat >"$work/nginx/cabinet/cabinet-values.conf" <<-END
		map "" \$cabinet_origin        { default "https://localhost:$port"; }
		$sockets
		map "" \$cabinet_views         { default "$root/views"; }
		map "" \$cabinet_public        { default "$work"; }
		map "" \$cabinet_support_phone { default "1414"; }
	END
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
				$1
			}
			server {
				listen 127.0.0.1:$((port + 1));
				${2:-}
			}
		}
	END
	nginx -p "$work/nginx/" -c "$work/nginx/nginx.conf" -g 'daemon off;' &
	process[nginx]=$!
	site_wait "$work/nginx.pid"
}
# site_wait FILE…: until all of them are there
site_wait() {
	local i file
	for file; do
		for ((i = 0; i < 600; i++)); do [[ ! -e $file ]] || continue 2; sleep 0.1; done
		fail "$file is not there: $(tail -n 3 "$work"/*.log)"
	done
}

# site_hold: with BENCH_HOLD set, everything stays as it is until a line comes in: for a profiler.
site_hold() {
	[[ -n ${BENCH_HOLD:-} ]] || return 0
	echo "$work, port $port, $(for name in "${!process[@]}"; do echo "$name: $(cat "/proc/${process[$name]}/task/${process[$name]}/children")"; done | paste -sd, )"
	read -r _
	exit
}

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

# measure NAME COMMAND…: the command drives the program NAME and prints "figures requests seconds p50 p99 bad" (us). Sets rate, p99, us (CPU
# microseconds a request) and parts, the same for nginx, program and MariaDB.
measure() {
	local requests elapsed bad n p d
	n=$(ticks nginx) p=$(ticks "$1") d=$(ticks mariadbd)
	read -r _ requests elapsed _ p99 bad < <("${@:2}" | grep '^figures')
	((bad == 0 && requests > 0)) || fail "$1: $bad of $requests requests failed: $(tail -n 3 "$work/$1.log")"
	n=$(($(ticks nginx) - n)) p=$(($(ticks "$1") - p)) d=$(($(ticks mariadbd) - d))
	read -r rate us parts < <(awk -v n=$n -v p=$p -v d=$d -v hz="$(getconf CLK_TCK)" -v requests="$requests" -v elapsed="$elapsed" \
		'BEGIN { f = 1e6 / hz / requests; printf "%.0f %.0f %.0f+%.0f+%.0f\n", requests / elapsed, (n + p + d) * f, n * f, p * f, d * f }')
}
