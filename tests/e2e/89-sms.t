#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Text messages by a gateway: the shapes of the presets, and what gateways answer.
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/sender.sh"

readonly GATE=$BED/gate GATE_TLS=$BED/gate-tls PRESETS=$BED/presets
mkdir -p "$GATE" "$GATE_TLS" "$PRESETS"
chmod a+rx "$BED" "$PRESETS"

requests() { find "$1" -name '*.json' | wc -l; }
# last FOLDER KEY: of the last request.
last() { /usr/bin/python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$1/$(requests "$1").json" "$2"; }
# restart LINE...: with this in [sms], beside whom messages may go to.
restart() {
	[ -z "${SENDER_PID-}" ] || stop_sender
	write_conf '[sms]' 'numbers = +316' 'country = 31' "$@"
	log_mark
	kill -HUP "$MFAD_PID"
	wait_for log_has 'event=reload' || diag "$(log_text)"
	start_sender --presets "$PRESETS"
	heard_sender
}

serve_python gateway.py "[ -e '$GATE/ready' ]" 2600 "$GATE"
write_conf
new_store || bail 'mfa-admin init failed'
start_mfad || bail 'mfad does not start'

# --- what is sent ----------------------------------------------------------------------------------

secrets 'sms_key = K"1&2'
restart 'url = http://127.0.0.1:2600/{account}/send' 'type = json' 'header = Authorization: Bearer {key}' \
	'body = {"n":"{number}","d":"{digits}",' 'body = "f":"{from}","t":"{text}"}' 'from = School' 'account = A/1' 'success = "id"'
try sms '06-12 34 56 00'
came 'sent' 0 'Sent: the other side has taken it'
like 'the gateway is quoted' "$SCREEN" '"totalSentCount": 1'
is 'where to' "$(last "$GATE" path)" '/A%2F1/send'
is 'what' "$(last "$GATE" body)" \
	'{"n":"+31612345600","d":"31612345600","f":"School","t":"A test from bed: codes can be sent to this number."}'
like 'with the key' "$(last "$GATE" headers)" "'Authorization': 'Bearer K\"1&2'"
like 'as what it is' "$(last "$GATE" headers)" "'Content-Type': 'application/json; charset=utf-8'"
log_like 'it is logged' 'event=sent method=sms kind=test result=sent host=127.0.0.1:2600 status=201'
is 'and counted' "$(metric 'mfa_sent_total{method="sms",result="sent"}')" 1

restart 'url = http://127.0.0.1:2600/' 'type = form' 'header = Authorization: Basic {basic}' 'account = me' \
	'body = to={number}&text={text}'
try sms +31612345600
came 'as a form' 0 'Sent'
is 'escaped as one' "$(last "$GATE" body)" \
	'to=%2B31612345600&text=A%20test%20from%20bed%3A%20codes%20can%20be%20sent%20to%20this%20number.'
like 'with a password' "$(last "$GATE" headers)" "'Authorization': 'Basic $(printf 'me:K"1&2' | base64)'"

# --- whom it may go to ---------------------------------------------------------------------------------

before=$(requests "$GATE")
for number in +32475123456 +31201234567 '0900 1234' +1234567 112 '+31 6 123' '06 12345678 ext 5' $'+316123456\r\n78' 'jan@example.org'; do
	try sms "$number"
	came "not to ${number//[$'\r\n']/ }" 6 'not a telephone number|Messages may not go to that number'
done
is 'the gateway has not heard of these' "$(requests "$GATE")" "$before"

stop_sender
before=$(requests "$GATE")
told '{"event":"send","id":"a","method":"sms","kind":"test","to":"+32475123456","time":1,"until":9999999999}' \
	'{"event":"send","id":"b","method":"sms","kind":"test","to":"0612345678","time":1,"until":9999999999}' \
	'{"event":"send","id":"c","method":"email","kind":"test","to":"jan@example.org","time":1,"until":9999999999}' >/dev/null
is 'nor where mfad says so' "$(grep -c '"result":"failed"' "$BED/told") $(($(requests "$GATE") - before))" '3 0'
unset SENDER_PID

# --- what a gateway answers ------------------------------------------------------------------------------

secrets '# none'
restart 'url = http://127.0.0.1:2600/' 'type = json' 'body = {"n":"{digits}","t":"{text}"}' 'success = "errorCode":0'
# Number, status, words.
while read -r number status words; do
	before=$(requests "$GATE")
	try sms "$number"
	came "$number: $words" "$status" "$words"
	is "$number: asked once" $(($(requests "$GATE") - before)) 1
done <<'ANSWERS'
+31612345601 1 reason: answer
+31612345602 1 reason: answer
+31612345603 1 status: 401
+31612345604 1 status: 422
+31612345607 9 Unknown: it may have been sent
+31612345609 9 Unknown: it may have been sent
+31612345610 1 status: 302
+31612345611 9 Unknown: it may have been sent
ANSWERS

# Nobody answers: unknown after ten seconds, and never sent again.
before=$(requests "$GATE")
try sms +31612345608
came 'a time-out' 9 'reason: time-out'
is 'asked once' $(($(requests "$GATE") - before)) 1

# Told to wait: the same message again.
for number in +31612345605 +31612345606; do
	touch "$GATE/once" "$GATE/patient"
	before=$(requests "$GATE")
	try sms $number
	came "$number: told to wait" 0 'Not taken yet'
	like "$number: and then" "$SCREEN" 'Sent'
	is "$number: asked twice" $(($(requests "$GATE") - before)) 2
done

# Again and again: it is said once.
rm -f "$GATE/once" "$GATE/patient"
before=$(requests "$GATE")
mfa-admin test-send sms +31612345606 </dev/null >"$BED/busy" 2>&1 &
busy=$!
ok 'told to wait each time: it is asked a third time' wait_for eval "[ \$(requests '$GATE') -ge $((before + 3)) ]"
is 'and says so once' "$(grep -c 'Not taken yet' "$BED/busy")" 1
kill "$busy"

restart 'url = http://127.0.0.1:2699/' 'type = json' 'body = {"n":"{digits}","t":"{text}"}'
mfa-admin test-send sms +31612345600 </dev/null >"$BED/absent" 2>&1 &
absent=$!
ok 'nobody listens there: it tries again' wait_for grep -q 'reason: connection' "$BED/absent"
kill "$absent"

# --- presets, over TLS ---------------------------------------------------------------------------------------

certificate "$GATE_TLS"
serve_python gateway.py "[ -e '$GATE_TLS/ready' ]" 2601 "$GATE_TLS" "$GATE_TLS/cert.pem" "$GATE_TLS/key.pem"
secrets 'sms_key = key'
for preset in /usr/local/share/pam-mfa/sms/*.conf; do
	sed 's|^url = https://[^/]*|url = https://localhost:2601|' "$preset" >"$PRESETS/${preset##*/}"
