#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Signing in another way: `?`, the menu, and a way's word at any question for a code.
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/phones.sh"

ready alice
code_services sshd sudo
pam_service code 'auth required pam_mfa.so'
start_sshd

# What stands in the conversation, without its result.
said() { grep -v '^PAM_' <<<"$SCREEN"; }
questions() { grep -c '^ask: ' <<<"$SCREEN"; }
in_a_row() { mfa-admin show --json "$1" </dev/null | grep -oE '"wrong_in_a_row": ?[0-9]+' | grep -oE '[0-9]+$' || echo 0; }

# --- where nothing is to be begun --------------------------------------------------------

pam_try code alice "$(code_now alice)"
accepted 'a code, as ever'
like 'where all there is can be typed at once, the question is the usual one' "$SCREEN" '^ask: Authenticator code: $'
unlike 'and has no more to say' "$SCREEN" '[?]'
tick
pam_try code alice '?' "$(code_now alice)"
accepted 'a code, where the menu is asked for'
like 'the menu says what it is' "$SCREEN" '^say: Sign in another way:$'
like 'and is the question itself, for texts may come late' "$SCREEN" '^ask: 1 app or token, 2 recovery code: $'
tick
pam_try code alice '?' '' "$(code_now alice)"
accepted 'Enter goes back'
like 'to the usual question' "$(tail -n 2 <<<"$SCREEN")" '^ask: Authenticator code: $'
tick
pam_try code alice ' ? ' 2 "$(code_now alice)"
accepted 'a number of the menu'
like 'is a way, by which the question goes; all codes are taken there' "$SCREEN" '^ask: Recovery code: $'
tick
pam_try code alice '?' 1 Recovery app herstel "$(code_now alice)"
accepted 'words, of any language, in any letters'
is 'each leads to its question' "$(grep '^ask: ' <<<"$SCREEN" | tail -n 4 | cut -c6-9 | paste -sd' ')" 'Auth Reco Auth Reco'
tick
pam_try code alice '?' 9 "$(code_now alice)"
accepted 'a number that the menu does not have'
like 'is told' "$SCREEN" '^say: That is none of these'
is 'and no guess' "$(in_a_row alice)" 0
tick
pam_try code alice push "$(code_now alice)"
accepted 'the word of a way that this system does not offer'
like 'is answered' "$SCREEN" "^say: That way can't be used here[.]\$"

# --- they are none of the tries, and they end --------------------------------------------

tick
pam_try code alice app '?' "$(wrong_code alice)" recovery '?' '' "$(wrong_code alice)" '?' "$(code_now alice)"
accepted 'menus and words use up no try'
tick
pam_try code alice '?' '?' '?' '?' '?' '?' "$(code_now alice)"
accepted 'after five menus'
like 'there is no sixth' "$(tail -n 5 <<<"$SCREEN")" '^say: That is not a code'
tick
pam_try code alice '?' '?' '?' '?' '?' '?' '?' '?' "$(code_now alice)"
denied 'so that nobody is kept there for ever'
is 'three tries, five menus' "$(questions)" 8
pam_try code alice app app app app app app app app "$(code_now alice)"
denied 'nor by words'
is 'five of them, three tries' "$(questions)" 8
is 'and none was a guess' "$(in_a_row alice)" 0

# --- who has enrolled does not show ------------------------------------------------------

# same NAME ANSWER...: alice, whose account it is, sees what carol sees, who has none, and a name of nobody's.
same() {
	local name=$1 user first=''
	shift
	for user in alice carol nobody-ever; do
		tick 121
		pam_try code $user "$@"
		[ -n "$first" ] || first=$(said)
		is "$name: $user" "$(said)" "$first"
	done
	unlock alice
}
same 'each way and word' '?' 1 app '?' 2 recovery push 000000 000001 000002
same 'too many menus' '?' '?' '?' '?' '?' '?' '?' '?'

# --- a phone -------------------------------------------------------------------------------

