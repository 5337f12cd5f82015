# shellcheck shell=bash
# For scripts/*: messages, where an instance keeps its things, and how its processes are known again.
#
# An instance is a folder (--var). Below it: cabinet.conf, settings (port), ca/, passwords/, public/{crl,ca}, demo/, mariadb/, nginx/, tls/,
# log/, and run/ with sockets and process records. A socket's path may have 107 octets at most, so in a deep clone run/ is a link to a
# short folder of the same owner.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
# shellcheck disable=SC2034
build=$root/${CABINET_BUILD:-build}
me=$(id -un)

note() { printf '%s\n' "$*"; }
fail() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

# instance_paths VAR: sets var, run, log. The folders need not exist.
instance_paths() {
	var=$(realpath -m -- "$1")
	# shellcheck disable=SC2034
	log=$var/log
	if [[ -L $var/run ]]; then
		run=$(readlink -- "$var/run")
	elif [[ -d $var/run ]] || ((${#var} + ${#me} < 70)); then
		run=$var/run
	else
		local sum
		sum=$(printf %s "$var" | sha256sum)
		if ((EUID == 0)); then run=/run/cabinet-${sum:0:12}; else run=/tmp/cabinet-$EUID-${sum:0:12}; fi
	fi
}

# Makes run/. Somebody else's folder of that name in /tmp is refused, not used.
instance_run_folder() {
	mkdir -p -- "$var"
	[[ -d $run && ! -L $run ]] || mkdir -m 0700 -- "$run" || fail "cannot make $run"
	[[ -O $run ]] || fail "$run belongs to somebody else"
	chmod 0700 -- "$run"
	[[ $run == "$var/run" ]] || ln -sfn -- "$run" "$var/run"
}

# process_stat PID: sets process_session and process_start (clock ticks after boot). Fails for no process and for a zombie.
process_stat() {
	local line fields
	{ read -r line <"/proc/$1/stat"; } 2>/dev/null || return 1
	read -ra fields <<<"${line##*) }"
	[[ ${fields[0]} != [ZX] ]] || return 1
	process_session=${fields[3]}
	process_start=${fields[19]}
}

# A record is run/<name>.pid with "pid start": the number alone may be somebody else's by now.
record_write() {	# NAME PID
	process_stat "$2" || return 1
	printf '%s %s\n' "$2" "$process_start" >"$run/$1.pid.new" && mv -f -- "$run/$1.pid.new" "$run/$1.pid"
}
record_read() {		# NAME: sets pid, start
	pid='' start=''
	{ read -r pid start <"$run/$1.pid"; } 2>/dev/null
	[[ -n $pid && -n $start ]]
}
is_alive() {		# NAME: sets pid
	record_read "$1" && process_stat "$pid" && [[ $process_start == "$start" ]]
}

# Every service leads a session of its own, so that what it left behind (workers of a killed nginx) is found by the session's number, which
# the kernel gives to nobody else as long as one process is in it.
members() {		# NAME: sets members
	local p
	members=()
	record_read "$1" || return 0
	if process_stat "$pid"; then
		# the leader's number was given to another process: nothing of ours can be left
		[[ $process_start == "$start" ]] || return 0
		[[ $process_session == "$pid" ]] || members=("$pid")
	fi
	for p in /proc/[0-9]*; do
		p=${p#/proc/}
		if process_stat "$p" && [[ $process_session == "$pid" ]] && ((process_start >= start)) && [[ -O /proc/$p ]]; then members+=("$p"); fi
	done
}

# end NAME SECONDS: TERM to the leader (to all, when it is gone already), KILL to what is left after that time.
end() {
	local deadline=$((SECONDS + $2))
	members "$1"
	if ((${#members[@]} > 0)); then
		if process_stat "$pid"; then kill -TERM "$pid" 2>/dev/null; else kill -TERM "${members[@]}" 2>/dev/null; fi
		while members "$1" && ((${#members[@]} > 0 && SECONDS <= deadline)); do
			process_stat "$pid" || kill -TERM "${members[@]}" 2>/dev/null
			nap 0.1
		done
		((${#members[@]} == 0)) || kill -KILL "${members[@]}" 2>/dev/null
	fi
	rm -f -- "$run/$1.pid"
}

# Sleeps without a child: nothing is left holding the supervisor's lock when it is killed.
exec {nap_fd}<> <(:)
nap() { read -rt "$1" -u "$nap_fd" || :; }

# Fails unless the port is free on every address; the kernel's table also shows other users' programs.
port_is_free() {
	local hex local_address state _
	printf -v hex %04X "$1"
	while read -r _ local_address _ state _; do
		if [[ $state == 0A && ${local_address##*:} == "$hex" ]]; then return 1; fi
	done < <(cat /proc/net/tcp /proc/net/tcp6 2>/dev/null)
}
