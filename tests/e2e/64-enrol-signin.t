#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Enrolment within the sign-in: over the real ssh on a terminal that is looked at, with a
# camera's eyes for the QR code; put off, broken off, at the same time as another; and sudo.
. "${BASH_SOURCE[0]%/*}/lib.sh"

readonly HERE='enrol_networks = 127.0.0.0/8'
write_conf '[enrol]' 'issuer = Bed' '[policy]' 'enrolment = require' "$HERE"
new_store || bail 'mfa-admin init failed'
start_mfad || bail 'mfad does not start'
code_services sshd sudo
pam_service code 'auth required pam_mfa.so'
start_sshd

rules() { new_rules '[enrol]' 'issuer = Bed' "$@"; }
uri() { uri_of Bed "$@"; }

# --- required ----------------------------------------------------------------------

while read -r user locale view theme; do
	on_ssh "$user" "$locale"
	ok "$user: the picture comes with the question for a code" wait_for shows 'Code that the app shows' ||
		diag "$(screen)"
	like "$user: says why" "$(screen -S -)" 'More information is required'
	[ "$view" = - ] || { keys "$view" Enter && wait_for shows "shows.*: $view\$"; }
	wait_for eval '[ -n "$(picture '"$theme"')" ]' || true
	key=$(key_shown)
	is "$user, $locale, $theme: what a camera reads" "$(picture "$theme")" "$(uri "$user" "$key")" || diag "$(screen)"
	is "$user: nothing is saved yet" "$(devices "$user")" 0
	keys 000000 Enter
	ok "$user: a wrong code is told" wait_for shows 'not the code'
	keys "$(app_code "$key")" Enter
	ok "$user: then the recovery codes, before anything else" wait_for shows 'written down the' || diag "$(screen)"
	is "$user: ten of them" "$(screen | grep -oE '\b[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}\b' | wc -l)" 10
	like "$user: a second way in is wise" "$(screen)" 'second device'
	unlike "$user: not in before they were read" "$(screen)" 'in as [a-z]'
	keys '' Enter
	ok "$user: in" wait_for shows "in as $user" || diag "$(screen)"
	is "$user: one device" "$(devices "$user")" 1
	unlike "$user: no escape came over ssh" "$(screen)" '\\033'
	code=$(app_code "$key")
	ssh_try "$user" "$PASSWORD" "$code"
	refused "$user: the code that enrolled is used"
	tick
	ssh_try "$user" "$PASSWORD" "$(app_code "$key")"
	entered "$user: the next sign-in asks for a code" "$user"
	like "$user: and says that a device was added" "$SCREEN" 'device was added to this account'
	tick
	ssh_try "$user" "$PASSWORD" "$(app_code "$key")"
	entered "$user: and again" "$user"
	unlike "$user: it is said once" "$SCREEN" 'device was added'
	tick
done <<'END'
alice C.UTF-8 - dark
bob C.UTF-8 i light
carol C p dark
END
like 'a plain picture has nothing but ASCII' "$(screen | grep '##' | head -1)" '^[ -~]+$'

# --- broken off ----------------------------------------------------------------------

useradd -m -s /bin/bash dirk && echo "dirk:$PASSWORD" | chpasswd

on_ssh dirk
ok 'dirk is asked' wait_for shows 'Code that the app shows'
key=$(key_shown)
in_tmux kill-server
ok 'hanging up leaves no process behind' wait_for no_sshd_of dirk
is 'and saves nothing' "$(devices dirk)" 0
on_ssh dirk
wait_for shows 'Code that the app shows'
unlike 'a key that was shown is never shown again' "$(key_shown)" "^$key$"
# Two at once: the first to finish counts.
key=$(key_shown)
in_tmux new-window -d -t 1 "ssh ${SSH_OPTIONS[*]} -p $PORT -o PreferredAuthentications=keyboard-interactive \
	dirk@127.0.0.1 'echo \"in as \$(id -un)\"'; echo \"ended \$?\"; sleep 1000"
other() { in_tmux capture-pane -p -t 1; }
wait_for eval 'other | grep -q assword'
in_tmux send-keys -t 1 "$PASSWORD" Enter
ok 'the other window is asked as well' wait_for eval 'other | grep -q "Code that the app shows"'
others=$(other | grep -oE '([A-Z2-7]{4} ){3,}[A-Z2-7]{1,4}' | head -n 1 | tr -d ' ')
keys "$(app_code "$key")" Enter
ok 'the first has its codes' wait_for shows 'written down the'
is 'and nothing is saved before they were taken' "$(devices dirk)" 0
in_tmux send-keys -t 1 "$(app_code "$others")" Enter
ok 'so has the other' wait_for eval 'other | grep -q "written down the"' || diag "$(other)"
keys '' Enter
ok 'the first to take them is in' wait_for shows 'in as dirk' || diag "$(screen)"
in_tmux send-keys -t 1 '' Enter
ok 'the other is told so' wait_for eval 'other | grep -q "Somebody else"' || diag "$(other)"
in_tmux send-keys -t 1 '' Enter
ok 'and does not get in' wait_for eval 'other | grep -q "ended 255"' || diag "$(other)"
is 'one device' "$(devices dirk)" 1
in_tmux kill-server