readonly RULES=('[enrol]' 'issuer = Bed' '[portal]' "url = $ORIGIN" '[push]' 'timeout = 300s' '[policy]' 'enrol_local = yes')
new_rules "${RULES[@]}"
pam_try code alice "$(wrong_code alice)"
like 'a portal that does not run offers nothing' "$SCREEN" '^ask: Authenticator code: $'
log_mark
listen || bail 'no portal'
ok 'bob has a phone' pair bob Pixel || diag "$(screen)"

same 'where phones can be asked' '?' 1 '?' 2 '?' 3 push 000000 000001 000002
like 'the question says that there is another way' "$SCREEN" '^ask: Authenticator code [(][?] for another way[)]: $'
like 'whoever asks for a phone that the account does not have is told so' "$SCREEN" \
	'^say: That way is not set up for this account[.]$'
like 'the question for a recovery code as well' "$SCREEN" '^ask: Recovery code [(][?] for another way[)]: $'
like 'the menu has all that is offered' "$SCREEN" '^ask: 1 phone, 2 app or token, 3 recovery code: $'
new_rules "${RULES[@]}" 'prompt = Kode'
pam_try code alice "$(wrong_code alice)"
like "an administrator's words stay as they are" "$SCREEN" '^ask: Kode: $'
new_rules "${RULES[@]}"

no_request() { phone Pixel list | grep -q '"requests":\[\]'; }
on_ssh bob
ok 'a phone is asked first' wait_for shows 'then Enter, or a recovery code: *$'
before=$(number)
keys '?' Enter
ok 'ssh: the menu' wait_for shows 'Sign in another way' || diag "$(screen)"
ok 'in the question' wait_for shows '1 phone, 2 app or token, 3 recovery code: *$'
not_ok 'the phone is asked still' no_request
keys 3 Enter
ok 'another way' wait_for shows 'Recovery code [(][?] for another way[)]: *$' || diag "$(screen)"
ok 'the phone is asked no more' no_request
keys telefoon Enter
ok 'and back' wait_for eval '[ "$(screen | grep -c "on your phone")" = 2 ]'
phone Pixel approve "$(number)" >/dev/null
keys '' Enter
ok 'in, by the phone' wait_for shows 'in as bob' || diag "$(screen)"

on_ssh bob
wait_for shows 'then Enter, or'
before=$(number)
keys push Enter
wait_for eval '[ "$(screen | grep -c "on your phone")" = 2 ]'
is 'the way that goes on: it goes on' "$(number)" "$before"
phone Pixel approve "$(number)" >/dev/null
keys '?' Enter
ok 'what the phone has said counts, whatever was typed' wait_for shows 'in as bob' || diag "$(screen)"

log_mark
in_window 100x30 "setpriv --reuid bob --regid bob --init-groups sudo -k sh -c 'echo in as \$(id -un)'"
wait_for shows 'assword' && keys "$PASSWORD" Enter
wait_for shows 'on your phone'
keys '' Enter
wait_for shows 'type a recovery code' && keys '?' Enter
ok 'on a terminal the menu is a list' wait_for shows '^  1[.] number on your phone' || diag "$(screen)"
ok 'with a question of its own' wait_for shows 'Your choice, or a code: *$'
keys 1 Enter
ok 'the phone is waited for again' wait_for eval '[ "$(screen | grep -c "enter [0-9]* on your phone")" = 2 ]' || diag "$(screen)"
phone Pixel approve "$(number)" >/dev/null
log_like 'and it goes on by itself' 'event=signin result=ok user=bob service=sudo.* method=push'

in_window 100x30 "$HELPERS/signin -f 'Sign in' code alice '?' '?' y"
ok 'where the list could not be shown it is the question' wait_for shows '^ask: 1 phone, 2 app or token, 3 recovery code: *$' ||
	diag "$(screen)"

# --- going to and fro asks no phone more often -------------------------------------------

unlock bob
mfa-admin --config "$CONF" pass bob --valid 8h --uses 20 </dev/null >"$BED/pass"
pass=$(head -n 1 "$BED/pass")
for i in 1 2 3; do
	pam_try code bob recovery push recovery push "$pass"
	accepted "to and fro, and in by a pass ($i)"
	is 'asked three times' "$(grep -c '^ask: Enter' <<<"$SCREEN")" 3
