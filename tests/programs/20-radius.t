#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# FreeRADIUS under its own user, as Debian installs it: no root, and yet it signs others in, where mfa.conf says so.
. "${BASH_SOURCE[0]%/*}/lib.sh"

readonly RADIUS=/etc/freeradius/3.0

needs freeradius radclient
ready alice bob
code_services code
forward_services radiusd

# As its pages say: the module pam, and everybody's password by it.  Refusals come at once.
ln -s ../mods-available/pam "$RADIUS/mods-enabled/pam"
sed -i 's/^\(\s*\)#\s*pam\s*$/\1pam/' "$RADIUS/sites-available/default"
sed -i 's/^\(\s*reject_delay = \).*/\10/' "$RADIUS/radiusd.conf"
echo 'DEFAULT Auth-Type := PAM' >"$RADIUS/mods-config/files/authorize"
install -d -o freerad -g freerad /run/freeradius /var/log/freeradius
serve radius 1812/udp freeradius -f -l stdout

# rad USER TYPED: what a VPN gateway would send.  SCREEN is the answer.
rad() {
	SCREEN=$(printf 'User-Name = "%s"\nUser-Password = "%s"\n' "$1" "$2" |
		radclient -r 1 -t "$PATIENCE" 127.0.0.1:1812 auth testing123 2>&1)
}
let_in() { like "$1" "$SCREEN" '^Received Access-Accept'; }
kept_out() { like "$1" "$SCREEN" '^Received Access-Reject'; }
ok 'it runs as freerad' pgrep -u freerad -x freeradius

# --- where mfa.conf says nothing of it ----------------------------------------------

log_mark
rad alice "$PASSWORD$(code_now alice)"
kept_out 'a user of no root signs nobody else in'
log_like 'the log names the key to set' 'callers'
is 'it was no wrong code' "$(wrong_in_a_row alice)" 0
as_user freerad radiusd alice "$PASSWORD$(code_now alice)"
denied 'the same, where texts are shown'
like 'something is said' "$SCREEN" '^say: '
unlike 'and it is not the account that is to blame' "$SCREEN" "^say: This account"

# --- where it may ---------------------------------------------------------------------

new_rules '[policy radiusd]' 'callers = freerad' 'remember = 1h'
log_mark
rad alice "$PASSWORD$(code_now alice)"
let_in 'callers: password and code'
log_like 'the log has it' 'event=signin result=ok user=alice service=radiusd'
rad alice "$PASSWORD$(code_now alice)"
kept_out 'the same again'
tick
rad alice "$PASSWORD"
kept_out 'it is remembered by nothing that freerad says'
rad alice "not-it$(code_now alice)"
kept_out 'a wrong password'
rad bob "$PASSWORD$(code_now alice)"
kept_out "another's code"
rad alice "$PASSWORD$(code_now alice)"
let_in 'none of which stands in the way'
tick
as_user freerad code alice "$PASSWORD" "$(code_now alice)"
denied 'another service'
as_user www-data radiusd alice "$PASSWORD$(code_now alice)"
denied 'another user'

# --- it counts apart ---------------------------------------------------------------------

tick
pam_try code alice "$PASSWORD" "$(wrong_code alice)"
is 'one wrong code by root' "$(wrong_in_a_row alice)" 1
tick
rad alice "$PASSWORD$(code_now alice)"
let_in 'a right one by freerad'
is 'clears nothing of it' "$(wrong_in_a_row alice)" 1
for _ in 1 2 3 4 5 6 7 8 9 10; do
	tick
	rad alice "$PASSWORD$(wrong_code alice)"
done
rad alice "$PASSWORD$(code_now alice)"
kept_out 'wrong ones make freerad wait'
pam_try code alice "$PASSWORD" "$(code_now alice)"
accepted 'and not root'
rad bob "$PASSWORD$(code_now bob)"
let_in 'nor another account'

# --- the password is checked elsewhere ---------------------------------------------------------

pam_service radiusd 'auth required pam_mfa.so'
tick
rad bob "$(code_now bob)"
let_in 'a code alone, as a gateway sends it that has checked the password'
tick
rad bob "$(wrong_code bob)"
kept_out 'a wrong one'

# --- who has no phone yet -------------------------------------------------------------------------

forward_services radiusd
new_rules '[policy]' 'enrolment = offer' 'enrol_local = yes' 'enrol_networks = 127.0.0.0/8' '[policy radiusd]' \
	'callers = freerad'
pass=$(mfa-admin pass carol --valid 8h </dev/null | head -n 1)
for typed in "$PASSWORD" "${PASSWORD}123456"; do
	rad carol "$typed"
	kept_out 'an account without a phone'
done
as_user freerad radiusd carol "$PASSWORD$pass" y y y
unlike 'a pass leads freerad to no enrolment' "$SCREEN" '^ask: (Set|.*app shows)'
is 'nothing was enrolled' "$(devices carol)" 0

done_testing
