# shellcheck shell=bash disable=SC2154,SC2034
# For benchmarks: a MariaDB of their own below $work, with the cabinet's settings. Needs scripts/lib/common.sh. What is noted in $process ends with the
# script, the database last.

work=$(mktemp -d /tmp/cabinet-bench-XXXXXX) socket=$work/mariadb.sock
declare -A process
finish() {
	local name
	for name in nginx "${!process[@]}"; do
		[[ $name == mariadbd || -z ${process[$name]:-} ]] || { kill "${process[$name]}" && wait "${process[$name]}"; } 2>/dev/null
	done
	[[ -z ${process[mariadbd]:-} ]] || { kill "${process[mariadbd]}" && wait "${process[mariadbd]}"; } 2>/dev/null
	rm -rf -- "$work"
}
trap finish EXIT
trap 'exit 1' INT TERM
umask 077

# database_install FOLDER
database_install() {
	mariadb-install-db --no-defaults --user="$me" --datadir="$1" --skip-test-db --auth-root-authentication-method=normal >"$work/install.log" 2>&1 ||
		fail "no database: $(tail "$work/install.log")"
}
# database_start [OPTION…]: commits are as durable as the file system makes them
database_start() {
	database_install "$work/data"
	mariadbd --defaults-file=conf/mariadb/cabinet.cnf --user="$me" --datadir="$work/data" --socket="$socket" --pid-file="$work/mariadb.pid" \
		--log-error="$work/mariadb.log" --log-output=TABLE "$@" 2>"$work/mariadb.err" &
	process[mariadbd]=$!
	local i
	for ((i = 0; i < 300; i++)); do sql -e 'SELECT 1' >/dev/null 2>&1 && return; sleep 0.1; done
	fail "mariadbd did not start: $(tail -n 3 "$work/mariadb.log")"
}
sql() { mariadb --no-defaults --socket="$socket" --user=root --default-character-set=utf8mb4 --batch --skip-column-names "$@"; }
# database_migrate DATABASE: tables and accounts, passwords in $work/passwords
database_migrate() {
	scripts/migrate --socket "$socket" --database "$1" --passwords "$work/passwords" >"$work/migrate.log" 2>&1 || { cat "$work/migrate.log"; exit 1; }
}
