# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2034
# For the end-to-end tests: TAP, and what they do over and over.  A test starts with
#
#	. "${BASH_SOURCE[0]%/*}/lib.sh"
#
# which runs it again inside the bed (tests/e2e/bed) if it is not there yet.
# After a sign-in, $SCREEN is what its user saw and $STATUS how it ended.

if [ -z "${MFA_BED-}" ]; then
	exec "${BASH_SOURCE[0]%/*}/bed" "$(realpath --relative-to="${BASH_SOURCE[0]%/*}/../.." "$0")" "$@"
fi

set -u

readonly CONF=/etc/mfa/mfa.conf
readonly STORE=/var/lib/mfa/mfa.db
readonly SOCKET=/run/mfa/mfad.sock
readonly PORT=2222
readonly STEP=30
# How long a busy machine may take for what comes in an instant on one that is not, in seconds.
readonly PATIENCE=${PATIENCE:-30}
SCREEN='' STATUS=0 MFAD_PID=''

# --- TAP ---------------------------------------------------------------------

tests=0 failures=0

diag() { printf '%s\n' "$*" | sed 's/^/# /' >&2; }

# report NAME WORKED: one line of TAP.
report() {
	tests=$((tests + 1))
	if [ "$2" = 0 ]; then
		echo "ok $tests - $1"
	else
		echo "not ok $tests - $1"
		failures=$((failures + 1))
		diag "failed at ${BASH_SOURCE[2]##*/} line ${BASH_LINENO[1]}: $1"
	fi
	return "$2"
}

pass() { report "$1" 0; }
fail() { report "$1" 1; }

# ok NAME COMMAND...: the command succeeds.
ok() {
	local name=$1 status=0
	shift
	"$@" >&2 || status=$?
	report "$name" $((status != 0)) || diag "ended with status $status: $*"
	return $((status != 0))
}

# not_ok NAME COMMAND...: the command fails.
not_ok() {
	local name=$1 status=0
	shift
	! "$@" >/dev/null 2>&1 || status=1
	report "$name" "$status" || diag "did not fail: $*"
	return "$status"
}

# is NAME GOT WANT
is() {
	if [ "$2" = "$3" ]; then
		report "$1" 0
	else
		report "$1" 1
		diag "got:  $2"
		diag "want: $3"
		return 1
	fi
}

# like NAME TEXT REGEX (extended, as grep -E)
like() {
	if printf '%s\n' "$2" | grep -qE -e "$3"; then
		report "$1" 0
	else
		report "$1" 1
		diag "got: $2"
		diag "not like: $3"
		return 1
	fi
}

# unlike NAME TEXT REGEX
unlike() {
	if ! printf '%s\n' "$2" | grep -qE -e "$3"; then
		report "$1" 0
	else
		report "$1" 1
		diag "got: $2"
		diag "yet like: $3"
		return 1
	fi
}

skip() { tests=$((tests + 1)); echo "ok $tests # SKIP $1"; }

bail() { echo "Bail out! $*"; exit 1; }

# bash calls this; also where a test looks at nothing but the command's output.
command_not_found_handle() {
	echo "$1" >>"$BED/missing"
	echo "$1 is not installed" >&2
	return 127
}

done_testing() {
	echo "1..$tests"
	[ "$failures" = 0 ] || diag "$failures of $tests failed"
	[ ! -s "$BED/missing" ] || diag "not installed: $(sort -u "$BED/missing" | xargs); tests/packages check sees to it"
	exit $((failures > 0))
}

# --- waiting: for something to be seen, never for time to pass ---------------

# wait_for COMMAND...: until it succeeds; fails when patience ends.
wait_for() {
	local deadline=$((SECONDS + PATIENCE))

	until "$@" 2>/dev/null; do
		if [ $SECONDS -ge $deadline ]; then
			diag "waited $PATIENCE s in vain for: $*"
			return 1
		fi
		read -rt 0.01 <>"$BED/never" || :
	done
}
[ -p "$BED/never" ] || mkfifo "$BED/never"

# --- the log -----------------------------------------------------------------

LOG_FROM=0

# What was logged since log_mark, all of it: the sink has answered.
log_text() {
	[ -p "$BED/sync" ] || mkfifo "$BED/sync"
	logger "SYNC $BED/sync"
	cat "$BED/sync"
	tail -c "+$((LOG_FROM + 1))" "$BED/syslog"
}
log_mark() {
	log_text >/dev/null
	LOG_FROM=$(stat -c %s "$BED/syslog")
}
log_has() { log_text | grep -qE -e "$1"; }

