#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Number matching when parts of it fail: whoever signs in is told, and a code still works.
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/browser.sh"

portal_ready
pam_service code 'auth required pam_mfa.so'
enrol alice
open_phone alice '{}'
in_window 100x70 "setpriv --reuid alice --regid alice --init-groups mfa-enroll add --push"
wait_for shows 'Authenticator code' && keys "$(code_now alice)" Enter
wait_for shows 'Number that the phone shows' || bail "$(screen)"
js "phones.alice.page.goto('$(scanned)').then(() => press('alice', 'Pair'))" >/dev/null
js "phones.alice.page.locator('.number').waitFor()" >/dev/null
keys "$(shown_number alice)" Enter
wait_for shows 'the other way round'
js "phones.alice.page.locator('.pad').waitFor()" >/dev/null
js "type('alice', '$(asked_number)')" >/dev/null
ok 'alice has an app and a phone' wait_for shows 'ended 0' || diag "$(screen)"
js "shows('alice', 'This phone is paired').then(() => press('alice', 'Done'))" >/dev/null
tick

# A sign-in in the background, that waits for the phone; $BED/waiting is what its user sees.
begin() {
	: >"$BED/waiting"	# or what was there before may be looked at
	"$HELPERS/signin" -r 192.0.2.7 code alice '' >"$BED/waiting" 2>&1 &
	WAITING=$!
}
# What a user sees who types a code at once.
by_code() {
	pam_try code alice "$(code_now alice)"
	tick
	unlock alice
}

# --- the push service ---------------------------------------------------------------------------

while IFS='|' read -r name how; do
	log_mark
	before=$(js 'pushes.length')
	js "set($how)" >/dev/null
	SECONDS=0
	by_code
	accepted "$name: a code works"
	[ "$SECONDS" -lt 5 ]
	is "$name: and does not take long" $? 0
	like "$name: the user is told" "$SCREEN" "on your phone \\(${ORIGIN#https://}\\), then Enter"
	is "$name: it was asked once, and nobody else" "$(js 'pushed('$((before + 1))').then(() => pushes.length)')" $((before + 1))
	js 'set({status: 201, delay: 0, redirect: null, garbage: false})' >/dev/null
done <<'END'
refusing|{status: 500}
of too many|{status: 429}
redirecting|{redirect: 'https://localhost:8490/elsewhere'}
to its own network|{redirect: 'http://127.0.0.1:8480/api/hello'}
garbage|{garbage: true}
slow|{delay: 4000}
END
by_code
unlike 'well again: nothing to tell' "$SCREEN" "No notification"
log_mark
js "phones.alice.page.goto('about:blank')" >/dev/null
js 'set({status: 410})' >/dev/null
by_code
js 'set({status: 201})' >/dev/null
before=$(js 'pushes.length')
wait_for eval 'mfa-admin metrics </dev/null | grep -q "result=\"gone\"} 1"'
by_code
is 'one that no longer knows the phone is not asked again' "$(js 'pushes.length')" "$before"
like 'the user is told' "$SCREEN" "^$ORIGIN there"
js "phones.alice.page.goto('$ORIGIN/')" >/dev/null
wait_for log_has 'event=phone-subscribe'
by_code
like 'the page that is opened subscribes again' "$(js "pushed($((before + 1)))")" '"text":"\{'

# An address that is not public.
stop_portal
write_conf "${PORTAL_RULES[@]/push_networks*/contact = https:\/\/example.org}" '[policy]' 'enrol_local = yes'
sed -i '/mailto/d' "$CONF"
log_mark
start_portal
before=$(js 'pushes.length')
by_code
is 'a push service within this network is not reached' "$(js 'pushes.length')" "$before"
log_like 'and the log says why' 'event=push result=refused host=localhost:8490'
accepted 'a code works'

# --- mfa-portal ------------------------------------------------------------------------------------

js "phones.alice.page.goto('$ORIGIN/').then(() => shows('alice', 'No sign-in'))" >/dev/null
begin
js "shows('alice', 'Are you signing in?')" >/dev/null
stop_portal -KILL
js_ok 'mfa-portal killed: the phone has its number pad still' "phones.alice.page.locator('.pad').isVisible()"
log_mark
start_portal
js "type('alice', '$(other_number "$BED/waiting")')" >/dev/null
wait "$WAITING"
like 'and is heard when it is back' "$(cat "$BED/waiting")" 'Another number was entered'
unlock alice
stop_portal -KILL
wait_for log_has 'no longer listens'
by_code
accepted 'without it a code works'
like 'and it is said' "$SCREEN" "can't be asked just now"
log_mark
start_portal
js "phones.alice.page.reload().then(() => shows('alice', 'No sign-in'))" >/dev/null

# --- mfad ------------------------------------------------------------------------------------------------

begin
js "shows('alice', 'Are you signing in?')" >/dev/null
kill_mfad
wait "$WAITING"
like 'mfad killed: the sign-in that waited is told' "$(cat "$BED/waiting")" 'interrupted|went away'
unlike 'and is not in' "$(cat "$BED/waiting")" PAM_SUCCESS
by_code
accepted 'the next is served without it, by a code'
log_mark
start_mfad
wait_for log_has 'mfa-portal listens'
js "phones.alice.page.reload().then(() => shows('alice', 'No sign-in'))" >/dev/null
begin
js "shows('alice', 'Are you signing in?')" >/dev/null
log_mark
kill -TERM "$MFAD_PID"
wait_for log_has 'event=portal|no longer listens'
pass 'mfad that is told to stop lets go of the portal at once'
kill -KILL "$MFAD_PID"; MFAD_PID=''
wait "$WAITING"
unlike 'nobody got in' "$(cat "$BED/waiting")" PAM_SUCCESS

stop_browsers
done_testing
