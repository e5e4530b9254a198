#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# `dependencies` is the one list of what is needed: what can't read it agrees with it.
. "${BASH_SOURCE[0]%/*}/tap.sh"

none 'a row has three columns, or the eight of a library' \
	"$(awk '!/^#/ && NF && NF != 3 && NF != 8' dependencies)"

# Each variable with its libraries, in the order of the rows.
libraries=$(awk '!/^#/ && NF == 8 { libs[$4] = libs[$4] " -l" $8 }
	END { for (name in libs) print name " =" libs[name] }' dependencies)
same 'the Makefile links them' "$(sed -n 's/^\([A-Z]*_LIBS\) *= *-l/\1 = -l/p' Makefile)" "$libraries"
same 'configure writes down how' "$(sed -n 's/^\(@set_[A-Z_]*@\)\{0,1\}\([A-Z]*_LIBS\) = @\2@$/\2/p' config.mak.in)" \
	"$(cut -d ' ' -f 1 <<<"$libraries")"
done_testing