# --- offered ---------------------------------------------------------------------------

mfa-admin reset --yes bob </dev/null >/dev/null
rules '[policy]' 'enrolment = offer' 'offer_times = 2' "$HERE"
for left in 2 1; do
	on_ssh bob
	ok "it may be put off, $left left" wait_for shows "n: $left left" || diag "$(screen)"
	keys n Enter
	ok 'and that lets in' wait_for shows 'in as bob' || diag "$(screen)"
done
log_like 'the log says so' 'event=signin result=ok user=bob .*rule="enrolment=offer" .*enrolment=postponed'
on_ssh bob
ok 'after that it may not' wait_for shows 'Code that the app shows' || diag "$(screen)"
keys n Enter
ok 'n is no code' wait_for shows 'not the code'
in_tmux kill-server
rules '[policy]' 'enrolment = offer' 'offer_times = 9' "$HERE"
on_ssh bob
wait_for shows 'Set up your phone now'
in_tmux kill-server
wait_for no_sshd_of bob
like 'who hangs up at the question has put off nothing' "$(mfa-admin show --json bob </dev/null)" '"postponed": ?2'

# --- from elsewhere ----------------------------------------------------------------------

rules '[policy]' 'enrolment = require' 'enrol_networks = 192.0.2.0/24'
ssh_try bob "$PASSWORD" 123456 123456 123456
refused 'from elsewhere: refused'
unlike 'with the usual words, and no picture' "$SCREEN" 'More information|Scan'
pam_try -r 192.0.2.9 code bob
like 'from there: led through it' "$SCREEN" 'More information is required'
as bob "$HELPERS/signin" -r 192.0.2.9 code bob >"$BED/own" 2>&1
unlike "not on the word of a user's own program" "$(cat "$BED/own")" 'More information'
pam_try -r 192.0.2.9 code nobody-of-that-name 123456 123456 123456
unlike 'not for a name that there is not' "$SCREEN" 'More information'

# --- with a pass -------------------------------------------------------------------------

pass=$(mfa-admin pass bob --valid 8h </dev/null | head -n 1)
like 'a pass' "$pass" '^tap-[a-z2-7]{5}-[a-z2-7]{5}$'
in_tmux kill-server 2>/dev/null
on_ssh bob
ok 'the usual question' wait_for shows 'Authenticator code:'
keys "$pass" Enter
ok 'the pass leads through enrolment, from anywhere' wait_for shows 'add another device|no second' || diag "$(screen)"
keys '' Enter
ok 'now' wait_for shows 'Code that the app shows'
key=$(key_shown)
keys "$(app_code "$key")" Enter
wait_for shows 'written down the'
keys '' Enter
ok 'and in' wait_for shows 'in as bob' || diag "$(screen)"
tick
ssh_try bob "$PASSWORD" "$pass"
refused 'the pass is used'
unlock bob
ssh_try bob "$PASSWORD" "$(app_code "$key")"
entered 'the phone works' bob
in_tmux kill-server

# --- sudo --------------------------------------------------------------------------------

mfa-admin reset --yes alice </dev/null >/dev/null
rules '[policy]' 'enrolment = require' 'enrol_local = yes'
in_tmux -u new-session -d -x 100 -y 70 \
	"env LC_ALL=C.UTF-8 setpriv --reuid alice --regid alice --init-groups sudo -k id -un; echo \"ended \$?\"; sleep 1000"
wait_for shows 'assword'
keys "$PASSWORD" Enter
ok 'sudo: the picture' wait_for shows 'Code that the app shows' || diag "$(screen)"
key=$(key_shown)
is 'sudo: what a camera reads' "$(picture dark)" "$(uri alice "$key")"
keys "$(app_code "$key")" Enter
ok 'sudo: the recovery codes' wait_for shows 'written down the'
keys '' Enter
ok 'sudo: root' wait_for shows '^root' || diag "$(screen)"
in_tmux kill-server

# --- at least two --------------------------------------------------------------------------

tick
rules '[policy]' 'enrolment = require' 'minimum = 2'
on_ssh alice
wait_for shows 'Authenticator code:'
keys "$(app_code "$key")" Enter
ok 'minimum = 2: another device' wait_for shows 'Code that the app shows' || diag "$(screen)"
second=$(key_shown)
keys "$(app_code "$second")" Enter
ok 'and in' wait_for shows 'in as alice' || diag "$(screen)"
is 'two devices' "$(devices alice)" 2
in_tmux kill-server

done_testing
