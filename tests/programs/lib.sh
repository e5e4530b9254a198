# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2034
# For tests with applications that Debian has (make check-programs): what tests/e2e/lib.sh has, and servers.  A test
# starts with
#
#	. "${BASH_SOURCE[0]%/*}/lib.sh"
#
# Each server stands in the bed, on the loopback there, as the user that its package made for it, and with the files
# that the package installed but for what the test writes over them.

if [ -z "${MFA_BED-}" ]; then
	exec "${BASH_SOURCE[0]%/*}/../e2e/bed" "tests/programs/${0##*/}" "$@"
fi

# shellcheck source=tests/e2e/lib.sh
. "${BASH_SOURCE[0]%/*}/../e2e/lib.sh"

declare -A SERVERS=()

# needs COMMAND|FILE...: what a test can't do without.  `make check-programs` has seen to the packages.
needs() {
	local what

	for what; do
		[ -e "$what" ] || command -v "$what" >/dev/null ||
			skip_all "$what is not installed; tests/packages programs sees to it"
	done
}

skip_all() { echo "1..0 # SKIP $*"; exit 0; }

# --- servers -----------------------------------------------------------------

# port_open WHERE: somebody listens there: a TCP port of the bed's, a UDP port ("1812/udp") or the path of a socket.
port_open() {
	local kind=tcp

	[[ $1 != /* ]] || { listening "$1"; return; }
	[[ $1 != */udp ]] || kind=udp
	ss -lnH --$kind "sport = :${1%/*}" | grep -q .
}
port_closed() { ! port_open "$1"; }
up_or_gone() { port_open "$2" || ended "$1"; }

# serve NAME WHERE COMMAND...: in the background, until it listens there.  What it prints is $BED/NAME.out.
serve() {
	local name=$1 where=$2

	shift 2
	"$TOP/tests/default-signals" "$@" </dev/null >>"$BED/$name.out" 2>&1 &
	SERVERS[$name]="$! $where"
	disown
	wait_for up_or_gone $! "$where"
	port_open "$where" || bail "$name does not start: $(tail -n 20 "$BED/$name.out")"
}

# end_server NAME: and whoever else held its port, for another to begin there.  The bed ends all that is left.
end_server() {
	local pid where

	read -r pid where <<<"${SERVERS[$1]}"
	unset "SERVERS[$1]"
	kill "$pid" 2>/dev/null
	wait_for ended "$pid" || diag "$1 does not end"
	wait_for port_closed "$where" || diag "$1: $where stays open"
}

# --- PAM, as those write it who run such servers --------------------------------

# forward_services NAME...: the code behind the password, in one line.
forward_services() {
	local name

	for name; do
		pam_service "$name" 'auth required pam_mfa.so forward_pass' \
			'auth [success=ok default=die] pam_unix.so nodelay use_first_pass' 'auth required pam_mfa.so'
	done
}

# as_user USER SERVICE ACCOUNT ANSWER...: pam_try by a program of that user's.
as_user() {
	local user=$1

	shift
	STATUS=0
	SCREEN=$(as "$user" "$HELPERS/signin" "$@" 2>&1) || STATUS=$?
}

# --- what tests look at ----------------------------------------------------------

# account_field USER NAME: a number of mfa-admin show --json, 0 where it is not there.
account_field() {
	mfa-admin show --json "$1" </dev/null | grep -oE "\"$2\": ?[0-9]+" | grep -oE '[0-9]+$' || echo 0
}
wrong_in_a_row() { account_field "$1" wrong_in_a_row; }
recovery_left() { account_field "$1" recovery; }

# enrol_here USER: an app and recovery codes, by mfa-enroll in a window.  KEY and RECOVERY, an array, are what it shows.
enrol_here() {
	in_window 100x70 "setpriv --reuid $1 --regid $1 --init-groups env HOME=/home/$1 mfa-enroll"
	wait_for shows 'Code that the app shows' || bail "mfa-enroll: $(screen)"
	KEY=$(key_shown)
	keys "$(app_code "$KEY")" Enter
	wait_for shows 'ended 0' || wait_for shows 'written them down' || bail "mfa-enroll: $(screen)"
	mapfile -t RECOVERY < <(screen | grep -oE '\b[a-z0-9]{4}(-[a-z0-9]{4})+\b')
}

# --- phones, without a screen (tests/e2e/phone.c) ---------------------------------

readonly ORIGIN=https://mfa.example.org

phone() { "$HELPERS/phone" "$BED/phone.$1" "${@:2}"; }

# The number that a question on standard input says: "Enter 71 on your phone, ...".
number_asked() { grep -oiE 'enter [1-9][0-9]\b' | tail -n 1 | grep -oE '[0-9]+'; }

# with_phones [LINE]...: mfad has these rules and those for phones, and believes that a portal listens.
with_phones() {
	new_rules '[enrol]' 'issuer = Bed' '[portal]' "url = $ORIGIN" '[push]' 'timeout = 30s' '[policy]' 'enrol_local = yes' "$@"
	setpriv --reuid _mfa-portal --clear-groups "$HELPERS/phone" - events "$SOCKET" >"$BED/events" 2>&1 &
	disown
	wait_for log_has 'mfa-portal listens' || bail 'no portal'
}

# pair_phone USER NAME CODE: in a window of the user's, who has shown CODE first.
pair_phone() {
	local token number

	in_window 100x70 "setpriv --reuid $1 --regid $1 --init-groups mfa-enroll add --push"
	wait_for shows 'Authenticator code' && keys "$3" Enter
	wait_for shows 'Number that the phone shows' || bail "mfa-enroll add --push: $(screen)"
	token=$(screen | grep -oE "$ORIGIN/pair#[A-Za-z0-9_-]{22}" | head -n 1)
	number=$(phone "$2" pair "$SOCKET" "$ORIGIN" "${token#*#}" "$2" | grep -oE '"number":"[0-9]+"' | grep -oE '[0-9]+')
	keys "$number" Enter
	wait_for shows 'the other way round: enter [0-9]{2}'
	phone "$2" approve "$(screen | grep -oE 'round: enter [0-9]{2}' | grep -oE '[0-9]+')" >/dev/null
	wait_for shows 'ended 0' || bail "the phone is not paired: $(screen)"
}
