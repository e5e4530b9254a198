#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Who showed a device that has gone since, because the phone was stolen, changes nothing any more:
# mfa-enroll asks for proof first and for other things later, and its user may take his time.
. "${BASH_SOURCE[0]%/*}/lib.sh"

ready alice
pam_service code 'auth required pam_mfa.so'

# devices: how many, and with which labels.
devices() { mfa-enroll --user alice list --json </dev/null | grep -oE '"label": ?"[^"]*"' | tr -d ' \n'; }

key_shown() {
	grep -oE '([A-Z2-7]{4} ){3,}[A-Z2-7]{1,4}' "$BED/pty" | head -n 1 | tr -d ' '
}

# tool ARG... <SCRIPT: mfa-enroll on a terminal of alice's; sets SCREEN and STATUS.
tool() {
	STATUS=0
	: >"$BED/pty"
	setpriv --reuid alice --regid alice --init-groups "$HELPERS/ptyrun" \
		mfa-enroll "$@" >"$BED/pty" || STATUS=$?
	SCREEN=$(tr -d '\r' <"$BED/pty")
}

# while_adding WHAT CODE [LABEL]: proves with CODE, does WHAT, then gives the right code of the new phone.
while_adding() {
	printf 'expect code: \nsend %s\nexpect app shows now: \n' "$2"
	wait_for grep -q 'app shows now' "$BED/pty"
	eval "$1" >&2
	printf 'send %s\n' "$(oathtool --totp -b "$(key_shown)" --now "@$(now)")"
}
# Begun with an empty screen, or the one before would be taken for it.
add_while() {
	: >"$BED/pty"
	tool add --label "${3:-Thief}" < <(while_adding "$@")
}

new_phone() {
	mfa-admin reset alice --yes </dev/null
	tick
	enrol alice
}

add_while true "$(code_now alice)"
is 'with nothing in between it is added' "$STATUS, $(devices)" '0, "label":"Phone""label":"Thief"'
tick
add_while 'pam_try code alice "$(code_now alice 1)"' "$(code_now alice)"
like 'so it is when she signed in meanwhile' "$STATUS, $(devices)" '"label":"Thief"'
new_phone
tick
add_while 'tick 2; pam_try code alice "$(code_now alice)"' "$(code_now alice)"
is 'also under another label' "$STATUS, $(devices)" '0, "label":"Phone""label":"Thief"'

new_phone
tick
add_while new_phone "$(code_now alice)"
like 'after reset and a new phone: no more' "$SCREEN" 'what you showed no longer'
is 'and nothing was added' "$STATUS, $(devices)" '1, "label":"Phone"'

# The phone that was shown is removed, another stays.
tick
add_while true "$(code_now alice)" Tablet
tick
add_while 'mfa-enroll --user alice remove Phone </dev/null' "$(code_now alice)"
is 'after the device that was shown was removed' "$STATUS, $(devices)" '1, "label":"Tablet"'

new_phone
tick
tool remove 1 < <(
	printf 'expect code: \nsend %s\nexpect y/N\n' "$(code_now alice)"
	wait_for grep -q 'y/N' "$BED/pty"
	new_phone >/dev/null
	printf 'send y\n')
is 'a new phone is not removed by who showed the old one' "$STATUS, $(devices)" '1, "label":"Phone"'

# What is no device leaves no label to look for: a recovery code, a pass.
codes() { mfa-enroll --user alice codes </dev/null | grep -oE '[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}'; }
a_pass() { mfa-admin pass alice --valid 8h --uses 2 </dev/null | head -n 1; }
with_code() { new_phone >/dev/null; codes | head -n 1; }
with_pass() { mfa-admin reset alice --yes </dev/null >/dev/null; tick; a_pass; }
while IFS='|' read -r proof want what; do
	add_while "${what#*: }" "$("$proof")"
	is "$proof, and meanwhile ${what%%: *}" "$STATUS, $(devices)" "$want"
done <<'END'
with_code|0, "label":"Phone""label":"Thief"|nothing: true
with_code|1, "label":"Phone"|a reset, and a new phone: new_phone
with_code|4, |a reset: mfa-admin reset alice --yes </dev/null
with_code|1, |a reset of the only device: mfa-admin reset --factor Phone alice --yes </dev/null
with_code|1, "label":"Phone"|the only device goes, and another comes: mfa-admin reset --factor Phone alice --yes </dev/null; tick; enrol alice
with_code|1, "label":"Phone"|the only device goes, and another is added: mfa-admin reset --factor Phone alice --yes </dev/null; mfa-admin import --add "$BED/import" </dev/null
with_code|0, "label":"Phone""label":"Thief"|new recovery codes are made: codes
with_pass|0, "label":"Thief"|nothing: true
with_pass|1, "label":"Phone"|a reset, and a new phone: new_phone
with_pass|4, |a reset: mfa-admin reset alice --yes </dev/null
with_pass|1, |a reset, and a new pass: mfa-admin reset alice --yes </dev/null; tick; a_pass
END
new_phone

# Who hangs up after the proof has removed nothing, and the log says so.
tick
log_mark
as alice perl -MSocket -e '
	socket(my $s, AF_UNIX, SOCK_SEQPACKET, 0) or exit 1;
	connect($s, sockaddr_un($ARGV[0])) or exit 1;
	sub field { chr($_[0]) . pack("n", length $_[1]) . $_[1] }
	send($s, chr(6) . field(1, chr(1)) . field(2, "alice") . field(10, "1"), 0);
	do { recv($s, my $got, 16384, 0); $step = ord $got } until $step == 66;
	send($s, chr(2) . field(6, $ARGV[1]), 0);
	close $s' "$SOCKET" "$(code_now alice)"
log_like 'who hangs up after the proof: it was broken off' 'event=remove result=aborted user=alice'
is 'and nothing was removed' "$(devices)" '"label":"Phone"'

done_testing
