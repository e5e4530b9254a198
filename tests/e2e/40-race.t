#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The same code from 64 processes at the same instant: exactly one gets in.  Of an app, and sent.
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/sender.sh"
. "${BASH_SOURCE[0]%/*}/sent.sh"

readonly PROCESSES=64 ROUNDS=50 SENT_ROUNDS=12

ready alice
pam_service daemon 'auth required pam_mfa.so'
pam_service stdio 'auth required pam_mfa.so socket=/run/mfa/nobody-there'

# round SERVICES: says how many got in.
round() {
	tick
	pam_try -n $PROCESSES "$1" alice "$(code_now alice)"
	sed -n 's/^PAM_SUCCESS //p' <<<"$SCREEN"
}

while IFS='|' read -r name services; do
	got=''
	for ((i = 0; i < ROUNDS; i++)); do
		one=$(round "$services")
		got+="${one:-0} "
	done
	is "$PROCESSES processes, $ROUNDS rounds, $name" "${got//1 /}" ''
	tick 2
	pam_try "${services%%,*}" alice "$(code_now alice)"
	accepted "and nobody is locked out by it, $name"
done <<END
the daemon|daemon
helpers|stdio
both|daemon,stdio
END

# Helpers alone, with no daemon at all beside them.
stop_mfad
got=''
for ((i = 0; i < 10; i++)); do
	one=$(round daemon)
	got+="${one:-0} "
done
is 'the daemon stopped' "${got//1 /}" ''

# --- codes that were sent -----------------------------------------------------------------

write_conf "${EMAIL[@]}" "${SMS[@]}" '[policy]' "$ALL"
start_servers
import 'alice tel:+31612345600' 'alice mailto:alice@example.net'
start_mfad
start_sender
heard_sender || bail 'no mfa-sender'
# One service, for a code is good where it was asked for; by the daemon and by helpers, of one network.
pam_service sent 'auth [success=1 default=ignore] pam_succeed_if.so quiet rhost = 192.0.2.2' \
	'auth [success=done default=die] pam_mfa.so' 'auth required pam_mfa.so socket=/run/mfa/nobody-there'

# sent_round HALF... : a new code, from so many processes of each; says how many got in.
sent_round() {
	local word=$1 before code pids=() i=0 half
	shift
	before=$(("$(texts)" + "$(mails)"))
	pam_try -q -r 192.0.2.1 sent alice "$word"
	wait_for eval '[ $(($(texts) + $(mails))) = $(('$before' + 1)) ]' || return
	[ "$word" = sms ] && code=$(text_code) || code=$(mail_code)
	for half; do
		"$HELPERS/signin" -n $((PROCESSES / $#)) -r "192.0.2.$half" sent alice "$code" >"$BED/half.$i" 2>&1 &
		pids[i++]=$!
	done
	wait "${pids[@]}"
	awk '$1 == "PAM_SUCCESS" { n += $2 } END { print n + 0 }' "$BED"/half.*
	rm -f "$BED"/half.*
}
while IFS='|' read -r name halves; do
	got=''
	for ((i = 0; i < SENT_ROUNDS; i++)); do
		word=sms
		[ $((i % 2)) = 0 ] || word=mail
		# shellcheck disable=SC2086
		one=$(sent_round $word $halves)
		got+="${one:-0} "
	done
	is "$PROCESSES processes, $SENT_ROUNDS rounds, a code that was sent, $name" "${got//1 /}" ''
done <<END
the daemon|1
helpers|2
both|1 2
END
tick 2
pam_try sent alice "$(code_now alice)"
accepted 'and nobody is locked out by it'

done_testing
