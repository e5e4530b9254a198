#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Wrong codes: three tries a sign-in, and a wait after five in a row.
. "${BASH_SOURCE[0]%/*}/lib.sh"

ready alice bob
code_services sshd
pam_service code 'auth required pam_mfa.so'
start_sshd
wrong=$(wrong_code alice)

ssh_try alice "$PASSWORD" "$wrong" "$wrong" "$wrong"
refused 'three wrong codes'
is 'and there is no fourth try' "$(grep -o 'code: ' <<<"$SCREEN" | wc -l)" 3
ssh_try alice "$PASSWORD" "$wrong" "$wrong"
refused 'two more'
code=$(code_now alice)
log_mark
ssh_try alice "$PASSWORD" "$code"
refused 'now a right one waits, too'
like 'and its user is told so' "$SCREEN" '[Tt]oo many wrong codes|[Ww]ait|[Tt]ry again'
log_like 'so is the administrator' 'mfad.*user=alice.*(throttle|wait|locked)'
kill_mfad
ssh_try alice "$PASSWORD" "$code"
refused 'also after kill -9, without the daemon'
start_mfad
ssh_try alice "$PASSWORD" "$code"
refused 'and after a restart'
ssh_try bob "$PASSWORD" "$(code_now bob)"
entered 'others are not kept waiting' bob
ok 'mfa-admin unlock' unlock alice
ssh_try alice "$PASSWORD" "$code"
entered 'now the code is good' alice

tick 10
wrong=$(wrong_code alice)	# another one: this one is known by now
ssh_try alice "$PASSWORD" "$wrong" "$wrong" "$wrong"
ssh_try alice "$PASSWORD" "$wrong" "$wrong"
ssh_try alice "$PASSWORD" "$(code_now alice)"
refused 'locked again'
tick
ssh_try alice "$PASSWORD" "$(code_now alice)"
entered 'until the wait is over' alice
tick
wrong=$(wrong_code alice)
ssh_try alice "$PASSWORD" "$wrong" "$wrong" "$wrong"
ssh_try alice "$PASSWORD" "$wrong" "$(code_now alice)"
entered 'a success clears the count' alice

tick
wrong=$(wrong_code alice)
ssh_try alice "$PASSWORD" "$wrong" "$wrong" "$wrong"
ssh_try alice "$PASSWORD" "$wrong" "$wrong"
set_clock $(($(now) - 86400))
tick $((900 / STEP))
ssh_try alice "$PASSWORD" "$(code_now alice)"
refused 'a clock set back a day: its codes are old'
unlock alice
unlock bob
tick 3	# codes that may have been used since stay refused
ssh_try alice "$PASSWORD" "$(code_now alice)"
entered 'unlock mends that too' alice

# A prompt that was there before the wait began: its answer is looked at as the account is then.
tick
wrong=$(wrong_code bob)
on_pty pamtester code bob authenticate < <(
	printf 'expect code: \nrun for i in 1 2; do %s/signin -q code bob %s %s %s; done; echo %s >%s/clock.new; mv %s/clock.new %s/clock\n' \
		"$HELPERS" "$wrong" "$wrong" "$wrong" $(($(now) + 1)) "$BED" "$BED" "$BED"
	printf 'send %s\nend code: \n' "$(code_now bob)")
like 'a prompt from before the wait: not looked at' "$SCREEN" 'Not looked at: too many codes were wrong'
unlike 'and refused' "$SCREEN" 'successfully authenticated'
tick
pam_try code bob "$(code_now bob)"
accepted 'the next code is, once the wait is over'

write_conf '[throttle]' 'enabled = no'
stop_mfad
start_mfad
tick
wrong=$(wrong_code bob)
for _ in 1 2 3; do
	pam_try code bob "$wrong" "$wrong" "$wrong"
	denied 'throttle off: wrong is wrong'
done
pam_try code bob "$(code_now bob)"
accepted 'throttle off: no wait'

done_testing
