# shellcheck shell=bash
# Debian packages of scripts/packages. Needs common.sh.

is_installed() { [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }

# node from elsewhere is as good as Debian's, and would be broken by installing Debian's beside it
is_provided() {
	case $1 in
	nodejs) command -v node >/dev/null && node -e 'process.exit(parseInt(process.versions.node) >= 18 ? 0 : 1)' ;;
	npm) command -v npm >/dev/null ;;
	*) false ;;
	esac
}

# packages_install SECTION…: what is missing, without starting services and without recommended packages.
packages_install() {
	local line section='' wanted name names have missing=()
	while read -r line; do
		case $line in
		'' | '#'*) continue ;;
		'['*) section=${line//[\[\]]/}; continue ;;
		esac
		[[ " $* " == *" $section "* ]] || continue
		wanted=${line%%[[:space:]]*}
		IFS='|' read -ra names <<<"$wanted"
		have=
		for name in "${names[@]}"; do
			if is_installed "$name" || is_provided "$name"; then have=1; fi
		done
		[[ -n $have ]] || missing+=("${names[0]}")
	done <"$root/scripts/packages"
	((${#missing[@]} > 0)) || return 0

	local as_root=(env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1)
	if ((EUID != 0)); then
		command -v sudo >/dev/null || fail "missing packages, and neither root nor sudo is here: apt-get install ${missing[*]}"
		as_root=(sudo "${as_root[@]}")
	fi
	command -v apt-get >/dev/null || fail "missing programs, and this is not a Debian: ${missing[*]}"
	note "Installing ${#missing[@]} packages: ${missing[*]}"
	local output
	output=$(mktemp)
	if ! { "${as_root[@]}" apt-get -q update && "${as_root[@]}" apt-get -qy -o DPkg::Lock::Timeout=300 --no-install-recommends install "${missing[@]}"; } >"$output" 2>&1; then
		tail -n 30 -- "$output" >&2
		rm -f -- "$output"
		fail "packages could not be installed"
	fi
	rm -f -- "$output"
}