done
restart 'preset = messagebird' 'from = School'
try sms +31612345600
came 'a certificate that nobody vouches for' 1 'reason: certificate'
is 'the gateway has heard nothing' "$(requests "$GATE_TLS")" 0
trust "$GATE_TLS"
# What of the request is like what a provider's documentation shows.
while read -r preset key regex; do
	restart "preset = $preset" 'from = School' 'account = AC1'
	try sms +31612345600
	came "$preset: sent" 0 'Sent'
	like "$preset: $key" "$(last "$GATE_TLS" "$key")" "$regex"
	try sms +31612345601
	[ "$preset" = twilio ] || came "$preset: 200 to what it refuses" 1 'Failed'
done <<'SHAPES'
messagebird body ^\{"originator":"School","recipients":\["31612345600"\],"body":"A test from bed
messagebird headers 'Authorization': 'AccessKey key'
cm body ^\{"messages":\{"authentication":\{"productToken":"key"\},"msg":\[\{"from":"School","to":\[\{"number":"0031612345600"\}\]
spryng headers 'Authorization': 'Bearer key'
spryng body "recipients":\["31612345600"\]
twilio path ^/2010-04-01/Accounts/AC1/Messages\.json$
twilio body ^To=%2B31612345600&From=School&Body=A%20test
vonage body ^api_key=AC1&api_secret=key&to=31612345600&from=School&text=A%20test
SHAPES
stop_sender

# --- halves ------------------------------------------------------------------------------------------------------

write_conf '[sms]' 'numbers = +316' 'preset = nowhere'
log_mark
not_ok 'a preset that is not there' timeout 20 mfa-sender --socket "$SOCKET" --presets "$PRESETS"
log_like 'which it says' 'nowhere.conf: No such file'
write_conf '[sms]' 'numbers = +316' 'preset = vonage' 'from = School' '[email]' 'server = smtp://127.0.0.1:2525' \
	'from = mfa@example.org'
start_sender --presets "$PRESETS"
heard_sender
log_like 'e-mail goes on where text messages lack something' '\[sms\] account is missing'
kill -HUP "$MFAD_PID"
try sms +31612345600
came 'and these are not sent' 1 'No mfa-sender listens that can send this'
stop_sender

unlike 'no log has a number, a text or a key' "$(cat "$BED/syslog" "$BED/sender.out" "$BED/mfad.out")" \
	'316123456|K"1|can be sent to this number'
done_testing
