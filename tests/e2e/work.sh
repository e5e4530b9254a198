# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# What mfad does for one connection, counted by work.so (tests/preload/work.c); for tests that have loaded lib.sh.

readonly WORK=$BED/work

# Starts mfad, and counts from then on.  A build with a sanitizer would like to be first.
start_counted() {
	LD_PRELOAD=${HELPERS%/*}/preload/work.so MFA_WORK=$WORK ASAN_OPTIONS=verify_asan_link_order=0 start_mfad
}

# work COMMAND...: what mfad did for the one connection that the command makes until its last word, as "N NAME" with
# blanks between.
work() {
	local seen

	seen=$(wc -l <"$WORK")
	"$@"
	wait_for hung_up "$seen"
	tail -n "+$((seen + 1))" "$WORK" | awk '
		$2 == "accept" { thread = $1; next }
		$1 != thread { next }
		$2 == "hangup" { exit }
		$2 == "send" { printf "%s", done; done = "" }
		{ done = done $2 "\n" }' | sort | uniq -c | tr -s ' \n' ' '
}
hung_up() { tail -n "+$(($1 + 1))" "$WORK" | grep -q ' hangup$'; }
