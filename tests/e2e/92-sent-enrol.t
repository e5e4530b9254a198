#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Adding an address within a sign-in, over the real ssh on a terminal that is looked at, also in Dutch; by mfa-enroll; by
# import; a lost phone; and who is told of what is gone.
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/sender.sh"
. "${BASH_SOURCE[0]%/*}/sent.sh"

readonly HERE='enrol_networks = 127.0.0.0/8'
rules() { new_rules '[enrol]' 'issuer = Bed' "${EMAIL[@]}" "${SMS[@]}" '[policy]' "$@"; }
start_servers
write_conf "${EMAIL[@]}" "${SMS[@]}" '[policy]' "$ALL" 'enrolment = require' 'alone = totp, sms, email' "$HERE"
new_store || bail 'mfa-admin init failed'
start_mfad || bail 'mfad does not start'
start_sender
heard_sender || bail 'no mfa-sender'
code_services sshd
pam_service code 'auth required pam_mfa.so'
start_sshd
text_came() { wait_for one_more "$1" texts; }
# step REGEX KEY...: what is typed when that is on the screen.
step() { wait_for shows "$1" && keys "${@:2}"; }
# number_given NUMBER: at the menu of who adds a device, until its code has come and is asked for.
number_given() {
	local before

	before=$(texts)
	step '1: code from an app' sms Enter && step 'Mobile number' "0$1" Enter && step "Is \\+31$1 right" y Enter &&
		wait_for shows 'Enter: again' && text_came "$before"
}

# --- required ----------------------------------------------------------------------------------------

before=$(texts)
on_ssh alice
ok 'the menu is the question' wait_for shows '1: code from an app, 2: code in a text message, 3: code by e-mail \[1\]: *$' || diag "$(screen)"
like 'it says why' "$(screen)" 'More information is required'
keys 9 Enter
ok 'a number that is not there' wait_for shows 'none of these'
keys sms Enter
ok 'the number is asked for' wait_for shows 'Mobile number, with country code or as dialled in \+31: *$' || diag "$(screen)"
keys 'nonsense' Enter
ok 'what is none is told' wait_for shows 'not a telephone number'
keys '+4912345678' Enter
ok 'what is not allowed, too' wait_for shows 'not sent to such numbers'
keys '06-12 34 56 00' Enter
ok 'it is read back' wait_for shows 'Is \+31612345600 right\? \[y/N\] *$' || diag "$(screen)"
is 'nothing was sent by then' "$(texts)" "$before"
keys n Enter
ok 'no: once more' wait_for eval '[ "$(screen | grep -c "Mobile number")" -ge 4 ]' || diag "$(screen)"
keys '0612345600' Enter
wait_for eval '[ "$(screen | grep -c "Is +31612345600 right")" = 2 ]'
keys y Enter
ok 'the code is asked for' wait_for shows 'A code was sent to \+31612345600[.] Code \(Enter: again\): *$' || diag "$(screen)"
ok 'and was sent' text_came "$before"
code=$(text_code)
keys "$(another "$code")" Enter
ok 'a wrong code is told' wait_for shows 'not the code that was sent'
keys '' Enter
ok 'Enter at once: it was sent a moment ago' wait_for shows 'sent a moment ago'
is 'and is not sent again' "$(texts)" $((before + 1))
set_clock $(($(now) + 40))
keys '' Enter
ok 'Enter, later: it is sent again' text_came $((before + 1))
is 'the same code' "$(text_code)" "$code"
is 'nothing is saved yet' "$(devices alice)" 0
wait_for eval '[ "$(screen | grep -c "Enter: again")" = 4 ]' || diag "$(screen)"
keys "$code" Enter
ok 'the recovery codes, before anything else' wait_for shows 'written down the' || diag "$(screen)"
is 'ten of them' "$(screen | grep -oE '\b[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}\b' | wc -l)" 10
keys '' Enter
ok 'in' wait_for shows 'in as alice' || diag "$(screen)"
is 'one device' "$(devices alice)" 1
in_tmux kill-server
before=$(texts)
pam_try -r 127.0.0.1 sshd alice "$PASSWORD" "$code"
denied 'the code that enrolled is used'
text_came "$before"
on_ssh alice
ok 'the next sign-in sent one, for it is the only way' wait_for shows 'A code was sent to \+31 \*\* \*\*\*\* \*00 at' || diag "$(screen)"
keys "$(text_code)" Enter
ok 'in, by it' wait_for shows 'in as alice' || diag "$(screen)"
in_tmux kill-server

