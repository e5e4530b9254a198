#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The owner is told of wrong codes: that there were some before the prompt, how many, when and where after it.
. "${BASH_SOURCE[0]%/*}/lib.sh"

ready alice bob
pam_service code 'auth required pam_mfa.so'
before='Wrong codes were given for this account in the last days'
after='Wrong codes in the last days: '
hour=121	# in steps; the codes are others then: one that comes again later counts once

# guess USER FROM COUNT: by somebody who then gives up.
guess() {
	local answers
	tick $hour
	mapfile -t answers < <(yes "$(wrong_code alice)" | head -n "$3")
	pam_try -r "$2" code "$1" "${answers[@]}"
}
# sign_in: by alice herself, as soon as nothing waits any more.
sign_in() {
	tick 31
	log_mark
	pam_try code alice "$@" "$(code_now alice)"
}

# What was seen, wherever its lines end.
in_a_line() { tr '\n' ' ' <<<"$SCREEN"; }

# The same on a terminal, where texts are shown at once.
on_terminal() {
	tick 31
	log_mark
	on_pty "$HELPERS/signin" code alice "$(code_now alice)" </dev/null
}

sign_in
accepted 'a sign-in before all that'
guess alice 203.0.113.9 2
sign_in
accepted 'after two wrong codes'
unlike 'nothing is said beforehand: people mistype' "$SCREEN" "$before"
like 'but afterwards: how many, when, where' "$SCREEN" \
	"$after"'2, at [0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{5}$'
like 'from where' "$SCREEN" '^\(code 203\.0\.113\.9\)\.$'
like 'and what to do' "$SCREEN" 'somebody may know your password: change it'
log_like 'the log has it' 'event=signin result=ok user=alice .*wrong_before=2$'
sign_in
like 'and again, where it may not have been shown' "$SCREEN" "$after"
on_terminal
like 'on a terminal too' "$SCREEN" "$after"
on_terminal
unlike 'where it is shown at once, and so once' "$SCREEN" "$after"
log_unlike 'in the log as well' 'wrong_before'

for user in alice nobody-ever; do
	guess $user 203.0.113.9 3
	guess $user 203.0.113.10 1
done
guess nobody-ever 203.0.113.9 2
tick 31
pam_try code alice x y
enrolled=$SCREEN
pam_try code nobody-ever x y
is 'more of them: who knows the password alone reads the same for a name without an account' "$SCREEN" "$enrolled"
like 'that there were some' "$SCREEN" "^say: $before"
sign_in
accepted 'then her code'
like 'that comes before the prompt' "$(tr '\n' '@' <<<"$SCREEN")" "^say: ${before}[^:]*: mfa-enroll status@ask: "
like 'how many, between when' "$(in_a_line)" "${after}4, between .* and "
like 'the places, the newest first' "$(in_a_line)" ' \(code 203\.0\.113\.10, code 203\.0\.113\.9\)'
on_terminal
sign_in
like 'what is said before does not tell that she was there' "$SCREEN" "$before"
unlike 'afterwards there is nothing new' "$SCREEN" "$after"

tick $hour
sign_in "$(wrong_code alice)" "$(wrong_code alice)"
accepted 'her own mistakes'
unlike 'are no news' "$SCREEN" "$after"

# --- the list ------------------------------------------------------------------------

for ((i = 1; i <= 12; i++)); do
	guess alice "198.51.100.$i" 1
	tick 31
done
OUT=$(as alice mfa-enroll status </dev/null 2>&1)
is 'her own sign-ins are all there still' "$(grep -c ' ok  *code ' <<<"$OUT")" 9
like 'the last places by themselves' "$OUT" ' wrong  *code .*198\.51\.100\.12$'
like 'the others put together' "$OUT" ' wrong .*  \(other places\)  [0-9]+ times since [0-9]{4}-'
unlike 'not as an asterisk' "$OUT" '\*'
like 'in JSON it is one' "$(as alice mfa-enroll status --json </dev/null 2>&1)" '"rhost": ?"\*"'
like 'show: the same' "$(mfa-admin show alice </dev/null)" ' wrong  *\* .* from \*, [0-9]+ times since [0-9]{4}-'
sign_in
accepted 'guesses from twelve addresses'
like 'all are counted' "$SCREEN" "${after}12, "
like 'as many named as fit' "$(in_a_line)" '198\.51\.100\.12, .*, \.\.\.\)'
on_terminal

# --- what is not told ----------------------------------------------------------------

guess alice 203.0.113.9 1
tick $((7 * 86400 / STEP))
sign_in
unlike 'after seven days no more' "$SCREEN" "$after"
tick 31
as alice "$HELPERS/signin" code alice "$(wrong_code alice)" >/dev/null 2>&1
sign_in
unlike "what a user's own programs tried is theirs" "$SCREEN" "$after"
guess alice 203.0.113.9 3
tick 31
SCREEN=$(as alice "$HELPERS/signin" code alice "$(code_now alice)" 2>&1)
accepted "a user's own program"
unlike 'is told nothing' "$SCREEN" "$before|$after"
sign_in
like 'so that its owner still is' "$SCREEN" "${after}3, "
on_terminal

# --- where nobody reads it --------------------------------------------------------------

pam_service imap 'auth required pam_mfa.so forward_pass' \
	'auth [success=ok default=die] pam_unix.so nodelay use_first_pass' 'auth required pam_mfa.so'
guess alice 203.0.113.9 2
tick 31
pam_try imap alice "$PASSWORD$(code_now alice)"
accepted 'a mail client, with the code behind the password'
on_terminal
like 'takes no news away' "$SCREEN" "${after}2, "

guess alice 203.0.113.9 2
new_rules '[policy]' 'minimum = 2' 'enrolment = require' 'enrol_networks = 127.0.0.0/8'
tick 31
log_mark
pam_try -r 127.0.0.5 code alice "$(code_now alice)"
denied 'who is to enrol another device, and hangs up'
like 'was told before that' "$SCREEN" "${after}2, "
log_like 'which the log has' 'event=signin .*wrong_before=2'

# --- sshd, which keeps the last words for a login shell's greeting -------------------------

new_rules '[policy]' 'unenrolled = deny'
code_services sshd
start_sshd
on_terminal
guess alice 203.0.113.9 2
tick 31
ssh_try alice "$PASSWORD" "$(code_now alice)"
entered 'ssh with a command, which shows no greeting' alice
unlike 'and so not that' "$SCREEN" "$after"
rm -f /home/alice/.hushlogin
tick
on_pty ssh -tt "${SSH_OPTIONS[@]}" -p "$PORT" -o PreferredAuthentications=keyboard-interactive alice@127.0.0.1 \
	< <(printf 'expect assword\nsend %s\nexpect code: \nsend %s\nexpect $\nsend exit\nend nothing\n' "$PASSWORD" "$(code_now alice)")
like 'a login shell is greeted with it' "$SCREEN" "${after}2, "

done_testing
