#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Without the daemon root still gets in; what dies or hangs up leaves nothing behind.
. "${BASH_SOURCE[0]%/*}/lib.sh"

ready alice bob
code_services sshd sudo
pam_service code 'auth required pam_mfa.so'
start_sshd

# Only the listening sshd, and of mfad the daemon if it runs.
quiet() {
	[ "$(pgrep -cx "$SSHDS")" = 1 ] && gone mfad
}

stop_mfad
ok 'SIGTERM ends the daemon' test -z "$(pgrep -x mfad)"
log_mark
ssh_try alice "$PASSWORD" "$(code_now alice)"
entered 'sshd, daemon stopped' alice
ok 'the helper is gone' wait_for quiet
ssh_try alice "$PASSWORD" "$(code_now alice)"
refused 'the same code again'
unlock alice
tick
rm -rf /run/mfa
ssh_try alice "$PASSWORD" "$(code_now alice)"
entered 'no socket folder either' alice
mkdir /run/mfa
tick

pam_try code alice "$(code_now alice)"
accepted 'root, through libpam'
tick
STATUS=0
SCREEN=$(as alice "$HELPERS/signin" code alice "$(code_now alice)") || STATUS=$?
denied 'who is not root needs the daemon'
start_mfad
SCREEN=$(as alice "$HELPERS/signin" code alice "$(code_now alice)")
accepted 'and gets in with it'
SCREEN=$(as alice "$HELPERS/signin" code bob "$(code_now bob)")
denied 'as nobody else, right code or not'
pam_try code bob "$(code_now bob)"
accepted 'whose code was not looked at'

# The daemon dies while a prompt waits.
tick
log_mark
on_pty ssh "${SSH_OPTIONS[@]}" -p "$PORT" alice@127.0.0.1 id -un < <(
	printf 'expect assword\nsend %s\nexpect code: \n' "$PASSWORD"
	printf 'run kill -9 %s\nsend %s\nend code: \n' "$MFAD_PID" "$(code_now alice)")
kill_mfad
refused 'sshd, the daemon killed while a prompt waits'
log_like 'the log says why' 'pam_mfa.*went away'
ssh_try alice "$PASSWORD" "$(code_now alice)"
entered 'the next sign-in works, with that very code' alice
start_mfad
tick
ssh_try alice "$PASSWORD" "$(code_now alice)"
entered 'and with a new daemon' alice
tick
on_pty setpriv --reuid alice --regid alice --init-groups sudo -k id < <(
	printf 'expect assword\nsend %s\nexpect code: \n' "$PASSWORD"
	printf 'run kill -9 %s\nsend %s\nend code: \n' "$MFAD_PID" "$(code_now alice)")
kill_mfad
refused 'sudo, the daemon killed while a prompt waits'
like 'its user is told' "$SCREEN" 'interrupted|try again'
start_mfad

for mode in daemon stdio; do
	[ $mode = daemon ] || stop_mfad
	tick
	on_pty ssh "${SSH_OPTIONS[@]}" -p "$PORT" alice@127.0.0.1 id -un < <(
		printf 'expect assword\nsend %s\nexpect code: \nhangup\n' "$PASSWORD")
	ok "$mode: an ssh client hangs up at the prompt: no process stays" wait_for quiet ||
		diag "$(ps ax)"
	on_pty setpriv --reuid alice --regid alice --init-groups sudo -k id < <(
		printf 'expect assword\nsend %s\nexpect code: \nhangup\n' "$PASSWORD")
	ok "$mode: a terminal hangs up on sudo: no process stays" wait_for quiet ||
		diag "$(ps ax)"
	ssh_try alice "$PASSWORD" "$(code_now alice)"
	entered "$mode: the next sign-in works" alice
done

done_testing
