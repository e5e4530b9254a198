#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Number matching, all parts real: sshd and ssh in a terminal, the picture read off its screen, Chromium as the phone,
# a push service that decrypts, a notification that is clicked.
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/browser.sh"

portal_ready
code_services sshd sudo
start_sshd

# --- pairing ------------------------------------------------------------------------------------

ok 'a phone' open_phone alice '{language: "nl-NL"}'
in_window 100x70 "setpriv --reuid alice --regid alice --init-groups mfa-enroll add"
ok 'mfa-enroll asks which' wait_for shows 'number matching on this phone'
keys '' Enter
ok 'the picture' wait_for shows 'Number that the phone shows' || diag "$(screen)"
like 'is an address with a token behind #' "$(scanned)" "^$ORIGIN/pair#[A-Za-z0-9_-]{22}\$"
js "phones.alice.page.goto('$(scanned)')" >/dev/null
js_ok 'the phone asks, in Dutch' "shows('alice', 'Deze telefoon koppelen?')"
like 'for whom and where' "$(js "text('alice')")" "alice .*$(hostname)"
is 'the token is gone from the address' "$(js 'phones.alice.page.url()')" "\"$ORIGIN/\""
is 'nothing that axe sees' "$(js "accessible('alice')")" '[]'
js "press('alice', 'Koppelen')" >/dev/null
js_ok 'the phone shows a number' "shows('alice', 'Typ dit nummer op de computer')"
keys "$(shown_number alice)" Enter
ok 'the terminal shows another' wait_for shows 'the other way round: enter' || diag "$(screen)"
js_ok 'the phone asks for it' "shows('alice', 'Nu andersom')"
like 'a notification came as well' "$(js 'pushed(1)')" '"text":"\{\\"request\\":\\"[A-Za-z0-9_-]{22}\\",\\"language\\":\\"nl\\"\}"'
js "type('alice', '$(asked_number)')" >/dev/null
js_ok 'paired, says the phone' "shows('alice', 'Deze telefoon is gekoppeld')"
ok 'and the terminal' wait_for shows 'ended 0' || diag "$(screen)"
like 'and gives recovery codes' "$(screen -S -)" '[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}'
is 'nothing went wrong in the page' "$(js 'phones.alice.problems')" '[]'
like 'the key can not be taken out' "$(js "phones.alice.page.evaluate(() => new Promise((done) => {
	indexedDB.open('authenticator', 1).onsuccess = (event) => event.target.result.transaction('accounts').objectStore('accounts')
		.getAll().onsuccess = (got) => crypto.subtle.exportKey('jwk', got.target.result[0].keys.privateKey)
		.then(() => done('taken'), (error) => done(error.name)); }))")" 'InvalidAccessError'

# --- the push service ---------------------------------------------------------------------------------

like 'RFC 8030: one message' "$(js 'pushes[0]')" '"method":"POST","ttl":"[0-9]+","urgency":"high","encoding":"aes128gcm","topic":"[A-Za-z0-9_-]{22}"'
like 'RFC 8292: whose word it is' "$(js 'pushes[0].vapid')" '\{"ok":true,"alg":"ES256","audience":true,"sub":"mailto:admin@example.org"'

is 'RFC 8291: 200 random messages, read by another implementation' "$(node tests/phone/webpush.mjs "$HELPERS/webpush")" 200

# --- ssh ------------------------------------------------------------------------------------------------

js "press('alice', 'Gereed')" >/dev/null
on_ssh alice
ok 'ssh shows a number' wait_for shows 'nter [0-9]+ on your phone' || diag "$(screen)"
unlike 'and no address to open, for a notification was sent' "$(screen)" "No notification"
keys '' Enter
js_ok 'the open page asks at once' "shows('alice', 'Probeert u zich aan te melden?')"
like 'who, where, from where' "$(js "text('alice')")" 'Account.*alice.*Dienst.*sshd.*Vanaf.*127\.0\.0\.1'
is 'nothing that axe sees' "$(js "accessible('alice')")" '[]'
js "type('alice', '$(asked_number)')" >/dev/null
ok 'and ssh is in' wait_for shows 'in as alice' || diag "$(screen)"
js_ok 'the phone says so' "shows('alice', 'Goedgekeurd')"

