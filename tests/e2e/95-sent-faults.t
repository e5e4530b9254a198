#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What goes wrong with codes that are sent, and what people are told then: a sender that stops, gateways that refuse late,
# codes that end, clocks that are set back, kills, and many at once.
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/sender.sh"
. "${BASH_SOURCE[0]%/*}/sent.sh"

conf() { write_conf '[sender]' 'account_hour = 10' "${EMAIL[@]}" "${SMS[@]}" '[policy]' "$ALL" "$@"; }
start_servers
conf
new_store || bail 'mfa-admin init failed'
enrol alice
import 'alice tel:+31612345600' 'alice mailto:alice@example.net' 'bob tel:+31687654300' 'carol tel:+31698765400'
start_mfad || bail 'mfad does not start'
start_sender
heard_sender || bail 'no mfa-sender'
pam_service code 'auth required pam_mfa.so'

# hear and say: a sign-in that goes on while something else happens; say ANSWER is what is typed next.
mkfifo "$BED/typed"
hear() {
	"$HELPERS/signin" code "$1" "${@:2}" >"$BED/heard" 2>&1 &
	TALK=$!
}
heard() { grep -qE "$1" "$BED/heard"; }
say() { printf '%s\n' "$1" >"$BED/typed"; }
end_talk() { wait "$TALK"; SCREEN=$(cat "$BED/heard"); }
# later SECONDS: a while later.
later() { set_clock $(($(now) + $1)); }
# An answer that is no code of alice's app, nor of what was sent.
guess() { wrong_code alice; }

# --- the sender, between question and answer ------------------------------------------------------------

hear alice sms @"$BED/typed" @"$BED/typed"
wait_for heard 'A code was sent'
stop_sender
wait_for log_has 'no longer listens'
say ''
wait_for heard '^say: .*the code that was sent'
say "$(text_code)"
end_talk
accepted 'the sender stops after the message was taken: the code is right'
start_sender && heard_sender

# What is held back by the gateway may have been taken: nobody knows.
mfa-admin reset --yes --factor 'Text message' bob </dev/null >&2
import 'bob tel:+31687654308'
hear bob @"$BED/typed" @"$BED/typed" @"$BED/typed"
wait_for heard 'A code is on its way to [^ ]+ .*Code' || diag "$(cat "$BED/heard")"
stop_sender -KILL
wait_for log_has 'no longer listens'
say ''
wait_for heard '^say: .*on its way' || diag "$(cat "$BED/heard")"
say "$(text_code)"
end_talk
accepted 'the sender is killed while nobody knows: the code is right, if it comes'
like 'and it is not said that it failed' "$SCREEN" 'on its way'
unlike 'for nobody knows' "$SCREEN" 'could be sent'
start_sender && heard_sender

# --- a gateway that refuses, at once or late ------------------------------------------------------------------

mfa-admin reset --yes --factor 'Text message' bob </dev/null >&2
import 'bob tel:+31687654304'
before=$(texts)
pam_try code bob
like 'a gateway that refuses' "$SCREEN" '^say: No code could be sent to \+31 \*\* \*\*\*\* \*04[.]'
like 'who has nothing else is told what to do' "$SCREEN" '^ask: Recovery code'
# One that is busy at first, and refuses then, which is seen at Enter.
mfa-admin reset --yes --factor 'Text message' bob </dev/null >&2
import 'bob tel:+31687654306'
log_mark
hear bob @"$BED/typed" @"$BED/typed"
wait_for heard 'A code is on its way' || diag "$(cat "$BED/heard")"
touch "$GATE/refuse"
wait_for log_has 'mfad.*event=sent method=sms result=failed' || diag "$(log_text)"
rm "$GATE/refuse"
say ''
wait_for heard '^ask: Recovery code' || diag "$(cat "$BED/heard")"
say 000000
end_talk
like 'one that refuses late: Enter says so' "$SCREEN" '^say: No code could be sent to \+31 \*\* \*\*\*\* \*06'
like 'and what to do' "$SCREEN" '^Please try again later, or use a recovery code'
denied 'nobody is in'
mfa-admin reset --yes --factor 'Text message' bob </dev/null >&2
import 'bob tel:+31687654300'

