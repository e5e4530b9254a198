#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Codes by e-mail and by text message: enrolled, signed in with, changed and removed, by a mail server and a gateway that
# keep what they are sent.
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/sender.sh"
. "${BASH_SOURCE[0]%/*}/sent.sh"

conf() { write_conf "${EMAIL[@]}" "${SMS[@]}" '[policy]' "$ALL" "$@"; }
reload() {
	log_mark
	kill -HUP "$MFAD_PID"
	wait_for log_has 'event=reload'
}

start_servers
conf 'enrol_local = yes'
new_store || bail 'mfa-admin init failed'
enrol alice bob || bail 'mfa-admin import failed'
start_mfad || bail 'mfad does not start'
start_sender
heard_sender || bail 'no mfa-sender'
pam_service code 'auth required pam_mfa.so'
code_services sshd
start_sshd

# --- adding ------------------------------------------------------------------------------------------

in_the_past=$(code_now alice -1)
tool alice add --sms < <(printf 'expect another way): \nsend %s\n' "$in_the_past"
	giving text 'Mobile number' '06 12 34 56 00' +31612345600)
ended_with 'a number is added' 0 'Saved as "Text message"'
like 'to where it was read back from' "$(cat "$GATE/1.json")" '\+31612345600'
tick
tool alice add --email < <(printf 'expect another way): \nsend %s\n' "$(code_now alice)"
	printf 'expect mail address\nsend alice@school.example\nexpect mail address\nsend nonsense\n'
	printf 'expect mail address\nsend alice@home.example\nexpect alice@home.example right\nsend n\n'
	giving mail 'mail address' alice@example.net)
ended_with 'a mailbox is added' 0 'Saved as "E-mail"'
like 'not one that this sign-in guards' "$SCREEN" 'you can read without this sign-in'
like 'nor what is none' "$SCREEN" 'not an e-mail address'
is 'one message was sent' "$(mails)" 1
is 'alice has three devices' "$(devices alice)" 3
tick
tool alice add --sms < <(printf 'expect another way): \nsend %s\n' "$(code_now alice)"
	printf 'expect Mobile number\nsend 0612345600\nexpect Mobile number\nsend +4912345678\nend Mobile\n')
like 'not the same twice' "$SCREEN" "one of this account's already"
like 'nor one that the rules do not allow' "$SCREEN" 'not sent to such numbers'
is 'no message for these' "$(texts)" 1
tick

# --- signing in -----------------------------------------------------------------------------------------

before=$(texts)
pam_try code alice
like 'the usual question says that there are others' "$SCREEN" '^ask: Authenticator code [(][?] for another way[)]: $'
is 'nothing is sent because a password was right' "$(texts)" "$before"
pam_try code alice '?'
like 'the menu has both' "$SCREEN" '^ask: 1 app or token, 2 SMS, 3 mail, 4 recovery code: $'
unlike 'without an address' "$SCREEN" '\*\*'
is 'and sends nothing' "$(texts) $(mails)" "$before 1"

pam_try code alice sms
like 'asked for, it is sent' "$SCREEN" 'A code was sent to \+31 \*\* \*\*\*\* \*00\. Code or \?: '
ok 'it comes' one_more "$before" texts
denied 'who types nothing is not in'
pam_try code alice sms "$(another "$(text_code)")"
like 'a moment later it is not sent again' "$SCREEN" 'was sent to \+31 \*\* \*\*\*\* \*00 at [0-9:]{5}\. Code'
denied 'a wrong code'
like 'and which one is right' "$SCREEN" 'not right[.] Type the one in the last message'
unlike 'for no next one comes by itself' "$SCREEN" 'Wait for the next'
is 'still one message' "$(texts)" $((before + 1))
pam_try code alice "$(text_code)"
accepted 'it is right at the next sign-in, too'
pam_try code alice "$(text_code)"
denied 'and once'
log_like 'the log says how' 'event=signin result=ok.*method=sms.*device="?Text message'
log_unlike 'and no number' '612345600'

pam_try code alice mail
wait_for one_more 1 mails
pam_try -r 192.0.2.7 code alice "$(mail_code)"
denied 'a code is good where it was asked for'
like 'which is said before it is typed' "$(tr '\n' ' ' <<<"$SCREEN")" 'sent for a sign-in elsewhere, and is good there alone[.] For one here: mail.* ask: '
pam_try code alice "$(mail_code)"
accepted 'there it is'
ssh_code() { wait_for one_more "$1" mails && mail_code; }
before=$(mails)
on_pty ssh "${SSH_OPTIONS[@]}" -p "$PORT" -o PreferredAuthentications=keyboard-interactive alice@127.0.0.1 'echo "in as $(id -un)"' < <(
	printf 'expect assword\nsend %s\nexpect another way): \nsend mail\nexpect sent to a\nsend ' "$PASSWORD"
	ssh_code "$before")
entered 'by ssh' alice

# A code that was sent is remembered where the rules say so.
sent_from() {
	local before
	before=$(texts)
	pam_try -r 192.0.2.9 code alice sms
	wait_for one_more "$before" texts
	pam_try -r 192.0.2.9 code alice "$(text_code)"
}
conf 'remember = 8h'
reload
sent_from
accepted 'a code that was sent'
pam_try -r 192.0.2.9 code alice
denied 'spares nothing'
conf 'remember = 8h' 'remember_sent = yes'
reload
set_clock $(($(now) + 60))
sent_from
accepted 'another'
pam_try -r 192.0.2.9 code alice
accepted 'spares the next, where the rules say so'
conf 'remember = off'
reload

