#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# How many codes are sent: a school behind one address at nine o'clock, and a thief with stolen passwords beside it; and many
# who ask at the same instant.
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/sender.sh"
. "${BASH_SOURCE[0]%/*}/sent.sh"

readonly PUPILS=300 SCHOOL=198.51.100.7 STOLEN=20
# conf HOUR [LINE]...
conf() { write_conf '[sender]' "hour = $1" "${EMAIL[@]}" "${SMS[@]}" '[policy]' "$ALL" 'nss = no' 'alone = totp, sms' "${@:2}"; }
# Messages may come after the question that says so.
come() { wait_for eval "[ \$(texts) -ge $1 ]"; }
start_servers
conf 340 "enrol_networks = $SCHOOL"
new_store || bail 'mfa-admin init failed'
enrol alice
import 'alice tel:+31612345600' 'bob tel:+31687654300' 'eve mailto:eve@example.net'
for ((i = 0; i < PUPILS; i++)); do printf 'pupil%d\ttel:+31600%04d00\n' $i $i; done >"$BED/import"
for ((i = 0; i < STOLEN; i++)); do printf 'stolen%d\ttel:+31699%04d00\n' $i $i; done >>"$BED/import"
mfa-admin import --add "$BED/import" </dev/null >"$BED/import.out" 2>&1 || bail "$(cat "$BED/import.out")"
start_mfad || bail 'mfad does not start'
start_sender
heard_sender || bail 'no mfa-sender'
pam_service code 'auth required pam_mfa.so'

# --- at the same instant ----------------------------------------------------------------------------

pam_try -n 64 code alice sms
log_mark
come 1
is 'sixty-four who ask for alice at the same instant: one message' "$(texts)" 1
pam_try code alice "$(text_code)"
accepted 'which is right'
pam_try -n 64 code bob
come 2
is 'whose only way it is: one' "$(texts)" 2
pam_try code bob "$(text_code)"
accepted 'that is right, too'

# --- at a question that stood there ---------------------------------------------------------------------------

# Whoever has opened them before asks as late as he answers: the last one first, and each looks at what there is by then.
import 'alice mailto:alice@example.net' 'alice mailto:alice@example.org'
log_mark
before=$(mails) fds=() pids=()
for i in {0..6}; do
	mkfifo "$BED/which$i"
	"$HELPERS/signin" -r "192.168.$i.1" code alice mail @"$BED/which$i" >"$BED/which$i.out" 2>&1 &
	pids[i]=$!
	# It can be opened once somebody stands at the question.
	exec {fd}>"$BED/which$i"
	fds[i]=$fd
	set_clock $(($(now) + 2))
done
for i in {6..0}; do
	echo 1 >&"${fds[i]}"
	fd=${fds[i]}
	exec {fd}>&-
	wait "${pids[i]}"
done
is 'seven who stood at the question, and answer the other way round: three messages' "$(($(mails) - before))" 3
log_like 'the log says which limit it was' 'event=sent result=limited reason=account method=email user=alice'

# --- nine o'clock ------------------------------------------------------------------------------------

# The thief goes first, from here and there, again and again; his messages are the only ones by then.
before=$(texts)
for round in 1 2 3 4 5 6; do
	"$HELPERS/signin" -n $STOLEN -r "203.0.113.$round" code stolen+ sms >/dev/null 2>&1
	set_clock $(($(now) + 31))
done
come $((before + STOLEN * 3))
spent=$(($(texts) - before))
is 'a thief with stolen passwords has three sent of each, and no more' "$spent" $((STOLEN * 3))
log_like 'the log says which limit' 'event=sent result=limited reason=account method=sms user=stolen'
log_unlike 'and no number' '31699'
pam_try -r 203.0.113.1 code stolen3 sms
like 'he is told so' "$SCREEN" '^say: Too many codes were sent in the last hour'

# Whoever answers for the pupils: what comes for each number goes to the pupil who has it.
mkdir "$BED/pupils"
for ((i = 0; i < PUPILS; i++)); do mkfifo "$BED/pupils/$i"; done
/usr/bin/python3 tests/e2e/pupils.py "$GATE" "$BED/pupils" "$(texts)" $PUPILS >"$BED/pupils.out" 2>&1 &
disown
# All stand at the question at once, and the thief goes on from elsewhere meanwhile.
"$HELPERS/signin" -n $PUPILS -r $SCHOOL code pupil+ @"$BED/pupils/+" >"$BED/school" 2>&1 &
school=$!
for round in 1 2 3; do
	"$HELPERS/signin" -n $STOLEN -r "203.0.113.$((100 + round))" code stolen+ sms >/dev/null 2>&1
done
wait "$school"
is 'three hundred pupils behind one address: all get in' "$(cat "$BED/school")" "PAM_SUCCESS $PUPILS" || diag "$(cat "$BED/pupils.out")"
is 'and the thief had none more' "$(($(texts) - before - spent))" $PUPILS

# Behind an address that the rules do not know there are sixty an hour.
log_mark
before=$(texts)
"$HELPERS/signin" -n 70 -r 192.0.2.200 code pupil+ sms >/dev/null 2>&1
come $((before + 60))
is 'sixty, at an address that the rules do not know' "$(($(texts) - before))" 60
log_like 'the log says so' 'result=limited reason=address'

# Those who add their number there are not counted by their address, either, but each by himself.
conf 340 "enrol_networks = $SCHOOL" 'enrolment = require'
log_mark
kill -HUP "$MFAD_PID"
wait_for log_has 'event=reload'
before=$(texts)
mkdir "$BED/numbers"
for i in {0..69}; do echo "06777$((10 + i))000" >"$BED/numbers/$i"; done
for name in new{0..69} again; do echo "$name:x:3000:3000::/nonexistent:/bin/sh"; done >>/etc/passwd
"$HELPERS/signin" -n 70 -r $SCHOOL code new+ sms @"$BED/numbers/+" y >/dev/null 2>&1
come $((before + 70))
is 'seventy who add a number at once, at an address that the rules know' "$(($(texts) - before))" 70
log_unlike 'none is turned away' 'reason=address'
for ((i = 0; i < 11; i++)); do pam_try -r $SCHOOL code again sms "$(printf '067790%02d00' $i)" y; done
like 'who adds one again and again is told' "$SCREEN" '^say: Too many codes were sent in the last hour[.] Nothing was'
like 'where it can be read' "$SCREEN" '^ask: That did not work'
log_like 'the log says so' 'event=sent result=limited reason=account method=sms user=again'
for ((i = 0; i < 6; i++)); do pam_try -r $SCHOOL code "new$i" sms 0677999900 y; done
like "nor does a stranger's number get more than some" "$SCREEN" '^say: Too many codes were sent in the last hour'
log_like 'the log says that, too' 'result=limited reason=recipient'

# What the house has: enough for them, as none of theirs is counted once it was used.
log_mark
for address in 1 2 3 4 5; do
	"$HELPERS/signin" -n 70 -r "192.0.$((10 + address)).1" code nobody+ sms >/dev/null 2>&1
done
log_unlike 'names that there are not use up nothing that the house has' 'reason=house'
conf 100
log_mark
kill -HUP "$MFAD_PID"
wait_for log_has 'event=reload'
set_clock $(($(now) + 40))
for address in 1 2; do "$HELPERS/signin" -n 60 -r "192.0.$((20 + address)).1" code pupil+ sms >/dev/null 2>&1; done
log_like 'what the house has ends, and the log says so' 'result=limited reason=house'
pam_try -r 192.0.2.201 code eve
like 'e-mail has its own' "$SCREEN" 'A code was sent to e'

done_testing
