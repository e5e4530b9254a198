# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2034
# For tests with a real browser: `. lib.sh`, then this one.  A phone is Chromium without a window (tests/phone/drive.mjs),
# its push service a server here.

readonly PUSH_PORT=8490 PORTAL_PORT=8480
readonly ORIGIN=http://localhost:$PORTAL_PORT
readonly PHONES=$BED/phones

# A machine of their own: nobody else trusts this certificate.
make_push_service() {
	mkdir -p "$PHONES"
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$PHONES/push.key" -out "$PHONES/push.crt" \
		-days 2 -subj /CN=localhost -addext 'subjectAltName=DNS:localhost' 2>/dev/null
	cat "$PHONES/push.crt" >>/etc/ssl/certs/ca-certificates.crt
}

start_browsers() {
	[ -d tests/phone/node_modules ] || bail 'npm ci --prefix tests/phone is still to be run; tests/packages check does it'
	make_push_service
	mkfifo "$PHONES/in" "$PHONES/out"
	HOME=$PHONES dbus-run-session -- node tests/phone/drive.mjs "$PHONES" $PUSH_PORT \
		<"$PHONES/in" >"$PHONES/out" 2>"$PHONES/err" &
	exec 5>"$PHONES/in" 6<"$PHONES/out"
}
stop_browsers() { exec 5>&-; }

# js EXPRESSION: its value as JSON.
js() {
	local value

	printf '%s\n' "${1//$'\n'/ }" >&5
	read -rt 60 -u 6 value || { diag "the browser is silent: $(tail -5 "$PHONES/err")"; return 1; }
	printf '%s\n' "$value"
	[[ $value != '{"error":'* ]]
}
# js_ok NAME EXPRESSION: it is true.
js_ok() {
	local value

	value=$(js "$2") || :
	if [ "$value" = true ]; then
		report "$1" 0
	else
		report "$1" 1
		diag "got: $value"
		diag "screen: $(js "text('${3:-alice}')")"
		return 1
	fi
}

# start_portal: with the page, and told that the push service here may be reached.
start_portal() {
	"$TOP/tests/default-signals" mfa-portal --config "$CONF" --socket "$SOCKET" </dev/null >>"$BED/portal.out" 2>&1 &
	PORTAL_PID=$!
	disown
	wait_for listening_on $PORTAL_PORT && wait_for log_has 'mfa-portal listens'
}
listening_on() { ss -ltnH "sport = :$1" | grep -q .; }
stop_portal() { kill "${1:--TERM}" "$PORTAL_PID" && wait_for ended "$PORTAL_PID"; }

readonly PORTAL_RULES=('[enrol]' 'issuer = Bed' '[portal]' "url = $ORIGIN" 'push_networks = 127.0.0.0/8, ::1'
	'contact = mailto:admin@example.org' '[push]' 'timeout = 30s')

# open_phone NAME OPTIONS: a browser.
open_phone() { js "phone('$1', $2)" >/dev/null; }
# The address that the picture on the screen holds, as a camera reads it.
scanned() { picture dark || picture light; }
# The number that the terminal asks to be entered, and that a phone shows.
number_in() { grep -oE '[Ee]nter [0-9]{2}' | tail -n 1 | grep -oE '[0-9]+'; }
asked_number() { screen | number_in; }
# One that is not asked for, on the screen or in a file.
other_number() {
	local number

	number=$(if [ $# -gt 0 ]; then cat "$1"; else screen; fi | number_in)
	if [ "$number" = 99 ]; then echo 10; else echo $((number + 1)); fi
}
shown_number() { js "phones.$1.page.locator('.number').innerText()" | tr -d '"'; }

# pair_with USER PHONE: what a person does, at a terminal of mfa-enroll's and on a phone that is open.
pair_with() {
	in_window 100x70 "setpriv --reuid $1 --regid $1 --init-groups mfa-enroll add --push"
	wait_for shows 'Number that the phone shows' || return 1
	js "phones.$2.page.goto('$(scanned)').then(() => press('$2', /^(Pair|Koppelen|Associer)\$/))" >/dev/null || return 1
	js "phones.$2.page.locator('.number').waitFor()" >/dev/null || return 1
	keys "$(shown_number "$2")" Enter
	wait_for shows 'the other way round: enter' || return 1
	js "phones.$2.page.locator('.pad').waitFor()" >/dev/null || return 1
	js "type('$2', '$(asked_number)')" >/dev/null || return 1
	wait_for shows 'ended 0'
}

# A store with nobody in it, mfad, browsers and the page: what these tests begin with.
portal_ready() {
	write_conf "${PORTAL_RULES[@]}" '[policy]' 'enrol_local = yes'
	new_store || bail 'mfa-admin init failed'
	start_mfad || bail 'mfad does not start'
	start_browsers
	log_mark
	start_portal || bail "mfa-portal does not start: $(cat "$BED/portal.out")"
}
