#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# mfad itself: reload, end, the sockets of systemd, what it gives up, and what
# users' own programs may ask of it.
. "${BASH_SOURCE[0]%/*}/lib.sh"

ready alice bob
pam_service code 'auth required pam_mfa.so'
mfa_uid=$(id -u _mfa) mfa_gid=$(id -g _mfa)

# local_try USER ANSWER...: sign-in by a program of the user's own.
local_try() {
	STATUS=0
	SCREEN=$(as "$1" "$HELPERS/signin" code "$@" 2>&1) || STATUS=$?
}

# --- reload --------------------------------------------------------------------

pam_try code carol 123456
denied 'unenrolled = deny'
write_conf '[policy]' 'unenrolled = allow'
pam_try code carol 123456
denied 'a change does nothing by itself'
log_mark
kill -HUP "$MFAD_PID"
log_like 'SIGHUP: it was read again' 'mfad.*reload.*read again'
pam_try code carol
accepted 'and holds'
write_conf '[policy]' 'unenrolled = perhaps'
log_mark
kill -HUP "$MFAD_PID"
log_like 'SIGHUP with a mistake: the log has file and line' "mfad.*config.*$CONF:6"
log_like 'and says that the old one stays' 'mfad.*reload.*stays as it was'
pam_try code carol
accepted 'it does'
rm "$CONF"
log_mark
kill -HUP "$MFAD_PID"
log_like 'SIGHUP without a file' 'mfad.*reload.*stays as it was'
pam_try code alice "$(code_now alice)"
accepted 'it goes on'
write_conf
sed -i 's/mfa\.db/other.db/' "$CONF"
log_mark
kill -HUP "$MFAD_PID"
log_like 'SIGHUP with another store' 'mfad.*reload.*needs a restart'
tick
pam_try code alice "$(code_now alice)"
accepted 'the one it has is kept'
not_ok 'no other was made' test -e /var/lib/mfa/other.db
write_conf
pid=$MFAD_PID
for _ in 1 2 3 4 5 6 7 8; do
	kill -HUP "$MFAD_PID"
done
tick
pam_try code alice "$(code_now alice)"
accepted 'many at once do no harm'
ok 'it is the same process' kill -0 "$pid"

# --- its log, on standard error as well ------------------------------------------

is 'nothing of the log is on standard error' "$(grep -c 'event=' "$BED/mfad.out")" 0
stop_mfad
"$TOP/tests/default-signals" mfad --config "$CONF" --socket "$SOCKET" --stderr </dev/null >"$BED/stdout" 2>"$BED/stderr" &
MFAD_PID=$!
disown
wait_for listening "$SOCKET.root"
log_mark
kill -HUP "$MFAD_PID"
log_like '--stderr: the log has it' 'mfad.*reload.*read again'
ok 'standard error, too' wait_for grep -qE 'reload.*read again' "$BED/stderr" || diag "$(cat "$BED/stderr")"
is 'standard output has nothing' "$(cat "$BED/stdout")" ''
stop_mfad
start_mfad || bail 'mfad does not start again'
pid=$MFAD_PID

# --- end -----------------------------------------------------------------------

# A prompt waits; the daemon is told to end; others come meanwhile.
cat >"$BED/meanwhile" <<END
kill -TERM $MFAD_PID
until setpriv --reuid bob --regid bob --clear-groups "$HELPERS/signin" code bob | grep UNAVAIL; do
	read -rt 0.01 <>"$BED/never"
done
kill -0 $MFAD_PID && echo draining
"$HELPERS/signin" code bob $(code_now bob)
END
tick
log_mark
on_pty pamtester code alice authenticate < <(
	printf 'expect code: \nrun bash %s >%s 2>&1\nsend %s\n' \
		"$BED/meanwhile" "$BED/said" "$(code_now alice)")
is 'SIGTERM while a prompt waits: it can be answered' "$STATUS" 0
like 'the daemon waited for that' "$(cat "$BED/said")" '^draining$'
like 'nobody new was let in at the sockets' "$(cat "$BED/said")" '^PAM_AUTHINFO_UNAVAIL 1$'
like 'but root was served by a helper' "$(cat "$BED/said")" '^PAM_SUCCESS 1$'
ok 'then it ends' wait_for ended "$pid"
log_like 'and says so' 'mfad.*stop.*has ended'
MFAD_PID=''
pam_try code alice "$(code_now alice)"
denied 'the code was used'

# --- two of them ---------------------------------------------------------------

start_mfad
STATUS=0
mfad --config "$CONF" --socket "$SOCKET" </dev/null >/dev/null 2>&1 || STATUS=$?
is 'a second one does not start' "$STATUS" 1
tick
local_try alice "$(code_now alice)"
accepted 'and leaves the first its sockets'
for arguments in --nonsense 'surplus' '--config'; do
	STATUS=0
	# shellcheck disable=SC2086
	mfad $arguments >/dev/null 2>&1 || STATUS=$?
	is "mfad $arguments" "$STATUS" 2
done

# --- what it gives up ----------------------------------------------------------

