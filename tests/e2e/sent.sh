# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2034
# For tests of codes that are sent: a mail server and a gateway that keep what they get.  Source it after lib.sh and
# sender.sh.

readonly MAIL=$BED/mail GATE=$BED/gate
readonly EMAIL=('[email]' 'server = smtp://127.0.0.1:2525' 'from = mfa@example.org' 'not_at = school.example')
readonly SMS=('[sms]' 'url = http://127.0.0.1:2600/' 'type = json' 'body = {"n":"{number}","t":"{text}"}' 'numbers = +316, +324'
	'country = 31')
readonly ALL='methods = totp, push, recovery, pass, email, sms'

mkdir -p "$MAIL" "$GATE"
start_servers() {
	serve_python smtpd.py "grep -q '^READY 2525' '$MAIL/heard'" 2525 "$MAIL"
	serve_python gateway.py "[ -e '$GATE/ready' ]" 2600 "$GATE"
}

mails() { find "$MAIL" -name '*.eml' | wc -l; }
texts() { find "$GATE" -name '*.json' | wc -l; }
# one_more COUNT WHICH: one more than so many have come.
one_more() { [ "$("$2")" = $(($1 + 1)) ]; }
# The code in the last of each.
mail_code() { grep -oE '\b[0-9]{6}\b' "$MAIL/$(mails).eml" | head -n 1; }
text_code() { grep -oE '\b[0-9]{6}\b' "$GATE/$(texts).json" | head -n 1; }
# another CODE: six digits that are not these.
another() { [ "$1" = 111111 ] && echo 222222 || echo 111111; }
# import LINE...: each a name and an address, with a blank between.
import() {
	printf '%s\n' "$@" | tr ' ' '\t' >"$BED/import"
	mfa-admin --config "$CONF" import --add "$BED/import" </dev/null >"$BED/import.out" 2>&1 || diag "$(cat "$BED/import.out")"
}

# tool WHO ARG... <SCRIPT: mfa-enroll on a terminal of WHO's.
tool() {
	local who=$1
	shift
	STATUS=0
	: >"$BED/pty"
	setpriv --reuid "$who" --regid "$who" --init-groups "$HELPERS/ptyrun" -t "$PATIENCE" \
		mfa-enroll "$@" >"$BED/pty" || STATUS=$?
	SCREEN=$(tr -d '\r' <"$BED/pty")
}
ended_with() {
	is "$1" "$STATUS" "$2" || diag "$SCREEN"
	like "$1: it says so" "$(tr '\n' ' ' <<<"$SCREEN")" "$3"
}
# giving KIND QUESTION ADDRESS [READ-BACK]: the script of who adds that address (mail or text), and types the code that is
# sent to it.
giving() {
	local before
	before=$("$1s")
	printf 'expect %s\nsend %s\nexpect %s right\nsend y\nexpect Code \nsend ' "$2" "$3" "${4-$3}"
	wait_for one_more "$before" "$1s" || diag "no $1 came"
	"$1_code"
}