# --- a notification, clicked --------------------------------------------------------------------------------

js "phones.alice.page.goto('about:blank')" >/dev/null
js "phones.alice.page.goto('$ORIGIN/')" >/dev/null
js_ok 'nothing waits' "shows('alice', 'Er wacht geen aanmelding')"
on_ssh alice
wait_for shows 'on your phone'
keys '' Enter
push=$(js 'pushed(3)')
js "deliver('alice', pushes[2].text)" >/dev/null
like 'the phone buzzes' "$(js 'notified(1)')" '"summary":"Aanmeldingsaanvraag"'
is 'and is tapped' "$(js 'click(notifications[0].id)')" true
js_ok 'the page asks' "shows('alice', 'Probeert u zich')"
js "type('alice', '$(asked_number)')" >/dev/null
ok 'ssh is in' wait_for shows 'in as alice' || diag "$push $(screen)"

js "deliver('alice', '{\"wrong\":7,\"language\":\"nl\"}')" >/dev/null
like 'a notification of wrong codes' "$(js 'notified(2)')" '"summary":"Foute codes voor uw account".*: 7\.'

# --- sudo: the terminal is not touched ---------------------------------------------------------------------------

js "press('alice', 'Gereed')" >/dev/null
in_window 100x30 "setpriv --reuid alice --regid alice --init-groups sudo -k sh -c 'echo in as \$(id -un)'"
wait_for shows 'assword' && keys "$PASSWORD" Enter
wait_for shows 'on your phone'
js_ok 'sudo: the phone shows the command' "shows('alice', /sh -c .echo in as/)"
like 'as what the program says' "$(js "text('alice')")" 'volgens het programma'
js "type('alice', '$(asked_number)')" >/dev/null
ok 'sudo goes on by itself' wait_for shows 'in as root' || diag "$(screen)"
js "press('alice', 'Gereed')" >/dev/null

# --- no ---------------------------------------------------------------------------------------------------------------

SSH_OPTIONS=("${SSH_OPTIONS[@]/LogLevel=ERROR/LogLevel=INFO}")
on_ssh alice
wait_for shows 'on your phone'
js "shows('alice', 'Probeert u zich')" >/dev/null
js "type('alice', '$(other_number)')" >/dev/null
js_ok 'a wrong number is told' "shows('alice', 'Dat was niet het juiste nummer')"
keys '' Enter
ok 'and ssh refuses' wait_for shows 'ended 255'
js "press('alice', 'Gereed')" >/dev/null
on_ssh alice
wait_for shows 'on your phone'
js "shows('alice', 'Probeert u zich').then(() => press('alice', 'Nee, dit ben ik niet'))" >/dev/null
js_ok 'it is not me: what that does' "shows('alice', 'Deze aanmelding weigeren?')"
is 'nothing that axe sees' "$(js "accessible('alice')")" '[]'
js "press('alice', 'Ja, weigeren')" >/dev/null
js_ok 'refused' "shows('alice', 'Geweigerd')"
keys '' Enter
ok 'by ssh as well' wait_for shows 'refused on your phone'
log_like 'and the log is loud' 'event=phone result=not-me user=alice'
js "press('alice', 'Gereed').then(() => phones.alice.page.reload())" >/dev/null
js_ok 'the page says that requests are stopped' "shows('alice', /Aanvragen voor alice zijn gestopt/)"
unlock alice

# --- two phones, two accounts, two sign-ins ---------------------------------------------------------------------------

ok 'another phone' open_phone bob '{language: "fr-BE", dark: true, push: false, notify: false}'
ok 'of bob, in French, without notifications' pair_with bob bob || diag "$(screen) $(js "text('bob')")"
js_ok 'says so' "shows('bob', 'Ce téléphone est associé')" bob
js "press('bob', 'Terminé')" >/dev/null
like 'and how to get notifications' "$(js "text('bob')")" 'Activer|notifications'
is 'nothing that axe sees in the dark' "$(js "accessible('bob')")" '[]'
on_ssh bob
wait_for shows 'on your phone'
like 'no notification: the question says what to open' "$(screen)" "on your phone \\(${ORIGIN#https://}\\), then Enter"
first=$(asked_number)
in_tmux new-window -d -t 1 "ssh ${SSH_OPTIONS[*]} -p $PORT -o PreferredAuthentications=keyboard-interactive \
	bob@127.0.0.1 'echo \"in as \$(id -un)\"'; echo \"ended \$?\"; sleep 1000"
