#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A code typed behind the password, for clients that ask for nothing else; and the login
# password once more, where a code is asked for.
. "${BASH_SOURCE[0]%/*}/lib.sh"

ready alice
tail_lines() { pam_service "$1" 'auth required pam_mfa.so forward_pass' \
	'auth [success=ok default=die] pam_unix.so nodelay use_first_pass' 'auth required pam_mfa.so'; }
tail_lines sshd
tail_lines code
start_sshd 'PasswordAuthentication yes' 'KbdInteractiveAuthentication no'

# password_try USER TYPED: by sshd's method "password".
password_try() {
	on_pty ssh "${SSH_OPTIONS[@]}" -p "$PORT" -o PreferredAuthentications=password \
		"$1@127.0.0.1" 'echo "in as $(id -un)"' < <(printf 'expect assword\nsend %s\nend assword\n' "$2")
}
wrong_in_a_row() { mfa-admin show --json alice </dev/null | grep -oE '"wrong_in_a_row": ?[0-9]+' | grep -oE '[0-9]+$' || echo 0; }

password_try alice "$PASSWORD$(code_now alice)"
entered 'password and code' alice
password_try alice "$PASSWORD$(code_now alice)"
refused 'the same code again'
tick
password_try alice "$PASSWORD$(wrong_code alice)"
refused 'a wrong code'
is 'counted once' "$(wrong_in_a_row)" 1
password_try alice "not-it$(code_now alice)"
refused 'a wrong password with a right code'
is 'which is not tried' "$(wrong_in_a_row)" 1
password_try alice "$PASSWORD$(code_now alice)"
entered 'so that it is good still' alice
log_mark
password_try alice "$PASSWORD"
refused 'no code at all'
is 'is no wrong code' "$(wrong_in_a_row)" 0
log_like 'the log says what to do' 'login password.*KbdInteractiveAuthentication yes .*or let .*forward_pass'
log_unlike 'and has no secret' "$PASSWORD"
tick
pam_try code alice "$PASSWORD$(code_now alice)"
accepted 'an application that can ask'
like 'asks for both at once' "$SCREEN" '^ask: Password, a code may follow it. Password: $'
tick
pam_try code alice "$PASSWORD" "$(code_now alice)"
accepted 'the code may come by itself'
pass=$(mfa-admin pass alice --valid 8h </dev/null | head -n 1)
pam_try code alice "$PASSWORD$pass"
accepted 'a pass behind the password'
pam_service code 'auth required pam_mfa.so forward_pass'
pam_try code alice "$PASSWORD$(code_now alice)"
denied 'the first line alone lets nobody in'
tick
pam_service code 'auth required pam_mfa.so forward_pass=8' \
	'auth [success=ok default=die] pam_unix.so nodelay use_first_pass' 'auth required pam_mfa.so'
pam_try code alice "$PASSWORD$(code_now alice)" "$(code_now alice)"
denied 'eight digits: six are part of the password'

# A client that has stored both.
tail_lines code
tick
kept=$(code_now alice)
pam_try code alice "$PASSWORD$kept"
accepted 'a client that stores password and code'
tick 4
log_mark
for _ in 1 2 3 4 5 6 7; do pam_try code alice "$PASSWORD$kept"; done
denied 'is refused from then on'
log_like 'the log says that it repeats itself' 'event=signin result=aborted user=alice.* answer=wrong .*repeated=yes'
like 'it is counted by itself' "$(mfa-admin show alice </dev/null)" '^Wrong: +7 in a row \(codes that came again\)'
pam_try code alice "$PASSWORD$(code_now alice)"
accepted 'and nothing of its owner waits for that'
unlike 'who begins anew' "$(mfa-admin show alice </dev/null)" 'came again'

# --- where nothing is asked, what came along is used up ---------------------------------

new_rules '[policy code]' 'remember = 1h'
tick
pam_try -r 192.0.2.7 code alice "$PASSWORD$(code_now alice)"
accepted 'a sign-in that is remembered'
tick
log_mark
pam_try -r 192.0.2.7 code alice "$PASSWORD$(code_now alice)"
accepted 'another, with a new code'
like 'asks for nothing' "$(grep '^ask' <<<"$SCREEN")" '^ask: Password, a code may follow it. Password: $'
is 'but once' "$(grep -c '^ask' <<<"$SCREEN")" 1
log_like 'the log says that the code is used up' 'event=signin result=ok user=alice .*rule=remember code=used-up'
pam_try -r 198.51.100.7 code alice "$PASSWORD$(code_now alice)"
denied 'so that nobody else has it'
like 'for it was used' "$SCREEN" 'used already'
tick
log_mark
for _ in 1 2 3 4 5 6 7; do
	pam_try -r 192.0.2.7 code alice "$PASSWORD$(wrong_code alice)"
	accepted 'a wrong one refuses nothing'
done
log_unlike 'and uses nothing up' 'used-up'
is 'nor does it count' "$(wrong_in_a_row)" 0
pam_try -r 192.0.2.7 code alice "$PASSWORD"
accepted 'nor is one needed'
is 'or asked for' "$(grep -c '^ask' <<<"$SCREEN")" 1
new_rules '[policy code]' 'required = no'
pam_try code alice "$PASSWORD$(code_now alice)"
accepted 'a service that asks nobody'
new_rules
pam_try code alice "$PASSWORD$(code_now alice)"
denied 'uses it up as well'

