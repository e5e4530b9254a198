#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What is kept is what is built, checked and translated: folders are taken whole, so a file that is
# left out, or is still there, is a mistake in the Makefile.
. "${BASH_SOURCE[0]%/*}/tap.sh"

# kept PATTERN: files that git has, or would if they were added.
kept() {
	local file

	git -c safe.directory='*' ls-files --cached --others --exclude-standard -- "$1" |
		while read -r file; do [ ! -e "$file" ] || echo "$file"; done
}

# compiled PROGRAM...: what a compiler is given to make all these anew.
compiled() { make -nB "$@" 2>/dev/null | grep -oE '[^ ]+\.c$'; }

[ -e .git ] || skip_all 'these sources are a copy without .git: nothing says which belong'
command -v git >/dev/null || skip_all 'there is no git, to say which files belong'
sources=$(kept '*.c')
[ -n "$sources" ] || skip_all 'git tells of no files here'

mapfile -t programs < <(in_makefile TEST_PROGRAMS CHECK_BINS E2E_BINS PRELOADS BENCH_BINS METHODS_BINS)
same 'each source is compiled' "$(compiled all "${programs[@]}")" "$sources"
same 'and linted' "$(in_makefile SOURCES)" "$sources"
same 'each header is compiled alone' "$(in_makefile HEADERS)" "$(kept '*.h')"
same 'what is not a test is translated' "$(in_makefile PO_SRCS)" "$(kept '*.[cd]*' | grep -E '^(lib|tools)/.*\.(c|def)$|^[^/]*\.c$')"
same 'each script is linted' "$(in_makefile SCRIPTS)" \
	"$(kept . | grep -v '\.sh$' | xargs -d '\n' grep -lE '^#! ?/(usr/)?bin/(env )?(ba)?sh\b')"
done_testing
