#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# mfa-sender: its line to mfad, and e-mail, by `mfa-admin test-send` and a mail server that says all that there is to say.
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/sender.sh"

readonly MAIL=$BED/mail TLS=$BED/mail-tls
mkdir -p "$MAIL" "$TLS"

# start_mail PORT FOLDER [CERTIFICATE KEY]
start_mail() { serve_python smtpd.py "grep -q '^READY $1' '$2/heard'" "$@"; }
messages() { find "$MAIL" -name '*.eml' | wc -l; }
heard() { grep -cE "$1" "$MAIL/heard"; }

start_mail 2525 "$MAIL"
write_conf '[email]' 'server = smtp://127.0.0.1:2525' 'from = mfa@example.org'
new_store || bail 'mfa-admin init failed'
try email jan@example.org
came 'without mfad' 3 'no mfad answers'
start_mfad || bail 'mfad does not start'
try email jan@example.org
came 'without mfa-sender' 1 'No mfa-sender listens'
is 'mfa_sender_up' "$(metric mfa_sender_up)" 0

start_sender
ok 'mfad hears it' heard_sender
is 'it is not root' "$(ps -o user= -p "$SENDER_PID" | tr -d ' ')" _mfa-sender
is 'mfa_sender_up' "$(metric mfa_sender_up)" 1

# --- one that arrives -------------------------------------------------------------------------

try email jan@example.org
came 'it is sent' 0 'Sent: the other side has taken it'
like 'and the server is quoted' "$SCREEN" 'answer: .*250 2\.0\.0 taken'
ok 'it is there' [ -s "$MAIL/1.eml" ]
message=$(tr -d '\r' <"$MAIL/1.eml")
like 'for whom' "$message" '^To: <jan@example\.org>$'
like 'from whom' "$message" '^From: <mfa@example\.org>$'
like 'of when' "$message" '^Date: [A-Z][a-z]{2}, [0-9]+ [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} [-+][0-9]{4}$'
like 'an id of its own' "$message" '^Message-ID: <[-_A-Za-z0-9]{22}@example\.org>$'
like 'nobody answers it' "$message" '^Auto-Submitted: auto-generated$'
like 'in words' "$message" 'This is a test'
like 'no lie about where it is' "$message" '^Host: bed$'
unlike 'all of it is ASCII' "$message" '[^ -~]'
like 'the server is told a name' "$(cat "$MAIL/heard")" '^EHLO example\.org$'
like 'it is counted' "$(metric 'mfa_sent_total{method="email",result="sent"}')" '^1$'
log_like 'and logged' 'mfa-sender.*event=sent method=email kind=test result=sent host=127.0.0.1:2525'
log_like 'by mfad as well' 'mfad.*event=sent method=email result=sent'
LANGUAGE="nl" try email jan@example.org
like 'in the language of who is written to' "$(cat "$MAIL/2.eml")" '^Content-Language: nl'

# --- what other servers say --------------------------------------------------------------------

cat >"$MAIL/answers" <<'ANSWERS'
none rcpt 550 5.1.1 No such user
full dot 552 5.2.2 Mailbox full
drop dot drop
ANSWERS
before=$(messages)
try email none@example.org
came 'nobody there' 1 'Failed: it was not sent'
like 'with the reason' "$SCREEN" 'status: 550'
like 'in its words' "$SCREEN" '5\.1\.1 No such user'
try email full@example.org
came 'refused at the end' 1 'status: 552'
try email drop@example.org
came 'hung up after the message: nobody knows' 9 'Unknown: it may have been sent'
is 'and it was not sent again' "$(heard 'RCPT drop@')" 1
is 'none of these has arrived' "$(messages)" "$before"

# A server that never answers QUIT, which libcurl would wait for, and everything else with it.
printf '%s\n' '* quit hang' 'none rcpt 550 5.1.1 No such user' 'full dot 552 5.2.2 Mailbox full' >"$MAIL/answers"
patiently() { timeout "$PATIENCE" mfa-admin test-send email "$1" </dev/null >"$BED/quit" 2>&1 || [ $? = "$2" ]; }
ok 'taken, and nothing more is heard: sent' patiently jan@example.org 0
like 'it says so' "$(cat "$BED/quit")" '^Sent'
ok 'refused, and nothing more is heard' patiently none@example.org 1
like 'with the reason' "$(cat "$BED/quit")" 'status: 550'
ok 'refused at the end' patiently full@example.org 1
like 'with its reason' "$(cat "$BED/quit")" 'status: 552'
ok 'the server was told that it is over' [ "$(heard '^QUIT$')" -gt 0 ]
rm "$MAIL/answers"