# log_like NAME REGEX: logged since log_mark, or about to be.
log_like() {
	if wait_for log_has "$2"; then
		report "$1" 0
	else
		report "$1" 1
		diag "log: $(log_text | tail -n 12)"
		diag "has no: $2"
		return 1
	fi
}
log_unlike() { unlike "$1" "$(log_text)" "$2"; }

# --- time and codes ----------------------------------------------------------

secret_of() {
	case $1 in
	alice) echo GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ ;;
	bob) echo JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP ;;
	*) echo KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU ;;
	esac
}

now() { cat "$BED/clock"; }
# In place, by one write: nobody reads half a number, and its owner stays.
set_clock() { printf '%s\n' "$1" >"$BED/clock.new" && mv "$BED/clock.new" "$BED/clock"; }
tick() { set_clock $(($(now) + ${1:-1} * STEP)); }

# code_now USER [STEPS]: of now, or so many steps off; by oathtool, which shares no code with us.
code_now() { oathtool --totp -b "$(secret_of "$1")" --now "@$(($(now) + ${2:-0} * STEP))"; }

# A code that is right at no time near now.
wrong_code() {
	local guess near

	near=$(for step in -3 -2 -1 0 1 2 3; do code_now "$1" $step; done)
	for guess in $(seq -f %06.0f $(($(now) / STEP * 4 % 999990)) $(($(now) / STEP * 4 % 999990 + 3))); do
		case $near in
		*"$guess"*) ;;
		*) echo "$guess" && return ;;
		esac
	done
}

# --- mfad and its store ------------------------------------------------------

