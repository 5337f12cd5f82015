# shellcheck shell=bash
# How each program of an instance is started; for run and supervise. Needs common.sh and instance_paths.

# All programs in the order of their start. Routes are those that were built.
services() {
	local program
	services=(mariadbd nginx)
	for program in "$build"/routes/*; do
		[[ ! -x $program ]] || services+=("route-${program##*/}")
	done
	services+=(publisher mailer watchdog)
}

# service_start NAME: as the leader of its own session, log appended to log/<name>.log, recorded. Returns at once.
service_start() {
	local command name=${1#route-}
	case $1 in
	mariadbd)
		command=(mariadbd "--defaults-file=$var/mariadb.cnf") ;;
	nginx)
		command=(nginx -p "$run/" -c "$var/nginx/nginx.conf" -g 'daemon off;') ;;
	publisher | mailer | watchdog)
		command=("$build/$1" -c "$var/cabinet.conf" --for 58) ;;
	route-*)
		# A worker that lived for half a second was no failed start: recycled ones must not exhaust multiwatch's tries.
		# Workers end with multiwatch (setpriv), finishing their request; a socket of a killed one would still look in use.
		rm -f -- "$run/$name.sock"
		command=(spawn-fcgi -n -s "$run/$name.sock" -M 0600 -- "$(command -v multiwatch)" -f "${CABINET_WORKERS:-2}" -r 20 -t 500 --
			"$(command -v setpriv)" --pdeathsig TERM -- "$build/routes/$name" -c "$var/cabinet.conf") ;;
	esac
	PATH=$PATH:/usr/sbin setsid -- "${command[@]}" </dev/null >>"$log/$name.log" 2>&1 {lock_fd}>&- {nap_fd}>&- &
	record_write "$1" $!
}
