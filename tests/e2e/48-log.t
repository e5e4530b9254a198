#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A log that nobody reads: sign-ins go on, and leave nothing behind; what was dropped is counted; mfad and its tools
# end.
. "${BASH_SOURCE[0]%/*}/lib.sh"

readonly MANY=80	# more than one user's seats, and more lines than a queue has
ready alice bob
pam_service code 'auth required pam_mfa.so'
pam_service helper "auth required pam_mfa.so socket=$BED/none"
logs() { pgrep -f "^$HELPERS/syslogd /dev/log" | head -n 1; }
sink=$(logs)
is_stopped() { grep -q '^State:.T' "/proc/$sink/status"; }
# Until the kernel takes no more for who does not read.
# shellcheck disable=SC2016
stop_log() {
	kill -STOP "$sink"
	wait_for is_stopped
	perl -e 'use Socket; socket(my $s, AF_UNIX, SOCK_DGRAM, 0) or die; connect($s, pack_sockaddr_un("/dev/log")) or die;
		while (defined send($s, "<86>full", MSG_DONTWAIT)) {} exit !$!{EAGAIN}'
}
threads() { find "/proc/$MFAD_PID/task" -mindepth 1 -maxdepth 1 | wc -l; }

pam_try code bob "$(code_now bob)"
accepted 'the log is read: a sign-in'
log_mark
ok 'then it is not' stop_log
before=$(threads)
tick
pam_try code bob "$(code_now bob)"
accepted 'the log is not read: a sign-in'
busy=0
for ((i = 0; i < MANY; i++)); do
	SCREEN=$(as alice "$HELPERS/signin" code alice 1 2 3 2>&1)
	[[ $SCREEN != *'Too many sign-ins'* ]] || busy=$((busy + 1))
done
is "no program of a user's own is turned away" $busy 0
# Some wait at the door for the next one.
is 'no thread stays with each' $(($(threads) - before < MANY / 2)) 1
tick
pam_try helper bob "$(code_now bob)"
accepted 'a helper: a sign-in'
wait_for gone mfad
is 'and it ends' "$(pgrep -x mfad)" "$MFAD_PID"
ok 'a tool ends, too' mfa-admin unlock bob
kill -CONT "$sink"
log_like 'what waited is written when it is read again' 'mfad.*event=signin result=denied user=alice'
# The helper's is lost: it has ended.
is 'once' "$(log_text | grep -c 'event=signin result=ok user=bob')" 1

# More than the queue holds.
stop_log || bail 'the log is still read'
judged=0
for ((i = 0; i < 100 && judged < 700; i++)); do
	# Who is turned away at the door leaves no line.
	judged=$((judged + $(as alice "$HELPERS/signin" -n 50 code alice 1 2 3 2>&1 | sed -n 's/^PAM_MAXTRIES //p')))
done
is 'more sign-ins than the queue has lines' $((judged >= 700)) 1
kill -CONT "$sink"
log_like 'what was dropped is counted' 'mfad.*event=log dropped=[0-9]+'
pam_try code alice "$(code_now alice)"
accepted 'a sign-in after that'
log_like 'and its line' 'event=signin result=ok user=alice'

stop_log || bail 'the log is still read'
pam_try code bob "$(code_now bob 1)"
kill "$MFAD_PID"
ok 'SIGTERM ends mfad' wait_for ended "$MFAD_PID"
kill -CONT "$sink"

# With sockets that are systemd's people go on to connect while it ends, which takes a moment: the log is not read.
log_mark
# shellcheck disable=SC2016
"$TOP/tests/default-signals" bash -c '"$@"; echo "ended with $?" >"$BED/how"' - \
	"$HELPERS/activate" _mfa "$SOCKET" mfad --config "$CONF" --socket "$SOCKET" </dev/null >"$BED/mfad.out" 2>&1 &
disown
ok 'with sockets that were handed over' wait_for log_has 'is ready'
MFAD_PID=$(pgrep -x mfad)
tick 3
pam_try code bob "$(code_now bob)"
accepted 'a sign-in'
stop_log || bail 'the log is still read'
# shellcheck disable=SC2016
as alice perl -MSocket -MErrno -e '$SIG{PIPE} = "IGNORE";
	while (kill 0, $ARGV[1] or $!{EPERM}) {
		socket(my $s, AF_UNIX, SOCK_SEQPACKET, 0);
		connect($s, pack_sockaddr_un($ARGV[0])) and close $s;
	}' "$SOCKET" "$MFAD_PID" &
knocks=$!
kill "$MFAD_PID"
wait_for test -s "$BED/how"
kill -CONT "$sink"
is 'SIGTERM ends mfad while people knock' "$(cat "$BED/how")" 'ended with 0'
wait "$knocks"
MFAD_PID=''

# What a tool's child, which has the store, could not send at once is written before it ends.  Somebody who reads the
# store makes it say something.
echo 'a long phrase for tests 48' >"$BED/phrase"
chmod 600 "$BED/phrase"
ok 'a backup' mfa-admin --passphrase-file "$BED/phrase" backup /root/backup </dev/null
wait_for gone mfad
start_mfad || bail 'mfad does not start'
stop_mfad
coproc READER { sqlite3 -cmd '.dbconfig no_ckpt_on_close on' "$STORE" >"$BED/reader"; }
# shellcheck disable=SC2153
echo "BEGIN; SELECT count(*) || ' entries' FROM entry;" >&"${READER[1]}"
wait_for grep -q 'entries$' "$BED/reader" || bail 'sqlite3 does not read'
log_mark
# Who is traced can't be looked through for leaks.
ok 'a restore that can send nothing at first' env "ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0" strace -f -qq -o "$BED/trace" -e trace=sendto \
	-e inject=sendto:error=EAGAIN:when=1..5 \
	mfa-admin --passphrase-file "$BED/phrase" --replace restore /root/backup </dev/null
ok 'as it was' grep -q 'mfad\|mfa-admin.*INJECTED' "$BED/trace"
log_like 'what its child had to say' "mfa-admin.*event=store .*can't be marked as in use"
log_like 'and it itself' 'mfa-admin.*event=restore result=ok'
is 'once each' "$(log_text | grep -cE "can't be marked|event=restore")" 2
echo '.quit' >&"${READER[1]}"
wait "$READER_PID"

done_testing
