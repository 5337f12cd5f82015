# shellcheck shell=bash disable=SC2154,SC2034
# For tests/bench/*.sh: programs, peers that take turns, medians. Needs scripts/lib/common.sh.

# bench_build NAME [PACKAGE…]: $build/bench/NAME from tests/bench/NAME.c, the cabinet's library and what pkg-config knows.
bench_build() {
	local name=$1 flags libs
	shift
	flags=$(pkg-config --cflags libmariadb libxml-2.0 "$@" | sed 's/\\"/"/g')
	libs=$(pkg-config --libs libmariadb libxml-2.0 "$@")
	mkdir -p -- "$build/bench"
	# shellcheck disable=SC2086
	"${CC:-gcc}" ${SAN:+-fsanitize=address,undefined} -std=gnu17 -O2 -g -pthread -Wall -Wextra -Wno-missing-field-initializers -D_GNU_SOURCE -DXMLSEC_CRYPTO_OPENSSL -Ifcgi ${flags//-I/-isystem } -o "$build/bench/$name" "tests/bench/$name.c" \
		"$build/libcabinet.a" -lfcgi -lneo_cgi -lneo_cs -lneo_utl -lz $libs -lssl -lcrypto || fail "$name does not build"
}

# bench_preload NAME: $build/bench/NAME.so, for LD_PRELOAD.
bench_preload() {
	mkdir -p -- "$build/bench"
	"${CC:-gcc}" -std=gnu17 -O2 -Wall -Wextra -D_GNU_SOURCE -fPIC -shared -o "$build/bench/$1.so" "tests/bench/$1.c" || fail "$1 does not build"
}

# median NUMBER…
median() { printf '%s\n' "$@" | sort -g | sed -n "$((($# + 1) / 2))p"; }
# spread NUMBER…: "least…most"
spread() { printf '%s\n' "$@" | sort -g | sed -n '1p;$p' | paste -sd' ' | sed 's/ /…/'; }
# ratio FIGURES FIGURES: of two lists of rounds, the median of each round's first / second: a machine that slows down meets both.
# shellcheck disable=SC2086
ratio() {
	paste -d' ' <(printf '%s\n' $1) <(printf '%s\n' $2) | awk '{ printf "%.2f\n", $1 / $2 }' | sort -g | awk '{ r[NR] = $1 } END { print r[int((NR + 1) / 2)] }'
}

# row NAME UNIT OURS PEER RATIO [AT-LEAST]: one line of the result; fails when the ratio is under what is asked for.
row() {
	local verdict=''
	if [[ -n ${6:-} ]]; then
		verdict=" (at least $6)"
		awk -v r="$5" -v least="$6" 'BEGIN { exit !(r >= least) }' || { verdict+=' MISSED'; missed=1; }
	fi
	printf '%s: ours %s, peer %s %s, ratio %s%s\n' "$1" "$3" "$4" "$2" "$5" "$verdict"
}
missed=

# Peers of bench.h: peer_start NAME COMMAND…, peer_ready NAME, peer_round NAME (prints its figure). Peers end when this script does.
declare -A peer_in peer_out peer_pid
peer_start() {
	local name=$1 place=$work/peer-$1
	shift
	mkfifo -- "$place.in" "$place.out" || exit 1
	"$@" <"$place.in" >"$place.out" &
	peer_pid[$name]=$!
	exec {peer_in[$name]}>"$place.in" {peer_out[$name]}<"$place.out"
}
peer_ready() {
	local answer
	read -rt 900 -u "${peer_out[$1]}" answer && [[ $answer == ready ]] || fail "$1 did not start"
}
peer_round() {
	local answer
	echo go >&"${peer_in[$1]}" && read -rt 300 -u "${peer_out[$1]}" answer || fail "$1 ended"
	echo "$answer"
}
