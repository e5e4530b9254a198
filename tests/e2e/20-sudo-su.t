#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# sudo, su and pamtester: text at once, no sshd between.
. "${BASH_SOURCE[0]%/*}/lib.sh"

ready alice
code_services sudo probe
pam_service su 'auth sufficient pam_rootok.so' "$PASSWORD_THEN_CODE" 'auth required pam_mfa.so'

# Each with the daemon and without.
for mode in daemon stdio; do
	[ $mode = daemon ] || stop_mfad
	sudo_try alice "$PASSWORD" "$(code_now alice)"
	entered "sudo, $mode" root
	sudo_try alice "$PASSWORD" "$(code_now alice)"
	refused "sudo, $mode, the same code again"
	like 'says that it was wrong' "$SCREEN" '[Ww]rong|[Ii]nvalid|[Uu]sed'
	tick
	sudo_try alice 'not-the-password'
	refused "sudo, $mode, wrong password"
	unlike 'asks for no code' "$SCREEN" 'code:'
	unlock alice
	tick
	su_try bob alice "$PASSWORD" "$(code_now alice)"
	entered "su, $mode: the code of who he becomes" alice
	su_try bob alice "$PASSWORD" "$(code_now alice)"
	refused "su, $mode, the same code again"
	unlock alice
	tick
	on_pty pamtester probe alice authenticate < <(answers "$PASSWORD" "$(code_now alice)")
	is "pamtester, $mode" "$STATUS" 0
	like 'says so' "$SCREEN" 'successfully authenticated'
	code=$(code_now alice)
	on_pty pamtester probe alice authenticate < <(answers "$PASSWORD" "$code" "$code" "$code")
	is "pamtester, $mode, the same code again" "$STATUS" 1
	unlock alice
	tick
done

on_pty su alice -c 'echo "in as $(id -un)"' < <(answers '')
entered 'root becomes anyone without' alice

# -p replaces every prompt.
on_pty setpriv --reuid alice --regid alice --init-groups sudo -k -p 'Say it: ' id -u < <(
	printf 'expect Say it: \nsend %s\nexpect Say it: \nsend %s\n' \
		"$PASSWORD" "$(code_now alice)")
is 'sudo -p' "$STATUS" 0
tick
printf '%s\n%s\n' "$PASSWORD" "$(code_now alice)" >"$BED/lines"
is 'sudo -S: a line for each' \
	"$(setpriv --reuid alice --regid alice --init-groups sudo -k -S id -un <"$BED/lines" 2>/dev/null)" root
tick

# Ctrl-C at the prompt.
on_pty setpriv --reuid alice --regid alice --init-groups sudo -k id < <(
	printf 'expect assword\nsend %s\nexpect code: \ninterrupt\nend\n' "$PASSWORD")
refused 'sudo, Ctrl-C at the prompt'
ok 'leaves no helper behind' wait_for gone mfad
sudo_try alice "$PASSWORD" "$(code_now alice)"
entered 'and no harm' root

done_testing
