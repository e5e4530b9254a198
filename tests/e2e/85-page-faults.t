#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The phone's page where something fails: the network, a clock, the browser, a finger that was quick.  The server is real;
# what fails is put between it and the page.
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/browser.sh"

portal_ready
pam_service code 'auth required pam_mfa.so'

# page PHONE EXPRESSION: of its page.
page() { js "phones.$1.page.$2" >/dev/null; }
says() { js "shows('$1', $2)" >/dev/null; }
tap() { js "press('$1', '$2')" >/dev/null || diag "no $2: $(js "text('$1')")"; }
# fails PHONE CALL HOW, and well PHONE again.
fails() { js "phones.$1.context.route('**/api/$2', (route) => route.$3)" >/dev/null; }
well() { js "phones.$1.context.unrouteAll()" >/dev/null; }
readonly GONE='abort()' HOTEL="fulfill({contentType: 'text/html', body: '<h1>Welcome to the hotel</h1>'})"

# A sign-in of alice's in the background, and one whose number stands on a terminal.
begin() {
	: >"$BED/second"	# or what was there before may be looked at
	"$HELPERS/signin" -r 192.0.2.7 code alice '' >"$BED/second" 2>&1 &
	WAITING=$!
}
at_terminal() { in_window 90x12 "$HELPERS/signin -r 192.0.2.7 code alice ''"; wait_for shows 'on your phone'; }

# --- words ----------------------------------------------------------------------------------------------

is 'each text in each language' "$(node tests/phone/words.mjs)" complete

# --- pairing --------------------------------------------------------------------------------------------

open_phone a '{}'
in_window 100x70 'setpriv --reuid alice --regid alice --init-groups mfa-enroll add --push'
wait_for shows 'Number that the phone shows'
address=$(scanned)
fails a look "$GONE"
page a "goto('$address')"
js_ok 'no network when the picture was scanned' "shows('a', 'No connection: no answer came')" a
fails a look "fulfill({status: 429, json: {error: 'busy'}})"
tap a 'Try again'
js_ok 'a server that is busy' "shows('a', 'Too many tries')" a
well a
tap a 'Try again'
js_ok 'again, and well' "shows('a', 'Pair this phone?')" a
page a "locator('input').fill('Ω'.repeat(64))"
fails a pair "$GONE"
tap a Pair
js_ok 'no network when it is paired' "shows('a', 'No connection: no answer came')" a
well a
tap a Pair
page a "locator('.number').waitFor()"
number=$(shown_number a)
page a 'reload()'
js_ok 'a page that is opened again meanwhile' "shows('a', 'Type this number at the computer')" a
is 'shows the same number' "$(shown_number a)" "$number"
keys "$number" Enter
wait_for shows 'the other way round'
page a "locator('.pad').waitFor()"
js "type('a', '$(asked_number)')" >/dev/null
ok 'and is paired' wait_for shows 'ended 0' || diag "$(screen)"
js_ok 'as it says' "shows('a', 'This phone is paired')" a
tap a Done
is 'a name as long as may be' "$(js "text('a')" | grep -o 'Ω' | wc -l)" 32

# --- a daemon that gives no address -------------------------------------------------------------------------

in_window 90x12 "$HELPERS/signin code alice ''"
says a "'Are you signing in?'"
like 'is not shown as the computer itself' "$(js "text('a')")" 'From.*not known'
in_tmux kill-server
js_ok 'and goes with its sign-in' "shows('a', 'No sign-in is waiting')"

# --- an answer that does not arrive ------------------------------------------------------------------------

at_terminal
says a "'Are you signing in?'"
number=$(asked_number)
fails a answer "$GONE"
js "type('a', '$number')" >/dev/null
js_ok 'no network' "shows('a', 'No connection: no answer came')" a
is 'what was typed is there' "$(js "phones.a.page.locator('.digits').innerText()" | tr -dc 0-9)" "$number"
well a
fails a answer "$HOTEL"
tap a Approve
js_ok 'a network that answers itself' "shows('a', /be reached: try again/)" a
well a
tap a Approve
js_ok 'and then it arrives' "shows('a', 'Approved')" a
ok 'for the sign-in as well' wait_for shows 'PAM_SUCCESS' || diag "$(screen)"
tap a Done

