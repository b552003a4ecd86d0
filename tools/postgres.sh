#!/usr/bin/env bash
# Makes sure that this machine has PostgreSQL's server programs, 15 or newer,
# where duban looks for them. When they are missing and it may install packages
# (as root, or by sudo without a password), it does; else it prints what to
# type. It never makes or starts a database of the system's own.
set -euo pipefail

oldest=15

say() { printf '%s\n' "$*" >&2; }

# major prints the major version of the server programs in a folder, if any.
major() {
	[[ -x $1/initdb && -x $1/postgres ]] || return 1
	"$1/postgres" --version | sed -nE 's/.*\(PostgreSQL\) ([0-9]+).*/\1/p'
}

# newest prints the newest major version found, or 0.
newest() {
	local best=0 bin version initdb
	local bins=(/usr/lib/postgresql/*/bin /usr/pgsql-*/bin)
	if [[ -n ${DUBAN_PG_BIN:-} ]]; then
		bins=("$DUBAN_PG_BIN") # an order, not a hint
	elif initdb=$(command -v initdb); then
		bins+=("$(dirname "$(readlink -f "$initdb")")")
	fi
	for bin in "${bins[@]}"; do
		version=$(major "$bin") || continue
		((version > best)) && best=$version
	done
	echo "$best"
}

# install installs the programs with the system's package manager, as root or
# through the words of $1.
install() {
	local as=$1
	if command -v apt-get >/dev/null; then
		install_debian "$as"
	elif command -v dnf >/dev/null; then
		say "installing PostgreSQL with dnf"
		$as dnf install -y postgresql-server postgresql-contrib >/dev/null
	else
		return 1
	fi
}

# Debian's package makes a database of the system's own and starts it, unless
# this setting says no. It is put back at the end: it is about this install.
install_debian() {
	local as=$1 conf=/etc/postgresql-common/createcluster.conf kept
	local apt=("env" DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o Dpkg::Use-Pty=0)
	say "installing PostgreSQL with apt-get"
	$as "${apt[@]}" update >/dev/null
	$as "${apt[@]}" install --no-install-recommends postgresql-common >/dev/null
	kept=$(mktemp)
	cat "$conf" >"$kept"
	# shellcheck disable=SC2064 # the words are wanted as they are now
	trap "$as tee $conf <$kept >/dev/null; rm -f $kept" EXIT
	echo "create_main_cluster = false" | $as tee -a "$conf" >/dev/null
	$as "${apt[@]}" install --no-install-recommends postgresql >/dev/null
}

advise() {
	say "duban needs PostgreSQL $oldest or newer, and $1. Any one of these helps:"
	say "    sudo apt-get install postgresql                 (Debian 12, Ubuntu 24.04 and newer)"
	say "    sudo dnf install postgresql-server              (Fedora, Red Hat; module stream $oldest or newer)"
	say "    sudo zypper install postgresql-server           (openSUSE)"
	say "    brew install postgresql                         (macOS)"
	say "    DUBAN_PG_BIN=/path/to/bin                       (programs installed elsewhere)"
	say "    DATABASE_URL=postgres://user:password@host/name (a database that is already running)"
	exit 1
}

have=$(newest)
((have >= oldest)) && exit 0
[[ -n ${DUBAN_PG_BIN:-} ]] && advise "DUBAN_PG_BIN is $DUBAN_PG_BIN, where there is none"
((have > 0)) && advise "this machine has $have"

if [[ $(id -u) == 0 ]]; then
	as=
elif sudo -n true 2>/dev/null; then
	as=sudo
else
	advise "this machine has none; this account may not install it"
fi
install "$as" || advise "this machine has none"
have=$(newest)
((have >= oldest)) || advise "the package manager offers ${have/#0/none}"
