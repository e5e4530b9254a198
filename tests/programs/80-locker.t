#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# i3lock, on a screen that nobody sees: one field for a password, no word shown, and it runs as its user.
. "${BASH_SOURCE[0]%/*}/lib.sh"

needs Xvfb xdotool i3lock
ready alice
install -d -m 1777 /tmp/.X11-unix

# Not a function: in the background its process would be the shell's.
readonly OF_ALICE=(setpriv --reuid alice --regid alice --init-groups --reset-env env DISPLAY=:7)
"${OF_ALICE[@]}" Xvfb :7 -screen 0 640x480x24 -nolisten tcp >"$BED/xvfb.out" 2>&1 &
wait_for listening /tmp/.X11-unix/X7 || bail "Xvfb does not start: $(cat "$BED/xvfb.out")"

# What i3lock tells of itself with --debug.
told() { [ "$(grep -caE "$1" "$BED/lock.out")" -ge "${2:-1}" ]; }
takes_keys() { "${OF_ALICE[@]}" xdotool key x && told 'current password = x'; }
# lock: until the keyboard is i3lock's, and nothing is typed yet.
lock() {
	: >"$BED/lock.out"
	"${OF_ALICE[@]}" i3lock --nofork --debug --color=000000 >"$BED/lock.out" 2>&1 &
	LOCK=$!
	wait_for takes_keys || bail "i3lock does not start: $(cat "$BED/lock.out")"
	"${OF_ALICE[@]}" xdotool key Escape
}
type_in() { "${OF_ALICE[@]}" xdotool type --delay 5 "$1" && "${OF_ALICE[@]}" xdotool key Return; }
# stays_locked NAME TIMES: so many were told to be wrong.
stays_locked() {
	ok "$1" eval "wait_for told 'auth_state = 3' $2 && kill -0 $LOCK" || diag "$(log_text)"
}
unlocked() {
	ok "$1" wait_for ended $LOCK || diag "$(log_text)"
	wait $LOCK
	is 'and that is how it ended' $? 0 || diag "$(tail -n 15 "$BED/lock.out"; log_text)"
}

code_services i3lock
lock
log_mark
type_in "$PASSWORD"
stays_locked 'the password alone' 1
log_like 'the log names what helps' 'pam_mfa.*forward_pass'
log_unlike "and nothing of sshd's" 'sshd|KbdInteractiveAuthentication'
kill $LOCK
wait $LOCK 2>/dev/null

forward_services i3lock
lock
tick
type_in "$PASSWORD$(wrong_code alice)"
stays_locked 'a wrong code' 1
type_in "$PASSWORD$(code_now alice)"
unlocked 'the code behind the password'
lock
type_in "$PASSWORD$(code_now alice)"
stays_locked 'once' 1
tick
type_in "$PASSWORD$(code_now alice)"
unlocked 'the next one'

done_testing