# --- an answer whose reply is lost ------------------------------------------------------------------------

at_terminal
says a "'Are you signing in?'"
fails a answer 'fetch().then(() => route.abort())'
js "type('a', '$(asked_number)')" >/dev/null
js_ok 'the page knows of no answer' "shows('a', 'No connection: no answer came')" a
ok 'though it came' wait_for shows 'PAM_SUCCESS' || diag "$(screen)"
well a
js_ok 'and blames no other phone' "shows('a', 'it was answered, it expired')" a
tap a OK

# --- two at once, and one on its way ----------------------------------------------------------------------

at_terminal
says a "'Are you signing in?'"
number=$(asked_number)
page a "locator('.pad').getByText('${number:0:1}', {exact: true}).click()"
begin
says a "'Other requests'"
fails a answer 'fetch().then((response) => new Promise((done) => setTimeout(done, 1500)).then(() => route.fulfill({response})))'
page a "locator('.pad').getByText('${number:1:1}', {exact: true}).click()"
page a "locator('.pad .approve').click()"
is 'while it is sent nothing else can be begun' "$(js "phones.a.page.locator('#older button').count()")" 0
js_ok 'and its result is its own' "shows('a', 'Approved')" a
ok 'as at the terminal' wait_for shows 'PAM_SUCCESS' || diag "$(screen)"
well a
tap a Done
says a "'Are you signing in?'"
tap a 'No, this is not me'
tap a 'Yes, refuse it'
says a "'Refused'"
wait "$WAITING"
unlock alice
tap a Done

# --- a finger that was quick -----------------------------------------------------------------------------

at_terminal
says a "'Are you signing in?'"
number=$(asked_number)
page a "locator('.pad').getByText('${number:0:1}', {exact: true}).click()"
begin
js_ok 'another request comes below the one whose answer was begun' "shows('a', 'Other requests')" a
page a "locator('.pad').getByText('${number:1:1}', {exact: true}).click()"
page a "keyboard.press('Enter')"
ok 'which is the one that is answered' wait_for shows 'PAM_SUCCESS' || diag "$(screen) $(js "text('a')")"
tap a Done
js_ok 'then the other' "shows('a', 'Are you signing in?')" a
tap a 'No, this is not me'
fails a answer "$GONE"
tap a 'Yes, refuse it'
js_ok 'refusing it without a network' "shows('a', 'No connection: no answer came')" a
well a
tap a 'Yes, refuse it'
js_ok 'and with one' "shows('a', 'Refused')" a
wait "$WAITING"
like 'it is refused' "$(cat "$BED/second")" PAM_AUTH_ERR
unlock alice
tap a Done

# --- two phones ------------------------------------------------------------------------------------------

open_phone b '{language: "nl-BE", push: false, notify: false}'
in_window 100x70 'setpriv --reuid alice --regid alice --init-groups mfa-enroll add --push'
wait_for shows 'on your phone'
says a "'Are you signing in?'"
js "type('a', '$(asked_number)')" >/dev/null
keys '' Enter
wait_for shows 'Number that the phone shows' || diag "$(screen)"
page b "goto('$(scanned)')"
tap b Koppelen
page b "locator('.number').waitFor()"
keys "$(shown_number b)" Enter
wait_for shows 'the other way round'
page b "locator('.pad').waitFor()"
js "type('b', '$(asked_number)')" >/dev/null
ok 'another phone, confirmed by the first' wait_for shows 'ended 0' || diag "$(screen) $(js "text('b')")"
js_ok 'that has no notifications' "shows('b', 'Meldingen staan uit: open deze pagina')" b
tap b Gereed
tap a Done
at_terminal
says a "'Are you signing in?'"
js_ok 'both are asked' "shows('b', 'Probeert u zich aan te melden?')" b
js "type('a', '$(asked_number)')" >/dev/null
js_ok 'the one that was not needed says so' "shows('b', 'Die aanvraag is niet meer geldig')" b
tap a Done

