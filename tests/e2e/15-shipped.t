#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What is installed, as it is installed: set-up, mfa.conf and the examples.
. "${BASH_SOURCE[0]%/*}/lib.sh"

examples=/usr/local/share/doc/pam-mfa/examples
[ -d $examples ] || examples=/usr/share/doc/pam-mfa/examples

# As on a machine that never saw it.
userdel _mfa
rm -rf /var/lib/mfa /run/mfa /etc/mfa/master.key
set_up() { conf/set-up _mfa /etc /var /run /usr/local/sbin _mfa-portal _mfa-sender _mfa-call; }
ok 'set-up' set_up
is 'the user has no password and no shell' \
	"$(getent passwd _mfa | cut -d: -f7) $(getent shadow _mfa | cut -d: -f2 | tr -d '*')" '/usr/sbin/nologin !'
is "the store's folder is its own" "$(stat -c '%U %a' /var/lib/mfa)" '_mfa 700'
is 'the key can be read by it, not written' "$(stat -c '%U:%G %a' /etc/mfa/master.key)" 'root:_mfa 640'
is "the configuration is root's" "$(stat -c '%U %a' $CONF)" 'root 644'
sum=$(sha256sum /etc/mfa/master.key)
ok 'set-up again' set_up
is 'leaves the key as it is' "$(sha256sum /etc/mfa/master.key)" "$sum"
for name in README NEWS COPYING NOTICE SECURITY ADMIN ROLLOUT; do
	ok "$name is there to be read" [ -s "${examples%/*}/$name" ]
done
ok 'check-config has nothing to say' mfa-admin check-config

enrol alice
start_mfad || bail 'mfad does not start'
cp $examples/pam.d/* /etc/pam.d/

start_sshd "$(cat $examples/sshd_config.d/mfa.conf)" 'AuthenticationMethods keyboard-interactive:pam'
ssh_try alice "$PASSWORD" "$(code_now alice)"
entered 'sshd: password and code' alice
ssh_try alice 'not-the-password'
refused 'sshd: wrong password'
unlike 'asks for no code' "$SCREEN" 'code:'
ssh_try alice "$PASSWORD" "$(code_now alice)"
refused 'sshd: the same code again'
stop_sshd

cp $examples/pam.d/sshd-key /etc/pam.d/sshd
mkdir -p /etc/ssh/keys
ssh-keygen -q -t ed25519 -N '' -f "$BED/key"
cp "$BED/key.pub" /etc/ssh/keys/alice
start_sshd "$(cat $examples/sshd_config.d/mfa.conf)" \
	'AuthenticationMethods publickey,keyboard-interactive:pam'
tick
on_pty ssh "${SSH_OPTIONS[@]}" -p "$PORT" -o IdentitiesOnly=yes -i "$BED/key" alice@127.0.0.1 \
	'echo "in as $(id -un)"' < <(answers '' "$(code_now alice)")
entered 'sshd-key: key and code' alice
tick
ssh_try alice '' "$(code_now alice)"
refused 'sshd-key: a code alone'
stop_sshd

sudo_try alice "$PASSWORD" "$(code_now alice)"
entered 'sudo' root
sudo_try alice "$PASSWORD" "$(code_now alice)"
refused 'sudo: the same code again'
tick
su_try bob alice "$PASSWORD" "$(code_now alice)"
entered 'su' alice
tick
on_pty pamtester login alice authenticate acct_mgmt < <(answers "$PASSWORD" "$(code_now alice)")
is 'login' "$STATUS" 0
tick
on_pty pamtester login alice authenticate < <(answers 'not-the-password')
is 'login: wrong password' "$STATUS" 1
unlike 'asks for no code' "$SCREEN" 'code:'

# The profile for pam-auth-update: one switch for every service with common-auth.
if command -v pam-auth-update >/dev/null; then
	DEBIAN_FRONTEND=noninteractive pam-auth-update --package --enable mfa >/dev/null 2>&1
	like 'pam-auth-update puts it into common-auth' "$(cat /etc/pam.d/common-auth)" '^auth.*pam_mfa\.so'
	printf '@include common-auth\n@include common-account\n' >/etc/pam.d/common
	tick
	on_pty pamtester common alice authenticate acct_mgmt < <(
		answers "$PASSWORD" "$(code_now alice)")
	is 'common-auth: password and code' "$STATUS" 0
	on_pty pamtester common alice authenticate < <(
		answers "$PASSWORD" 000000 111111 222222)
	is 'common-auth: wrong codes' "$STATUS" 1
	on_pty pamtester common alice authenticate < <(answers 'not-the-password')
	is 'common-auth: wrong password' "$STATUS" 1
	unlike 'asks for no code' "$SCREEN" 'code:'
else
	skip 'no pam-auth-update here'
fi

done_testing
