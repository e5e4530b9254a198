# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2034
# For tests of number matching: phones that have no screen (tests/e2e/phone.c) in the place of page and portal.  Source it
# after lib.sh; mfa.conf has [portal] with url = $ORIGIN.

readonly ORIGIN=https://mfa.example.org
PORTAL=''

# phone NAME CALL...: what phone(1) of the helpers prints.
phone() { "$HELPERS/phone" "$BED/phone.$1" "${@:2}"; }

# As mfa-portal would, so that mfad knows that phones can be reached.
listen() {
	setpriv --reuid _mfa-portal --clear-groups "$HELPERS/phone" - events "$SOCKET" >"$BED/events" 2>&1 &
	PORTAL=$!
	disown
	wait_for log_has 'mfa-portal listens'
}
# pair USER NAME [ENDPOINT]: on a window of that user's.
pair() {
	local token number
	in_window 100x70 "setpriv --reuid $1 --regid $1 --init-groups mfa-enroll add --push"
	wait_for shows 'Number that the phone shows' || diag "$(screen)"
	token=$(screen | grep -oE "$ORIGIN/pair#[A-Za-z0-9_-]{22}" | head -n 1)
	number=$(phone "$2" pair "$SOCKET" "$ORIGIN" "${token#*#}" "$2" ${3:+"$3"} | grep -oE '"number":"[0-9]+"' | grep -oE '[0-9]+')
	keys "$number" Enter
	wait_for shows 'the other way round: enter [0-9]{2}' || diag "$(screen)"
	phone "$2" approve "$(screen | grep -oE 'round: enter [0-9]{2}' | grep -oE '[0-9]+')" >/dev/null
	wait_for shows 'ended 0'
}
# The number on the screen.
number() { screen | grep -oE '[Ee]nter [0-9]+ on your phone' | tail -n 1 | grep -oE '[0-9]+'; }
other_than() { [ "$1" = 99 ] && echo 10 || echo $(($1 + 1)); }
