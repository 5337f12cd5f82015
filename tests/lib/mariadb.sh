#!/bin/bash
# A private MariaDB with the settings of conf/mariadb/cabinet.cnf, reachable over DIR/mariadb.sock alone.
#   tests/lib/mariadb.sh start DIR     makes DIR when absent, starts the server, prints the socket's path
#   tests/lib/mariadb.sh stop DIR      ends it; DIR stays (and a later start goes on with its data)
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd -P)
PATH=$PATH:/usr/sbin		# mariadbd, which only root has there
action=${1:-}
dir=${2:-}
[[ -n $dir ]] || { sed -n '2,4s/^# //p' "$0" >&2; exit 2; }

server_pid() {
	local pid
	pid=$(cat "$dir/mariadb.pid" 2>/dev/null) && [[ $(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null) == *"--datadir=$dir/data"* ]] && echo "$pid"
}

start() {
	mkdir -p "$dir"
	dir=$(cd "$dir" && pwd -P)
	chmod 0700 "$dir"
	if ! server_pid >/dev/null; then
		if [[ ! -d $dir/data/mysql ]]; then
			mariadb-install-db --no-defaults --user="$(id -un)" --datadir="$dir/data" --skip-test-db --auth-root-authentication-method=normal \
				--innodb-log-file-size=8M >"$dir/install.log" 2>&1 || { cat "$dir/install.log" >&2; exit 1; }
		fi
		rm -f "$dir/mariadb.sock" "$dir/mariadb.pid"
		setsid mariadbd --defaults-file="$root/conf/mariadb/cabinet.cnf" --user="$(id -un)" --datadir="$dir/data" --socket="$dir/mariadb.sock" \
			--pid-file="$dir/mariadb.pid" --log-error="$dir/mariadb.log" --innodb-buffer-pool-size=64M --innodb-log-file-size=8M \
			</dev/null >/dev/null 2>&1 &
		for ((i = 0; i < 300; i++)); do
			mariadb-admin --no-defaults --socket="$dir/mariadb.sock" --user=root ping >/dev/null 2>&1 && break
			kill -0 $! 2>/dev/null || break
			sleep 0.1
		done
		server_pid >/dev/null || { tail -n 20 "$dir/mariadb.log" >&2; exit 1; }
	fi
	echo "$dir/mariadb.sock"
}

stop() {
	local pid
	dir=$(cd "$dir" 2>/dev/null && pwd -P) && pid=$(server_pid) || return 0
	kill "$pid"
	for ((i = 0; i < 300; i++)); do
		kill -0 "$pid" 2>/dev/null || return 0
		sleep 0.1
	done
	kill -KILL "$pid"
}

case $action in
start) start ;;
stop) stop ;;
*) sed -n '2,4s/^# //p' "$0" >&2; exit 2 ;;
esac
