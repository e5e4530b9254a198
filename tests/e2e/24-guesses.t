#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Wrong codes over weeks: a right one in between does not clear them, and they end.
. "${BASH_SOURCE[0]%/*}/lib.sh"

ready alice bob
pam_service code 'auth required pam_mfa.so'
stop_text='Codes from an app are refused from'

throttle() { new_rules '[throttle]' "enabled = $1"; }
# guess USER SIGN-INS: three wrong codes in each, other ones than the last time: one that comes again later counts once.
guess() {
	local i wrong
	tick 121
	for ((i = 0; i < $2; i++)); do
		wrong=$(wrong_code alice)
		pam_try code "$1" "$wrong" "$wrong" "$wrong"
	done
}

# --- a hundred, with sign-ins in between --------------------------------------------

throttle no
for _ in 1 2 3; do
	guess alice 11
	tick
	pam_try code alice "$(code_now alice)"
	accepted 'between the guesses its owner signs in'
done
OUT=$(mfa-admin show alice </dev/null)
like 'show: none in a row, 99 within 28 days' "$OUT" 'Wrong: +app codes within 28 days: 99; 1 more and '
unlike 'none in a row' "$OUT" 'in a row'
throttle yes
tick 121
pam_try code alice "$(wrong_code alice)"
denied 'the hundredth is looked at'
like 'as any other' "$SCREEN" 'That code is not right'
pam_try code alice "$(code_now alice)"
denied 'then no code is'
like 'its user is told what helps' "$SCREEN" "$stop_text"
kill_mfad
tick $((86400 / STEP))
pam_try code alice "$(code_now alice)"
denied 'a day later neither, without the daemon'
start_mfad
like 'show says so' "$(mfa-admin show alice </dev/null)" '^LOCKED:.*'
like 'and by how many' "$(mfa-admin show alice </dev/null)" 'Wrong: +app codes within 28 days: 100; they are refused just now'
is 'as JSON' "$(mfa-admin show --json alice </dev/null | grep -o '"wrong_codes":{[^}]*}')" \
	'"wrong_codes":{"root":100,"local":0,"caller":0,"limit":100,"root_left":0,"local_left":100,"caller_left":100}'
OUT=$(mfa-admin report </dev/null)
like 'report: who has no other method' "$(tr '\n' ' ' <<<"$OUT")" 'With app codes only[^:]*: just an[^:]*refused: +alice +bob'
like 'and how many' "$OUT" '2  with app codes only'
throttle no
tick
pam_try code alice "$(code_now alice)"
accepted 'throttle off: no stop'
throttle yes

# --- what helps -----------------------------------------------------------------------

tick
OUT=$(mfa-admin unlock alice </dev/null)
like 'unlock: how many more' "$OUT" '^Unlocked. 20 more wrong codes are allowed .only 3 if you unlock it again within 28 days'
like 'show: so many' "$(mfa-admin show alice </dev/null)" 'Wrong: +app codes within 28 days: 100; 20 more and '
is 'unlock, where nothing had stopped' "$(mfa-admin unlock alice </dev/null)" 'Unlocked.'
pam_try code alice "$(code_now alice)"
accepted 'a code is good again'
throttle no
guess alice 6
throttle yes
tick 31
pam_try code alice "$(code_now alice)"
accepted 'after 18 more guesses'
tick 121
pam_try code alice "$(wrong_code alice)" "$(wrong_code alice)"
tick
pam_try code alice "$(code_now alice)"
denied 'but not after 20'
like 'its user is told so' "$SCREEN" "$stop_text"
like 'unlock, again' "$(mfa-admin unlock alice </dev/null)" '^Unlocked. 3 more wrong codes are allowed'
like 'show: three' "$(mfa-admin show alice </dev/null)" 'Wrong: +app codes within 28 days: 1[0-9]+; 3 more and they are refused'
tick 121
pam_try code alice "$(wrong_code alice)" "$(wrong_code alice)" "$(wrong_code alice)"
tick
pam_try code alice "$(code_now alice)"
denied 'that gives three'
pass=$(mfa-admin pass alice --valid 8h </dev/null | head -n 1)
tick $((86400 / STEP - 60))
pam_try code alice "$pass"
denied 'the pass is over'
tick 60
pass=$(mfa-admin pass alice --valid 8h </dev/null | head -n 1)
like 'who has a pass has another method' "$(mfa-admin report </dev/null)" '1  with app codes only'
pam_try code alice "$pass"
accepted 'with a pass she gets in'
pam_try code alice "$(code_now alice)"
accepted 'and with a code again'
tick $((32 * 86400 / STEP))
pam_try code alice "$(wrong_code alice)"
pam_try code alice "$(wrong_code alice)" "$(code_now alice)"
accepted 'after four weeks nothing is left, and her own mistake of this sign-in is none'
is 'show: one' "$(mfa-admin show alice </dev/null | grep -c '^Wrong: *app codes within 28 days: 1;')" 1

# --- who is nobody ------------------------------------------------------------------

throttle no
guess bob 34
guess nobody-ever 34
throttle yes
for answers in "$(wrong_code bob)" "$(wrong_code bob) 123456" aaaa-aaaa-aaaa; do
	# shellcheck disable=SC2086
	pam_try code bob $answers
	enrolled=$SCREEN
	# shellcheck disable=SC2086
	pam_try code nobody-ever $answers
	is "a name without an account sees the same: $answers" "$SCREEN" "$enrolled"
done
like 'which is the stop' "$SCREEN" "$stop_text"

done_testing
