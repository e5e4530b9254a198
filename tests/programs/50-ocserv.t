#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# ocserv, with openconnect as its client: of all that is said, the last line of a question is shown.
. "${BASH_SOURCE[0]%/*}/lib.sh"

readonly VPN_PORT=4443

needs ocserv openconnect
mkdir -p /dev/net
[ -e /dev/net/tun ] || mknod -m 666 /dev/net/tun c 10 200
ready alice
code_services ocserv

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$BED/key" -out "$BED/crt" \
	-subj /CN=server -days 3650 2>/dev/null || bail 'openssl'
pin=pin-sha256:$(openssl x509 -in "$BED/crt" -pubkey -noout | openssl pkey -pubin -outform der |
	openssl dgst -sha256 -binary | base64)
{
	sed -E '/^(auth|tcp-port|udp-port|server-cert|server-key|rate-limit-ms) = /d' /etc/ocserv/ocserv.conf
	cat <<-CONF
		auth = "pam"
		listen-host = 127.0.0.1
		tcp-port = $VPN_PORT
		server-cert = $BED/crt
		server-key = $BED/key
	CONF
} >"$BED/ocserv.conf"
serve ocserv $VPN_PORT ocserv -f -c "$BED/ocserv.conf"

readonly CLIENT=(openconnect --authenticate --servercert "$pin" -u alice "127.0.0.1:$VPN_PORT")
# vpn_try PASSWORD ANSWER...: --authenticate ends with a cookie for who is in.
vpn_try() {
	local n=0 answer

	on_pty "${CLIENT[@]}" < <(
		printf 'expect Password:\nsend %s\n' "$1"
		shift
		for answer; do printf 'expect Password%d:\nsend %s\n' $((++n)) "$answer"; done
		printf 'end Password%d:\n' $((++n)))
	[[ $SCREEN != *COOKIE=* ]] || SCREEN+='in as alice'
}
in_vpn_window() {
	in_window 100x40 "${CLIENT[*]}"
	wait_for shows 'Password:'
	keys "$PASSWORD" Enter
	wait_for shows 'Password1:'
}

vpn_try "$PASSWORD" "$(code_now alice)"
entered 'password and code' alice
like 'it is said what is asked for' "$SCREEN" '^Authenticator code'
tick
vpn_try not-it "$(code_now alice)"
refused 'a wrong password'
vpn_try "$PASSWORD" "$(wrong_code alice)"
refused 'a wrong code'
vpn_try "$PASSWORD" "$(wrong_code alice)" "$(code_now alice)"
entered 'a wrong code, then the right one' alice
tick
new_rules '[policy]' 'intro = Welcome to Example'
vpn_try "$PASSWORD" "$(code_now alice)"
entered 'an intro that is not shown ends nothing' alice
forward_services ocserv
tick
vpn_try "$PASSWORD$(code_now alice)"
entered 'forward_pass' alice
code_services ocserv

# --- a phone ---------------------------------------------------------------------------

with_phones
tick
pair_phone alice Pixel "$(code_now alice)"
for typed in '' ok; do
	in_vpn_window
	like "the question says the number (\"$typed\")" "$(screen | number_asked)" '^[1-9][0-9]$' || diag "$(screen)"
	like 'which lets in on the phone' "$(phone Pixel approve "$(screen | number_asked)")" '^200 .*approved'
	keys "$typed" Enter
	ok "then \"$typed\" and Enter" wait_for shows 'COOKIE=' || diag "$(screen)"
done
in_vpn_window
phone Pixel deny >/dev/null
keys '' Enter
ok 'what was refused on the phone lets nobody in' wait_for shows 'ended [1-9]|Password2:' || diag "$(screen)"
not_ok 'indeed' shows 'COOKIE='
unlock alice
tick
vpn_try "$PASSWORD" "$(code_now alice)"
entered 'a code instead' alice

done_testing
