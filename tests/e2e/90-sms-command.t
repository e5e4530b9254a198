#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Text messages by a command: what it is given, as whom it runs, and what its end says.
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/sender.sh"

readonly OUT=$BED/commands COMMAND=/usr/local/bin/send-text COMMAND_SOCKET=/run/mfa/command.sock
chmod a+rx "$BED"
install -d -o _mfa-call "$OUT"

# By the last digit of the number.
cat >"$COMMAND" <<SCRIPT
#!/bin/bash
exec 3>>"$OUT/log"
printf 'run %s %s\n' "\$(id -un)" "\$*" >&3
printf 'text %s\n' "\$(cat)" >&3
case \$1 in
*1) echo 'no credit left'; exit 1 ;;
*2) [ -e "$OUT/again" ] || { touch "$OUT/again"; exit 75; } ;;
*3) kill -SEGV \$\$ ;;
*4) (trap '' TERM; sleep 1000) & sleep 1000 ;;
*5) (sleep 1001 &) ;;
*6) env >&3; ls -l /proc/self/fd | wc -l >&3; pwd >&3; umask >&3; cat /etc/mfa/sender.conf /etc/mfa/master.key >&3 ;;
*7) head -c 100000 /dev/zero | tr '\0' x ;;
*8) until [ -e "$OUT/go" ]; do sleep 0.05; done ;;
esac
exit 0
SCRIPT
chmod 755 "$COMMAND"
runs() { grep -c '^run' "$OUT/log"; }

write_conf '[sms]' "command = $COMMAND" 'numbers = +316' 'country = 31'
new_store || bail 'mfa-admin init failed'
start_mfad || bail 'mfad does not start'
secrets 'sms_key = not for commands'
start_sender
heard_sender

# Nobody runs commands yet: it waits for that.
mfa-admin test-send sms +31612345600 </dev/null >"$BED/waits" 2>&1 &
waits=$!
ok 'nobody runs it: tried again' wait_for grep -q 'reason: mfa-command' "$BED/waits"
"$TOP/tests/default-signals" mfa-sender --commands </dev/null >>"$BED/sender.out" 2>&1 &
RUNNER_PID=$!
disown
ok 'and when somebody does' wait "$waits"
like 'it is sent' "$(cat "$BED/waits")" '^Sent'
is 'who runs it is not root' "$(ps -o user= -p "$RUNNER_PID" | tr -d ' ')" _mfa-call
is 'mfa-sender alone may ask' "$(stat -c '%U %a' "$COMMAND_SOCKET")" '_mfa-sender 600'
is 'the number is its argument, as a user of its own' "$(grep '^run' "$OUT/log")" 'run _mfa-call +31612345600'
is 'the text its input' "$(grep '^text' "$OUT/log")" 'text A test from bed: codes can be sent to this number.'

try sms +31612345601
came 'it fails' 1 'Failed: it was not sent'
like 'and says why' "$SCREEN" 'answer: no credit left'
try sms +31612345602
came 'not now (75)' 0 'Not taken yet'
like 'and then' "$SCREEN" 'Sent'
try sms +31612345603
came 'it crashes' 9 'reason: signal'
before=$(runs)
try sms +31612345604
came 'it takes too long' 9 'reason: time-out'
is 'it was started once' $(($(runs) - before)) 1
# Which runs, that is: who has ended may not have been waited for yet.
none_left() { ! pgrep -u _mfa-call -r D,R,S sleep; }
ok 'and nothing of it is left' wait_for none_left
try sms +31612345605
came 'it leaves something behind' 0 'Sent'
ok 'which ends with it' wait_for none_left
: >"$OUT/log"
try sms +31612345606
came 'what it sees' 0 'Sent'
unlike 'neither key nor passwords' "$(cat "$OUT/log")" 'not for commands|MFA'
is 'nothing of the environment but this' "$(grep -E '^[A-Z_]+=' "$OUT/log" | grep -vE '^(_|PWD|SHLVL|PATH|LC_ALL)=')" ''
like 'in no folder of ours, with a mask for its group' "$(cat "$OUT/log")" '^0007$'
try sms +31612345607
came 'it says a lot' 0 'Sent'

# Eight at once, and the others wait.
: >"$OUT/log"
waiting=()
for _ in {1..10}; do
	mfa-admin test-send sms +31612345608 </dev/null >/dev/null 2>&1 &
	waiting+=($!)
done
eight() { [ "$(runs)" = 8 ]; }
ok 'eight run at once' wait_for eight
touch "$OUT/go"
worst=0
for pid in "${waiting[@]}"; do wait "$pid" || worst=$?; done
is 'all ten are sent' "$worst" 0
is 'each once' "$(runs)" 10

# Which command it is stands in mfa.conf; whoever may not ask is not served.
not_ok 'nobody else gets at the socket' as alice "$HELPERS/silent" "$COMMAND_SOCKET"
before=$(runs)
# seqpacket TEXT: what is answered to a packet.
seqpacket() {
	/usr/bin/python3 -c 'import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.connect(sys.argv[1])
s.send(sys.argv[2].encode())
print(s.recv(4096).decode())' "$COMMAND_SOCKET" "$1"
}
for packet in '{"number":"+32475123456","text":"hello"}' '{"number":"-rf","text":"hello"}' '{"number":"+31612345600;id","text":"x"}' \
	'{"number":"+31612345600"}' '{"text":"x"}' 'nonsense' "{\"number\":\"+31612345600\",\"text\":\"$(head -c 600 /dev/zero | tr '\0' x)\"}"; do
	is "not run: ${packet:0:40}" "$(seqpacket "$packet")" ''
done
is 'none of these was' "$(runs)" "$before"
stop_sender

log_mark
not_ok 'no command in mfa.conf' timeout 20 mfa-sender --commands --config <(write_conf; cat "$CONF")
kill "$RUNNER_PID" && wait_for ended "$RUNNER_PID"
write_conf '[sms]' 'command = /nonexistent' 'numbers = +316'
kill -HUP "$MFAD_PID"
"$TOP/tests/default-signals" mfa-sender --commands </dev/null >>"$BED/sender.out" 2>&1 &
RUNNER_PID=$!
disown
start_sender
heard_sender
try sms +31612345600
came 'a command that is not there' 1 'reason: not-started'
stop_sender
kill "$RUNNER_PID"
not_ok 'both ways to run it' mfa-sender --command --commands
unlike 'no log has a number or a text' "$(cat "$BED/syslog" "$BED/sender.out" "$BED/mfad.out")" '316123456|codes can be sent'
done_testing
