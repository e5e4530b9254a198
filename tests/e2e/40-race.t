#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The same code from 64 processes at the same instant: exactly one gets in.
. "${BASH_SOURCE[0]%/*}/lib.sh"

readonly PROCESSES=64 ROUNDS=50

ready alice
pam_service daemon 'auth required pam_mfa.so'
pam_service stdio 'auth required pam_mfa.so socket=/run/mfa/nobody-there'

# round SERVICES: says how many got in.
round() {
	tick
	pam_try -n $PROCESSES "$1" alice "$(code_now alice)"
	sed -n 's/^PAM_SUCCESS //p' <<<"$SCREEN"
}

while IFS='|' read -r name services; do
	got=''
	for ((i = 0; i < ROUNDS; i++)); do
		one=$(round "$services")
		got+="${one:-0} "
	done
	is "$PROCESSES processes, $ROUNDS rounds, $name" "${got//1 /}" ''
	tick 2
	pam_try "${services%%,*}" alice "$(code_now alice)"
	accepted "and nobody is locked out by it, $name"
done <<END
the daemon|daemon
helpers|stdio
both|daemon,stdio
END

# Helpers alone, with no daemon at all beside them.
stop_mfad
got=''
for ((i = 0; i < 10; i++)); do
	one=$(round daemon)
	got+="${one:-0} "
done
is 'the daemon stopped' "${got//1 /}" ''

done_testing