# --- in Dutch, by e-mail ----------------------------------------------------------------------------------

rules "$ALL" 'enrolment = require' 'alone = totp, sms, email' 'language = nl' "$HERE"
before=$(mails)
on_ssh bob
ok 'Dutch: the menu' wait_for shows '1: .*, 2: .*sms.*, 3: .*e-mail' || diag "$(screen)"
keys mail Enter
ok 'Dutch: the question' wait_for shows 'E-mailadres: *$' || diag "$(screen)"
keys 'bob@school.example' Enter
wait_for eval '[ "$(screen | grep -c "E-mailadres")" -ge 2 ]'
keys 'bob@example.net' Enter
ok 'Dutch: read back' wait_for shows 'Klopt bob@example.net\? \[j/N\] *$' || diag "$(screen)"
keys j Enter
ok 'Dutch: a code is asked for' wait_for shows 'Code \(Enter: opnieuw\): *$' || diag "$(screen)"
wait_for one_more "$before" mails
like 'Dutch: so is the message' "$(cat "$MAIL/$(mails).eml")" 'Content-Language: nl'
keys "$(mail_code)" Enter
ok 'Dutch: the recovery codes' wait_for shows 'erstelcodes' || diag "$(screen)"
unlike 'Dutch: no English' "$(screen -S -)" '(^| )(Recovery|Is .* right|Press Enter|That is|The code|More)'
keys '' Enter
ok 'Dutch: in' wait_for shows 'in as bob' || diag "$(screen)"
in_tmux kill-server

rules "$ALL" 'enrolment = require' 'alone = totp, sms, email' "$HERE"

# --- broken off; too late; too often -------------------------------------------------------------------------

on_ssh carol
ok 'the code is waited for' number_given 698765400 || diag "$(screen)"
in_tmux kill-server
wait_for no_sshd_of carol
is 'who hangs up has saved nothing' "$(devices carol)" 0
on_ssh carol
ok 'and the next time' number_given 698765400 || diag "$(screen)"
set_clock $(($(now) + 3600))
keys "$(text_code)" Enter
ok 'when time has run out that is said' wait_for shows 'took too long' || diag "$(screen)"
keys '' Enter
ok 'and the sign-in ends' wait_for shows 'ended 255' || diag "$(screen)"
is 'nothing is saved' "$(devices carol)" 0
on_ssh carol
ok 'and once more' number_given 698765400 || diag "$(screen)"
for i in 1 2 3 4 5; do
	wait_for eval '[ "$(screen | grep -c "Enter: again")" = '$i' ]'
	keys "$(another "$(text_code)")" Enter
done
ok 'five wrong codes end it' wait_for shows 'Nothing was saved' || diag "$(screen)"
keys '' Enter
ok 'and the sign-in' wait_for shows 'ended 255' || diag "$(screen)"
in_tmux kill-server

# --- not alone ------------------------------------------------------------------------------------------------------

rules "$ALL" 'enrolment = require' "$HERE"
on_ssh carol
ok 'by default a first device is an app' wait_for shows 'Code that the app shows' || diag "$(screen)"
in_tmux kill-server
wait_for no_sshd_of carol
SCREEN=$(mfa-enroll --user carol add --sms </dev/null 2>&1)
like 'who asks for a text message is told to add another kind first' "$SCREEN" "can't be the only device of an account[.] Add another kind first"
rules 'methods = sms, recovery' 'enrolment = require' "$HERE"
SCREEN=$(mfa-enroll --user carol add --sms </dev/null 2>&1)
like 'where there is no other kind the advice is another' "$SCREEN" 'No device that is enough.*just now|administrator'
unlike 'none that can not be followed' "$SCREEN" 'Add another kind'
on_ssh carol
ok 'nor is an app added that would not count' wait_for shows 'No device that is enough' || diag "$(screen)"
keys '' Enter
wait_for shows 'ended 255'
in_tmux kill-server
is 'nothing was saved' "$(devices carol)" 0
SCREEN=$(mfa-admin check-config 2>&1 </dev/null)
like 'check-config warns of it' "$SCREEN" 'nothing that alone names is in methods'