done
pam_try code bob recovery push recovery push recovery
pam_try code bob recovery push recovery push recovery
like 'whoever does not get in has asked as often as it was' "$SCREEN" 'was asked too often'
pam_try code bob "$pass"
accepted 'its owner gets in'

# --- which comes first -------------------------------------------------------------------

unlock bob
pam_try code bob
like 'a phone is asked, where `order` does not say' "$SCREEN" '^ask: Enter [0-9]+ on your phone'
printf 'bob\totpauth://totp/Bed:bob?secret=%s&issuer=Bed\n' "$(secret_of bob)" >"$BED/import"
mfa-admin --config "$CONF" import --add "$BED/import" </dev/null >"$BED/out" 2>&1 || diag "$(cat "$BED/out")"
is 'bob has an app as well' "$(devices bob)" 2
tick 121
new_rules "${RULES[@]}" 'order = totp, push'
pam_try code bob "$(code_now bob)"
accepted 'the app first'
unlike 'then no phone is asked for a password alone' "$SCREEN" 'on your phone'
like 'but it may be' "$SCREEN" '^ask: Authenticator code [(][?] for another way[)]: $'
tick
pam_try code bob '?' 2 "$(code_now bob)"
accepted 'by the menu'
like 'which is in order, too' "$SCREEN" '^ask: 1 app or token, 2 phone, 3 recovery code: $'
like 'and begins it' "$SCREEN" '^ask: Enter [0-9]+ on your phone'
tick
new_rules "${RULES[@]}" 'order = hotp'
pam_try code bob "$(code_now bob)"
unlike 'a token is the same way as an app' "$SCREEN" 'on your phone'
new_rules "${RULES[@]}" 'order = recovery' '[policy sudo]' 'order = push'
pam_try code bob '?'
like 'what is not named comes after' "$SCREEN" '^ask: 1 recovery code, 2 phone, 3 app or token: $'
new_rules "${RULES[@]}" 'order = totp'
for _ in 1 2 3 4; do tick 121; pam_try code bob "$(wrong_code bob)" 111111 222222; done
pam_try code bob
like 'where codes of an app are refused just now a phone is asked' "$SCREEN" '^ask: Enter [0-9]+ on your phone'
unlock bob

# --- explain ------------------------------------------------------------------------------

# standing USER: each way, and how it stands.
standing() {
	mfa-admin explain --json --user "$1" --service code </dev/null | grep -oE '"way":"[a-z]+","standing":"[a-z-]+"' |
		sed 's/"way":"//; s/","standing":"/:/; s/"$//' | paste -sd' '
}
new_rules "${RULES[@]}"
is 'bob' "$(standing bob)" 'push:first totp:offered sms:not-allowed email:not-allowed recovery:offered'
is 'who has an app' "$(standing alice)" 'push:not-set-up totp:first sms:not-allowed email:not-allowed recovery:not-set-up'
is 'who has nothing' "$(standing carol)" 'push:not-set-up totp:not-set-up sms:not-allowed email:not-allowed recovery:not-set-up'
like 'in words' "$(mfa-admin explain --user bob --service code </dev/null)" '^ +totp: when it is chosen [(][?][)]$'
new_rules "${RULES[@]}" 'order = totp' 'methods = totp, push'
is 'by the order' "$(standing bob)" 'push:offered totp:first sms:not-allowed email:not-allowed recovery:not-allowed'

# --- what is allowed to be the only one ---------------------------------------------------

new_rules "${RULES[@]}" 'alone = push'
like 'an app may not be, where only a phone may' "$(mfa-enroll --user carol add --totp </dev/null 2>&1)" \
	"can't be the only device of an account"
is 'nothing is saved' "$(devices carol)" 0
kill "$PORTAL"
wait_for log_has 'no longer listens'
like 'where nothing that is enough can be had nothing else is taken for it' "$(mfa-enroll --user carol add </dev/null 2>&1)" \
	'No device that is enough for an account can be added just now'