# The only way that there is: begun by itself, and once within its life.
tool bob add --sms < <(printf 'expect another way): \nsend %s\n' "$(code_now bob)"
	giving text 'Mobile number' +31687654300)
ended_with 'bob adds a number' 0 'Saved'
mfa-admin reset --yes --factor Phone bob </dev/null >&2
before=$(texts)
pam_try code bob
like 'who has nothing else is sent one' "$SCREEN" 'A code was sent to \+31 \*\* \*\*\*\* \*00\. Code'
is 'one' "$(texts)" $((before + 1))
pam_try code bob
like 'and no other within its life' "$SCREEN" 'A code was sent to .* at [0-9:]{5}\. Code'
is 'none more' "$(texts)" $((before + 1))
pam_try code bob "$(text_code)"
accepted 'which is right'

# Who depends on one way is counted, and an hour's messages are held against it.
like 'the report counts who has nothing else' "$(mfa-admin report </dev/null)" '^ +1  with nothing but codes by text message$'
unlike 'an hour has messages for all' "$(mfa-admin check-config </dev/null 2>&1)" 'no other way'
useradd -M carla
printf 'carla\ttel:+31612340000\n' >"$BED/import"
mfa-admin import "$BED/import" </dev/null >/dev/null || bail 'mfa-admin import failed'
write_conf "${EMAIL[@]}" "${SMS[@]}" '[sender]' 'hour = 1' '[policy]' "$ALL"
like 'or check-config says so' "$(mfa-admin check-config </dev/null 2>&1)" 'hour = 1: more accounts than that have no other way \(sms: 2\)'
conf

# --- limits ------------------------------------------------------------------------------------------------

before=$(mails)
for _ in 1 2 3 4 5 6 7; do
	pam_try code alice mail
	set_clock $(($(now) + 40))
done
like 'who asks again and again is told' "$SCREEN" 'Too many codes were sent'
is 'five an hour, or less where nobody got in' "$([ "$(mails)" -le $((before + 5)) ] && echo few)" few
log_like 'the log says which limit' 'event=sent result=limited reason=account method=email'
pam_try code alice "$(code_now alice)"
accepted 'another way goes on'

# --- names without an account ----------------------------------------------------------------------------------

before="$(texts) $(mails)"
said=''
for name in nobody1 nobody2 nobody3 nobody4 nobody5 nobody6 nobody7 nobody8; do
	useradd -M "$name" 2>/dev/null
	pam_try code "$name" sms
	said+=$SCREEN$'\n'
done
like 'some of them seem to have a number' "$said" 'A code was sent to \+3[12] \*\* \*\*\*\* \*[0-9]{2}\. Code or \?: '
like 'some none' "$said" 'not set up for this account'
is 'nothing is sent' "$(texts) $(mails)" "$before"

# --- changed and removed ------------------------------------------------------------------------------------------

set_clock $(($(now) + 4000))
tick
before=$(texts)
in_window 44x20 'mfa-enroll --user alice remove Phone'
ok 'an app beside addresses is not called the only device, nor goes without a question' wait_for shows 'y/N' || diag "$(screen)"
like 'in lines that end where words do' "$(screen)" '^What is left then .* to be all$'
keys n Enter
ok 'and it stays' wait_for shows 'Nothing was changed'
in_tmux kill-server
tool alice remove 'Text message' < <(printf 'expect another way): \nsend %s\n' "$(code_now alice)")
ended_with 'a number is removed' 0 'Removed'
ok 'and told so' wait_for one_more "$before" texts
like 'without a code' "$(cat "$GATE/$(texts).json")" 'gets no more codes for alice'
unlike 'at all' "$(sed 's/31612345600//g' "$GATE/$(texts).json")" '\b[0-9]{6}\b'
tick
pam_try code alice sms
like 'it is not offered any more' "$SCREEN" 'not set up for this account'

# --- behind the password --------------------------------------------------------------------------------------------------

pam_service behind 'auth required pam_mfa.so forward_pass forward_pass_words' \
	'auth [success=ok default=die] pam_unix.so nodelay use_first_pass' 'auth required pam_mfa.so'
printf 'carol\ttel:+316111111%s\n' 00 08 | mfa-admin import - </dev/stdin >&2
printf 'carol\t%s\n' "$(uri_of Bed carol "$(secret_of carol)")" | mfa-admin import --add - >&2
before=$(texts)
pam_try behind carol "$PASSWORD,sms"
denied 'a way behind the password'
ok 'a message comes, though there are two numbers and nobody could say which' wait_for eval "[ \$(texts) -gt $before ]"
pam_try behind carol "$PASSWORD,$(text_code)"
accepted 'its code, at the next sign-in'

# --- without a sender --------------------------------------------------------------------------------------------------

stop_sender
pam_try code alice mail
like 'without mfa-sender that way is closed' "$SCREEN" "can't be used here"
pam_try code bob
like 'who has nothing else is told' "$SCREEN" '^say: No code could be sent to'
pam_try code alice "$(code_now alice)"
accepted 'and all else goes on'

done_testing
