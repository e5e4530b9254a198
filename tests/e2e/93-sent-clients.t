#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Codes that are sent, with the clients that people have: ssh, also with a word behind its password, PuTTY's plink, sudo, su.
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/sender.sh"
. "${BASH_SOURCE[0]%/*}/sent.sh"

start_servers
write_conf "${EMAIL[@]}" "${SMS[@]}" '[policy]' "$ALL"
new_store || bail 'mfa-admin init failed'
enrol alice
import 'alice tel:+31612345600' 'alice mailto:alice@example.net' 'bob tel:+31687654300'
start_mfad || bail 'mfad does not start'
start_sender
heard_sender || bail 'no mfa-sender'
code_services sshd sudo su
start_sshd

# The code of the message after the first COUNT of KIND (mail or text).
comes() { wait_for one_more "$2" "$1s" && "$1_code"; }
# What is on the screen of a client in a window, answered as people do.
choose() {
	local before

	ok "$1: the question names other ways" wait_for shows 'Authenticator code \(\? for another way\): *$' || diag "$(screen)"
	keys '?' Enter
	ok "$1: the menu" wait_for shows "$3" || diag "$(screen)"
	unlike "$1: which has no address" "$(screen)" '\*\*'
	before=$(texts)
	keys sms Enter
	ok "$1: a text message" wait_for shows 'A code was sent to \+31 \*\* \*\*\*\* \*00[.] Code or \?: *$' || diag "$(screen)"
	code=$(comes text "$before")
	keys "$(another "$code")" Enter
	wait_for eval '[ "$(screen | grep -c "A code was sent to")" -ge 2 ]' || diag "$(screen)"
	keys "$code" Enter
	ok "$1: in" wait_for shows "in as $2" || diag "$(screen)"
	in_tmux kill-server
	set_clock $(($(now) + 60))
}
readonly LINE='1 app or token, 2 SMS, 3 mail, 4 recovery code: *$'

on_ssh alice
choose ssh alice "$LINE"
fingerprint=$(ssh-keygen -lf "$BED/host_key" | cut -d' ' -f2)
in_window 100x70 "plink -ssh -no-antispoof -P $PORT -hostkey $fingerprint alice@127.0.0.1 'echo \"in as \$(id -un)\"'"
wait_for shows 'assword' && keys "$PASSWORD" Enter
choose plink alice "$LINE"
in_window 100x70 "setpriv --reuid alice --regid alice --init-groups sudo -k sh -c 'echo in as \$(id -un)'"
wait_for shows 'assword' && keys "$PASSWORD" Enter
choose sudo root '^  2[.] code in a text message'
in_window 100x70 "setpriv --reuid bob --regid bob --init-groups su alice -c 'echo in as \$(id -un)'"
wait_for shows 'assword' && keys "$PASSWORD" Enter
choose su alice 'code in a text message|SMS'

# Whose only way it is: it comes by itself, at ssh and at sudo, and where one was sent the other has none.
before=$(texts)
in_window 100x70 "setpriv --reuid bob --regid bob --init-groups sudo -k sh -c 'echo in as \$(id -un)'"
wait_for shows 'assword' && keys "$PASSWORD" Enter
ok 'sudo: a code is sent to who has nothing else' wait_for shows 'A code was sent to' || diag "$(screen)"
code=$(comes text "$before")
before=$(texts)
pam_try -r 127.0.0.1 sshd bob "$PASSWORD" "$code"
denied 'it is of no use at ssh'
ok 'which has one of its own' wait_for one_more "$before" texts
keys "$code" Enter
ok 'in the place of the one before, as is said' wait_for shows 'That code has ended[.] Another, or sms for a new one: *$' || diag "$(screen)"
in_tmux kill-server
pam_try -r 127.0.0.1 sshd bob "$PASSWORD" "$(text_code)"
accepted 'it is right there'

# --- the password method of sshd: a word behind the password, then the code ------------------------------

stop_sshd
pam_service sshd 'auth required pam_mfa.so forward_pass forward_pass_words' \
	'auth [success=ok default=die] pam_unix.so nodelay use_first_pass' 'auth required pam_mfa.so'
start_sshd 'PasswordAuthentication yes' 'KbdInteractiveAuthentication no'
password_try() {
	on_pty ssh "${SSH_OPTIONS[@]}" -p "$PORT" -o PreferredAuthentications=password \
		"$1@127.0.0.1" 'echo "in as $(id -un)"' < <(printf 'expect assword\nsend %s\nend assword\n' "$2")
}
wrong_of() { mfa-admin show --json "$1" </dev/null | grep -oE '"wrong_in_a_row": ?[0-9]+' | grep -oE '[0-9]+$' || echo 0; }

set_clock $(($(now) + 4000))
before=$(texts)
password_try alice "not-it,sms"
refused 'a wrong password and a word'
is 'nothing is sent for it' "$(texts)" "$before"
wrongs=$(wrong_of alice)
password_try alice "$PASSWORD,sms"
refused 'a word behind the password'
ok 'sends a code' wait_for one_more "$before" texts
code=$(text_code)
is 'and is no wrong code' "$(wrong_of alice)" "$wrongs"
password_try alice "$PASSWORD,$(another "$code")"
refused 'a wrong code behind it'
password_try alice "$PASSWORD,$code"
entered 'the right one, on the next connection' alice
password_try alice "$PASSWORD,$code"
refused 'once'
unlock alice
before=$(mails)
password_try alice "$PASSWORD,mail"
refused 'a mail'
code=$(comes mail "$before")
password_try alice "$PASSWORD$code"
entered 'without a comma as well' alice
before=$(texts)
set_clock $(($(now) + 4000))
password_try bob "$PASSWORD"
refused 'whose only way it is: the password alone'
code=$(comes text "$before")
password_try bob "$PASSWORD,$code"
entered 'and the code behind it' bob
is 'one message' "$(texts)" $((before + 1))

done_testing
