#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Hardware tokens that count: look-ahead, resynchronisation, once each; beside an app.
. "${BASH_SOURCE[0]%/*}/lib.sh"

write_conf
new_store || bail 'mfa-admin init failed'
start_mfad || bail 'mfad does not start'
pam_service code 'auth required pam_mfa.so'
token() { oathtool --hotp -b -c "$1" "$(secret_of alice)"; }

printf 'alice\totpauth://hotp/Bed:alice?secret=%s&counter=7\nalice\totpauth://totp/Bed:alice?secret=%s\n' \
	"$(secret_of alice)" "$(secret_of bob)" >"$BED/tokens"
ok 'a token and an app are imported' mfa-admin import "$BED/tokens"
like 'and listed as what they are' "$(mfa-admin show alice </dev/null | tr '\n' ' ')" '1. Token \(hotp\).*2. Phone \(totp\)'
pam_try code alice "$(token 6)"
denied 'a code from before its counter'
pam_try code alice "$(token 7)"
accepted 'the next code'
pam_try code alice "$(token 7)"
denied 'once'
pam_try code alice "$(token 17)"
accepted 'nine presses that nobody saw'
pam_try code alice "$(token 9)"
denied 'none of those'
pam_try code alice "$(code_now bob)"
accepted 'the app by the same prompt'
pam_try code alice "$(token 400)" "$(token 401)"
accepted 'far ahead: two codes in a row'
like 'every refusal says what helps a token' "$SCREEN" 'on a token: press the'
pam_try code alice "$(token 800)"
denied 'one of them is not enough'
pam_try code alice "$(token 802)" "$(token 800)"
denied 'nor are two that do not follow'
pam_try code alice "$(token 802)"
denied 'also in another sign-in'
log_mark
pam_try code alice "$(token 803)"
accepted 'the one that follows is, also in another sign-in'
log_like 'the log says which device' 'event=signin result=ok .*method=hotp .*device=Token'
code=$(token 804)
mfa-admin unlock alice </dev/null >/dev/null
race=$("$HELPERS/signin" -n 16 -q code alice "$code" | grep PAM_SUCCESS)
is 'sixteen at the same instant: one' "$race" 'PAM_SUCCESS 1'

# A guess that is right later is refused as any is: by what is said, by what a program of the user's can ask for,
# and for one who has no token or no account.
mfa-admin unlock alice </dev/null >/dev/null
wrong=$(wrong_code alice)
log_mark
pam_try code alice "$wrong"
# She has had so many wrong ones that she is told of them beforehand; how many there were is counted.
refusal() { sed '/^say: Wrong codes were given/,/mfa-enroll status$/d' <<<"$SCREEN"; }
said=$(refusal)
status() {
	as alice mfa-enroll status --json </dev/null | sed -E 's/"throttle".*"events"/"events"/; s/"count":[0-9]+/"count":N/g'
}
counted() { mfa-admin metrics </dev/null | grep hotp; }
status=$(status) counted=$(counted)
pam_try code alice "$(token 850)"
is 'far ahead: the words of a wrong code' "$(refusal)" "$said"
is 'and mfa-enroll status is as after one' "$(status)" "$status"
is 'nor do the metrics know of a token' "$(counted)" "$counted"
for user in bob nobody-ever; do
	pam_try code $user "$wrong"
	is "and those that $user sees" "$(refusal)" "$said"
done
log_like 'the log has it' 'event=signin .*answer=resync device=Token'
for counter in 805 814 823 832 841; do
	pam_try code alice "$(token $counter)"
	accepted "her token comes nearer, $counter"
done
pam_try code alice "$(token 850)"
denied 'the guess, when her token has come to it'
is 'with the same words' "$(refusal)" "$said"
pam_try code alice "$(token 849)"
accepted 'hers is good'
pam_try code alice "$(token 850)"
denied 'the guess once more'
pam_try code alice "$(token 850)" "$(token 851)"
accepted 'she presses once more'
mfa-admin import --replace "$BED/tokens" </dev/null >/dev/null
pam_try code alice "$(token 851)"
denied 'what was used stays used when it is imported again'
pam_try code alice "$(token 862)"
denied 'far ahead by one'
pam_try code alice "$(token 852)"
accepted 'her next'
head -1 "$BED/tokens" >"$BED/alone"
ok 'the token alone in place of both' mfa-admin import --replace "$BED/alone"
pam_try code alice "$(token 852)"
denied 'what was used is used'
pam_try code alice "$(token 862)"
denied 'nor is what was far ahead good by itself now'

# A token beside the phone that somebody has.
printf 'bob\totpauth://hotp/Bed:bob?secret=%s&counter=0\n' "$(secret_of carol)" >"$BED/token"
printf 'bob\totpauth://totp/Bed:bob?secret=%s\n' "$(secret_of bob)" >"$BED/phone"
ok 'bob has a phone' mfa-admin import "$BED/phone"
mfa-admin import "$BED/token" </dev/null >/dev/null 2>&1
is 'a token in its place: only if that is said' $? 5
ok 'and beside it' mfa-admin import --add "$BED/token"
out=$(mfa-admin show bob </dev/null | tr '\n' ' ')
like 'he has both' "$out" '1. Phone \(totp\).*2. Token \(hotp\)'
pam_try code bob "$(oathtool --hotp -b -c 0 "$(secret_of carol)")"
accepted 'the token'
tick
pam_try code bob "$(code_now bob)"
accepted 'and the phone'
ok 'run again, it adds nothing' mfa-admin import --add "$BED/token"
is 'nor does what was used come back' "$(pam_try code bob "$(oathtool --hotp -b -c 0 "$(secret_of carol)")"; grep -c SUCCESS <<<"$SCREEN")" 0
printf 'bob\totpauth://hotp/Bed:bob?secret=%s&counter=0\n' "$(secret_of alice)" >>"$BED/token"
ok 'a second token' mfa-admin import --add "$BED/token"
like 'under a label that is free' "$(mfa-admin show bob </dev/null | tr '\n' ' ')" '2. Token \(hotp\).*3. Token 02 \(hotp\)'
ok 'who has no account gets one' mfa-admin import --add <(sed 's/^bob/dora/' "$BED/phone")
for i in $(seq 14); do
	printf 'bob\totpauth://totp/Bed:bob?secret=%s%s\n' "$(secret_of bob)" "$(printf '%02d' "$i" | tr 0-9 A-J)AAAAAA"
done >"$BED/many"
mfa-admin import --add "$BED/many" </dev/null >"$BED/out" 2>&1
is 'more than sixteen' "$? $(grep -c 'no more than 16' "$BED/out")" '5 1'
is 'nothing of it is added' "$(mfa-admin show --json bob </dev/null | grep -o '"label"' | wc -l)" 3
mfa-admin import --add --replace "$BED/token" </dev/null >/dev/null 2>&1
is '--add --replace' $? 2
stop_mfad
mfa-admin unlock alice </dev/null >/dev/null
pam_try code alice "$(token 853)"
accepted 'without the daemon too'

done_testing
