#!/bin/bash
# tests/faults/cluster.sh     one cabinet on a Galera cluster of three nodes, login programs at two of them; for cluster.test.mjs
#
# Logins of a few people at both nodes at once; a node is killed under load; then the last but one. Prints "name value" lines, "node" lines and logs.
set -u
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/../../scripts/lib/common.sh"
# shellcheck source=tests/bench/lib.sh
. "$(dirname "$0")/../bench/lib.sh"
cd "$root" || exit 1
BENCH_PORT=${CLUSTER_PORT:-18820}
# shellcheck source=tests/bench/site.sh
. tests/bench/site.sh

people=40 posts=200 rounds=10		# posts: in a round, at each node; a round has as many at all times, so that the same people come to both
base=$((port + 10))
for number in 1 2 3; do port_is_free $((base + 10 * number)) || fail "port $((base + 10 * number)) is in use: choose others with CLUSTER_PORT"; done
addresses=$(printf '127.0.0.1:%s,' $((base + 10)) $((base + 20)) $((base + 30)))
# a killed node is given up after two seconds, not five: before a statement is
evs='evs.keepalive_period=PT0.5S;evs.inactive_check_period=PT0.2S;evs.suspect_timeout=PT2S;evs.inactive_timeout=PT3S;evs.install_timeout=PT3S'

# A state transfer that has been made already: each folder is a copy of one that was shut down at the place in $work/position.
mkdir "$work/bin"
PATH=$work/bin:$PATH
cat >"$work/bin/wsrep_sst_copy" <<-END
	#!/bin/bash
	while ((\$#)); do
		case \$1 in
		--role) role=\$2 ;;
		--gtid) place=\$2 ;;
		--gtid-domain-id) domain=\$2 ;;
		esac
		shift
	done
	if [[ \$role == joiner ]]; then
		echo "ready 127.0.0.1/copy"
		echo "\$(<"$work/position") 0"
	else
		echo continue
		echo "done \$place \$domain"
	fi
END
chmod 0700 "$work/bin/wsrep_sst_copy"

