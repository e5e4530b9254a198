#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Accounts and groups that are in LDAP alone, by slapd, nslcd and libnss-ldapd; and a directory that is slow: it answers
# nobody between password and code, and goes on later or not at all.
. "${BASH_SOURCE[0]%/*}/lib.sh"

readonly LDAP_PORT=3389
readonly SLOW=12	# seconds: more than 10, after which a helper once gave up

needs slapd slapadd nslcd
ls /usr/lib/*/libnss_ldap.so.2 >/dev/null 2>&1 || skip_all 'libnss-ldapd is not installed'

# --- the directory ---------------------------------------------------------------------

cat >"$BED/slapd.conf" <<CONF
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/nis.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile /run/slapd/pid
loglevel none
database mdb
suffix dc=bed
rootdn cn=admin,dc=bed
rootpw directory-8
directory /var/lib/bed-ldap
access to attrs=userPassword by * none
access to * by * read
CONF
install -d -o openldap -g openldap -m 700 /var/lib/bed-ldap
install -d -o openldap -g openldap /run/slapd
install -d -o nslcd -g nslcd /run/nslcd
hash=$(openssl passwd -6 "$PASSWORD")
{
	printf 'dn: dc=bed\nobjectClass: domain\ndc: bed\n\n'
	id=70000
	for user in dora emil; do
		id=$((id + 1))
		cat <<-LDIF
			dn: uid=$user,dc=bed
			objectClass: account
			objectClass: posixAccount
			objectClass: shadowAccount
			uid: $user
			cn: $user
			uidNumber: $id
			gidNumber: 70000
			homeDirectory: /tmp
			loginShell: /bin/bash
			userPassword: {CRYPT}$hash

		LDIF
	done
	printf 'dn: cn=people,dc=bed\nobjectClass: posixGroup\ncn: people\ngidNumber: 70000\n\n'
	printf 'dn: cn=asked,dc=bed\nobjectClass: posixGroup\ncn: asked\ngidNumber: 70010\nmemberUid: dora\n'
} >"$BED/ldif"
setpriv --reuid openldap --regid openldap --init-groups slapadd -f "$BED/slapd.conf" -l "$BED/ldif" >"$BED/slapadd.out" 2>&1 ||
	bail "slapadd: $(cat "$BED/slapadd.out")"
cat >/etc/nslcd.conf <<CONF
uid nslcd
gid nslcd
uri ldap://127.0.0.1:$LDAP_PORT/
base dc=bed
binddn cn=admin,dc=bed
bindpw directory-8
map shadow userPassword userPassword
# What is asked is answered when the directory does, and not before.
bind_timelimit 120
CONF
chmod 640 /etc/nslcd.conf
chgrp nslcd /etc/nslcd.conf
sed -i -E 's/^(passwd|group|shadow):.*/\1: files ldap/' /etc/nsswitch.conf
serve slapd $LDAP_PORT slapd -f "$BED/slapd.conf" -h "ldap://127.0.0.1:$LDAP_PORT/" -u openldap -g openldap -d 0
serve nslcd /var/run/nslcd/socket nslcd -n
ok 'slapd runs as its user' pgrep -u openldap -x slapd
ok 'so does nslcd' pgrep -u nslcd -x nslcd
ok 'accounts are there' wait_for getent passwd dora
not_ok 'and in no file' grep -q '^dora:' /etc/passwd

# Between password and code the directory stops, for as long as $BED/slow says; where that says nothing, for good.
cat >/usr/local/sbin/stop-directory <<SH
#!/bin/sh
[ -e $BED/slow ] || exit 0
kill -STOP \$(cat /run/slapd/pid)
read -r seconds <$BED/slow || exit 0
: >$BED/stopped
setsid sh -c 'sleep "\$1"; kill -CONT \$(cat /run/slapd/pid); rm $BED/stopped' - "\$seconds" </dev/null >/dev/null 2>&1 &
SH
chmod 755 /usr/local/sbin/stop-directory
ldap_service() {
	pam_service "$1" "$PASSWORD_THEN_CODE" 'auth required pam_exec.so quiet /usr/local/sbin/stop-directory' \
		"auth required pam_mfa.so${2:+ $2}"
}
goes_on() { [ ! -e "$BED/stopped" ]; }
slow_for() { printf '%s\n' "$1" >"$BED/slow"; }
slow_for_good() { : >"$BED/slow"; }
quick() { rm -f "$BED/slow"; wait_for goes_on; kill -CONT "$(cat /run/slapd/pid)"; }

# --- as it should be ----------------------------------------------------------------------

ready dora emil
ldap_service sshd
ldap_service open failmode=open
start_sshd
ssh_try dora "$PASSWORD" "$(code_now dora)"
entered 'an account of the directory' dora
ssh_try dora "$PASSWORD" "$(code_now dora)"
refused 'a code is good once there, too'
new_rules '[policy]' 'groups = asked'
tick
ssh_try emil "$PASSWORD"
entered 'who is in no group of the directory that is asked' emil
ssh_try dora "$PASSWORD"
refused 'who is in one is asked'
ssh_try dora "$PASSWORD" "$(code_now dora)"
entered 'and gets in' dora

# --- a slow one ----------------------------------------------------------------------------

tick
slow_for $SLOW
log_mark
ssh_try dora "$PASSWORD" "$(code_now dora)"
entered "a directory that takes $SLOW s" dora
quick
log_unlike 'no verifier was said to be missing' 'no verifier|no step|timed out'
is 'and there was one sign-in' "$(log_text | grep -c 'event=signin .*user=dora')" 1
ok 'nor was another verifier left behind' gone mfad

slow_for $SLOW
ssh_try emil "$PASSWORD"
entered 'the same for a group that decides' emil
quick
stop_mfad
tick
slow_for $SLOW
ssh_try dora "$PASSWORD" "$(code_now dora)"
entered 'the same without a daemon' dora
start_mfad
quick

# --- one that does not answer ---------------------------------------------------------------

new_rules '[directory]' 'timeout = 5s' '[policy]' 'groups = asked'
ok 'how long it may take is a rule' mfa-admin check-config
tick
for service in open sshd; do
	slow_for_good
	log_mark
	pam_try $service dora "$PASSWORD" "$(code_now dora)"
	denied "$service: a directory that does not answer lets nobody in"
	like "$service: it is said what was slow" "$SCREEN" '^say: .*(directory|accounts|names|groups)'
	log_like "$service: and in the log" 'mfad.*event=.*(directory|NSS|name service)'
	log_unlike "$service: where nothing is open" 'WITHOUT a second factor'
	quick
done
ok 'once it answers' wait_for getent passwd dora
ssh_try dora "$PASSWORD" "$(code_now dora)"
entered 'the same code gets in' dora

done_testing
