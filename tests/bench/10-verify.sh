#!/bin/bash
# tests/bench/10-verify.sh [DOCUMENTS]: checking signed documents, in process: ours (all rules) against libxmlsec1 and the JDK, the same documents,
# each with another certificate. CPU microseconds a document, peers in turn, medians of five; less is better, so ratio = peer / ours.
set -u
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/../../scripts/lib/common.sh"
# shellcheck source=tests/bench/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$root" || exit 1

count=${1:-2000} rounds=5 work=$(mktemp -d)
peers=(ours bare xmlsec jdk foreign none many)
trap 'rm -rf -- "$work"' EXIT

bench_build documents
bench_build verify
bench_build xmlsec xmlsec1-openssl
scripts/ceremony --out "$work/ca" --arc 1.3.6.1.4.1.32473 --plain-site http://localhost:8444 || exit 1
"$build/bench/documents" "$work" "$count" 1000 || fail "no documents"
revoked() {		# NAME COUNT: the same documents, with so many revoked
	mkdir -- "$work/$1" && ln -s -- "$work"/[0-9]*.xml "$work"/*.cer "$work/ca" "$work/$1" && "$build/bench/documents" "$work/$1" 0 "$2" || exit 1
}
revoked none 0
revoked many 100000

peer_start ours "$build/bench/verify" ours "$work"
peer_start bare "$build/bench/verify" bare "$work"
peer_start xmlsec "$build/bench/xmlsec" "$work"
peer_start jdk java -XX:+UseSerialGC -Xms256m -Xmx512m tests/bench/Verify.java "$work"
peer_start foreign "$build/bench/verify" foreign "$work"
peer_start none "$build/bench/verify" ours "$work/none"
peer_start many "$build/bench/verify" ours "$work/many"
declare -A figures
for peer in "${peers[@]}"; do peer_ready "$peer"; figures[$peer]=''; done
for ((i = 0; i < rounds; i++)); do
	for peer in "${peers[@]}"; do figures[$peer]+=" $(peer_round "$peer")"; done
done

declare -A middle
for peer in "${peers[@]}"; do
	# shellcheck disable=SC2086
	middle[$peer]=$(median ${figures[$peer]})
	# shellcheck disable=SC2086
	printf '# %-8s %s us a document (%s)\n' "$peer" "${middle[$peer]}" "$(spread ${figures[$peer]})"
done
unit='us of CPU a document'
against() {		# NAME PEER [AT-LEAST]
	row "$1" "$unit" "${middle[ours]}" "${middle[$2]}" "$(ratio "${figures[$2]}" "${figures[ours]}")" "${3:-}"
}
against "verify, against libxmlsec1 with a chain to the root" xmlsec 3
against "verify, against the JDK with PKIX and a CRL of 1000" jdk 2.5
row "verify under a foreign CA, against the JDK" "$unit" "${middle[foreign]}" "${middle[jdk]}" "$(ratio "${figures[jdk]}" "${figures[foreign]}")" 1.3
against "verify, against no rules and no CA" bare
row "verify, 100000 revoked against none" "$unit" "${middle[many]}" "${middle[none]}" "$(ratio "${figures[none]}" "${figures[many]}")" 0.91
[[ -z $missed ]]
