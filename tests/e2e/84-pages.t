#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Every page of the phone's, from a real sign-in each: nothing that axe would complain of, light and dark; and
# with a folder for an argument pictures of all, in each language (make screenshots).
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/browser.sh"
readonly ALL=${1:-}
readonly TO=${ALL:-$BED/pictures}
mkdir -p "$TO"

write_conf "${PORTAL_RULES[@]}" '[policy]' 'enrol_local = yes'
sed -i 's/issuer = Bed/issuer = De Regenboogschool/' "$CONF"
new_store || bail 'mfa-admin init failed'
start_mfad || bail 'mfad does not start'
pam_service sshd 'auth required pam_mfa.so'
pam_service sudo 'auth required pam_mfa.so'
start_browsers
log_mark
start_portal || bail 'mfa-portal does not start'

# shot NAME: the page that the phone in hand shows.
shot() {
	is "$1, $language, $theme" "$(js "accessible('$phone')")" '[]' || diag "$(js "text('$phone')")"
	ok "its picture" js "shoot('$phone', '$TO/$1.$language.$theme.png')" || diag "no picture in $TO"
}
# ask SERVICE ADDRESS: a sign-in that waits; its number in $number.
ask() {
	: >"$BED/waiting"	# or what was there before may be looked at
	"$HELPERS/signin" ${2:+-r "$2"} "$1" alice '' >"$BED/waiting" 2>&1 &
	WAITING=$!
	js "phones.$phone.page.locator('.pad').waitFor()" >/dev/null
}
tap() { js "press('$phone', $1)" >/dev/null || bail "no $1: $(js "text('$phone')")"; }

walk() {
	local address
	in_window 100x70 'setpriv --reuid alice --regid alice --init-groups mfa-enroll add --push'
	wait_for shows 'Number that the phone shows'
	address=$(scanned)
	open_phone "$phone" "{language: '$language', dark: $dark, options: {deviceScaleFactor: 1, $FROM}}"
	js "phones.$phone.page.goto('$address').then(() => phones.$phone.page.locator('input').waitFor())" >/dev/null
	js "phones.$phone.page.locator('input').fill('Pixel 9')" >/dev/null
	shot 1-pair
	js "phones.$phone.page.locator('form button').click().then(() => phones.$phone.page.locator('.number').waitFor())" >/dev/null
	shot 2-number
	keys "$(shown_number "$phone")" Enter
	wait_for shows 'the other way round: enter'
	js "phones.$phone.page.locator('.pad').waitFor()" >/dev/null
	shot 3-test
	js "type('$phone', '$(asked_number)')" >/dev/null
	wait_for shows 'ended 0'
	js "phones.$phone.page.locator('.sign').waitFor()" >/dev/null
	shot 4-paired
	js "phones.$phone.page.locator('.actions button').first().click()" >/dev/null
	shot 5-nothing
	ask sshd 192.0.2.44
	js "phones.$phone.page.locator('.pad').getByText('7', {exact: true}).click()" >/dev/null
	shot 6-request
	js "phones.$phone.page.locator('.danger').click()" >/dev/null
	shot 7-not-me
	js "phones.$phone.page.locator('.danger.sure').click().then(() => phones.$phone.page.locator('.sign').waitFor())" >/dev/null
	shot 8-refused
	wait "$WAITING"
	unlock alice
	js "phones.$phone.page.locator('.actions button').click()" >/dev/null
	ask sudo ''
	shot 9-sudo
	js "phones.$phone.page.evaluate(() => 0).then(() => type('$phone', '10'))" >/dev/null
	js "phones.$phone.page.locator('.sign').waitFor()" >/dev/null
	shot 10-wrong
	wait "$WAITING"
	unlock alice
	js "phones.$phone.page.locator('.actions button').click()" >/dev/null
	js "phones.$phone.page.locator('.actions button').last().click()" >/dev/null
	shot 11-add
	js "phones.$phone.page.locator('.actions button').click()" >/dev/null
	mfa-admin reset alice </dev/null >/dev/null
}

apple() {
	in_window 100x70 'setpriv --reuid alice --regid alice --init-groups mfa-enroll add --push'
	wait_for shows 'Number that the phone shows'
	open_phone "$phone" "{language: '$language', dark: $dark, notify: false, push: false, options: {deviceScaleFactor: 1, $FROM,
		userAgent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1'}}"
	js "phones.$phone.page.goto('$(scanned)').then(() => phones.$phone.page.locator('ol').waitFor())" >/dev/null
	shot 12-iphone
	in_tmux kill-server
}

# walk_as LANGUAGE THEME
walk_as() {
	language=$1 theme=$2
	# A place of its own: who pairs phone after phone is slowed down.
	place=$((${place:-0} + 1))
	FROM="extraHTTPHeaders: {'X-Forwarded-For': '192.0.2.$place'}"
	dark=$([ "$theme" = dark ] && echo true || echo false)
	phone=p$language$theme
	walk
	js "phones.$phone.context.close()" >/dev/null
	phone=i$language$theme
	apple
	js "phones.$phone.context.close()" >/dev/null
}

if [ -n "$ALL" ]; then
	for each in en nl fr; do
		walk_as $each light
		walk_as $each dark
	done
else
	walk_as nl light
	walk_as fr dark
fi
stop_browsers
done_testing