# Greylisting: taken at the second try, which is the same message.
echo 'grey rcpt 451 4.7.1 Please come back later' >"$MAIL/answers"
mfa-admin test-send email grey@example.org </dev/null >"$BED/grey" 2>&1 &
grey=$!
ok 'told to come back' wait_for grep -q 'Not taken yet' "$BED/grey"
: >"$MAIL/answers"
ok 'it does' wait "$grey"
like 'and is taken' "$(cat "$BED/grey")" 'Sent: the other side'

# --- what goes into another protocol --------------------------------------------------------------

before=$(grep -c . "$MAIL/heard")
for bad in $'jan@example.org>\r\nRCPT TO:<evil@example.org' 'jan@example.org> NOTIFY=NEVER' 'jan@exam ple.org' 'jan' \
	'jürgen@example.org' '"jan"@example.org' 'jan@[127.0.0.1]' '-jan@example.org' 'jan@example.org,eva@example.org'; do
	try email "$bad"
	came "no address: ${bad//[$'\r\n']/ }" 6 'not an e-mail address'
done
is 'no server has heard of these' "$(grep -c . "$MAIL/heard")" "$before"
try sms +31612345678
came 'no text messages here' 6 'No text messages are configured'
try letter jan@example.org
came 'no such method' 6 'no such method'
not_ok 'nobody but root may try' as alice mfa-admin test-send email jan@example.org

# mfad judges addresses; whoever speaks in its place finds that mfa-sender does, too.
stop_sender
# order ID TO [KIND [CODE]]
order() {
	printf '{"event":"send","id":"%s","method":"email","kind":"%s","to":"%s","language":"nl","code":"%s","account":"jan",' \
		"$1" "${3:-code}" "$2" "${4-482913}"
	printf '"host":"bed","service":"sshd","address":"192.0.2.7","time":%d,"until":%d}\n' "$(now)" $(($(now) + 600))
}
before=$(messages)
told "$(order bad1 'jan@example.org>\r\nRCPT TO:<evil@example.org')" "$(order bad2 'jan@example.org> NOTIFY=NEVER')" \
	"$(order bad3 jan)" "$(order bad4 jan@example.org code 48x913)" "$(order bad5 jan@example.org letter '')" \
	"$(order good jan@example.org | sed 's/"bed"/"bed\\r\\nBcc: evil@example.org"/')" >/dev/null
is 'none of these is sent' "$(grep -c '"result":"failed"' "$BED/told") $(($(messages) - before))" '6 0'
is 'nor heard of' "$(heard 'evil|NOTIFY')" 0
like 'it says what it can send' "$(head -n 1 "$BED/told")" '^\{"methods":\["email"\]\}$'
told 'nonsense' '{"event":"ping"}' '{"event":"newer","x":1}' '{"event":"send"}' "$(order same jan@example.org)" "$(order same jan@example.org)" \
	"$(order other jan@example.org)" | sed 1d >"$BED/same" &
wait_for grep -q '"other"' "$BED/told"
is 'what makes no sense is passed over, and an order that comes twice is one' "$(grep -c '"id":"same"' "$BED/told")" 1
kill "$(pgrep -f "mfad.py $BED/false.sock")" 2>/dev/null
wait $! 2>/dev/null
is 'each was sent once' $(($(messages) - before)) 2
message=$(tr -d '\r' <"$MAIL/$(messages).eml")
like 'a code is in the first line' "$(sed -n '/^This\|^482913/,$p' <<<"$message" | head -n 1)" '^482913 is uw code'
unlike 'and not in the subject' "$(grep '^Subject' <<<"$message")" '482913'
like 'who, to what' "$message" '^Account: jan$'
like 'from where' "$message" '^Vanaf adres: 192\.0\.2\.7$'
unlike 'there is no link in it' "$message" '://'
start_sender
heard_sender

# --- one sender ---------------------------------------------------------------------------------------