status_of() { sed -n "s/^$2:[[:space:]]*//p" "$1" | tr -s '[:space:]' ' ' | sed 's/ $//'; }
# no_way_back NAME FILE: a copy of /proc/PID/status.
no_way_back() {
	is "$1: all its uids" "$(status_of "$2" Uid)" "$mfa_uid $mfa_uid $mfa_uid $mfa_uid"
	is "$1: all its gids" "$(status_of "$2" Gid)" "$mfa_gid $mfa_gid $mfa_gid $mfa_gid"
	is "$1: no other group" "$(status_of "$2" Groups | sed "s/^$mfa_gid$//")" ''
	is "$1: no capability" "$(for set in CapPrm CapEff CapInh CapAmb; do
		status_of "$2" $set; done | tr -d '0\n')" ''
	is "$1: and none by setuid programs" "$(status_of "$2" NoNewPrivs)" 1
}
# closed NAME PID: its memory is nobody's to read, not even its own user's.
closed() {
	is "$1: not dumpable" "$(stat -c %U "/proc/$2/stat")" root
	like "$1: no core file" "$(cat "/proc/$2/limits")" '^Max core file size +0 +0 '
	local file
	for file in mem maps environ; do
		not_ok "$1: its user can't read $file" as _mfa head -c 1 "/proc/$2/$file"
	done
}

cp "/proc/$MFAD_PID/status" "$BED/status"
no_way_back 'started as root' "$BED/status"
closed 'started as root' "$MFAD_PID"
is 'its only open files are its own' "$(find "/proc/$MFAD_PID/fd" -lname '/etc/shadow' -o -lname '/root/*')" ''
stop_mfad

tick
on_pty pamtester code alice authenticate < <(
	printf 'expect code: \nrun pid=$(pgrep -x mfad); cp /proc/$pid/status %s; stat -c %%U /proc/$pid/stat >%s\nsend %s\n' \
		"$BED/status" "$BED/owner" "$(code_now alice)")
is 'a helper' "$STATUS" 0
no_way_back 'a helper' "$BED/status"
is 'a helper: not dumpable' "$(cat "$BED/owner")" root

sed -i.kept '/^_mfa:/d' /etc/passwd
log_mark
not_ok 'without a user _mfa it does not start' start_mfad
log_like 'and says so' 'user=_mfa msg="there is no such user'
tick
pam_try code alice "$(code_now alice)"
denied 'nor does a helper'
cp /etc/passwd.kept /etc/passwd

# --- sockets that are handed over ----------------------------------------------

activate() {
	"$HELPERS/activate" _mfa "$SOCKET" mfad --config "$CONF" --socket "$SOCKET" \
		</dev/null >>"$BED/mfad.out" 2>&1 &
	MFAD_PID=$!
	disown
	wait_for up_or_ended
}
log_mark
activate
log_like 'sockets from elsewhere: it starts' 'mfad.*start.*ready'
cp "/proc/$MFAD_PID/status" "$BED/status"
no_way_back 'started as _mfa' "$BED/status"
closed 'started as _mfa' "$MFAD_PID"
pam_try code alice "$(code_now alice)"
accepted 'root signs in'
tick
local_try alice "$(code_now alice)"
accepted 'so does a user'
like 'no helper was there' "$(pgrep -cx mfad)" '^1$'
ok "an administrator is served" mfa-admin --json show alice
stop_mfad
ok 'at its end the sockets stay: they are not its own' test -S "$SOCKET" -a -S "$SOCKET.root"
activate
tick
local_try alice "$(code_now alice)"
accepted 'and again'
STATUS=0
as alice "$HELPERS/signin" code alice </dev/null >/dev/null 2>&1 || :
readonly CONNECT='socket(my $s, AF_UNIX, SOCK_SEQPACKET, 0) or exit 1;
	connect($s, sockaddr_un($ARGV[0])) or exit 1'
ok 'others may connect to their socket' as alice perl -MSocket -e "$CONNECT" "$SOCKET"
not_ok "but not to root's" as alice perl -MSocket -e "$CONNECT" "$SOCKET.root"
stop_mfad
rm -f "$SOCKET" "$SOCKET.root"

# --- users' own programs -------------------------------------------------------

start_mfad
tick
log_mark
STATUS=0
SCREEN=$(as alice "$HELPERS/signin" -r 192.0.2.7 code alice "$(code_now alice)") || STATUS=$?
accepted "alice's own program"
log_like 'what it says is logged as a claim' "mfad.*user=alice.*claimed_service=code.*claimed_rhost=192\.0\.2\.7"
log_like 'with its uid' "mfad.*user=alice.*peer_uid=$(id -u alice)"
log_unlike 'and as nothing else' 'mfad.* (service|rhost)='
like 'the account, too, has it as a local one' "$(mfa-admin show alice)" ' local:code '

wrong=$(wrong_code alice)
unlock alice
tick
local_try alice "$wrong" "$wrong" "$wrong"
local_try alice "$wrong" "$wrong" "$wrong"
local_try alice "$(code_now alice)"
denied 'wrong codes by her own programs make them wait'
like 'and they are told so' "$SCREEN" 'Too many wrong codes'
pam_try code alice "$(code_now alice)"
accepted 'but not her ssh'
# Others: one that was wrong before is no new guess.
tick
wrong=$(wrong_code alice)
pam_try code alice "$wrong" "$wrong" "$wrong"
unlock alice
pam_try code alice "$wrong" "$wrong" "$wrong"
pam_try code alice "$wrong"
tick
local_try alice "$(code_now alice)"
accepted 'four wrong codes by ssh; her own program is right'
pam_try code alice "$(wrong_code alice)"
tick 0
pam_try code alice "$(code_now alice 1)"
denied 'which clears nothing: the fifth makes ssh wait'
like 'and it is told so' "$SCREEN" 'Too many wrong codes'
unlock alice

# The uid that everybody has whom a namespace does not know.
usermod -o -u 65534 carol 2>/dev/null
enrol carol
pam_try code carol "$(code_now carol)"
accepted 'an account with the overflow uid: on the word of root'
tick
log_mark
local_try carol "$(code_now carol)"
denied 'not on its own'
pam_try code carol "$(code_now carol)"
accepted 'and the code was not looked at'

done_testing
