#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck source=/dev/null disable=SC2034,SC2154
# Each allocation that mfad makes for a sign-in fails, alone or with all that come after it; and those of mfa-portal
# for a call.
. "${BASH_SOURCE[0]%/*}/../e2e/lib.sh"
. "$TOP/tests/faults/faults.sh"

readonly URL=http://127.0.0.1:8480
site '[portal]' 'url = http://localhost:8480' 'listen = 127.0.0.1:8480'
prepare_memory
LD_PRELOAD=$FAILING start_mfad || bail 'mfad does not start'
for case in right wrong used; do
	each_allocation $case 1000 3
done
none 'one allocation of mfad'
LASTS=1
for case in right wrong used; do
	each_allocation $case 1000 11
done
LASTS=''
none 'all allocations of mfad from one on'

# It may end, for the library that serves its connections does; what started it starts it again.
PORTAL=''
serves() { curl -s -o "$BED/page" --max-time 2 "$URL/"; }
start_portal() {
	LD_PRELOAD=$FAILING mfa-portal --config "$CONF" --socket "$SOCKET" </dev/null >>"$BED/portal.out" 2>&1 &
	PORTAL=$!
	disown
	wait_for serves || bail "mfa-portal does not start: $(cat "$BED/portal.out")"
}
serves_again() {
	if ended "$PORTAL" 2>/dev/null; then
		ends=$((ends + 1))
		start_portal
	fi
	serves
}
start_portal
for call in / /api/hello; do
	misses=0
	for ((NTH = 1; NTH <= 400 && misses < 3; NTH++)); do
		before=$injected
		arm_memory
		# This call may be lost; those after it are not.
		curl -s -o "$BED/page" --max-time 2 "$URL$call"
		disarm_memory
		[ "$injected" -gt "$before" ] && misses=0 || misses=$((misses + 1))
		wait_for serves_again || wrongly "$call: nothing is served after allocation $NTH"
	done
done
tick
pam_try -q code user1 "$(code_now user)"
let_in || wrongly 'the portal keeps a code out'
none 'allocations of mfa-portal'
for unit in mfad mfa-portal; do
	ok "$unit is started again by systemd" grep -qx 'Restart=on-failure' "$TOP/conf/systemd/$unit.service"
done

done_testing