first=$SENDER_PID
start_sender
log_like 'a second one is refused' 'a second mfa-sender was refused'
log_like 'and says so' 'mfad has another mfa-sender'
try email jan@example.org
came 'the first goes on' 0 'Sent'
stop_sender
SENDER_PID=$first
log_mark
kill -KILL "$SENDER_PID"
log_like 'killed: mfad sees it' 'mfa-sender no longer listens'
is 'mfa_sender_up' "$(metric mfa_sender_up)" 0
try email jan@example.org
came 'nothing is sent' 1 'No mfa-sender listens'
start_sender
ok 'and again' heard_sender
try email jan@example.org
came 'it is sent' 0 'Sent'

# mfad goes and comes.
log_mark
kill_mfad
start_mfad || bail 'mfad does not start'
ok 'a new mfad is found' heard_sender
try email jan@example.org
came 'it is sent' 0 'Sent'
stop_sender

# It stops while it waits to try again: whoever waits for it is told the truth.
echo 'grey rcpt 451 4.7.1 Please come back later' >"$MAIL/answers"
start_sender
heard_sender
mfa-admin test-send email grey@example.org </dev/null >"$BED/stopped" 2>&1 &
stopped=$!
wait_for grep -q 'Not taken yet' "$BED/stopped"
stop_sender
wait "$stopped"
is 'stopped before it was taken: not sent' $? 1
like 'says so' "$(cat "$BED/stopped")" 'Failed: it was not sent'

# --- a server elsewhere: TLS, and a password --------------------------------------------------------------

certificate "$TLS"
start_mail 2526 "$TLS" "$TLS/cert.pem" "$TLS/key.pem"
secrets 'email_password = right horse'
write_conf '[email]' 'server = smtp://localhost:2526' 'tls = required' 'from = mfa@example.org' 'user = mfa'
kill -HUP "$MFAD_PID"

start_sender
heard_sender
try email jan@example.org
came 'a certificate that nobody vouches for' 1 'reason: certificate'
is 'no word of a password to that server' "$(grep -c AUTH "$TLS/heard")" 0
stop_sender
trust "$TLS"
start_sender
heard_sender
try email jan@example.org
came 'with TLS and a password' 0 'Sent'
like 'the server has seen both' "$(cat "$TLS/heard")" '^DATA tls login$'
stop_sender
secrets 'email_password = wrong horse'
start_sender
heard_sender
try email jan@example.org
came 'a wrong password' 1 'reason: login'
unlike 'which is shown to nobody' "$SCREEN" 'horse'
stop_sender

write_conf '[email]' 'server = smtp://127.0.0.1:2525' 'tls = required' 'from = mfa@example.org'
rm "$SECRETS"
start_sender
heard_sender
before=$(messages)
try email jan@example.org
came 'TLS is demanded and not there' 1 'reason: no-tls'
is 'and nothing was sent' "$(messages)" "$before"
stop_sender
write_conf '[email]' 'server = smtp://127.0.0.1:2599' 'from = mfa@example.org'
start_sender
heard_sender
mfa-admin test-send email jan@example.org </dev/null >"$BED/absent" 2>&1 &
absent=$!
ok 'nobody listens there: it tries again' wait_for grep -q 'reason: connection' "$BED/absent"
kill "$absent"
stop_sender

# --- what is missing ------------------------------------------------------------------------------------------

fails_to_start() {
	local name=$1
	shift
	log_mark
	not_ok "$name" timeout 20 mfa-sender --socket "$SOCKET" "$@"
}
write_conf '[email]' 'server = smtp://localhost:2526' 'tls = required' 'from = mfa@example.org' 'user = mfa'
fails_to_start 'a user without a password'
log_like 'which it says' 'email_password is missing'
secrets 'email_password = right horse'
chmod 644 "$SECRETS"
fails_to_start 'passwords that everybody can read'
log_like 'which it says' "others can't read"
chmod 600 "$SECRETS"
fails_to_start 'passwords that it can not read'
rm "$SECRETS"
write_conf
fails_to_start 'nothing to send by'
log_like 'which it says' 'there is nothing to send by'
fails_to_start 'no configuration' --config /nonexistent
fails_to_start 'an argument' please

unlike 'no log has an address, a code or a password' "$(cat "$BED/syslog" "$BED/sender.out" "$BED/mfad.out")" \
	'jan@|grey@|horse|none@'
done_testing
