#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What check-config says of e-mail and text messages that are configured by halves.
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/sender.sh"

write_conf
new_store || bail 'mfa-admin init failed'
check() { SCREEN=$(mfa-admin check-config "$@" </dev/null 2>&1) && STATUS=0 || STATUS=$?; }
# wrong NAME REGEX LINE...: it is a mistake, and mfa-sender starts on no account.
wrong() {
	local name=$1 regex=$2
	shift 2
	write_conf "$@"
	check
	is "$name: status" "$STATUS" 6
	like "$name: words" "$SCREEN" "$regex"
	not_ok "$name: mfa-sender does not start" timeout 20 mfa-sender --socket "$SOCKET"
}
# warned NAME REGEX LINE...: it is none, but worth a word; quiet NAME LINE...: nothing is said.
warned() {
	local name=$1 regex=$2
	shift 2
	write_conf "$@"
	check
	is "$name: status" "$STATUS" 0
	like "$name: words" "$SCREEN" "warning: .*$regex"
	check --strict
	is "$name: strict" "$STATUS" 1
}
quiet() {
	local name=$1
	shift
	write_conf "$@"
	check --strict
	is "$name" "$STATUS: $SCREEN" "0: $CONF: ok"
}

readonly MAIL=('[email]' 'from = mfa@example.org' 'not_at = example.org')
readonly GATE=('[sms]' 'url = https://sms.example.org/' 'type = json' 'numbers = +316' 'success = id')
readonly BODY='body = {"n":"{digits}","t":"{text}"}'

quiet 'nothing of either'
quiet 'e-mail by this machine' "${MAIL[@]}"
quiet 'a gateway' "${GATE[@]}" "$BODY"
secrets 'sms_key = k'
quiet 'a preset' '[sms]' 'preset = messagebird' 'from = School' 'numbers = +316'
for preset in cm spryng; do quiet "the preset $preset" '[sms]' "preset = $preset" 'from = School' 'numbers = +316'; done
for preset in twilio vonage; do quiet "the preset $preset" '[sms]' "preset = $preset" 'from = School' 'account = A' 'numbers = +316'; done
secrets 'email_password = p'
quiet 'e-mail by another, with a password' "${MAIL[@]}" 'server = smtps://mail.example.org' 'user = mfa'
rm "$SECRETS"

wrong 'no from' "^$CONF:0: \[email\] from is missing$" '[email]' 'server = smtp://127.0.0.1'
wrong 'from is no address' 'from = mfa: it must be an address' '[email]' 'from = mfa'
wrong 'a server of HTTP' 'server = http://x: it must be like smtp://' "${MAIL[@]}" 'server = http://x'
wrong 'a user without a password' "^$CONF: \[email\] user is given, and email_password is missing" "${MAIL[@]}" 'user = mfa'
wrong 'a password in mfa.conf' '\[email\] has no key password' "${MAIL[@]}" 'password = x'
wrong 'a password in the clear' 'the password would go over the network' "${MAIL[@]}" 'server = smtp://mail.example.org' 'tls = no' 'user = mfa'
wrong 'no TLS at a server of nothing else' 'smtps:// has it in any case' "${MAIL[@]}" 'server = smtps://mail.example.org' 'tls = no'
wrong 'not_at with an @' 'not_at: @example.org is not a domain' "${MAIL[@]}" 'not_at = @example.org'
wrong 'no numbers' '\[sms\] numbers is missing' '[sms]' 'preset = cm'
wrong 'numbers of nobody' 'numbers = 06: it must be how numbers begin' '[sms]' 'preset = cm' 'numbers = 06'
wrong 'nothing to send by' '\[sms\] preset, url or command is missing' '[sms]' 'numbers = +316'
wrong 'both a gateway and a command' 'command stands in place of' "${GATE[@]}" 'command = /bin/true'
wrong 'a gateway without TLS' 'without TLS only a gateway on this machine' '[sms]' 'url = http://sms.example.org/'
wrong 'a preset that is not there' 'sms/nowhere.conf: No such file' '[sms]' 'preset = nowhere' 'numbers = +316'
wrong 'a preset without its key' "^$CONF: sms_key is missing in sender.conf" '[sms]' 'preset = cm' 'from = School' 'numbers = +316'
wrong 'no type' '\[sms\] type is missing' '[sms]' 'url = https://x.example' 'numbers = +316' "$BODY"
wrong 'no text' '\[sms\] body has no \{text\}' "${GATE[@]}" 'body = {"n":"{digits}"}'
wrong 'no number' '\[sms\] body has neither \{number\} nor \{digits\}' "${GATE[@]}" 'body = {"t":"{text}"}'
wrong 'no JSON' '\[sms\] body is no JSON' "${GATE[@]}" 'body = {"n":"{digits}","t":{text}}'
wrong 'the text in a header' '\[sms\] header can.t be filled in' "${GATE[@]}" "$BODY" 'header = X: {text}'
wrong 'a header of ours' 'this header is not for mfa.conf to say' "${GATE[@]}" "$BODY" 'header = Content-Type: text/plain'
wrong 'a control character' 'there is a character in it that can.t be shown' "${GATE[@]}" "$BODY"$'\x01'
wrong 'from that is too long' '\[sms\] from is longer than 11 letters' "${GATE[@]}" "$BODY" 'from = De Regenboogschool'
wrong 'from that is needed' '\[sms\] from is missing' "${GATE[@]}" 'body = {"n":"{digits}","t":"{text}","f":"{from}"}'
wrong 'a command with an option' 'it must be the path of one program' '[sms]' 'command = /bin/true -x' 'numbers = +316'
wrong 'a lifetime of hours' 'lifetime = 2h: it must be a time from 2m to 1h' '[sender]' 'lifetime = 2h'
wrong 'an hour of nothing' 'hour = 0: it must be a number from 1' '[sender]' 'hour = 0'

secrets 'email_password = p'
wrong 'a password for nobody' 'email_password is in sender.conf, and \[email\] user is missing' "${MAIL[@]}"
secrets 'sms_key = k'
wrong 'a key that nothing names' 'sms_key is in sender.conf, and nothing in \[sms\] names it' "${GATE[@]}" "$BODY"
secrets 'password = k'
wrong 'a key that there is not' "^$SECRETS:1: there is no such key here" "${MAIL[@]}"
secrets '# none' && chmod 644 "$SECRETS"
wrong 'passwords that everybody can read' "^$SECRETS: it must be a file of root" "${MAIL[@]}"

secrets '# none' && chown root:root "$SECRETS"
write_conf "${MAIL[@]}"
check
like 'passwords that mfa-sender can not read' "$SCREEN" "$SECRETS: warning: mfa-sender can't read it"
rm "$SECRETS"
warned 'codes in the clear' 'codes go over the network' "${MAIL[@]}" 'server = smtp://mail.example.org' 'tls = try'
warned 'mailboxes that the same password opens' 'not_at is missing' '[email]' 'from = mfa@example.org'
warned 'a gateway that is believed' 'success is missing' '[sms]' 'url = https://x.example' 'type = json' 'numbers = +316' "$BODY"
warned 'a command that is not there' 'it is not there' '[sms]' 'command = /nonexistent' 'numbers = +316'
install -m 777 /bin/true /usr/local/bin/everybodys
warned "a command of everybody's" 'others than root can change it' '[sms]' 'command = /usr/local/bin/everybodys' 'numbers = +316'
userdel _mfa-sender
warned 'no user for it' 'there is no user of mfa-sender' "${MAIL[@]}"

done_testing