# --- no sender at all --------------------------------------------------------------------------------------------

pam_try code alice sms
code=$(text_code)
later 40
stop_sender
wait_for log_has 'no longer listens'
pam_try code alice sms
like 'without a sender that way is closed' "$SCREEN" "^say: That way can't be used here"
pam_try code bob
like 'who has nothing else is told that nothing can be sent' "$SCREEN" '^say: No code could be sent to'
like 'and what there is instead' "$SCREEN" '^ask: Recovery code'
unlike 'an app that bob does not have is not asked for' "$SCREEN" 'Authenticator'
pam_try code alice "$code"
accepted 'a code that was sent before is right still'
start_sender && heard_sender

# A second that is asked for and can't be sent does not take away the first.
pam_try code carol
code=$(text_code)
later 40
touch "$GATE/refuse"
pam_try code carol sms "$code"
like 'what is asked for again may fail' "$SCREEN" '^say: No code could be sent to'
accepted 'the one that was sent before is right'
pam_try code carol "$code"
denied 'once'
rm "$GATE/refuse"

# --- a code that has ended -------------------------------------------------------------------------------------

later 4000
pam_try code carol
code=$(text_code)
hear carol @"$BED/typed" @"$BED/typed" @"$BED/typed"
wait_for heard 'A code was sent to .* at'
later 601
say "$code"
wait_for heard '^ask: That code has ended[.] Another, or sms for a new one: '
before=$(texts)
say sms
wait_for heard '[*]00[.] Code or [?]: '
say "$(text_code)"
end_talk
accepted 'when its life is over that is said, and a new one is right'
is 'one more was sent' "$(texts)" $((before + 1))

pam_try code carol
code=$(text_code)
wrong=$(another "$code")
pam_try code carol "$wrong" "$wrong" "$wrong"
other=$([ "$wrong" = 111111 ] && echo 333333 || echo 444444)
[ "$other" != "$code" ] || other=555555
before=$(texts)
pam_try code carol "$other" "$other" sms
like 'five wrong answers end it' "$SCREEN" '^ask: That code has ended[.] Another, or sms for a new one: '
is 'then a new one is sent when it is asked for, and nobody waits half a minute for it' "$(texts)" $((before + 1))
pam_try code carol "$code"
denied 'the old one is not right'
unlock carol
later 40
pam_try code carol
pam_try code carol "$(text_code)"
accepted 'a new one is'

# --- an address that the rules no longer allow ------------------------------------------------------------------

later 4000
before=$(texts)
conf 'nss = yes'
sed -i 's/^numbers = .*/numbers = +324/' "$CONF"
log_mark
kill -HUP "$MFAD_PID"
wait_for log_has 'event=reload'
pam_try code alice sms
like 'a number that the rules no longer allow is none' "$SCREEN" '^say: That way is not set up for this account'
pam_try code carol "$(guess)"
unlike 'nor is it written to where it is the only way' "$SCREEN" 'A code was sent'
is 'nothing is sent' "$(texts)" "$before"
before=$(mails)
pam_try code alice mail
ok 'all else goes on' wait_for one_more "$before" mails
pam_try code alice "$(mail_code)"
accepted 'by e-mail'
conf 'nss = yes'
log_mark
kill -HUP "$MFAD_PID"
wait_for log_has 'event=reload'

# --- a clock that was set back ------------------------------------------------------------------------------------

later 4000
pam_try code carol
code=$(text_code)
later -300
pam_try code carol "$code"
accepted 'a clock that was set back a little: the code is right'
pam_try code carol
code=$(text_code)
later -86400
before=$(texts)
pam_try code carol "$code"
denied 'set back a day: it is not good for a day more'
ok 'but a new one is sent' wait_for one_more "$before" texts
pam_try code carol "$(text_code)"
accepted 'which is right'

done_testing