# --- at least two ---------------------------------------------------------------------------------------------------

rules "$ALL" 'enrolment = require' 'minimum = 2' "$HERE"
enrol carol
on_ssh carol
wait_for shows 'Authenticator code'
keys "$(code_now carol)" Enter
ok 'minimum = 2: another device, of each kind' wait_for shows '1: code from an app, 2: code in a text message, 3: code by e-mail' || diag "$(screen)"
like 'and says so' "$(screen)" 'add another device to'
ok 'a number is one' number_given 698765400 || diag "$(screen)"
keys "$(text_code)" Enter
ok 'and in' wait_for shows 'in as carol' || diag "$(screen)"
is 'two devices' "$(devices carol)" 2
in_tmux kill-server
tick 2
pam_try code carol "$(code_now carol)"
accepted 'then it is enough'

# --- a lost phone ----------------------------------------------------------------------------------------------------

before=$(texts)
tool carol replace --totp Phone < <(printf 'expect another way): \nsend sms\nexpect sent to +\nsend '
	text_came "$before"; text_code
	printf 'expect Key: \nend Code that\n')
like 'a lost phone: a code that is sent shows who it is' "$SCREEN" 'Code that the app shows now'
tick 2
before=$(mails)
tool carol add --email < <(printf 'expect another way): \nsend %s\n' "$(code_now carol)"
	giving mail 'mail address' carol@example.net)
ended_with 'a mailbox is added' 0 'Saved as "E-mail"'
tick 2
told=$(texts)
tool carol replace --sms 'Text message' < <(printf 'expect another way): \nsend mail\nexpect sent to c\nsend '
	wait_for one_more $((before + 1)) mails; mail_code
	giving text 'Mobile number' 0698765500 +31698765500)
ended_with 'a new number in the place of an old one, by a code that is mailed' 0 'Saved'
text_came $((told + 1))
like 'the old number is told' "$(cat "$GATE/$(texts).json")" '31698765400.*gets no more codes for carol'
before=$(mails)
mfa-admin reset --yes --factor E-mail carol </dev/null >&2
ok 'mfa-admin reset --factor tells the mailbox' wait_for one_more "$before" mails
like 'that it gets none any more' "$(cat "$MAIL/$(mails).eml")" 'carol'
before=$(texts)
mfa-admin reset --yes carol </dev/null >&2
ok 'mfa-admin reset tells the number' text_came "$before"
like 'that it gets none any more, too' "$(cat "$GATE/$(texts).json")" '31698765500.*gets no more codes for carol'

# --- by import ------------------------------------------------------------------------------------------------------------

useradd -m -s /bin/bash dirk && echo "dirk:$PASSWORD" | chpasswd
rules "$ALL" 'alone = totp, sms, email'
import 'dirk tel:+31611111100'
before=$(texts)
ssh_codes() { text_came "$before" && text_code; }
on_pty ssh "${SSH_OPTIONS[@]}" -p "$PORT" -o PreferredAuthentications=keyboard-interactive dirk@127.0.0.1 'echo "in as $(id -un)"' < <(
	printf 'expect assword\nsend %s\nexpect sent to +\nsend ' "$PASSWORD"
	ssh_codes)
entered 'a number that was imported' dirk
mfa-admin reset --yes dirk </dev/null >&2
wait_for eval '[ "$(texts)" -ge '$((before + 2))' ]'
import 'dirk mailto:dirk@example.net'
before=$(mails)
pam_try code dirk
wait_for one_more "$before" mails
pam_try code dirk "$(mail_code)"
accepted 'a mailbox that was imported'

done_testing
