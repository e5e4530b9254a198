#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The module: what it links and exports, whom it believes, what it says to
# options that it does not know.
. "${BASH_SOURCE[0]%/*}/lib.sh"

ready alice
module=$(find /usr/lib /lib -path '*/security/pam_mfa.so' 2>/dev/null | head -n 1)

is 'it links libpam and libc, nothing else' \
	"$(readelf -dW "$module" | sed -n 's/.*(NEEDED).*\[\(.*\)\.so.*/\1/p' | sort | xargs)" 'libc libpam'
is 'it exports pam_sm_* and no more' \
	"$(readelf --dyn-syms -W "$module" | awk '$7 != "UND" && $5 != "LOCAL" && $8 != "" && NR > 3 { print $8 }' |
		grep -v '^Name$' | grep -v '^pam_sm_')" ''
for sm in authenticate setcred acct_mgmt open_session close_session chauthtok; do
	like "pam_sm_$sm is there" "$(readelf --dyn-syms -W "$module")" " pam_sm_$sm\$"
done
like 'RELRO' "$(readelf -lW "$module")" GNU_RELRO
like 'and all bound at once' "$(readelf -dW "$module")" 'BIND_NOW|NOW'
unlike 'no executable stack' "$(readelf -lW "$module" | grep GNU_STACK)" 'RWE'

# An impostor's socket, which lets everybody in who believes it.
for who in alice _mfa root; do
	install -d -o $who -m 755 "$BED/imp_$who"
	: >"$BED/imp_$who.out"
	as $who "$HELPERS/impostor" "$BED/imp_$who/sock" >"$BED/imp_$who.out" &
	wait_for grep -q ready "$BED/imp_$who.out"
	pam_service "imp_$who" "auth required pam_mfa.so socket=$BED/imp_$who/sock"
done
log_mark
pam_try imp_alice bob
denied 'a server that runs as alice is not believed'
unlike 'nor is the helper asked then' "$SCREEN" 'code'
log_like 'and the log says so' 'pam_mfa.*(root|_mfa|user|trust|believe)'
pam_try imp_alice alice
denied "not even for alice"
pam_try imp_root bob
accepted "root's would be"
pam_try imp_mfa bob
denied 'no such service, no entry'
pam_try imp__mfa bob
accepted "so would _mfa's"

# How a conversation ends.  One RESULT, of one byte, that is 0: nothing else lets in.
while IFS='|' read -r want what steps; do
	rm -f "$BED/imp_root/sock2"
	: >"$BED/imp.out"	# or what was there before may be looked at
	# shellcheck disable=SC2086
	"$HELPERS/impostor" "$BED/imp_root/sock2" $steps >"$BED/imp.out" &
	impostor=$!
	disown
	wait_for grep -q ready "$BED/imp.out"
	pam_service ends "auth required pam_mfa.so socket=$BED/imp_root/sock2"
	pam_try ends bob 123456
	"$want" "DONE $what"
	kill $impostor
done <<END
accepted|with 0|done=0
accepted|with 0, after a question|ask done=0
denied|without a result|done=
denied|without a result, after a question|ask done=
denied|with an empty one|done=-
denied|with 255|done=[255]
denied|with 255, after a question|ask done=[255]
denied|with the first number that is none|done=[11]
denied|with two, both 0|done=0,0
denied|with 0, then 1|done=0,1
denied|with 1, then 0|done=1,0
denied|with 0, then an empty one|done=0,-
denied|with 0 in two bytes|done=00
denied|with two, after a question|ask done=0,0
$(for i in 1 2 3 4 5 6 7 8 9 [10]; do echo "denied|with $i|done=$i"; done)
END

# Options.  Each is in a file of its own; what is not known is logged and refused.
while IFS='|' read -r options want; do
	pam_service opt "auth required pam_mfa.so $options"
	tick
	log_mark
	pam_try opt alice "$(code_now alice)"
	if [ "$want" = in ]; then
		accepted "options: $options"
	else
		denied "options: $options"
		log_like 'the log names it' "pam_mfa.*$want"
	fi
done <<END
socket=$SOCKET|in
conf=$CONF|in
failmode=closed|in
failmode=open|in
debug|in
no_such_option|no_such_option
failmode=maybe|failmode
language=nl|in
language=nlx|language
language=|language
END

# The helper of a stack without a daemon: absolute, root's, nobody else's to write.
stop_mfad
install -m 755 /usr/local/sbin/mfad "$BED/theirs"
chown alice "$BED/theirs"
install -m 757 /usr/local/sbin/mfad "$BED/loose"
while IFS='|' read -r helper want; do
	pam_service opt "auth required pam_mfa.so mfad=$helper"
	tick
	pam_try opt alice "$(code_now alice)"
	"$want" "mfad=${helper##*/}"
done <<END
/usr/local/sbin/mfad|accepted
$BED/theirs|denied
$BED/loose|denied
sbin/mfad|denied
/no/such/mfad|denied
END

# failmode=open: only for a verifier that is not there, and never silently.
pam_service opt 'auth required pam_mfa.so mfad=/no/such/mfad failmode=open'
log_mark
pam_try opt alice
accepted 'failmode=open and nobody there'
log_like 'is logged' 'pam_mfa.*(failmode|open).*'
pam_service opt 'auth required pam_mfa.so failmode=open'
pam_try opt alice "$(wrong_code alice)"
denied 'failmode=open, wrong code'
pam_service opt "auth required pam_mfa.so failmode=open socket=$BED/imp_alice/sock"
pam_try opt alice
denied 'failmode=open, an impostor'

# The other stacks: the module has nothing to say there.
start_mfad
pam_service sshd "$PASSWORD_THEN_CODE" 'auth required pam_mfa.so' 'account required pam_mfa.so' \
	'session optional pam_mfa.so'
tick
on_pty pamtester sshd alice authenticate setcred acct_mgmt open_session close_session < <(
	answers "$PASSWORD" "$(code_now alice)")
is 'account and session pass' "$STATUS" 0

done_testing