# --- a sign-in while another account is added -------------------------------------------------------------

in_window 100x70 'setpriv --reuid bob --regid bob --init-groups mfa-enroll add --push'
wait_for shows 'Number that the phone shows'
page a "goto('$(scanned)')"
tap a Pair
page a "locator('.number').waitFor()"
number=$(shown_number a)
begin
js_ok 'is said above the number' "shows('a', 'A sign-in is waiting')" a
tap a 'A sign-in is waiting'
says a "'Are you signing in?'"
tap a 'No, this is not me'
tap a 'Yes, refuse it'
says a "'Refused'"
wait "$WAITING"
tap a Done
is 'and then the number is there again' "$(shown_number a)" "$number"
keys "$number" Enter
wait_for shows 'the other way round'
page a "locator('.pad').waitFor()"
js "type('a', '$(asked_number)')" >/dev/null
ok 'so that the pairing goes on' wait_for shows 'ended 0' || diag "$(screen) $(js "text('a')")"
says a "'This phone is paired'"
tap a Done
unlock alice
tick

# --- a clock, a server, a browser ------------------------------------------------------------------------

page a "addInitScript(() => { const real = Date.now; Date.now = () => real() + 3600e3; })"
page a 'reload()'
says a "'No sign-in is waiting'"
at_terminal
js_ok 'a phone whose clock is an hour ahead is asked' "shows('a', 'Are you signing in?')" a
like 'for as long as there is' "$(js "text('a')")" '[12]?[0-9] s left'
js "type('a', '$(asked_number)')" >/dev/null
js_ok 'and answers' "shows('a', 'Approved')" a
tap a Done

fails b list "fulfill({status: 503, json: {error: 'unavailable'}})"
page b 'reload()'
js_ok 'a service that is away is told of on the first screen' "shows('b', 'De dienst is niet bereikbaar')" b
well b
js_ok 'and that it is back, without a finger' "shows('b', 'Er wacht geen aanmelding')" b
stop_portal
page b 'reload()'
js_ok 'a server that is gone: the page opens all the same' "shows('b', 'Geen verbinding')" b
like 'and knows its accounts' "$(js "text('b')")" 'alice'
log_mark
start_portal
js_ok 'and hears when it is back' "shows('b', 'Er wacht geen aanmelding')" b
kill -STOP "$PORTAL_PID"
SECONDS=0
page b 'reload()'
js_ok 'one that says nothing: the page opens too' "shows('b', 'Gekoppelde accounts')" b
[ "$SECONDS" -lt 12 ]
is 'after one pause, not one for each file' $? 0
kill -CONT "$PORTAL_PID"
fails b unpair "$GONE"
js "press('b', /Verwijderen: alice/).then(() => press('b', 'Verwijderen'))" >/dev/null
js_ok 'removing an account without a network' "shows('b', 'Nog niet verwijderd')" b
tap b 'Alleen van deze telefoon verwijderen'
js_ok 'here at least' "shows('b', 'Uw telefoon als tweede factor')" b

open_phone c '{}'
page c "addInitScript(() => { IDBFactory.prototype.open = () => { throw new DOMException('private', 'InvalidStateError'); }; })"
page c "goto('$ORIGIN/pair#AAAAAAAAAAAAAAAAAAAAAA')"
js_ok 'a window that keeps no keys pairs nothing' "shows('c', 'This browser keeps nothing')" c
is 'nothing went wrong in any page' "$(js 'Object.values(phones).flatMap(({ problems }) => problems)
	.filter((p) => !/status of [45]|net::ERR_|Failed to fetch/.test(p))')" '[]'

stop_browsers
done_testing
