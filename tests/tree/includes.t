#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# No folder includes what stands above it (floors).
. "${BASH_SOURCE[0]%/*}/tap.sh"

sources=$(in_makefile MODULE_SRCS LIB_SRCS TOOL_SRCS HEADERS | grep -v ^tests/ | sort -u)
rooms=$(in_makefile MODULE_SRCS | sed 's,^[^/]*$,./&,; s,/[^/]*$,,' | sort -u)

# upward FLOORS FILE...
upward() { awk -v module="${rooms//$'\n'/ }" -f tests/tree/includes.awk "$@"; }

# shellcheck disable=SC2086
none 'includes point downward' "$(upward tests/tree/floors $sources)"

# The check itself, on a small house.
top=$PWD house=$(mktemp -d)
trap 'rm -rf "$house"' EXIT
cp tests/tree/includes.awk "$house/"
mkdir -p "$house"/lib/{wire,low,high,beside} "$house"/tools/{one/room,two}
cd "$house" || exit 1
cat >floors <<-'END'
	lib/low lib/wire
	lib/high lib/beside
	tools/one/room
	. tools/one tools/two
	module low/macro.h	a reason
	except lib/low/known.c high/high.h	a reason
END
echo '#include "high/high.h"' >lib/low/known.c
rooms='. lib/wire'
while IFS='|' read -r name file include want; do
	mkdir -p "$(dirname "$file")"
	printf '/* A file. */\n#include <stdio.h>\n#include "%s"\n' "$include" >"$file"
	got=$(awk -v module="$rooms" -f includes.awk floors lib/low/known.c "$file")
	same "$name" "$got" "${want:+$file: $want}"
	rm "$file"
done <<'END'
own|lib/high/a.c|high/high.h|
own, by its bare name|tools/two/a.c|two.h|
below|lib/high/a.c|low/low.h|
above|lib/low/a.c|high/high.h|high/high.h is not below it
a neighbour's|lib/high/a.c|beside/b.h|beside/b.h is not below it
lib of tools|lib/high/a.c|one/room/r.h|one/room/r.h is not below it
a program's own room|tools/one/main.c|one/room/r.h|
another program's|tools/two/main.c|one/room/r.h|one/room/r.h is another program's
the module's|pam.c|wire/wire.h|
not the module's|pam.c|high/high.h|high/high.h is not the module's
but that one file|pam.c|low/macro.h|
around the floors|lib/high/a.c|../low/low.h|../low/low.h is on no floor
not listed|lib/new/a.c|low/low.h|lib/new is on no floor
END
same 'an exception is needed' "$(awk -v module=. -f includes.awk floors /dev/null)" \
	'an exception that is none any more: lib/low/known.c high/high.h'
cd "$top" || exit 1
done_testing
