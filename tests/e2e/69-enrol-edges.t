#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What can go wrong while somebody enrols at the sign-in: a small window, a long name, time
# that runs out, a connection that ends, many who put off the same thing at once.
. "${BASH_SOURCE[0]%/*}/lib.sh"

readonly HERE='enrol_networks = 127.0.0.0/8'
rules() { new_rules '[policy]' "$HERE" "$@"; }
write_conf '[enrol]' 'issuer = ssh.school.example' '[policy]' 'enrolment = require' "$HERE"
new_store || bail 'mfa-admin init failed'
start_mfad || bail 'mfad does not start'
code_services sshd
pam_service code 'auth required pam_mfa.so'
start_sshd

# --- what is shown ---------------------------------------------------------------------

# The usual window: the picture stays, the words may scroll away.
while read -r view theme locale size; do
	name="$size, view $view, $theme"
	on_ssh alice "$locale" "$size"
	wait_for shows 'Code that the app shows'
	[ "$view" = d ] || { keys "$view" Enter; wait_for shows "shows.*: $view\$"; }
	wait_for shows 'shows.*:$'
	key=$(screen -S - | grep -oE '([A-Z2-7]{4} ){7}[A-Z2-7]{4}' | tail -n 1 | tr -d ' ')
	is "$name: what a camera reads" "$(picture "$theme")" "$(uri_of ssh.school.example alice "$key")" ||
		diag "$(screen)"
done <<'END'
d dark C.UTF-8 80x24
i light C.UTF-8 80x24
p dark C 80x60
q light C 80x60
END
on_ssh alice
wait_for shows 'Code that the app shows'
keys k Enter
wait_for shows 'shows.*: k$'
ok 'k: the key alone' wait_for shows '^Key: ([A-Z2-7]{4} ){7}[A-Z2-7]{4}$'
is 'and no picture' "$(screen | sed '1,/shows.*: k$/d' | grep -c '[█#]')" 0
is 'no line is longer than PuTTY shows' "$(screen -S - | grep -v '^(' | grep -cE '^.{78}')" 0

# A picture that is too large for any screen is left out.
long=$(printf 'é%.0s' {1..32})
new_rules '[enrol]' "issuer = $long" '[policy]' "$HERE" 'enrolment = require' 'nss = no' 'names = exact'
longest=$(printf 'ü%.0s' {1..120})
pass=$(mfa-admin --new pass "$longest" --valid 1h </dev/null | head -n 1)
pam_try -r 127.0.0.1 code "$longest" "$pass" y p
like 'a picture that does not fit a frame: the key alone' "$SCREEN" '^Key: ([A-Z2-7]{4} ){7}'
unlike 'and not half of it' "$SCREEN" '##'

# --- the words of the rules --------------------------------------------------------------

rules 'enrolment = require' 'intro = Welcome to the school' 'help = Helpdesk: 050-1234567'
pam_try -r 127.0.0.1 code alice
like 'the intro comes first' "$(head -n 1 <<<"$SCREEN")" 'Welcome to the school'
pam_try -r 127.0.0.1 code alice 1 2 3 4 5 ''
denied 'five wrong codes'
like 'and that is all' "$SCREEN" 'Nothing was saved'
like 'the help comes after' "$SCREEN" 'Helpdesk'
is 'nothing is there' "$(devices alice)" 0
rules 'enrolment = offer' 'offer_until = 2027-01-31'
pam_try -r 127.0.0.1 code alice n
accepted 'put off until a date'
like 'which it says' "$SCREEN" 'until 2027-01-31'

# --- time ------------------------------------------------------------------------------

rules 'enrolment = require'
on_ssh alice
wait_for shows 'Code that the app shows'
like 'how long there is' "$(screen)" 'ten minutes'
key=$(key_shown)
set_clock $(($(now) + 400))
keys 000000 Enter
ok 'what is left of it is said' wait_for shows '3 minutes left'
set_clock $(($(now) + 300))
keys "$(app_code "$key")" Enter
ok 'a right code that comes too late' wait_for shows 'took too long' || diag "$(screen)"
like 'says so' "$(screen)" 'Nothing was saved'
keys '' Enter
ok 'and lets nobody in' wait_for shows 'ended 255'
is 'nor saves anything' "$(devices alice)" 0

