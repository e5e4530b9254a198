#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Many sign-ins of one user at the same time, with the password known, as su allows it: they
# neither keep others out nor are more guesses than anybody has.
. "${BASH_SOURCE[0]%/*}/lib.sh"

ready alice bob
pam_service code 'auth required pam_mfa.so'
mkfifo "$BED/hold"

# crowd USER COUNT SOCKET ACCOUNT: stands at the prompt until end_crowd.
crowd() {
	: >"$BED/crowd"	# or what was there before may be looked at
	as "$1" "$HELPERS/crowd" "$2" "$3" "$4" <"$BED/hold" >"$BED/crowd" 2>&1 &
	CROWD=$!
	exec 5>"$BED/hold"
	wait_for grep -q waiting "$BED/crowd" || diag 'the crowd is not there yet'
}
end_crowd() {
	exec 5>&-
	wait "$CROWD"
	: >"$BED/crowd"
}
failures_of() {
	mfa-admin show --json "$1" </dev/null | grep -oE '"wrong_in_a_row": ?[0-9]+' | grep -oE '[0-9]+$' || echo 0
}
threads() { find "/proc/$MFAD_PID/task" -mindepth 1 -maxdepth 1 2>/dev/null | wc -l; }

# --- root's socket ---------------------------------------------------------------

crowd root 9000 "$SOCKET.root" alice
is 'one account has so many places, and no more' "$(cat "$BED/crowd")" 'waiting 256'
pam_try code bob "$(code_now bob)"
accepted 'nine thousand sign-ins of alice: bob signs in'
is 'with the daemon' "$(pgrep -cx mfad)" 1
tick
pam_try code alice "$(code_now alice)"
accepted 'and she herself'
end_crowd
tick

# --- guesses ---------------------------------------------------------------------

wait_for eval '[ $(threads) -lt 40 ]'
said=$("$HELPERS/crowd" 1000 "$SOCKET.root" alice "$(wrong_code alice)" </dev/null)
like 'a thousand that guess at the same instant: no more than have a place' "$said" '^wrong [0-9]{1,3} unseen'
ok 'each was counted' test "$(failures_of alice)" -le 100 -a "$(failures_of alice)" -ge 5
unlock alice
tick

# --- users' own programs ---------------------------------------------------------

# Those who are turned away must not become a flood of threads.
crowd alice 64 "$SOCKET" alice
most=0
for _ in 1 2 3 4; do
	as alice "$HELPERS/silent" 2000 "$SOCKET" </dev/null >/dev/null
	now_there=$(threads)
	[ "$now_there" -le "$most" ] || most=$now_there
done
ok 'thousands who are turned away: few threads' test "$most" -le 200 || diag "$most threads"
tick
SCREEN=$(as bob "$HELPERS/signin" code bob "$(code_now bob)")
accepted 'others sign in'
end_crowd

# No more threads can be had, and a moment later they can.
stop_mfad
limit=$(ulimit -Su)
ulimit -Su 40
start_mfad
ulimit -Su "$limit"
mkfifo "$BED/sleepers"
as _mfa bash -c 'for ((i = 0; i < 30; i++)); do sleep infinity & done
	echo ready; read -r; kill $(jobs -p); wait; echo gone' <"$BED/sleepers" >"$BED/slept" 2>/dev/null &
SLEEPERS=$!
exec 6>"$BED/sleepers"
wait_for grep -q ready "$BED/slept"
: >"$BED/crowd"	# or what was there before may be looked at
as alice "$HELPERS/crowd" 32 "$SOCKET" alice <"$BED/hold" >"$BED/crowd" 2>&1 &
CROWD=$!
exec 5>"$BED/hold"
wait_for grep -q waiting "$BED/crowd"
like 'few can be served where threads are few' "$(cat "$BED/crowd")" '^waiting ([0-9]|1[0-9])$'
echo >&6
wait_for grep -q gone "$BED/slept"
tick
SCREEN=$(as bob "$HELPERS/signin" code bob "$(code_now bob)")
accepted 'once there are more, nobody waits at a door where all are busy'
exec 6>&-
wait "$SLEEPERS"
end_crowd

# --- the end ---------------------------------------------------------------------

knock() {
	as alice perl -MSocket -e '$SIG{PIPE} = "IGNORE"; my $end = time + 2;
		while (time < $end && -S $ARGV[0]) {
			socket(my $s, AF_UNIX, SOCK_SEQPACKET, 0);
			connect($s, sockaddr_un($ARGV[0])) and close $s;
		}' "$SOCKET"
}
: >"$BED/mfad.out"
for _ in 1 2 3 4 5; do
	knock & knocks=$!
	stop_mfad
	wait "$knocks"
	start_mfad
done
unlike 'ended and begun again while people knock' "$(cat "$BED/mfad.out")" 'Sanitizer'

done_testing
