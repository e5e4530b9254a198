#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Each catalogue has the messages of the sources, all of them and no others.
. "${BASH_SOURCE[0]%/*}/tap.sh"

{ command -v msgcmp && command -v xgettext; } >/dev/null || skip_all 'there is no gettext'
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT

none 'xgettext takes the sources' "$(make -s B="$build" "$build/po/mfa.pot" 2>&1 | grep -v '^  PO ')"
for language in $(in_makefile LANGUAGES); do
	none "$language" "$(msgcmp "po/$language.po" "$build/po/mfa.pot" 2>&1)"
done

# A function that is renamed would take its messages with it.
sources=$(in_makefile PO_SRCS HEADERS)
for keyword in $(in_makefile PO_KEYWORDS); do
	# shellcheck disable=SC2086
	grep -qE "(\*| |define )${keyword%:*}\(" $sources || echo "${keyword%:*}"
done >"$build/unknown"
none 'functions that translate are there' "$(cat "$build/unknown")"
done_testing
