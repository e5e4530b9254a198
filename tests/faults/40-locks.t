#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck source=/dev/null disable=SC2034,SC2154
# A lock that mfad can't let go of, which the kernel keeps for it: after the ten seconds that somebody waits for it, the
# store is opened anew.
. "${BASH_SOURCE[0]%/*}/../e2e/lib.sh"
. "$TOP/tests/faults/faults.sh"

ready alice bob
pam_service code 'auth required pam_mfa.so'
pam_service helper "auth required pam_mfa.so socket=$BED/none"
for n in 1 2 3; do
	before=$injected
	pam_try -q code alice "$(code_now alice)"
	INJECTION=fcntl:error=EIO:when=$n
	arm_call
	tick
	pam_try -q code alice "$(code_now alice)"
	disarm_call
	more_than "$before" "fault $n"
	tick
	pam_try -q code alice "$(code_now alice)"
	tick
	pam_try code alice "$(code_now alice)"
	accepted "the second after fault $n gets in"
	pam_try code alice "$(code_now alice)"
	denied 'once'
	pam_try helper bob "$(code_now bob)"
	accepted 'and somebody with a helper'
	tick
done
none 'locks'

done_testing