# --- who must enrol first, and can't be asked ------------------------------------------

tail_lines code
new_rules '[policy]' 'enrolment = require' 'enrol_networks = 127.0.0.0/8'
log_mark
password_try bob "${PASSWORD}123456"
refused 'an account without a phone'
log_like 'the log says why, and what to do' 'is to enrol a phone first.*run mfa-enroll'
is 'the code behind the password has answered nothing' "$(devices bob)" 0
new_rules '[policy]' 'enrolment = offer' 'enrol_networks = 127.0.0.0/8'
password_try bob "${PASSWORD}123456"
refused 'nor is it taken for "not now"'
pam_try -r 127.0.0.1 code bob "${PASSWORD}123456" y y y
denied 'nor where an application could ask'
like 'which says what to do' "$SCREEN" '^say: Please set up your phone first'
like 'and asks nothing but the password' "$(grep '^ask' <<<"$SCREEN")" '^ask: Password, a code may follow it. Password: $'
log_mark
password_try bob "$PASSWORD"
refused 'no code behind the password either'
log_like 'a client that only sends a password' 'first question of enrolment was not answered.*run mfa-enroll'
new_rules '[policy]' 'minimum = 2' 'enrol_networks = 127.0.0.0/8' 'enrolment = require'
tick
log_mark
password_try alice "$PASSWORD$(code_now alice)"
refused 'a right code, and a second method that is required'
log_like 'which the log says' 'is to enrol a phone first'
is 'nothing was added' "$(devices alice)" 1
new_rules
pass=$(mfa-admin pass bob --valid 8h </dev/null | head -n 1)
new_rules '[policy]' 'enrolment = require'
password_try bob "$PASSWORD$pass"
refused 'a pass, and a phone to enrol with it'
is 'nothing was added' "$(devices bob)" 0
new_rules '[policy]' 'enrolment = require' 'enrol_networks = 127.0.0.0/8'
for option in use_first_pass try_first_pass; do
	pam_service "$option" 'auth optional pam_unix.so nodelay' "auth required pam_mfa.so $option"
	log_mark
	pam_try -r 127.0.0.1 "$option" bob 123456
	denied "$option: what was typed answers no question of enrolment"
	unlike "$option: and is no try at its code" "$SCREEN" 'not (right|the code)'
	if [ $option = use_first_pass ]; then
		unlike "$option: nor is one asked" "$SCREEN" '^ask: [^P]'
		log_like "$option: the log says why" 'is to enrol a phone first'
	else
		like "$option: a person is asked" "$SCREEN" '^ask: [^P].*ode'
	fi
done
is 'nothing was added' "$(devices bob)" 0
new_rules

# --- check-pam -----------------------------------------------------------------------

mkdir -p "$BED/pam"
printf '%s\n' 'auth required pam_mfa.so forward_pass' 'auth [success=ok default=die] pam_unix.so use_first_pass' \
	'auth required pam_mfa.so' >"$BED/pam/good"
printf '%s\n' 'auth required pam_mfa.so forward_pass' 'auth required pam_unix.so use_first_pass' >"$BED/pam/half"
ok 'check-pam: the two lines' mfa-admin check-pam --pam-dir "$BED/pam" good
like 'check-pam: the second is missing' "$(mfa-admin check-pam --pam-dir "$BED/pam" half 2>&1)" 'pam_mfa.so is not in this stack'

# --- without it: the password once more ------------------------------------------------

code_services sshd code
unlock alice
tick
log_mark
password_try alice "$PASSWORD"
refused "sshd's method password against a stack that asks for a code"
is 'no wrong code' "$(wrong_in_a_row)" 0
log_like 'and the way out in the log' 'login password.*forward_pass'
pam_try code alice "$PASSWORD" "$PASSWORD" "$(code_now alice)"
accepted 'a person who types the password again is told, and asked again'
like 'in words' "$SCREEN" 'That is your password'

# sshd's method "none" gives an empty password to an account that has none, and to every question.
stop_sshd
passwd -d carol >/dev/null
enrol carol
pam_service sshd 'auth [success=ok default=die] pam_unix.so nodelay nullok' 'auth required pam_mfa.so'
start_sshd 'PermitEmptyPasswords yes' 'PasswordAuthentication yes'
log_mark
on_pty ssh "${SSH_OPTIONS[@]}" -p "$PORT" -o PreferredAuthentications=none carol@127.0.0.1 'echo "in as $(id -un)"' </dev/null
refused "sshd's method none, and an account without a password"
log_like 'the log says what to do' 'was the login password: .*"none".*PermitEmptyPasswords no'
log_unlike 'no answer was looked at' 'user=carol .*answers='
log_mark
ssh_try carol '' "$(code_now carol)"
log_like 'where it asks, the code is looked at' 'event=signin result=ok user=carol service=sshd .*answers=1'
stop_sshd

# --- the code first ----------------------------------------------------------------------

tick
pam_service code 'auth required pam_mfa.so use_first_pass'
pam_try code alice
denied 'use_first_pass with nothing typed: no prompt'
unlike 'indeed' "$SCREEN" '^ask'
for option in nullok secret=/x window=3 grace_period=60 usersfile=/etc/users.oath alwaysok; do
	pam_service code "auth required pam_mfa.so $option"
	log_mark
	pam_try code alice "$(code_now alice)"
	denied "$option: another module's"
	log_like "$option: says what to write" "another module's; write instead: "
done

done_testing
