#!/usr/bin/env bash
# Counts what `go build -v` compiles, read from standard input, so that a long
# first build can be told from a stuck one: one line that changes at a
# terminal, a line for each 200 packages elsewhere, and nothing when there is
# nothing to compile. Whatever is not the name of a package is passed on.
#
#	progress.sh NAME COUNT    COUNT is how many packages a first build compiles
set -euo pipefail

name=$1 of=$2 n=0
terminal=
[[ -t 2 ]] && terminal=yes

show() {
	local line="$name: $n of at most $of packages compiled, ${SECONDS} s"
	if [[ $terminal ]]; then
		printf '\r%s' "$line" >&2
	elif ((n % 200 == 0)) || [[ ${1:-} == end ]]; then
		printf '%s\n' "$line" >&2
	fi
}

while IFS= read -r line; do
	case $line in
	*' '* | *$'\t'*) # a message: a download, or an error of the compiler
		[[ $terminal ]] && printf '\r\033[K' >&2
		[[ $line == 'go: downloading '* ]] || printf '%s\n' "$line" >&2
		;;
	*)
		n=$((n + 1))
		show
		;;
	esac
done
if ((n > 0)); then
	show end
	[[ $terminal ]] && printf '\n' >&2
fi
exit 0
