#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# OpenVPN with its auth-pam plugin, which answers each prompt that its names begin, and ends a conversation at a prompt
# that none of them begins.  Texts it can't show: to them it says PAM_CONV_ERR.
. "${BASH_SOURCE[0]%/*}/lib.sh"

readonly VPN_PORT=11940
# Each for a prompt that pam_mfa may begin with.
readonly NAMES='login USERNAME password PASSWORD authenticator OTP enter OTP open OTP recovery OTP'

needs openvpn
plugin=$(echo /usr/lib/*/openvpn/plugins/openvpn-plugin-auth-pam.so)
needs "$plugin"
mkdir -p /dev/net
[ -e /dev/net/tun ] || mknod -m 666 /dev/net/tun c 10 200
: 2>/dev/null <>/dev/net/tun || skip_all 'this machine gives no tunnel device'

mkdir "$BED/vpn"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$BED/vpn/key" -out "$BED/vpn/crt" \
	-subj /CN=server -days 3650 -addext extendedKeyUsage=serverAuth 2>/dev/null || bail 'openssl'

# start_vpn [NAMES]: the plugin with the service "openvpn", and with these names for its prompts.
start_vpn() {
	cat >"$BED/vpn/server.conf" <<-CONF
		port $VPN_PORT
		proto tcp4-server
		local 127.0.0.1
		dev tun0
		server 10.88.0.0 255.255.255.0
		ca $BED/vpn/crt
		cert $BED/vpn/crt
		key $BED/vpn/key
		dh none
		verify-client-cert none
		username-as-common-name
		user nobody
		group nogroup
		persist-tun
		plugin $plugin "openvpn${1:+ $1}"
	CONF
	serve openvpn $VPN_PORT openvpn --config "$BED/vpn/server.conf"
}

vpn_said() { grep -qE 'Initialization Sequence Completed|AUTH_FAILED' "$BED/vpn/client.out" || ended "$1"; }
# vpn_try USER TYPED: what the client sends as the password.  STATUS and SCREEN as in lib.sh.
vpn_try() {
	local pid

	printf '%s\n%s\n' "$1" "$2" >"$BED/vpn/up"
	: >"$BED/vpn/client.out"
	openvpn --client --remote 127.0.0.1 $VPN_PORT tcp4-client --dev tun1 --ca "$BED/vpn/crt" --nobind \
		--auth-user-pass "$BED/vpn/up" --auth-nocache --route-nopull --ifconfig-noexec \
		--connect-retry-max 1 --auth-retry none </dev/null >"$BED/vpn/client.out" 2>&1 &
	pid=$!
	disown
	wait_for vpn_said $pid
	kill $pid 2>/dev/null
	wait_for ended $pid
	SCREEN=$(grep -E 'Initialization Sequence Completed|AUTH_FAILED|rror' "$BED/vpn/client.out")
	STATUS=1
	[[ $SCREEN != *'Sequence Completed'* ]] || { STATUS=0 SCREEN+="in as $1"; }
}
# kept_out NAME: by the server, and for no other reason.
kept_out() { like "$1" "$SCREEN" AUTH_FAILED; }
# As a client sends both that asks for them apart: static-challenge "Code" 1.
apart() { printf 'SCRV1:%s:%s' "$(printf %s "$1" | base64 -w 0)" "$(printf %s "$2" | base64 -w 0)"; }

# --- password and code apart -----------------------------------------------------

ready bob
code_services openvpn
start_vpn "$NAMES"
log_mark
vpn_try bob "$(apart "$PASSWORD" "$(code_now bob)")"
entered 'password and code' bob
log_like 'the log has it' 'event=signin result=ok user=bob service=openvpn'
vpn_try bob "$(apart "$PASSWORD" "$(code_now bob)")"
kept_out 'the same code again'
tick
vpn_try bob "$(apart "$PASSWORD" "$(wrong_code bob)")"
kept_out 'a wrong code'
vpn_try bob "$(apart not-it "$(code_now bob)")"
kept_out 'a wrong password'
vpn_try bob "$(apart "$PASSWORD" '')"
kept_out 'no code'

new_rules '[policy]' 'intro = Welcome to Example' 'enrol_local = yes'
tick
vpn_try bob "$(apart "$PASSWORD" "$(code_now bob)")"
entered 'an intro that is not shown ends nothing' bob

# --- what a sign-in tells its owner -----------------------------------------------

new_rules '[policy]' 'enrol_local = yes'
enrol_here alice
tick 2
log_mark
vpn_try alice "$(apart "$PASSWORD" "$(app_code "$KEY")")"
entered 'the first one after enrolment, which tells of a new device' alice
log_unlike 'mfad has seen no other end' 'result=aborted'
left=$(recovery_left alice)
log_mark
vpn_try alice "$(apart "$PASSWORD" "${RECOVERY[0]}")"
entered 'a recovery code' alice
log_like 'mfad says the same' 'event=signin result=ok user=alice service=openvpn.*method=recovery'
is 'it is used up' "$(recovery_left alice)" $((left - 1))
vpn_try alice "$(apart "$PASSWORD" "${RECOVERY[0]}")"
kept_out 'and good once'
tick
vpn_try alice "$(apart "$PASSWORD" "$(app_code "$KEY")")"
entered 'the next code, which tells of the recovery code and of the wrong one' alice

# --- other words --------------------------------------------------------------------

end_server openvpn
start_vpn 'login USERNAME password PASSWORD pin OTP'
new_rules '[policy openvpn]' 'prompt = PIN'
tick
vpn_try bob "$(apart "$PASSWORD" "$(code_now bob)")"
entered "a prompt of one's own, and its name" bob
end_server openvpn
start_vpn 'login USERNAME password PASSWORD code OTP'
new_rules
tick
log_mark
vpn_try bob "$(apart "$PASSWORD" "$(code_now bob)")"
kept_out 'a name that begins no prompt'
log_like 'is an application that could not ask' 'event=signin result=aborted user=bob service=openvpn'
is 'and no wrong code' "$(wrong_in_a_row bob)" 0
vpn_try bob "$(apart "$PASSWORD" "$(code_now bob)")"
kept_out 'again'
end_server openvpn

start_vpn "login USERNAME password PASSWORD '' OTP"
vpn_try bob "$(apart "$PASSWORD" "$(code_now bob)")"
entered 'the empty name, with which every prompt begins' bob
new_rules '[policy openvpn]' 'language = nl'
tick
vpn_try bob "$(apart "$PASSWORD" "$(code_now bob)")"
entered 'in any language' bob
end_server openvpn

# --- a phone --------------------------------------------------------------------------

start_vpn "$NAMES"
with_phones
tick
pair_phone bob Pixel "$(code_now bob)"
tick
vpn_try bob "$(apart "$PASSWORD" "$(code_now bob)")"
entered 'who has a phone as well types a code: the question begins with "Enter" or "Open"' bob
end_server openvpn
start_vpn "login USERNAME password PASSWORD '' OTP"
tick
vpn_try bob "$(apart "$PASSWORD" "$(code_now bob)")"
entered 'and with the empty name' bob
end_server openvpn

# --- password and code in one -----------------------------------------------------------

start_vpn
forward_services openvpn
tick
vpn_try bob "$PASSWORD$(code_now bob)"
entered 'forward_pass, and a plugin without names' bob
log_mark
vpn_try bob "$PASSWORD$(code_now bob)"
kept_out 'the same again, as a client sends it that stored both'
tick
vpn_try bob "$PASSWORD$(wrong_code bob)"
kept_out 'a wrong code'
log_mark
vpn_try bob "$PASSWORD"
kept_out 'the password alone'
log_unlike "the log's advice is none of sshd's" 'KbdInteractiveAuthentication'
tick
vpn_try bob "$PASSWORD$(code_now bob)"
entered 'and none of it stands in the way of the next code' bob
end_server openvpn

done_testing
