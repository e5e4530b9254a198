#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# How many codes are sent: to an account of which many ask at the same instant, for names that nobody has, by a gateway
# that says no; and to which of several numbers.
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/sender.sh"

readonly GATE=$BED/gate PROCESSES=32
mkdir -p "$GATE"
# conf HOUR
conf() {
	write_conf '[sms]' 'url = http://127.0.0.1:2600/' 'type = json' 'body = {"n":"{number}","t":"{text}"}' 'numbers = +316' \
		'success = totalSentCount' '[sender]' "hour = $1" \
		'[policy]' 'methods = totp, recovery, sms'
}
texts() { find "$GATE" -name '*.json' | wc -l; }

serve_python gateway.py "[ -e '$GATE/ready' ]" 2600 "$GATE"
conf 60
new_store || bail 'mfa-admin init failed'
printf '%s\n' $'alice\ttel:+31612345600' $'bob\ttel:+31612345602' $'carol\ttel:+31612345604' \
	$'dave\ttel:+31612345600' $'dave\ttel:+31612345700' >"$BED/numbers"
mfa-admin import "$BED/numbers" </dev/null >&2 || bail 'no number'
start_mfad || bail 'mfad does not start'
start_sender
heard_sender || bail 'no mfa-sender'
pam_service code 'auth required pam_mfa.so'

pam_try -n $PROCESSES code alice sms
is 'one place: one message' "$(texts)" 1 || diag "$(log_text)"

# Each from an address of its own, so that none is a repetition of another.
set_clock $(($(now) + 4000))
before=$(texts)
for ((i = 0; i < PROCESSES; i++)); do
	"$HELPERS/signin" -r "10.0.$i.7" code alice sms >/dev/null 2>&1 &
	pids[i]=$!
done
wait "${pids[@]}"
ok 'many places: no more than an account may have in an hour' [ "$(texts)" -le $((before + 3)) ] || diag "$(($(texts) - before)) came"

# Questions that have stood there for a while know no more than others.
set_clock $(($(now) + 4000))
for ((i = 0; i < 5; i++)); do
	mkfifo "$BED/answer$i"
	"$HELPERS/signin" code alice "@$BED/answer$i" >"$BED/held$i" 2>&1 &
	held[i]=$!
done
for ((i = 0; i < 5; i++)); do
	wait_for grep -q 'Code' "$BED/held$i" || diag "$(cat "$BED/held$i")"
done
before=$(texts)
set_clock $(($(now) + 40))
for ((i = 0; i < 5; i++)); do
	echo sms >"$BED/answer$i"
	wait "${held[i]}"
done
is 'five that were held ask for it again: one message' "$(texts)" $((before + 1)) || diag "$(cat "$BED"/held*)"

# Names that nobody has use up none of what a method may send.
set_clock $(($(now) + 4000))
conf 6
log_mark
kill -HUP "$MFAD_PID"
wait_for log_has 'event=reload'
for ((i = 0; i < 24; i++)); do
	useradd -M "nobody$i"
done
before=$(texts)
for ((i = 0; i < 24; i++)); do
	pam_try -r "10.2.$i.1" code "nobody$i" sms
done
is 'for names without an account nothing is sent' "$(texts)" "$before"
pam_try -r 10.1.1.1 code alice
like 'and those with one get theirs' "$SCREEN" 'A code was sent'

# What a gateway takes, with words that are not those of success, may be paid for.
set_clock $(($(now) + 4000))
before=$(texts)
for _ in 1 2 3 4; do
	pam_try code bob sms sms sms sms sms
done
like 'who is refused again and again is told' "$SCREEN" 'Too many codes|was sent to'
ok 'and the gateway hears of no more than an account may have' [ "$(texts)" -le $((before + 3)) ] || diag "$(($(texts) - before))"
set_clock $(($(now) + 4000))
before=$(texts)
pam_try code carol sms sms
is 'what it does not take counts for nothing' "$(texts)" $((before + 3))

# Who has several numbers, and a client that can say no more than a word behind the password.
pam_service both 'auth required pam_mfa.so forward_pass_words' 'auth required pam_mfa.so'
useradd -M dave 2>/dev/null
before=$(texts)
pam_try both dave secret,sms
is 'the number that was used last is the one' "$(texts)" $((before + 1)) || diag "$SCREEN"
pam_try code dave sms
like 'others are asked which' "$SCREEN" '1: .*, 2: '

done_testing
