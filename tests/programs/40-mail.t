#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Programs whose clients have one field for a password, and store what was typed there: dovecot (IMAP), vsftpd (FTP) and
# saslauthd (SMTP).
. "${BASH_SOURCE[0]%/*}/lib.sh"

# Neither is loopback, which is never remembered; both are on the bed's lo.
readonly SERVER=203.0.113.1 CLIENT=203.0.113.7
readonly IMAP_PORT=1143 FTP_PORT=2121 MUX=/run/saslauthd/mux

needs /usr/lib/dovecot/imap dovecot vsftpd saslauthd testsaslauthd curl
ip address add $SERVER/32 dev lo
ip address add $CLIENT/32 dev lo
ready alice bob
code_services code

cat >"$BED/dovecot.conf" <<CONF
base_dir = /run/dovecot
protocols = imap
listen = $SERVER
ssl = no
disable_plaintext_auth = no
auth_failure_delay = 0
log_path = $BED/dovecot.log
mail_location = maildir:~/Maildir
passdb {
  driver = pam
  args = dovecot
}
userdb {
  driver = passwd
}
# Or each refusal would make the next answer later.
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service imap-login {
  inet_listener imap {
    port = $IMAP_PORT
  }
  inet_listener imaps {
    port = 0
  }
}
CONF
mkdir -p /run/dovecot /run/vsftpd/empty /run/saslauthd
cat >"$BED/vsftpd.conf" <<CONF
listen=YES
listen_ipv6=NO
listen_address=$SERVER
listen_port=$FTP_PORT
anonymous_enable=NO
local_enable=YES
pam_service_name=vsftpd
secure_chroot_dir=/run/vsftpd/empty
background=NO
max_login_fails=1
delay_failed_login=0
CONF
serve dovecot $IMAP_PORT dovecot -F -c "$BED/dovecot.conf"
serve vsftpd $FTP_PORT vsftpd "$BED/vsftpd.conf"
serve saslauthd $MUX saslauthd -a pam -n 2 -m "${MUX%/*}" -d
ok "what dovecot does for itself is its user's" wait_for pgrep -u dovecot -f dovecot/anvil

# try SERVICE USER TYPED: STATUS is 0 for who is in.
try() {
	STATUS=0
	case $1 in
	smtp) SCREEN=$(testsaslauthd -f $MUX -s smtp -u "$2" -p "$3" 2>&1) || STATUS=$? ;;
	dovecot) SCREEN=$(fetched "imap://$SERVER:$IMAP_PORT/" "$2:$3") || STATUS=$? ;;
	vsftpd) SCREEN=$(fetched "ftp://$SERVER:$FTP_PORT/" "$2:$3") || STATUS=$? ;;
	esac
}
fetched() { curl -sS --interface $CLIENT --max-time "$PATIENCE" --user "$2" "$1" 2>&1; }
# Login denied: 67 is curl's word for it, 255 testsaslauthd's.
let_in() { is "$1" "$STATUS" 0 || diag "$SCREEN"; }
kept_out() { like "$1" "$STATUS $SCREEN" '^67 |^255 .*NO "authentication failed"' || diag "$(log_text)"; }

wrong=0	# codes, in all
for service in dovecot vsftpd smtp; do
	code_services $service
	new_rules
	tick
	log_mark
	try $service alice "$PASSWORD"
	kept_out "$service: without forward_pass nobody gets in"
	log_like "$service: which the log's advice names" 'pam_mfa.*forward_pass'
	log_unlike "$service: and nothing of sshd's" 'sshd|KbdInteractiveAuthentication'

	forward_services $service
	try $service alice "$PASSWORD$(code_now alice)"
	let_in "$service: password and code"
	tick
	log_mark
	try $service alice "$PASSWORD"
	kept_out "$service: the password alone"
	log_unlike "$service: again no advice of sshd's" 'sshd|KbdInteractiveAuthentication'
	try $service alice "$PASSWORD$(wrong_code alice)"
	kept_out "$service: a wrong code"
	wrong=$((wrong + 1))
	stored=$PASSWORD$(code_now alice)
	try $service alice "$stored"
	let_in "$service: the next one"

	# A client that stored both sends them for ever.
	for steps in 0 0 0 0 1 1 1 1 10 10 10 10 10 10 10 10; do
		tick $steps
		try $service alice "$stored"
		[ "$STATUS" != 0 ] || break
	done
	kept_out "$service: what was stored is good once, however often it comes"
	try $service alice "$PASSWORD$(code_now alice)"
	let_in "$service: and stops none of its owner's codes there"
	tick
	pam_try code alice "$PASSWORD" "$(code_now alice)"
	accepted "$service: nor elsewhere"
	unlike "$service: and is none of the wrong codes that one is told of" "$SCREEN" "^say: Wrong codes.*: ([$((wrong + 1))-9]|[0-9]{2})"
done

# --- remember: what makes such clients usable ------------------------------------------------

for service in dovecot vsftpd; do
	new_rules "[policy $service]" 'remember = 30d'
	tick
	stored=$PASSWORD$(code_now bob)
	try $service bob "$stored"
	let_in "$service, remember: password and code"
	counted=$(wrong_in_a_row bob)
	for steps in 0 1 100; do
		tick $steps
		try $service bob "$stored"
		[ "$STATUS" = 0 ] || break
	done
	let_in "$service, remember: the same, as the client stored it"
	try $service bob "$PASSWORD"
	let_in "$service, remember: and the password alone"
	try $service bob "$PASSWORD$(wrong_code bob)"
	let_in "$service, remember: a wrong code refuses nothing there"
	is "$service, remember: nor is one counted" "$(wrong_in_a_row bob)" "$counted"
	try $service bob "not-it$(code_now bob)"
	kept_out "$service, remember: a wrong password"
	try $service bob "$PASSWORD$(code_now bob)"
	let_in "$service, remember: a code that came along"
	pam_try code bob "$PASSWORD" "$(code_now bob)"
	denied "$service, remember: is used up"
done
new_rules '[policy smtp]' 'remember = 30d'
tick
try smtp bob "$PASSWORD$(code_now bob)"
let_in 'saslauthd gives no address'
try smtp bob "$PASSWORD"
kept_out 'so that nothing is remembered there'

done_testing
