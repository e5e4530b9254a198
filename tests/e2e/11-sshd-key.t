#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# sshd: key, then code.  Without the key the module would be all there is.
. "${BASH_SOURCE[0]%/*}/lib.sh"

ready alice
pam_service sshd 'auth required pam_mfa.so after=publickey'
mkdir -p /etc/ssh/keys
for user in alice bob; do
	ssh-keygen -q -t ed25519 -N '' -f "$BED/key_$user"
	cp "$BED/key_$user.pub" "/etc/ssh/keys/$user"
done

# key_try USER KEY [CODE]...: KEY "" for none.
key_try() {
	local user=$1 key=$2
	shift 2
	on_pty ssh "${SSH_OPTIONS[@]}" -p "$PORT" -o IdentitiesOnly=yes -i "${key:-/none}" \
		-o PreferredAuthentications=publickey,keyboard-interactive \
		"$user@127.0.0.1" 'echo "in as $(id -un)"' < <(answers '' "$@")
}

start_sshd 'AuthenticationMethods publickey,keyboard-interactive'
key_try alice "$BED/key_alice" "$(code_now alice)"
entered 'key and code' alice
unlike 'no password is asked for' "$SCREEN" 'assword'
key_try alice "$BED/key_alice" "$(code_now alice)"
refused 'key and the same code'
tick
key_try alice "$BED/key_alice" "$(wrong_code alice)"
refused 'key and a wrong code'
key_try alice "$BED/key_bob" "$(code_now alice)"
refused 'the wrong key, right code'
unlike 'sshd asks for no code then' "$SCREEN" 'code:'
key_try alice '' "$(code_now alice)"
refused 'no key, right code'
stop_sshd

# An sshd_config without AuthenticationMethods: only the module is left to refuse.
start_sshd
code=$(code_now alice)
log_mark
key_try alice '' "$code"
refused 'no key, and sshd does not ask for one: the module refuses'
unlike 'before it asks anything' "$SCREEN" 'code:'
log_like 'the log names the option' 'pam_mfa.*publickey'
write_conf '[policy]' 'unenrolled = allow'
stop_mfad
start_mfad
key_try bob ''
refused 'not even who needs no factor gets in without a key'
stop_sshd

start_sshd 'AuthenticationMethods publickey,keyboard-interactive'
key_try bob "$BED/key_bob"
entered 'with a key he does' bob
key_try alice "$BED/key_alice" "$code"
entered 'the code was not used up' alice

done_testing
