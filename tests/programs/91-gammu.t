#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Codes by text message through Gammu's SMS daemon, as far as its folder: there is no modem. And smstools' example, which
# needs no more than a folder.
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/../e2e/sender.sh"

needs gammu-smsd-inject
readonly EXAMPLES=/usr/local/share/doc/pam-mfa/examples/sms-command
readonly SPOOL=$BED/spool

chmod a+rx "$BED"
for folder in inbox outbox sent error outgoing; do install -d -m 2770 -g _mfa-call "$SPOOL/$folder"; done
chmod a+rx "$SPOOL"
cat >/etc/gammu-smsdrc <<CONF
[gammu]
device = /dev/null
connection = at
[smsd]
service = files
logfile = syslog
inboxpath = $SPOOL/inbox/
outboxpath = $SPOOL/outbox/
sentsmspath = $SPOOL/sent/
errorsmspath = $SPOOL/error/
CONF
chmod 644 /etc/gammu-smsdrc
for example in gammu smstools; do install -m 755 "$EXAMPLES/$example" "/usr/local/bin/send-$example"; done
sed -i "s|/var/spool/sms/outgoing|$SPOOL/outgoing|" /usr/local/bin/send-smstools

write_conf
new_store || bail 'mfa-admin init failed'
start_mfad || bail 'mfad does not start'

# by COMMAND: mfa-sender and who runs that for it.
by() {
	[ -z "${SENDER_PID-}" ] || { stop_sender; kill "$RUNNER_PID"; wait_for ended "$RUNNER_PID"; }
	write_conf '[sms]' "command = $1" 'numbers = +316' 'country = 31'
	log_mark
	kill -HUP "$MFAD_PID"
	wait_for log_has 'event=reload'
	"$TOP/tests/default-signals" mfa-sender --commands </dev/null >>"$BED/sender.out" 2>&1 &
	RUNNER_PID=$!
	disown
	wait_for listening /run/mfa/command.sock
	start_sender
	heard_sender
}

by /usr/local/bin/send-gammu
try sms '06-12 34 56 78'
came 'Gammu has it' 0 'Sent: the other side has taken it'
message=$(find "$SPOOL/outbox" -type f)
like 'for its number' "$message" '\+31612345678'
like 'its text' "$(tr -d '\0' <"$message")" 'A test from bed: codes can be sent to this number\.'
like 'as one message' "$(wc -l <<<"$message")" '^1$'
is "which its daemon's group can read" "$(stat -c '%A %G' "$message" | cut -c 5,11-)" 'r _mfa-call'
chmod 2550 "$SPOOL/outbox"
try sms '06-12 34 56 79'
is 'a folder that it can not write: not sent' "$STATUS" 1

by /usr/local/bin/send-smstools
try sms '06-12 34 56 78'
came 'smstools has it' 0 'Sent'
message=$(find "$SPOOL/outgoing" -type f)
is 'as smsd reads it' "$(cat "$message")" \
	"$(printf 'To: 31612345678\nAlphabet: UTF-8\n\nA test from bed: codes can be sent to this number.')"
unlike 'under a name that it looks at' "${message##*/}" '^\.'
rm -rf "$SPOOL/outgoing"
try sms '06-12 34 56 78'
is 'a folder that is not there: not sent' "$STATUS" 1
stop_sender
done_testing
