#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Enrolment at sign-in with clients that are not OpenSSH's: PuTTY's plink and dropbear's dbclient, each
# on a terminal that is looked at, through a camera's eyes.
. "${BASH_SOURCE[0]%/*}/lib.sh"

write_conf '[enrol]' 'issuer = Bed' '[policy]' 'enrolment = require' 'enrol_networks = 127.0.0.0/8'
new_store || bail 'mfa-admin init failed'
start_mfad || bail 'mfad does not start'
code_services sshd
start_sshd

fingerprint=$(ssh-keygen -lf "$BED/host_key" | cut -d' ' -f2)
client() {
	case $1 in
	plink) echo "plink -ssh -no-antispoof -P $PORT -hostkey $fingerprint $2@127.0.0.1" ;;
	dbclient) echo "dbclient -y -y -p $PORT $2@127.0.0.1" ;;
	esac
}

# on_client CLIENT USER LOCALE: in a window of a terminal, and the password typed.
on_client() {
	in_window 100x70 "env LC_ALL=$3 $(client "$1" "$2") 'echo \"in as \$(id -un)\"'"
	wait_for shows 'assword' || diag "$(screen)"
	keys "$PASSWORD" Enter
}

while read -r user client locale view theme; do
	name="$client, $locale, $theme"
	on_client "$client" "$user" "$locale"
	ok "$name: the question for a code" wait_for shows 'Code that the app shows' || diag "$(screen)"
	like "$name: and why it is asked" "$(screen -S -)" 'More information is required'
	key=$(key_shown)
	[ "$view" = - ] || keys "$view" Enter
	wait_for eval '[ -n "$(picture '"$theme"')" ]'
	is "$name: what a camera reads" "$(picture "$theme")" "$(uri_of Bed "$user" "$key")" || diag "$(screen)"
	keys "$(app_code "$key")" Enter
	ok "$name: the recovery codes come with a question" wait_for shows 'written down the' || diag "$(screen)"
	keys '' Enter
	ok "$name: in" wait_for shows "in as $user" || diag "$(screen)"
	in_tmux kill-server
	tick
	on_client "$client" "$user" "$locale"
	wait_for shows 'Authenticator code:'
	like "$name: the next sign-in says that a device was added" "$(screen)" 'device was added'
	keys "$(app_code "$key")" Enter
	ok "$name: in with a code" wait_for shows "in as $user" || diag "$(screen)"
	in_tmux kill-server
	tick
done <<'END'
alice plink C.UTF-8 - dark
bob plink C p dark
carol dbclient C.UTF-8 p dark
END

done_testing
