#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Where a program stands between the question and its reader: sudo -A, whose askpass is given the question and nothing
# else, and curl's sftp, which answers every question with its one password.
. "${BASH_SOURCE[0]%/*}/lib.sh"

needs sudo curl
ready alice
code_services sudo sshd
start_sshd

# --- sudo -A ---------------------------------------------------------------------------

# Writes down what it is given, and passes on what comes by the pipe.
mkdir /home/alice/ask
mkfifo -m 600 /home/alice/ask/answers
cat >/home/alice/ask/pass <<'SH'
#!/bin/sh
printf '%s\n' "$1" >>/home/alice/ask/given
cat /home/alice/ask/answers
SH
chmod 755 /home/alice/ask/pass
chown -R alice:alice /home/alice/ask

given() { cat /home/alice/ask/given 2>/dev/null; }
has_given() { [ "$(given | grep -cE "$1")" -ge "${2:-1}" ]; }
# ask_begins [tty]: sudo -A by alice, without a terminal or on one.
ask_begins() {
	local ask=(setpriv --reuid alice --regid alice --init-groups env SUDO_ASKPASS=/home/alice/ask/pass sudo -k -A
		sh -c 'echo "in as $(id -un)"')

	rm -f /home/alice/ask/given
	: >"$BED/sudo.out"
	if [ $# = 0 ]; then
		setsid "${ask[@]}" </dev/null >"$BED/sudo.out" 2>&1 &
	else
		"$HELPERS/ptyrun" -t "$PATIENCE" "${ask[@]}" <<<end >"$BED/sudo.out" 2>/dev/null &
	fi
	SUDO=$!
}
# reply REGEX TEXT [TIMES]: once a question like that was given, so many times.
reply() {
	wait_for has_given "$1" "${3:-1}" || diag "no question like $1: $(given)"
	timeout "$PATIENCE" sh -c 'printf "%s\n" "$1" >/home/alice/ask/answers' - "$2"
}
# ask_ends: SCREEN and STATUS, as those of sudo_try.
ask_ends() {
	STATUS=0
	wait $SUDO || STATUS=$?
	SCREEN=$(tr -d '\r' <"$BED/sudo.out")
}

for place in '' tty; do
	tick
	ask_begins $place
	reply assword "$PASSWORD"
	reply code "$(code_now alice)"
	ask_ends
	entered "sudo -A${place:+ on a terminal}: password and code" root
done
tick
ask_begins
reply assword "$PASSWORD"
reply code "$(wrong_code alice)"
reply code "$(code_now alice)" 2
ask_ends
entered 'sudo -A: a wrong code, then the right one' root
log_mark
ask_begins
reply assword "$PASSWORD"
reply code "$PASSWORD"
reply code "$PASSWORD" 2
ask_ends
refused 'an askpass that knows the password only'
log_unlike "which the log does not call sshd's" 'sshd|KbdInteractiveAuthentication'

# --- curl's sftp -----------------------------------------------------------------------

# sftp_try TYPED
sftp_try() {
	STATUS=0
	SCREEN=$(curl -sS -k --max-time "$PATIENCE" --user "alice:$1" "sftp://127.0.0.1:$PORT/~/" 2>&1) || STATUS=$?
}
let_in() { is "$1" "$STATUS" 0 || diag "$SCREEN"; }
kept_out() { is "$1" "$STATUS" 67 || diag "$SCREEN"; } # curl: login denied

log_mark
sftp_try "$PASSWORD"
kept_out 'curl: the password for every question'
log_like 'the log says what helps' 'pam_mfa.*forward_pass'
log_unlike 'and nothing that would not: the questions were asked' 'Set PasswordAuthentication no'
forward_services sshd
tick
sftp_try "$PASSWORD$(code_now alice)"
let_in 'curl: the code behind the password'
sftp_try "$PASSWORD$(code_now alice)"
kept_out 'curl: once'
tick
sftp_try "$PASSWORD"
kept_out 'curl: the password alone'

# --- a phone ------------------------------------------------------------------------------

with_phones
tick
pair_phone alice Pixel "$(code_now alice)"
for place in '' tty; do
	ask_begins $place
	reply assword "$PASSWORD"
	wait_for has_given 'phone|code'
	like "sudo -A${place:+ on a terminal}: the question says the number" "$(given | number_asked)" '^[1-9][0-9]$' || diag "$(given)"
	phone Pixel approve "$(given | number_asked)" >/dev/null
	reply 'phone|code' ''
	ask_ends
	entered "sudo -A${place:+ on a terminal}: in by the phone" root
done

done_testing
