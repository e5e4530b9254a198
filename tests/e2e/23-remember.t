#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What spares the next prompt: where, for how long, and what ends it.
. "${BASH_SOURCE[0]%/*}/lib.sh"

ready alice
pam_service code 'auth required pam_mfa.so'
pam_service other 'auth required pam_mfa.so'
code_services sudo
pam_service su 'auth sufficient pam_rootok.so' "$PASSWORD_THEN_CODE" 'auth required pam_mfa.so'

readonly HERE=203.0.113.5
rules() {
	write_conf "$@"
	log_mark
	kill -HUP "$MFAD_PID"
	wait_for log_has 'event=reload' || diag "$(log_text)"
}
# shown [TRY-ARGUMENT]...: alice signs in with a code.  spared NAME, asked NAME likewise, without one.
shown() {
	tick
	pam_try "$@" alice "$(code_now alice)"
	accepted "with a code: $*"
}
spared() { local name=$1; shift; pam_try "$@" alice; accepted "$name"; unlike "$name: no prompt" "$SCREEN" 'ask:'; }
asked() { local name=$1; shift; pam_try "$@" alice; denied "$name"; like "$name: by a prompt" "$SCREEN" 'ask: .*code'; }
explained() { mfa-admin explain --json --user alice --service code --rhost "$1" </dev/null; }

# --- off by default ----------------------------------------------------------------

shown -r $HERE code
asked 'nothing is remembered where the rules do not say so' -r $HERE code

# --- by address --------------------------------------------------------------------

rules '[policy]' 'remember = 8h'
asked 'what was shown before the rule is not remembered' -r $HERE code
shown -r $HERE code
log_mark
spared 'the same address' -r $HERE code
log_like 'the log says why' 'event=signin result=ok user=alice .*rule=remember'
spared 'the same address, mapped' -r ::ffff:$HERE code
asked 'another address' -r 203.0.113.6 code
asked 'another service' -r $HERE other
asked 'another host of that network' -r 203.0.113.50 code
pam_try -r $HERE code bob
denied 'another account'
like 'explain says it' "$(explained $HERE)" '"rule":"remember".*"remembered":true'
like 'and not elsewhere' "$(explained 203.0.113.6)" '"rule":"enrolled".*"remembered":false'
while read -r name rhost; do
	shown -r "$rhost" code
	asked "never: $name" -r "$rhost" code
done <<'END'
a-name pc.example.org
loopback 127.0.0.1
loopback,-IPv6 ::1
loopback,-mapped ::ffff:127.0.0.2
END
shown -r 2001:db8::7 code
spared 'IPv6, spelt otherwise' -r 2001:DB8:0::7 code

# A program of the user's own: neither spared, nor a way to be.
as alice "$HELPERS/signin" -r $HERE code alice >"$BED/own" 2>&1
unlike "an address that a user's own program claims spares nobody" "$(cat "$BED/own")" PAM_SUCCESS
tick
as alice "$HELPERS/signin" -r 203.0.113.9 code alice "$(code_now alice)" >"$BED/own" 2>&1
like 'such a program, like a screen locker, gets in with a code' "$(cat "$BED/own")" 'PAM_SUCCESS 1'
asked 'and is not remembered' -r 203.0.113.9 code
as alice "$HELPERS/signin" locker alice >"$BED/own" 2>&1
unlike 'nor by itself' "$(cat "$BED/own")" PAM_SUCCESS

# --- for how long ------------------------------------------------------------------

shown -r $HERE code
spared 'at once' -r $HERE code
set_clock $(($(now) + 4 * 3600))
spared 'after four hours' -r $HERE code
set_clock $(($(now) + 4 * 3600))
asked 'after eight, although it was used meanwhile' -r $HERE code
shown -r $HERE code
set_clock $(($(now) + 60))
rules '[policy]' 'remember = 60s'
asked 'a shorter time holds at once' -r $HERE code
rules '[policy]' 'remember = off'
asked 'and none' -r $HERE code
rules '[policy]' 'remember = 8h'
spared 'and the time it had' -r $HERE code
at=$(now)
set_clock $((at - 7200))
asked 'of a future: a clock that was set back makes nothing last' -r $HERE code
set_clock "$at"
rules '[policy]' 'remember = 8h' 'methods = hotp, recovery'
pam_try -r $HERE code alice
denied 'by a method that does not count now'
rules '[policy]' 'remember = 8h'

# --- what ends it ------------------------------------------------------------------