pam_service first 'auth required pam_mfa.so'
new_rules "${RULES[@]}" 'alone = push' '[policy first]' 'enrolment = require' 'local = yes'
pam_try first carol y '' ''
denied 'nor at a sign-in'
like 'which says so, too' "$SCREEN" 'No device that is enough for an account'
is 'nothing is saved' "$(devices carol)" 0
log_mark
listen || bail 'no portal'

# --- a word behind the password -------------------------------------------------------------

new_rules "${RULES[@]}"
behind() { pam_service behind "auth required pam_mfa.so $1" \
	'auth [success=ok default=die] pam_unix.so nodelay use_first_pass' 'auth required pam_mfa.so'; }
told() { grep -cE '"event":"(changed|push)"' "$BED/events"; }
behind 'forward_pass forward_pass_words'
tick 121
before=$(told)
pam_try behind bob "$PASSWORD,push"
denied 'a word that asks for a number: nobody would see it'
unlike 'the password is right' "$SCREEN" 'on your phone'
like 'it is said' "$SCREEN" "^say: That way can't be used here[.]\$"
is 'and no phone is asked' "$(told)" "$before"
pam_try behind bob "$PASSWORD,?"
denied 'the menu'
like 'is shown where texts are' "$SCREEN" '^say: Sign in another way:$'
pam_try behind bob "$PASSWORD,123456" 
denied 'a wrong code behind a comma'
pam_try behind bob "$PASSWORD,$(code_now bob)"
accepted 'a right one'
tick
pam_try behind bob "$PASSWORD$(code_now bob)"
accepted 'one without a comma, as ever'
is 'no word was a guess' "$(in_a_row bob)" 0

# The password that is handed on is right for the modules behind: whatever is no word is part of it.
trusted() { printf 'carol:%s\n' "$1" | chpasswd; }
trusted 'we,trust,horses'
pam_service behind 'auth required pam_mfa.so forward_pass_words' 'auth required pam_unix.so nodelay use_first_pass'
pam_try behind carol 'we,trust,horses'
accepted 'a password with commas'
trusted 'we,trust,the,app'
pam_try behind carol 'we,trust,the,app'
denied 'one that ends in a word loses it'
pam_try behind carol 'we,trust,the,app,app'
accepted 'unless the word is there once more'
pam_service behind 'auth required pam_mfa.so forward_pass' 'auth required pam_unix.so nodelay use_first_pass'
pam_try behind carol 'we,trust,the,app'
accepted 'without the option no password loses anything'
trusted "$PASSWORD"
behind forward_pass
pam_try behind bob "$PASSWORD,push"
denied 'nor is a word one'
unlike 'and nothing of it comes to mfad' "$SCREEN" 'another way'

tick
pam_try code alice '?' '' app "$(wrong_code alice)" 111111 222222
like 'three wrong codes end it, as ever' "$SCREEN" '^PAM_MAXTRIES 1$'
unlock alice

# --- check-config -------------------------------------------------------------------------

# config WHAT REGEX LINE...: what it says of these rules of [policy].
config() {
	write_conf "${RULES[@]}" "${@:3}"
	like "check-config: $1" "$(mfa-admin --config "$CONF" check-config 2>&1 </dev/null)" "$2"
}
config 'twice in order' 'order: push stands there twice' 'order = push, totp, push'
config 'an unknown word' 'order = phone: it must be totp, hotp, push, recovery, pass, email or sms' 'order = phone'
config 'no device' 'alone = recovery: that is not a kind of device' 'alone = totp, recovery'
config 'order of what does not count' 'warning: \[policy\]: order names what methods does not' 'methods = totp' 'order = push, totp'
config 'nothing that can be enrolled' 'warning: \[policy\]: nothing that alone names is in methods' 'methods = totp' 'alone = push'
config 'order that fits' ': ok$' 'order = totp, push' 'alone = totp'
config 'a section that takes less of what [policy] says' ': ok$' 'order = push, totp' '[policy code]' 'methods = totp, recovery'
config 'a section that says it itself' 'warning: \[policy code\]: order names' '[policy code]' 'methods = totp' 'order = push, totp'

done_testing
