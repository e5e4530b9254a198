#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck source=/dev/null disable=SC2034,SC2154
# A few faults of each kind; `make faults` has all of them.
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "$TOP/tests/faults/faults.sh"

write_conf
each_sync error=EIO no_site is_sound mfa-admin init
none 'init, and its syncs'

# Built with a sanitizer, mfad has an allocator of its own in front, which can't be made to fail; nor is a leak looked for
# in who is traced.
if ldd "$(command -v mfad)" | grep -q libasan; then
	skip 'allocations are a sanitizer'\''s'
	done_testing
fi
prepare_memory
site
LD_PRELOAD=$FAILING start_mfad || bail 'mfad does not start'
each_call fdatasync EIO 2
each_call pwrite64 EIO 2
each_call fcntl EIO 1
none 'system calls of mfad'
each_allocation right 40 3
each_allocation wrong 40 13
each_allocation used 40 13
none 'memory of mfad'
no_code_logged
stop_mfad

# Of what an administrator goes on with.
site
lose_log
each_accept "$BED/lost" user1 "$USED" 401
none 'memory of check-store --accept'
rm -f "$STORE"*
cp -p "$BED/lost" "$STORE"
mfa-admin check-store --accept </dev/null >/dev/null
each_look 801
none 'memory of check-store'

done_testing
