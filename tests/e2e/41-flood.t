#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Two hundred clients that connect and say nothing.
. "${BASH_SOURCE[0]%/*}/lib.sh"

ready alice bob
code_services sshd
pam_service code 'auth required pam_mfa.so'
start_sshd
mkfifo "$BED/hold"

# flood USER SOCKET: 200 silent connections, until unflood.
flood() {
	rm -f "$BED/flood"	# or what the one before said is taken for this one's
	as "$1" "$HELPERS/silent" 200 "$2" <"$BED/hold" >"$BED/flood" &
	FLOOD=$!
	exec 5>"$BED/hold"
	wait_for grep -q ready "$BED/flood"
	diag "$1 on $2: $(cat "$BED/flood")"
}
unflood() {
	exec 5>&-
	wait "$FLOOD"
}

while read -r who socket; do
	flood "$who" "$socket"
	tick
	started=$SECONDS
	ssh_try alice "$PASSWORD" "$(code_now alice)"
	entered "$who floods ${socket##*/}: sshd" alice
	SCREEN=$(as bob "$HELPERS/signin" code bob "$(code_now bob)")
	accepted "$who floods ${socket##*/}: a locker of bob's"
	ok 'and in good time' test $((SECONDS - started)) -le 8
	unflood
	tick
	pam_try code alice "$(code_now alice)"
	accepted 'all is well after it'
done <<END
alice $SOCKET
root $SOCKET
root $SOCKET.root
END

done_testing
