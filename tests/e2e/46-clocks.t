#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A used code stays used, whatever a clock does: only an administrator's word lowers what was used.
. "${BASH_SOURCE[0]%/*}/lib.sh"

write_conf
new_store || bail 'mfa-admin init failed'
for user in alice bob carol ghost; do
	printf '%s\totpauth://totp/Bed:%s?secret=%s\n' $user $user "$(secret_of $user)"
	for i in 1 2 3 4; do
		printf '%s\trecovery:%s\n' $user "2718281$i"
	done
done >"$BED/import"
mfa-admin import "$BED/import" </dev/null >/dev/null || bail 'mfa-admin import failed'
start_mfad || bail 'mfad does not start'
pam_service code 'auth required pam_mfa.so'
readonly NOW=1900000000
clocks() { OUT=$(mfa-admin unlock --all --clocks "$@" 2>&1 </dev/null); }
wrong_in_a_row() { mfa-admin show --json "$1" </dev/null | grep -oE '"wrong_in_a_row": ?[0-9]+' | grep -oE '[0-9]+'; }

# A system whose clock is slow, or was for a moment.
set_clock $NOW
code=$(code_now alice)
pam_try code alice "$code"
accepted 'alice signs in'
set_clock $((NOW - 600))
pam_try code alice 27182811
accepted 'with a recovery code, while the clock is ten minutes slow'
set_clock $((NOW + 5))
pam_try code alice "$code"
denied 'what was used is not good again'
like 'and that is said' "$SCREEN" 'used already'

# One that was ahead by a year.
set_clock $((NOW + 31536000))
for user in alice bob; do
	pam_try code $user "$(code_now $user)"
	accepted "$user signs in while the clock is ahead"
done
set_clock $((NOW + 3600))
log_mark
pam_try code alice "$(code_now alice)"
denied 'then it is set right: today is before what was used'
like 'she hears who can help' "$SCREEN" 'the clock of this system was wrong'
log_like 'and the log what it is' 'user=alice.*answer=clock-ahead'
like 'mfa-admin show, too' "$(mfa-admin show alice </dev/null)" 'REFUSED: .* good only in 365 days'
unlike 'not of who is not concerned' "$(mfa-admin show carol </dev/null)" 'REFUSED'
pam_try code alice 27182812
accepted 'her recovery code is good'
tick 10
pam_try code alice "$(code_now alice)"
denied 'but mends no clock'
pam_try code carol "$(wrong_code carol)"
pam_try code alice "$(wrong_code alice)"

mfa-admin unlock --clocks carol </dev/null >"$BED/out"
is 'whose clock was never ahead' "$? $(grep -c 'Nothing was changed' "$BED/out")" '0 1'
mfa-admin unlock --clocks alice </dev/null >"$BED/out"
is 'whose was' "$? $(grep -c 'clock is right' "$BED/out")" '0 1'
is 'wrong codes stay counted' "$(wrong_in_a_row alice) $(wrong_in_a_row carol)" '1 1'
pam_try code alice "$(code_now alice)"
denied 'what may have been used meanwhile is not good'
tick 3
pam_try code alice "$(code_now alice)"
accepted 'what comes then is'

# All of them.
set_clock $((NOW + 63072000))
for user in alice bob carol; do
	pam_try code $user "$(code_now $user)"
	accepted "$user signs in while the clock is ahead once more"
done
set_clock $((NOW + 7200))
log_mark
on_pty mfa-admin unlock --all --clocks <<<$'expect [y/N] \nsend n'
is 'it asks whether the clock is right, and no is no' "$STATUS $(grep -c '2030-03-17' <<<"$SCREEN")" '1 1'
log_unlike 'then nothing is done' 'event=unlock'
clocks
like 'how many' "$OUT" '^Of 4 accounts 3 had used a code'
log_like 'the log says so' 'event=unlock result=ok .*accounts=4 clocks=3 unreadable=0'
clocks
like 'run again it finds none' "$OUT" 'None of 4 accounts had used a code ahead of time. Nothing was changed'
tick 3
for user in alice bob carol; do
	pam_try code $user "$(code_now $user)"
	accepted "$user gets in"
done
in_store "update entry set value = zeroblob(length(value)) where cast(key as text) = 'account/ghost'" ||
	bail 'sqlite3'
clocks --json
like 'a record that is damaged keeps no other from being mended' "$OUT" '"accounts":4,"clocks":0,"unreadable":1'
stop_mfad
clocks
like 'without the daemon' "$OUT" 'None of 4 accounts had used a code ahead of time. Nothing was changed'
while IFS='|' read -r arguments; do
	# shellcheck disable=SC2086
	mfa-admin unlock $arguments </dev/null >/dev/null 2>&1
	is "mfa-admin unlock $arguments" $? 2
done <<END
--all
--clocks
--all alice
--all --clocks alice
alice bob
END

# Many, while others sign in.
write_conf '[policy]' 'nss = no'
start_mfad || bail 'mfad does not start'
for i in $(seq 70); do
	printf 'many%s\totpauth://totp/Bed:many?secret=%s\n' "$i" "$(secret_of alice)"
done >"$BED/import"
mfa-admin import "$BED/import" </dev/null >/dev/null
set_clock $((NOW + 94608000))
code=$(code_now alice)
for i in $(seq 70); do
	printf 'many%s %s\n' "$i" "$code"
done | xargs -n 2 -P 4 "$HELPERS/signin" code >"$BED/out" 2>&1
is 'seventy used codes of the future' "$(grep -c '^PAM_SUCCESS 1$' "$BED/out")" 70
set_clock $((NOW + 10800))
clocks
like 'they are mended' "$OUT" 'Of 74 accounts 70 had used a code'

done_testing
