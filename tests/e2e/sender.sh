# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2034
# What tests of mfa-sender share; beside lib.sh.

readonly SECRETS=/etc/mfa/sender.conf

# start_sender [OPTION]...
start_sender() {
	log_mark
	"$TOP/tests/default-signals" mfa-sender --socket "$SOCKET" "$@" </dev/null >>"$BED/sender.out" 2>&1 &
	SENDER_PID=$!
	disown
}
heard_sender() { wait_for log_has 'mfad\[?.*mfa-sender listens' || diag "$(log_text)"; }
stop_sender() { kill "${1:--TERM}" "$SENDER_PID" && wait_for ended "$SENDER_PID"; }

# secrets LINE...: sender.conf.
secrets() { printf '%s\n' "$@" >"$SECRETS" && chown root:_mfa-sender "$SECRETS" && chmod 640 "$SECRETS"; }

# try METHOD ADDRESS: SCREEN and STATUS.
try() {
	STATUS=0
	SCREEN=$(mfa-admin -- test-send "$@" </dev/null 2>&1) || STATUS=$?
}
# came NAME STATUS REGEX: what the last try came to.
came() {
	is "$1" "$STATUS" "$2" || diag "$SCREEN"
	like "$1: it says so" "$SCREEN" "$3"
}
metric() { mfa-admin metrics </dev/null | sed -n "s/^$1 //p"; }

# told ROW...: what an mfa-sender says to an mfad that sends it these, a line each; it is started for that, and ends.
told() {
	printf '%s\n' "$@" | /usr/bin/python3 tests/e2e/mfad.py "$BED/false.sock" >"$BED/told" 2>>"$BED/servers.out" &
	local pid=$!
	wait_for listening "$BED/false.sock"
	"$TOP/tests/default-signals" mfa-sender --socket "$BED/false.sock" ${PRESETS:+--presets "$PRESETS"} </dev/null >>"$BED/sender.out" 2>&1 &
	SENDER_PID=$!
	wait "$pid"
	stop_sender
	rm -f "$BED/false.sock"
	cat "$BED/told"
}

# serve_python FILE READY ARGUMENT...: a server of Python's, until READY (a command) succeeds.
serve_python() {
	local file=$1 ready=$2
	shift 2
	/usr/bin/python3 "tests/e2e/$file" "$@" </dev/null >>"$BED/servers.out" 2>&1 &
	disown
	wait_for eval "$ready" || bail "no server: $(cat "$BED/servers.out")"
}

# certificate FOLDER: of localhost, which nobody vouches for; trust FOLDER: now everybody does.
certificate() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1/key.pem" -out "$1/cert.pem" -days 2 \
		-subj /CN=localhost -addext subjectAltName=DNS:localhost 2>/dev/null
}
trust() { cp "$1/cert.pem" /usr/local/share/ca-certificates/bed.crt && update-ca-certificates >/dev/null 2>&1; }