other() { in_tmux capture-pane -p -t 1; }
wait_for eval 'other | grep -q assword'
in_tmux send-keys -t 1 "$PASSWORD" Enter
wait_for eval 'other | grep -q "on your phone"'
second=$(other | grep -oE '[Ee]nter [0-9]{2}' | grep -oE '[0-9]+')
js_ok 'two sign-ins at once: the newest, and the older one below' "shows('bob', 'Autres demandes')" bob
js "type('bob', '$second')" >/dev/null
in_tmux send-keys -t 1 '' Enter
ok 'the newest is in' wait_for eval 'other | grep -q "in as bob"' || diag "$(other)"
js "press('bob', 'Terminé')" >/dev/null
js "type('bob', '$first')" >/dev/null
keys '' Enter
ok 'and so is the older' wait_for shows 'in as bob' || diag "$(screen)"

# A phone that has both accounts keeps them apart.
js "press('bob', 'Terminé')" >/dev/null
enrol carol
in_window 100x70 "setpriv --reuid carol --regid carol --init-groups mfa-enroll add --push"
wait_for shows 'Authenticator code' && keys "$(code_now carol)" Enter
wait_for shows 'Number that the phone shows'
js "press('bob', 'Ajouter un compte')" >/dev/null
js "phones.bob.page.getByRole('textbox').fill('$(scanned)').then(() => press('bob', 'Continuer')).then(() => press('bob', 'Associer'))" >/dev/null
js "phones.bob.page.locator('.number').waitFor()" >/dev/null
keys "$(shown_number bob)" Enter
wait_for shows 'the other way round: enter'
js "phones.bob.page.locator('.pad').waitFor()" >/dev/null
js "type('bob', '$(asked_number)')" >/dev/null
ok 'carol pairs the same phone, by the code that is pasted' wait_for shows 'ended 0' || diag "$(screen) $(js "text('bob')")"
js "press('bob', 'Terminé')" >/dev/null
like 'both are listed' "$(js "text('bob')")" 'bob.*carol'
js "press('bob', /Supprimer: carol/).then(() => press('bob', 'Supprimer'))" >/dev/null
wait_for eval '[ "$(devices carol)" = 1 ]'
is 'carol is removed on the phone, and keeps her app' "$(devices carol)" 1
js "shows('bob', 'Comptes associés')" >/dev/null
unlike 'the phone has forgotten her' "$(js "text('bob')")" 'carol'
js "press('bob', /Supprimer: bob/).then(() => press('bob', 'Supprimer'))" >/dev/null
js_ok 'the only device of bob is not given up' "shows('bob', /seul second facteur de bob/)" bob
mfa-admin reset bob </dev/null >/dev/null
js "phones.bob.page.reload()" >/dev/null
js_ok 'what an administrator has reset is told' "shows('bob', /plus associé à bob/)" bob

# --- the phone's own unlock -----------------------------------------------------------------------------------------------

