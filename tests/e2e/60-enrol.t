#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# mfa-enroll on a terminal: the QR code is what the screen shows and what a
# camera would read; Ctrl-C leaves nothing behind.
. "${BASH_SOURCE[0]%/*}/lib.sh"

write_conf '[enrol]' 'issuer = Bed test' '[policy]' 'enrol_local = yes'
new_store || bail 'mfa-admin init failed'
start_mfad || bail 'mfad does not start'
code_services sshd
start_sshd

# on_screen COLUMNS ROWS USER LOCALE COMMAND: in a window of that size.
on_screen() {
	in_tmux kill-server 2>/dev/null
	wait_for no_session
	in_tmux -u new-session -d -x "$1" -y "$2" \
		"env LC_ALL=$4 USER=$3 LOGNAME=$3 HOME=/home/$3 setpriv --reuid $3 --regid $3 --init-groups \
			bash -c 'trap : INT; $5; echo \"ended \$?\"; stty -a >/home/$3/stty; read'"
}

while read -r user locale columns rows; do
	on_screen "$columns" "$rows" "$user" "$locale" mfa-enroll
	ok "$locale: mfa-enroll asks for a code" wait_for shows 'app shows now' || diag "$(screen)"
	key=$(key_shown)
	uri="otpauth://totp/Bed%20test:$user?secret=$key&issuer=Bed%20test"
	is "$locale: the QR code on a dark screen is the exact URI" "$(picture dark)" "$uri" ||
		diag "$(screen)"
	is "$locale: and on a light one" "$(picture light)" "$uri"
	[ "$locale" != C ] || unlike 'C: nothing but ASCII' "$(screen)" '[^ -~]'
	not_ok "$locale: nothing is saved yet" mfa-admin show "$user"
	in_tmux send-keys -t 0 000000 Enter
	ok "$locale: a wrong code is told" wait_for shows 'not the code|not right|[Ww]rong'
	in_tmux send-keys -t 0 "$(app_code "$key")" Enter
	ok "$locale: the right one ends it" wait_for shows 'ended 0' || diag "$(screen)"
	screen >"$BED/last"
	is "$locale: ten recovery codes" \
		"$(grep -oE '\b[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}\b' "$BED/last" | wc -l)" 10
	code=$(app_code "$key")
	ssh_try "$user" "$PASSWORD" "$code"
	refused "$locale: the code that enrolled is used up"
	tick
	ssh_try "$user" "$PASSWORD" "$(app_code "$key")"
	entered "$locale: the next one signs in" "$user"
	recovery=$(grep -oE '\b[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}\b' "$BED/last" | head -n 1)
	ssh_try "$user" "$PASSWORD" "$recovery"
	entered "$locale: so does a recovery code" "$user"
	ssh_try "$user" "$PASSWORD" "$recovery"
	refused "$locale: once"
done <<END
alice C.UTF-8 100 60
bob C 130 75
END

# Ctrl-C at the prompt, as carol, who has nothing yet.
on_screen 100 60 carol C.UTF-8 mfa-enroll
wait_for shows 'app shows now'
in_tmux send-keys -t 0 C-c
ok 'Ctrl-C ends it' wait_for shows 'ended [1-9]' || diag "$(screen)"
ok 'the terminal is looked at' wait_for test -s /home/carol/stty
like 'echo is on again' "$(cat /home/carol/stty)" ' echo '
like 'and lines are lines' "$(cat /home/carol/stty)" ' icanon '
not_ok 'no account was made' mfa-admin show carol
is 'no file is left' "$(find /tmp /var/tmp -mindepth 1 ! -path '*tmux*')" ''

# A window that is too small for the picture says so, and shows the key all the same.
on_screen 40 12 carol C.UTF-8 mfa-enroll
ok 'a small window: it asks for a code' wait_for shows 'app shows now'
like 'and says that the picture does not fit' "$(screen -S - | tr '\n' ' ')" '[Ff]it|small|larger|bigger'
in_tmux send-keys -t 0 C-c
wait_for shows 'ended'
in_tmux kill-server

# Pictures for a browser or a viewer.
png_of() { if [ "$1" = svg ]; then rsvg-convert "$2"; else cat "$2"; fi; }
for kind in png svg; do
	file=/home/carol/key.$kind
	on_screen 100 60 carol C.UTF-8 "mfa-enroll --$kind $file"
	wait_for shows 'app shows now'
	key=$(key_shown)
	ok "--$kind makes a file" test -s $file
	is 'that is hers alone' "$(stat -c %a:%U $file)" 600:carol
	png_of $kind $file >"$BED/key.png"
	is 'and holds the exact URI' "$(zbarimg -q --raw "$BED/key.png" 2>/dev/null)" \
		"otpauth://totp/Bed%20test:carol?secret=$key&issuer=Bed%20test"
	in_tmux send-keys -t 0 C-c
	wait_for shows 'ended'
	in_tmux kill-server
	rm -f $file
done

# Without colours it is for one background: --plain for a dark one, --invert for a light one.
while read -r option locale theme other; do
	on_screen 100 60 carol "$locale" "mfa-enroll $option"
	wait_for shows 'app shows now'
	key=$(key_shown)
	is "$option, $locale: it is read on a $theme screen" "$(picture "$theme")" \
		"otpauth://totp/Bed%20test:carol?secret=$key&issuer=Bed%20test" || diag "$(screen)"
	unlike 'it is without colours' "$(screen -e)" $'\e\\[[0-9;]*(3|4|9|10)[0-9]'
	is "and not on a $other one" "$(picture "$other")" ''
	in_tmux send-keys -t 0 C-c
	wait_for shows 'ended'
	in_tmux kill-server
done <<'END'
--plain C.UTF-8 dark light
--invert C.UTF-8 light dark
--invert C light dark
END

# Root, in a folder of hers: what has to go again goes from the folder that it was made in, whatever is called so now.
if strace -qq -o /dev/null true 2>/dev/null; then
	: >/home/carol/there.svg
	in_window 100x70 "strace -qq -o $BED/trace -e trace=/unlink mfa-enroll --user carol --png /home/carol/key.png --svg /home/carol/there.svg"
	ok 'one file of two is there already' wait_for shows 'there.svg: File exists' || diag "$(screen)"
	wait_for shows 'ended'
	in_tmux kill-server
	not_ok 'the other one goes' test -e /home/carol/key.png
	like 'from where it was made' "$(cat "$BED/trace")" '^unlinkat\([0-9]+, "key.png"'
	rm /home/carol/there.svg
else
	skip 'this machine permits no tracing'
fi

# Without a terminal and without the daemon a plain user can't; root can.
stop_mfad
not_ok 'no daemon: not as a plain user' as carol mfa-enroll </dev/null

done_testing