# write_conf [LINE]...: the least that works, and these.
write_conf() {
	{
		printf '[store]\nurl = sqlite://%s\n' "$STORE"
		printf '[seal]\nkey_file = /etc/mfa/master.key\n'
		[ $# = 0 ] || printf '%s\n' "$@"
	} >"$CONF"
	chmod 644 "$CONF"
}

new_store() {
	rm -f "$STORE" "$STORE"-* /etc/mfa/master.key
	mfa-admin --config "$CONF" init </dev/null >/dev/null
}

# enrol USER...: with the secret of secret_of.
enrol() {
	local user

	for user; do
		printf '%s\totpauth://totp/Bed:%s?secret=%s&issuer=Bed\n' \
			"$user" "$user" "$(secret_of "$user")"
	done >"$BED/import"
	mfa-admin --config "$CONF" import --replace "$BED/import" </dev/null >/dev/null
}

# in_store SQL: whoever ends last with the store open would fold its log back and remove it, which nobody else could tell
# from a loss.
in_store() {
	local said

	said=$(sqlite3 -cmd '.dbconfig no_ckpt_on_close on' "$STORE" "$1") || return
	printf '%s\n' "$said" | sed 1d	# what .dbconfig says
}

unlock() { mfa-admin --config "$CONF" unlock "$1" </dev/null >/dev/null; }

# A store with these users in it, and mfad: what most tests begin with.
ready() {
	write_conf
	new_store || bail 'mfa-admin init failed'
	enrol "$@" || bail 'mfa-admin import failed'
	start_mfad || bail "mfad does not start: $(cat "$BED/mfad.out" "$BED/syslog")"
}

listening() { ss -lxH 2>/dev/null | grep -qF " $1 "; }

up_or_ended() {
	{ listening "$SOCKET" && listening "$SOCKET.root"; } || ended "$MFAD_PID"
}
# With default signals, as an init starts it; bash's "&" would have it ignore some.  Memory that it gets is not empty, so
# that what is never set does not happen to be right.
start_mfad() {
	MALLOC_PERTURB_=90 "$TOP/tests/default-signals" mfad --config "$CONF" --socket "$SOCKET" </dev/null >>"$BED/mfad.out" 2>&1 &
	MFAD_PID=$!
	disown	# or bash would remark on each that is killed
	wait_for up_or_ended
	if ! listening "$SOCKET.root"; then
		MFAD_PID=''
		return 1
	fi
}
ended() { ! kill -0 "$1"; }
end_mfad() {
	[ -n "$MFAD_PID" ] || return 0
	kill "-$1" "$MFAD_PID" 2>/dev/null
	wait_for ended "$MFAD_PID" || diag "mfad does not end by SIG$1"
	MFAD_PID=''
}
stop_mfad() { end_mfad TERM; }
kill_mfad() { end_mfad KILL; }

# No process of that name (as grep -E has it), apart from the daemon itself.
gone() { ! pgrep -x "$1" | grep -vxF "${MFAD_PID:-0}" | grep -q .; }

# --- PAM and sshd ------------------------------------------------------------

# By name, as grep -E has it, sshd and what serves its connections: since OpenSSH 9.8 programs of their own.
readonly SSHDS='sshd(-session|-auth)?'

readonly PASSWORD_THEN_CODE='auth [success=ok default=die] pam_unix.so nodelay'

# pam_service NAME LINE...: auth is these lines, the rest as plain as can be.
pam_service() {
	local name=$1
	shift
	{
		printf '%s\n' "$@"
		printf 'account required pam_unix.so\n'
		printf 'session required pam_permit.so\n'
	} >"/etc/pam.d/$name"
}

# code_services NAME...: password, then code, as conf/pam.d ships it.
code_services() {
	local name

	for name; do
		pam_service "$name" "$PASSWORD_THEN_CODE" 'auth required pam_mfa.so'
	done
}

# Refused sign-ins of an address keep it out for a while (OpenSSH 9.8 and later): here all come from one.
# Older ones don't know the word.
no_penalties() {
	! /usr/sbin/sshd -t -f /dev/null -h "$BED/host_key" -o PerSourcePenalties=no 2>/dev/null ||
		echo 'PerSourcePenalties no'
}

# start_sshd [LINE]...: lines of sshd_config that come before the usual ones.
start_sshd() {
	[ -e "$BED/host_key" ] || ssh-keygen -q -t ed25519 -N '' -f "$BED/host_key"
	echo "[127.0.0.1]:$PORT $(cut -d' ' -f1,2 "$BED/host_key.pub")" >"$BED/known_hosts"
	{
		[ $# = 0 ] || printf '%s\n' "$@"
		cat <<-SSHD
			Port $PORT
			ListenAddress 127.0.0.1
			HostKey $BED/host_key
			PidFile $BED/sshd.pid
			UsePAM yes
			UseDNS no
			KbdInteractiveAuthentication yes
			PasswordAuthentication no
			AuthorizedKeysFile /etc/ssh/keys/%u
			MaxStartups 100
			Subsystem sftp internal-sftp
		SSHD
		no_penalties
	} >"$BED/sshd_config"
	rm -f "$BED/sshd.pid"
	/usr/sbin/sshd -f "$BED/sshd_config" -E "$BED/sshd.log"
	wait_for test -s "$BED/sshd.pid" || bail 'sshd does not start'
}
no_sshd_of() { ! pgrep -f "^$SSHDS: $1" >/dev/null; }
stop_sshd() { kill "$(cat "$BED/sshd.pid")" && wait_for gone "$SSHDS"; }

SSH_OPTIONS=(-F none -o "UserKnownHostsFile=$BED/known_hosts" -o StrictHostKeyChecking=yes
	-o NumberOfPasswordPrompts=1 -o LogLevel=ERROR)

# on_pty COMMAND... <SCRIPT: sets SCREEN and STATUS.
on_pty() {
	STATUS=0
	SCREEN=$("$HELPERS/ptyrun" -t "$PATIENCE" "$@" | tr -d '\r'; exit "${PIPESTATUS[0]}") || STATUS=$?
}

# answers PASSWORD CODE...: the script of a user who is asked for them; no PASSWORD if empty.
# One more prompt than answers is a refusal.
answers() {
	local code

	[ -z "$1" ] || printf 'expect assword\nsend %s\n' "$1"
	shift
	for code; do
		printf 'expect code: \nsend %s\n' "$code"
	done
	printf 'end code: \n'
}

# ssh_try USER PASSWORD [CODE]...: in, if STATUS is 0 and SCREEN says who is in.
ssh_try() {
	local user=$1
	shift
	on_pty ssh "${SSH_OPTIONS[@]}" -p "$PORT" -o PreferredAuthentications=keyboard-interactive \
		"$user@127.0.0.1" 'echo "in as $(id -un)"' < <(answers "$@")
}

# as USER COMMAND...: as somebody else, as from a login shell of his, no PAM.
as() {
	local user=$1
	shift
	setpriv --reuid "$user" --regid "$(id -g "$user")" --init-groups --reset-env "$@"
}

# sudo_try USER PASSWORD [CODE]...: "sudo id -un" on a terminal of USER's.
sudo_try() {
	local user=$1
	shift
	on_pty setpriv --reuid "$user" --regid "$user" --init-groups \
		sudo -k sh -c 'echo "in as $(id -un)"' < <(answers "$@")
}

# su_try USER TARGET PASSWORD [CODE]...: USER becomes TARGET.
su_try() {
	local user=$1 target=$2
	shift 2
	on_pty setpriv --reuid "$user" --regid "$user" --init-groups \
		su "$target" -c 'echo "in as $(id -un)"' < <(answers "$@")
}

# entered NAME USER, refused NAME: what the last *_try came to.
entered() {
	if [ "$STATUS" = 0 ] && [[ $SCREEN == *"in as $2"* ]]; then
		report "$1" 0
	else
		report "$1" 1
		diag "status $STATUS, screen: $SCREEN"
		diag "log: $(log_text | tail -n 20)"
		return 1
	fi
}
refused() {
	if [ "$STATUS" != 0 ] && [ "$STATUS" != 124 ] && [[ $SCREEN != *'in as '* ]]; then
		report "$1" 0
	else
		report "$1" 1
		diag "status $STATUS, screen: $SCREEN"
		return 1
	fi
}

# pam_try SERVICE[,SERVICE] USER ANSWER...: signin(1) of the helpers.
pam_try() {
	STATUS=0
	SCREEN=$("$HELPERS/signin" "$@" 2>&1) || STATUS=$?
}
# accepted NAME, denied NAME: what the last pam_try came to.
accepted() { like "$1" "$SCREEN" '^PAM_SUCCESS 1$'; }
denied() {
	if [[ $SCREEN == *PAM_* && $SCREEN != *PAM_SUCCESS* ]]; then
		report "$1" 0
	else
		report "$1" 1
		diag "got: $SCREEN"
		return 1
	fi
}

# --- a terminal that can be looked at ------------------------------------------

in_tmux() { tmux -L bed -f /dev/null "$@"; }
screen() { in_tmux capture-pane -p -t 0 "$@"; }
shows() { screen | grep -qE "$1"; }
tty_of() { in_tmux display-message -p -t 0 '#{pane_tty}'; }
# Nor a server that is about to end: it would take the next session with it.
no_session() { ! in_tmux has-session 2>/dev/null && ! pgrep -f '^tmux -L bed' >/dev/null; }

# The key that is on the screen, in groups of four; and a code of it.
key_shown() {
	screen | grep -oE '([A-Z2-7]{4} ){3,}[A-Z2-7]{1,4}' | head -n 1 | tr -d ' '
}
# What a camera would read of the screen, in a dark or a light theme.
picture() { screen -e | "$HELPERS/screen" "$1" >"$BED/screen.pgm"; zbarimg -q --raw "$BED/screen.pgm" 2>/dev/null; }
app_code() { oathtool --totp -b "$1" --now "@$(now)"; }
uri_of() { echo "otpauth://totp/$1:$2?secret=$3&issuer=$1"; }
keys() { in_tmux send-keys -t 0 "$@"; }

# in_window COLUMNSxROWS COMMAND: in a window of that size, which stays to be looked at.
in_window() {
	in_tmux kill-server 2>/dev/null
	wait_for no_session
	in_tmux -u new-session -d -x "${1%x*}" -y "${1#*x}" "$2; echo \"ended \$?\"; sleep 1000"
}
# on_ssh USER [LOCALE [COLUMNSxROWS]]: ssh in a window, and the password typed.
on_ssh() {
	in_window "${3:-100x70}" "env LC_ALL=${2:-C.UTF-8} ssh ${SSH_OPTIONS[*]} -p $PORT \
		-o PreferredAuthentications=keyboard-interactive $1@127.0.0.1 'echo \"in as \$(id -un)\"'"
	wait_for shows 'assword' || diag "$(screen)"
	keys "$PASSWORD" Enter
}

# new_rules LINE...: as write_conf, and mfad knows them.
new_rules() {
	write_conf "$@"
	log_mark
	kill -HUP "$MFAD_PID"
	wait_for log_has 'event=reload' || diag "$(log_text)"
}
# How many devices an account has.
devices() { mfa-admin show --json "$1" </dev/null 2>/dev/null | grep -o '"label"' | wc -l; }
