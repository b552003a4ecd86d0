#!/usr/bin/env bash
# Runs a command on a machine that is slower than this one, to show that tests
# pass there as well:
#
#   tools/handicap.sh busy    COMMAND…   beside four processes that do nothing but work
#   tools/handicap.sh single  COMMAND…   with one processor for each process
#   tools/handicap.sh disk    COMMAND…   with commits that take 25 ms longer
set -euo pipefail

kind=${1:?busy, single or disk}
shift
case $kind in
busy)
	workers=()
	trap 'kill "${workers[@]}" 2>/dev/null || true' EXIT
	for _ in 1 2 3 4; do
		sha256sum /dev/zero &
		workers+=($!)
	done
	"$@"
	;;
single)
	GOMAXPROCS=1 exec "$@"
	;;
disk)
	DUBAN_TEST_DISK_DELAY=25ms exec "$@"
	;;
*)
	echo "handicap: $kind is none of busy, single and disk" >&2
	exit 2
	;;
esac