# --- who goes away ------------------------------------------------------------------------

on_ssh alice
wait_for shows 'Code that the app shows'
key=$(key_shown)
keys "$(app_code "$key")" Enter
wait_for shows 'written down the'
log_mark
# At once: a terminal that is closed may still give ssh an empty line.
pkill -KILL -P "$(in_tmux display-message -p -t 0 '#{pane_pid}')"
log_like 'who goes while the recovery codes are shown did not sign in' 'event=signin result=aborted user=alice'
log_like 'and has not enrolled' 'event=enrol result=aborted user=alice'
is 'so that nobody has a phone without the codes' "$(devices alice)" 0

# --- put off by many at once ---------------------------------------------------------------

rules 'enrolment = offer' 'offer_times = 3'
pam_try -n 16 -r 127.0.0.1 code bob n
like 'of sixteen at once as many get in as may' "$SCREEN" '^PAM_SUCCESS 3$'
like 'and no more are counted' "$(mfa-admin show --json bob </dev/null)" '"postponed": ?3\b'
pam_try -r 127.0.0.1 code bob n
denied 'then it is asked for'

# Whoever enrols while another is at the question: the password alone no longer does.
rules 'enrolment = offer' 'offer_times = 9'
on_ssh carol
wait_for shows 'phone now'
enrol carol
keys n Enter
ok 'the other has enrolled: not without a code' wait_for shows 'Somebody else' || diag "$(screen)"
keys '' Enter
ok 'nor in' wait_for shows 'ended 255'
in_tmux kill-server

# --- put off where something was shown -------------------------------------------------------

rules 'enrolment = require'
pass=$(mfa-admin pass bob --valid 8h --uses 2 </dev/null | head -n 1)
pam_try -r 192.0.2.9 code bob "$pass" n
accepted 'a pass stands in for the phone'
like 'and that is not counted' "$(mfa-admin show --json bob </dev/null)" '"postponed": ?3\b'
pam_try -r 192.0.2.9 code bob "$pass" '' 1
denied 'whoever begins to enrol must end it'
rules 'enrolment = offer' 'offer_times = 1' 'minimum = 2'
tick
pam_try -r 192.0.2.9 code carol "$(code_now carol)" n
accepted 'a second device may be put off as well'
tick
pam_try -r 192.0.2.9 code carol "$(code_now carol)" n
denied 'as often as the rules say'

# --- in Dutch ----------------------------------------------------------------------------------

new_rules '[enrol]' 'issuer = De Zwaan' '[policy]' "$HERE" 'enrolment = require' 'language = nl'
mfa-admin reset --yes alice </dev/null >/dev/null
on_ssh alice
ok 'Dutch: the question' wait_for shows 'Voer de code in die de app toont' || diag "$(screen)"
like 'Dutch: why' "$(screen)" 'Meer informatie vereist'
key=$(key_shown)
is 'Dutch: what a camera reads' "$(picture dark)" \
	"otpauth://totp/De%20Zwaan:alice?secret=$key&issuer=De%20Zwaan"
keys 000000 Enter
ok 'Dutch: a wrong code' wait_for shows 'Dat is de code niet'
keys "$(app_code "$key")" Enter
ok 'Dutch: recovery codes' wait_for shows 'Druk op Enter als u de herstelcodes hebt opgeschreven'
like 'Dutch: what they are for' "$(screen)" '[Hh]erstelcodes'
unlike 'Dutch: and no English' "$(screen -S -)" '\b([Tt]he|[Yy]our|phone|code is)\b'
keys '' Enter
ok 'Dutch: in' wait_for shows 'in as alice'
tick
on_ssh alice
ok 'Dutch: the next sign-in' wait_for shows 'Code uit de Authenticator-app:' || diag "$(screen)"
like 'Dutch: says that a device was added' "$(screen)" 'er een apparaat aan dit'
keys "$(app_code "$key")" Enter
ok 'Dutch: in with a code' wait_for shows 'in as alice'
in_tmux kill-server

done_testing
