#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck source=/dev/null disable=SC2034,SC2154
# Each allocation of mfa-admin check-store fails, and of its --accept.
. "${BASH_SOURCE[0]%/*}/../e2e/lib.sh"
. "$TOP/tests/faults/faults.sh"

prepare_memory
site
lose_log
each_accept "$BED/lost" user1 "$USED" 29
none 'memory of check-store --accept'
rm -f "$STORE"*
cp -p "$BED/lost" "$STORE"
mfa-admin check-store --accept </dev/null >/dev/null
each_look 23
none 'memory of check-store'

done_testing
