#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The profile for pam-auth-update on Debian's own stacks: enabled, sign-ins ask for a code and
# a wrong password never gets so far; disabled, everything is as it was.
. "${BASH_SOURCE[0]%/*}/lib.sh"

if ! command -v pam-auth-update >/dev/null; then
	skip 'no pam-auth-update here'
	done_testing
	exit
fi
update() { DEBIAN_FRONTEND=noninteractive pam-auth-update --package "$@" >/dev/null 2>&1; }
stacks() { (cd /etc/pam.d && sha256sum ./* | sort -k 2); }

ready alice
update
before=$(stacks)
printf '@include common-auth\n@include common-account\n@include common-session\n' >/etc/pam.d/sshd
cp /etc/pam.d/sshd /etc/pam.d/sudo
before=$(stacks)
start_sshd

ssh_try alice "$PASSWORD"
entered 'not enabled: the password alone' alice
update --enable mfa
isnt() { if [ "$2" != "$3" ]; then pass "$1"; else fail "$1"; fi; }
isnt 'enabled: common-auth is another' "$(stacks)" "$before"
like 'the module stands behind what denies' "$(grep -vE '^#|^$' /etc/pam.d/common-auth | tr -s ' \t' ' ' | tr '\n' ';')" \
	'pam_deny.so;.*pam_mfa.so'
ssh_try alice "$PASSWORD" "$(code_now alice)"
entered 'enabled: ssh, password and code' alice
ssh_try alice "$PASSWORD" "$(code_now alice)"
refused 'the same code again'
ssh_try alice 'not-the-password'
refused 'a wrong password'
unlike 'asks for no code' "$SCREEN" 'code:'
unlock alice
tick
sudo_try alice "$PASSWORD" "$(code_now alice)"
entered 'enabled: sudo' root
sudo_try alice 'not-the-password'
refused 'sudo, a wrong password'
unlike 'asks for no code' "$SCREEN" 'code:'
for service in sshd sudo; do
	ok "check-pam: no way around it in $service" eval \
		'! mfa-admin check-pam '"$service"' 2>&1 | grep "/etc/pam.d"'
done
# Other profiles beside it, and the order that they come in.
cat >/usr/share/pam-configs/zz-other <<'END'
Name: Another check
Default: no
Priority: 512
Auth-Type: Additional
Auth:
	optional	pam_permit.so
END
update --enable zz-other
tick
ssh_try alice "$PASSWORD" "$(code_now alice)"
entered 'with another profile: password and code' alice
ssh_try alice "$PASSWORD" 000000 000001 000002
refused 'and none without'
unlock alice
rm /usr/share/pam-configs/zz-other
update --remove zz-other
update --remove mfa
is 'disabled: each file as it was' "$(stacks)" "$before"
ssh_try alice "$PASSWORD"
entered 'the password alone again' alice

done_testing