shown -r $HERE code
ok 'mfa-admin forget' mfa-admin forget alice </dev/null
asked 'forgotten by an administrator' -r $HERE code
shown -r $HERE code
ok 'mfa-enroll forget' as alice mfa-enroll forget </dev/null
asked 'forgotten by its owner' -r $HERE code
not_ok "not by others" as bob mfa-enroll --user alice forget </dev/null
shown -r $HERE code
mfa-admin reset --yes alice </dev/null >/dev/null
enrol alice
tick 20
asked 'reset, and the same phone enrolled again' -r $HERE code
shown -r $HERE code
ok 'its device removed' mfa-admin reset --factor 1 alice </dev/null
enrol alice
tick 20
asked 'and enrolled again' -r $HERE code

# Nothing but a device makes it.
as alice mfa-enroll codes < <(tick; code_now alice) >"$BED/codes" 2>&1
recovery=$(grep -oE '\b[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}\b' "$BED/codes" | head -n 1)
pam_try -r 203.0.113.20 code alice "$recovery"
accepted 'a recovery code'
asked 'is not remembered' -r 203.0.113.20 code
pam_try -r 203.0.113.20 code alice "$(mfa-admin pass alice --valid 1h </dev/null | head -n 1)"
accepted 'a pass'
asked 'is not either' -r 203.0.113.20 code

# A wrong code from there ends nothing and a decoy gives nothing.
shown -r $HERE code
pam_try -r $HERE code carol 123456
denied 'somebody without a record'
pam_try -r $HERE code carol
denied 'again'

# --- by login session: sudo, su ----------------------------------------------------

# twice COMMAND...: of alice on one terminal; the second time she has only her password.
readonly TWICE='$0 -k sh -c "echo first"; $0 -k sh -c "echo second"'
script() {
	printf 'expect assword\nsend %s\nexpect code: \nsend %s\nexpect first\nexpect assword\nsend %s\nend code: \n' \
		"$PASSWORD" "$(code_now alice)" "$PASSWORD"
}
own_session() { setpriv --reuid alice --regid alice --init-groups "$@"; }
for mode in daemon stdio; do
	[ $mode = daemon ] || stop_mfad
	tick
	on_pty setpriv --reuid alice --regid alice --init-groups sh -c "$TWICE" sudo < <(script)
	is "sudo, $mode: twice in a session, one code" "$STATUS $(tail -n 1 <<<"$SCREEN")" '0 second'
	session=$(log_text | grep -o 'service=sudo .*session=[^ ]*' | tail -n 1 | sed 's/.*session="\{0,1\}//; s/"$//')
	like "sudo, $mode: explain knows a session by the log's name" \
		"$(mfa-admin explain --json --user alice --service sudo --session "$session" </dev/null)" \
		'"rule":"remember".*"remembered":true'
	like "sudo, $mode: and not another" \
		"$(mfa-admin explain --json --user alice --service sudo --session "${session}0" </dev/null)" \
		'"rule":"enrolled".*"remembered":false'
	like "sudo, $mode: nor without its name, but says that there may be one" \
		"$(mfa-admin explain --user alice --service sudo </dev/null)" 'in the same login session \(--session\)'
	sudo_try alice "$PASSWORD"
	refused "sudo, $mode: another session is asked"
	# A session that is begun within the first is another.
	tick
	on_pty setpriv --reuid alice --regid alice --init-groups \
		sh -c 'sudo -k echo first; script -qec "sudo -k echo second" /dev/null' < <(script)
	unlike "sudo, $mode: nor is a session begun within it spared" "$SCREEN" '^second'
	is "sudo, $mode: it asks for a code" "$(grep -c 'code:' <<<"$SCREEN")" 2
done
start_mfad
tick
on_pty setpriv --reuid alice --regid alice --init-groups \
	sh -c 'sudo -k echo first; sudo -k true; mfa-enroll forget; sudo -k echo second' < <(
	printf 'expect assword\nsend %s\nexpect code: \nsend %s\nexpect first\nexpect assword\nsend %s\nexpect again\nexpect assword\nsend %s\nend code: \n' \
		"$PASSWORD" "$(code_now alice)" "$PASSWORD" "$PASSWORD")
unlike 'forgotten' "$SCREEN" '^second'
shown code
asked "a daemon's session is nobody's" code

# The kernel's audit session, where it has them.
if [ -w /proc/self/loginuid ] && (echo 0 >/proc/self/loginuid) 2>/dev/null; then
	tick
	on_pty sh -c 'echo 1000 >/proc/self/loginuid; setpriv --reuid alice --regid alice --init-groups \
		sh -c "sudo -k echo first; script -qec \"sudo -k echo second\" /dev/null"' < <(script)
	is 'within an audit session, whatever the terminal' "$STATUS $(tail -n 1 <<<"$SCREEN")" '0 second'
	sudo_try alice "$PASSWORD"
	refused 'but not in another'
else
	skip 'no audit sessions here'
fi

done_testing
