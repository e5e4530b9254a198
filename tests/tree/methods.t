#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A method is named where its rows are, where its answers are judged and where it is asked for, and nowhere else.
. "${BASH_SOURCE[0]%/*}/tap.sh"

names=$(sed -n 's/^METHOD(\([A-Z0-9_]*\),.*/\1/p' lib/method/rows.def | paste -sd'|')
none 'there are methods' "$([[ $names == *TOTP*PASS* ]] || echo "only $names")"
# Phones are a room of their own: what number matching is done with.
# shellcheck disable=SC2046
none 'no other room names one' "$(grep -nE "MFA_(METHOD|METHOD_ID|DEVICE)_($names)\\b" \
	$(in_makefile MODULE_SRCS LIB_SRCS TOOL_SRCS HEADERS |
		grep -vE '^(tests|lib/method|lib/factor|tools/mfad/ask|tools/mfad/phones)/'))"
done_testing