# As below /etc/mysql: in the order of their names.
mkdir "$work/conf.d"
ln -s -- "$root"/conf/mariadb/*.cnf "$work/conf.d"

# node NUMBER ADDRESSES [OPTION…]; no ADDRESSES: the first of a new cluster
node() {
	local at=$((base + 10 * $1)) i
	cat >"$work/node$1.cnf" <<-END
		[mariadbd]
		user = $me
		datadir = $work/data$1
		socket = $work/node$1.sock
		pid-file = $work/node$1.pid
		log-error = $work/node$1.log
		!includedir $work/conf.d
		[mariadbd]
		wsrep_cluster_address = gcomm://$2
		wsrep_node_name = node$1
		wsrep_node_address = 127.0.0.1:$at
		wsrep_provider_options = "base_host=127.0.0.1;base_port=$at;gmcast.listen_addr=tcp://127.0.0.1:$at;ist.recv_addr=127.0.0.1:$((at + 1));gcache.size=32M;$evs"
		wsrep_sst_method = copy
	END
	mariadbd --defaults-file="$work/node$1.cnf" "${@:3}" 2>"$work/node$1.err" &
	process[node$1]=$!
	for ((i = 0; i < 300; i++)); do [[ $(status "$1" wsrep_ready 2>/dev/null) != ON ]] || return 0; sleep 0.1; done
	fail "node $1 did not start: $(grep -h ERROR "$work/node$1.log" "$work/node$1.err" | tail -n 3)"
}
node_end() { kill "${process[node$1]}" && wait "${process[node$1]}"; unset "process[node$1]"; }
node_kill() { kill -KILL "${process[node$1]}" && wait "${process[node$1]}" 2>/dev/null; unset "process[node$1]"; }
at() { mariadb --no-defaults --socket="$work/node$1.sock" --user=root --batch --skip-column-names "${@:2}"; }	# NUMBER …
status() { at "$1" -e "SHOW STATUS LIKE '$2'" | cut -f 2; }		# NUMBER NAME
# What this node has: forms, sessions, login events, and all versions of all people.
report() {
	printf 'node %s %s\n' "$1" "$(at "$1" cabinet -e "SET SESSION group_concat_max_len = 1 << 24; SELECT (SELECT COUNT(*) FROM signed_form),
		(SELECT COUNT(*) FROM session), (SELECT COUNT(*) FROM event WHERE kind = 'login'),
		(SELECT MD5(GROUP_CONCAT(iin, surname, version, row_start, row_end ORDER BY iin, row_end)) FROM citizen FOR SYSTEM_TIME ALL)" | tr '\t' ' ')"
}
# posts_at NAME PORT FROM COUNT: prints "NAME bad"
posts_at() { printf '%s %s\n' "$1" "$("$build/bench/post" "$2" /login "$work/logins" "$3" "$4" 4 | awk '{ print $6 }')"; }

bench_build logins
bench_build post
database_install "$work/data1"
socket=$work/node1.sock
node 1 '' --secure-timestamp=YES
scripts/migrate --socket "$socket" --passwords "$work/passwords" >"$work/refused.log" 2>&1
printf 'unsafe %s %s\n' $? "$(tail -n 1 "$work/refused.log")"
node_end 1
node 1 ''
site_cabinet cabinet
at 1 -e "CREATE USER stranger@localhost; GRANT SELECT ON cabinet.* TO stranger@localhost"
printf 'clock %s\n' "$(mariadb --no-defaults --socket="$socket" --user=stranger -e 'SET timestamp = 1' 2>&1)"
scripts/ceremony --out "$work/ca" --arc 1.3.6.1.4.1.32473 --plain-site "http://localhost:$((port + 1))" >"$work/ceremony.log" 2>&1 || fail "$(cat "$work/ceremony.log")"
"$build/bench/logins" "$work" "$people" $((2 * (rounds + 2) * posts)) "https://localhost:$port" "$(cat "$work/secret")" || fail "no documents"
at 1 cabinet <"$work/logins.sql" || fail "certificates"
node_end 1
awk '/^uuid:/ { uuid = $2 } /^seqno:/ { print uuid ":" $2 }' "$work/data1/grastate.dat" >"$work/position"
for number in 2 3; do cp -a -- "$work/data1" "$work/data$number" && rm -f -- "$work/data$number"/galera.cache; done
node 1 ''
node 2 "$addresses"
node 3 "$addresses"
printf 'size %s\n' "$(status 1 wsrep_cluster_size)"

for number in 1 2; do
	mkdir "$work/at$number"
	sed "s#^db_socket.*#db_socket = $work/node$number.sock#" "$work/cabinet.conf" >"$work/at$number.conf"
	site_program "at$number/login" "$build/routes/login" -c "$work/at$number.conf"
done
# shellcheck disable=SC2016
route='location = /login { set $cabinet_route login; include cabinet/cabinet-route.conf; }'
sockets="map \$server_port \$cabinet_sockets { default $work/at1; $((port + 1)) $work/at2; }"
site_nginx "$route" "$route"
site_wait "$work/at1/login.sock" "$work/at2/login.sock"

done=0
for ((i = 0; i < rounds; i++)); do
	posts_at both "$port" $done "$posts" & first=$!
	posts_at both $((port + 1)) $((done + posts)) "$posts"
	wait "$first"
	((done += 2 * posts))
	# enough when the statement that is a whole transaction has met another one at its COMMIT
	! grep -q 'login usual: 1213' "$work"/at?/login.log || break
done
printf 'done %s\n' $done
for number in 1 2 3; do report "$number"; done
printf 'conflicts %s\n' $(($(status 1 wsrep_local_cert_failures) + $(status 1 wsrep_local_bf_aborts) + $(status 2 wsrep_local_cert_failures) + $(status 2 wsrep_local_bf_aborts)))

posts_at killed "$port" $done $((2 * posts)) & first=$!
while forms=$(at 1 cabinet -e 'SELECT COUNT(*) FROM signed_form'); ((forms < done + posts / 4)); do sleep 0.01; done
node_kill 2
printf 'kill %s\n' "$forms"
wait "$first"
((done += 2 * posts))
printf 'done %s\n' $done
for number in 1 3; do report "$number"; done
printf 'size %s\n' "$(status 1 wsrep_cluster_size)"

node_kill 3
while [[ $(status 1 wsrep_ready) == ON ]]; do sleep 0.1; done
posts_at alone "$port" $done 20
printf 'ready %s\n' "$(status 1 wsrep_ready)"
sed -n 's/.*"event":"db","detail":"\([^"]*\)".*/log \1/p' "$work"/at?/login.log | sort | uniq -c | sort -rn | head -n 20
