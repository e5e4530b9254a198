#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# kill -9 of mfad at any instant: no code twice, nothing to clean by hand; and no message that nobody asked for.
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/sender.sh"
. "${BASH_SOURCE[0]%/*}/sent.sh"

readonly ROUNDS=60
RANDOM=7	# the same instants each time, as far as that goes

ready alice bob
pam_service code 'auth required pam_mfa.so'

# Kills every mfad of the bed a random while from now, up to 25 ms.
kill_soon() {
	local after

	after=$(printf '0.%04d' $((RANDOM % 250)))
	(
		read -rt "$after" <>"$BED/never"
		for pid in $(pgrep -x mfad); do
			kill -9 "$pid"
		done
	) 2>/dev/null &
}
successes() { sed -n 's/^PAM_SUCCESS //p' <<<"$SCREEN"; }

for mode in daemon stdio; do
	twice=0 lost=0 in=0 hit=0
	for ((i = 0; i < ROUNDS; i++)); do
		if [ $mode = daemon ]; then
			pgrep -x mfad >/dev/null || start_mfad
		else
			stop_mfad 2>/dev/null
		fi
		tick
		code=$(code_now alice)
		kill_soon
		killer=$!
		pam_try -n 8 code alice "$code"
		first=$(successes)
		[[ $SCREEN != *UNAVAIL* ]] || hit=$((hit + 1))
		wait $killer
		# What was acknowledged stays so, whatever answers now.
		pam_try -q code alice "$code"
		second=$(successes)
		in=$((in + ${first:-0}))
		[ "${first:-0}" -le 1 ] || twice=$((twice + 1))
		[ $((${first:-0} + ${second:-0})) -le 1 ] || lost=$((lost + 1))
	done
	diag "$mode: of $ROUNDS kills $hit met somebody who was being judged; $in let one in all the same"
	is "$mode: no code let two in" "$twice" 0
	is "$mode: none is good again after a kill" "$lost" 0
	unlock alice
	tick
	pam_try code alice "$(code_now alice)"
	accepted "$mode: and the next sign-in works"
done

is 'nothing but the store in its folder' \
	"$(cd /var/lib/mfa && find . -mindepth 1 ! -name mfa.db ! -name mfa.db-wal ! -name mfa.db-shm)" ''
is 'nothing in /tmp and /run' \
	"$(find /tmp /var/tmp /run/mfa -mindepth 1 ! -name mfad.sock ! -name mfad.sock.root)" ''
ok 'the store is sound' mfa-admin show --json alice
wait 2>/dev/null
start_mfad
pam_try code bob "$(code_now bob)"
accepted 'a daemon starts over the dead one'"'"'s sockets'

# kill -9 leaves the kernel's memory as it was; a power cut does not.  So what is told is on disk first: between the
# question (a frame that begins with B) and the result (with F) the store is synced.
pgrep -x mfad >/dev/null || start_mfad
strace -f -qq -o "$BED/trace" -e trace=fdatasync,fsync,sendto -p "$MFAD_PID" &
tracer=$!
disown
wait_for grep -q '^TracerPid:.*[1-9]' "/proc/$MFAD_PID/status"
tick
pam_try code alice "$(code_now alice)"
accepted 'a sign-in that is watched'
kill $tracer
wait_for ended $tracer
like 'the code is on disk before anybody hears of it' \
	"$(grep -oE 'sync(\(| resumed).* = 0$|sendto\([0-9]+, "[BF]' "$BED/trace" | grep -oE '^sync|[BF]$' | tr '\n' ' ')" \
	'^B (sync )+F '

# --- a code that is sent -------------------------------------------------------------------------------

stop_mfad
write_conf '[sender]' 'account_hour = 10' "${SMS[@]}" '[policy]' "$ALL"
start_servers
import 'alice tel:+31612345600'
start_mfad
start_sender
heard_sender || bail 'no mfa-sender'

# Killed as it goes into each of the calls that write, sync and send, one after the other, until the message is out.
unasked=0 twice=0 kills=0 wrongs=''
for ((at = 1; at <= 30; at++)); do
	set_clock $(($(now) + 4000))
	strace -f -qq -o /dev/null -e trace=fdatasync,sendto,write,pwrite64 \
		-e inject=fdatasync,sendto,write,pwrite64:signal=KILL:when=$at -p "$MFAD_PID" 2>/dev/null &
	tracer=$!
	disown
	wait_for grep -q '^TracerPid:.*[1-9]' "/proc/$MFAD_PID/status"
	pam_try code alice sms
	if ! ended "$MFAD_PID" 2>/dev/null; then
		kill $tracer
		wait_for ended $tracer
		break
	fi
	wait_for ended $tracer
	kills=$((kills + 1))
	# Over again: what is sent now was asked for now.
	stop_sender
	start_mfad
	asked=$(texts)
	start_sender
	heard_sender
	try sms +31699999900
	[ "$(texts)" -le $((asked + 1)) ] || unasked=$((unasked + 1))
	set_clock $(($(now) + 40))
	before=$(texts)
	pam_try code alice sms
	wait_for one_more "$before" texts
	code=$(text_code)
	pam_try code alice "$code"
	[[ $SCREEN == *'PAM_SUCCESS 1'* ]] || wrongs+=" $at"
	pam_try code alice "$code"
	[[ $SCREEN != *'PAM_SUCCESS'* ]] || twice=$((twice + 1))
done
diag "$kills kills between the question and the message"
ok 'killed in the middle of it' test "$kills" -ge 3
is 'no message is sent by itself afterwards' "$unasked" 0
is 'and the next that is asked for is right' "$wrongs" ''
is 'once' "$twice" 0

done_testing
