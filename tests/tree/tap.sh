# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# For the tests of the tree itself: TAP.  They need neither root nor a build.
set -u
cd "${BASH_SOURCE[0]%/*}/../.." || exit 1
# What a make that runs these tests was told is not for those that they ask.
unset MAKEFLAGS MFLAGS MAKELEVEL
tests=0 failures=0

# none NAME TEXT: nothing is wrong; otherwise TEXT is what.
none() {
	tests=$((tests + 1))
	if [ -z "$2" ]; then
		echo "ok $tests - $1"
	else
		failures=$((failures + 1))
		echo "not ok $tests - $1"
		printf '%s\n' "$2" | sed 's/^/# /' >&2
	fi
}

# same NAME HAS WANTED: two lists with the same lines, in any order.
same() {
	none "$1" "$(comm -3 <(sort -u <<<"$2") <(sort -u <<<"$3") | sed 's/^\t/missing: /; t; s/^/not wanted: /')"
}

# skip_all WHY
skip_all() {
	echo "1..0 # SKIP $*"
	exit 0
}

done_testing() {
	echo "1..$tests"
	exit $((failures != 0))
}

# in_makefile VARIABLE...: their words, one a line.
in_makefile() { make -s "${@/#/print-}" | tr -s ' \t' '\n' | sed '/^$/d'; }