new_rules "${PORTAL_RULES[@]}" '[policy]' 'enrol_local = yes' 'verify_user = required'
ok 'a phone with a lock' open_phone locked '{passkey: true}'
mfa-admin reset alice </dev/null >/dev/null
ok 'is paired' pair_with alice locked || diag "$(screen) $(js "text('locked')")"
js "press('locked', 'Done')" >/dev/null
on_ssh alice
wait_for shows 'on your phone'
js "shows('locked', 'Are you signing in?')" >/dev/null
js "type('locked', '$(asked_number)')" >/dev/null
keys '' Enter
ok 'and is unlocked for each sign-in' wait_for shows 'in as alice' || diag "$(screen) $(js "text('locked')")"
js "press('locked', 'Done').then(() => phones.locked.cdp.send('WebAuthn.disable'))" >/dev/null
on_ssh alice
wait_for shows 'on your phone'
js "phones.locked.page.evaluate(() => { navigator.credentials.get = async () => { throw new Error('no'); }; })" >/dev/null
js "shows('locked', 'Are you signing in?')" >/dev/null
js "type('locked', '$(asked_number)')" >/dev/null
js_ok 'not without' "shows('locked', 'The phone was not unlocked')" locked
# A terminal that is closed may answer with an empty line, and then the sign-in waits for the phone.
js "press('locked', 'No, this is not me').then(() => press('locked', 'Yes, refuse it'))" >/dev/null
js_ok 'refusing needs no unlock' "shows('locked', 'Refused')" locked
in_tmux kill-server
new_rules "${PORTAL_RULES[@]}" '[policy]' 'enrol_local = yes' 'verify_user = preferred'
mfa-admin reset alice </dev/null >/dev/null
ok 'a phone without a lock' open_phone plain '{}'
ok 'is paired where that is only preferred' pair_with alice plain || diag "$(screen) $(js "text('plain')")"
js "press('plain', 'Done')" >/dev/null
on_ssh alice
wait_for shows 'on your phone'
js "shows('plain', 'Are you signing in?')" >/dev/null
js "phones.plain.page.keyboard.type('$(asked_number)0').then(() => phones.plain.page.keyboard.press('Enter'))" >/dev/null
keys '' Enter
ok 'and confirms, by a keyboard: a third digit is none' wait_for shows 'in as alice' || diag "$(screen) $(js "text('plain')")"
js "press('plain', 'Done').then(() => phones.plain.context.clearPermissions()).then(() => phones.plain.page.reload())" >/dev/null
js_ok 'notifications that were taken away: the page says so' "shows('plain', 'Notifications are off')" plain
is 'nothing went wrong in any page' "$(js 'Object.values(phones).flatMap(({ problems }) => problems).filter((p) => !/status of 4/.test(p))')" '[]'

# --- enrolment at sign-in ------------------------------------------------------------------------------------------------

new_rules "${PORTAL_RULES[@]}" '[policy]' 'enrolment = require' 'enrol_networks = 127.0.0.0/8' 'language = nl'
ok 'a phone for carol' open_phone carol '{language: "nl-BE"}'
mfa-admin reset carol </dev/null >/dev/null
on_ssh carol C.UTF-8 100x74
ok 'ssh asks which' wait_for shows '1: een nummer invoeren \(aanbevolen\), 2: ' || diag "$(screen)"
keys 1 Enter
ok 'the picture comes with the question' wait_for shows 'Nummer dat de telefoon toont' || diag "$(screen)"
keys p Enter
wait_for shows '##'
keys d Enter
wait_for eval '[ -n "$(picture dark)" ]'
is 'and is the address that stands there' "$(picture dark)" "$(screen | grep -oE "$ORIGIN/pair#[A-Za-z0-9_-]{22}")"
js "phones.carol.page.goto('$(picture dark)').then(() => press('carol', 'Koppelen'))" >/dev/null
js "phones.carol.page.locator('.number').waitFor()" >/dev/null
keys "$(shown_number carol)" Enter
ok 'the number for the phone' wait_for shows 'Nu andersom: voer [0-9]+ in' || diag "$(screen)"
js "phones.carol.page.locator('.pad').waitFor()" >/dev/null
js "type('carol', '$(screen | grep -oE 'voer [0-9]+ in' | grep -oE '[0-9]+')')" >/dev/null
keys '' Enter
ok 'the recovery codes' wait_for shows 'opgeschreven' || diag "$(screen)"
keys '' Enter
ok 'and in' wait_for shows 'in as carol' || diag "$(screen)"
js_ok 'the phone is paired' "shows('carol', 'Deze telefoon is gekoppeld')" carol

# --- too late ---------------------------------------------------------------------------------------------------------------

js "phones.carol.page.clock.install().then(() => phones.carol.page.goto('$ORIGIN/')).then(() => shows('carol', 'Er wacht geen'))" >/dev/null
on_ssh carol
wait_for shows 'op uw telefoon'
js "shows('carol', 'Probeert u zich')" >/dev/null
js 'phones.carol.page.clock.fastForward(31000)' >/dev/null
js_ok 'a request that has ended is said to' "shows('carol', 'Te laat')" carol
in_tmux kill-server

stop_browsers
done_testing
