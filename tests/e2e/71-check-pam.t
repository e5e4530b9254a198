#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# mfa-admin check-pam: what is shipped is clean; each way around is found, and is one.
. "${BASH_SOURCE[0]%/*}/lib.sh"

ready alice
examples=/usr/local/share/doc/pam-mfa/examples

# check SERVICE [OPTION]...: sets OUT and STATUS.
check() {
	STATUS=0
	OUT=$(mfa-admin check-pam "$@" 2>&1 </dev/null) || STATUS=$?
}
# finds NAME STATUS REGEX: what the last check came to.
finds() {
	is "$1" "$STATUS" "$2" || diag "$OUT"
	like "$1: in words" "$OUT" "$3"
}

# sshd_config LINE...: what `sshd -T` of the bed reads.
ssh-keygen -A >/dev/null
sshd_config() { printf '%s\n' "$@" >/etc/ssh/sshd_config; }

# --- what is shipped -----------------------------------------------------------

mkdir "$BED/kept"
cp -a /etc/pam.d/. "$BED/kept"
cp $examples/pam.d/* /etc/pam.d/
for service in login su sudo sudo-i; do
	check $service
	finds "shipped $service" 0 'no way around'
done
sshd_config "$(cat $examples/sshd_config.d/mfa.conf)"
check sshd
finds "sshd, without AuthenticationMethods: sshd_config's other half is missing" 1 'lets a key alone in'
sshd_config "$(cat $examples/sshd_config.d/mfa.conf)" 'AuthenticationMethods keyboard-interactive:pam'
check sshd
finds 'sshd, password and code' 0 'no way around'
cp $examples/pam.d/sshd-key /etc/pam.d/sshd
sshd_config "$(cat $examples/sshd_config.d/mfa.conf)" \
	'AuthenticationMethods publickey,keyboard-interactive:pam'
check sshd
finds 'sshd, key and code' 0 'no way around'
sshd_config "$(cat $examples/sshd_config.d/mfa.conf)" 'AuthenticationMethods keyboard-interactive:pam'
check sshd
finds 'sshd, no key before it: after=publickey refuses everybody, which is no way around' 0 'no way'

cp -a "$BED/kept/." /etc/pam.d/
if command -v pam-auth-update >/dev/null; then
	printf '@include common-auth\n@include common-account\n' >/etc/pam.d/common
	check common
	finds 'common-auth as Debian has it' 1 'not in this stack'
	DEBIAN_FRONTEND=noninteractive pam-auth-update --package --enable mfa >/dev/null 2>&1
	check common
	finds 'common-auth with the profile' 0 'no way around'
	check sudo
	finds 'which goes for all that include it' 0 'no way around'
else
	skip 'no pam-auth-update here'
fi
cp -a "$BED/kept/." /etc/pam.d/

# --- ways around ---------------------------------------------------------------

# Each is tried as well: PASSWORD, WRONG and CODE are what is answered, and who is refused
# (no) or gets in (in) shows that the finding is one.
answer() {
	case $1 in
	PASSWORD) echo "$PASSWORD" ;;
	WRONG) wrong_code alice ;;
	CODE) code_now alice ;;
	*) echo "$1" ;;
	esac
}

printf 'auth requisite pam_unix.so nodelay\n' >/etc/pam.d/one
while IFS='|' read -r what line tried end stack; do
	case $what in ''|'#'*) continue ;; esac
	printf "%b\n" "$stack" 'account required pam_permit.so' >/etc/pam.d/try
	check try
	case $line in
	-) finds "$what" 0 'no way around' ;;
	0) finds "$what" 1 'pam_mfa.so is not in this stack' ;;
	*) finds "$what" 1 "^/etc/pam.d/try:$line: [a-z_]+\.so: " ;;
	esac
	tick
	list=()
	for one in $tried; do
		list+=("$(answer "$one")")
	done
	pam_try try alice "${list[@]}"
	case $end in
	in) accepted "$what: and that gets in" ;;
	no) denied "$what: and that is refused" ;;
	asked) like "$what: and a code is asked for" "$SCREEN" 'ask: Authenticator code' ;;
	esac
	unlock alice
done <<'END'
password, then code|-|PASSWORD WRONG WRONG WRONG|no|auth [success=ok default=die] pam_unix.so nodelay\nauth required pam_mfa.so
requisite|-|PASSWORD CODE|in|auth requisite pam_unix.so nodelay\nauth required pam_mfa.so
an included file|-|PASSWORD CODE|in|auth include one\nauth requisite pam_mfa.so
no module|0|PASSWORD|in|auth required pam_unix.so nodelay
a jump over the module|1|PASSWORD|in|auth [success=1 default=die] pam_unix.so nodelay\nauth required pam_mfa.so\nauth required pam_permit.so
required before it|1|not-it|asked|auth required pam_unix.so nodelay\nauth required pam_mfa.so
sufficient before it|1|PASSWORD|in|auth sufficient pam_unix.so nodelay\nauth required pam_mfa.so
done before it|1|PASSWORD|in|auth [success=done default=die] pam_unix.so nodelay\nauth required pam_mfa.so
an optional module|2|PASSWORD WRONG WRONG WRONG|in|auth [success=ok default=die] pam_unix.so nodelay\nauth optional pam_mfa.so
a sufficient module|2|PASSWORD WRONG WRONG WRONG|in|auth [success=ok default=die] pam_unix.so nodelay\nauth sufficient pam_mfa.so\nauth required pam_permit.so
a refusal that is ignored|2|PASSWORD WRONG WRONG WRONG|in|auth [success=ok default=die] pam_unix.so nodelay\nauth [success=ok default=ignore] pam_mfa.so
nothing before it|1|CODE|in|auth required pam_mfa.so
an included file that jumps|2|PASSWORD|in|auth required pam_permit.so\nauth sufficient pam_unix.so nodelay\nauth required pam_mfa.so
END

printf 'auth sufficient pam_unix.so nodelay\n' >/etc/pam.d/inner
printf '@include inner\nauth required pam_mfa.so\n' >/etc/pam.d/try
check try
finds 'a mistake in an included file' 1 '^/etc/pam.d/inner:1: pam_unix.so: '

# What is advised is a way that helps.
while IFS='|' read -r what service words stack; do
	case $what in ''|'#'*) continue ;; esac
	printf "%b\n" "$stack" 'account required pam_permit.so' >"/etc/pam.d/$service"
	check "$service"
	finds "$what" 1 "$words"
done <<'END'
root past the code of sshd|sshd|sshd:1: pam_rootok.so: the program is root whoever signs in, .* Remove this line\.$|auth sufficient pam_rootok.so\nauth [success=ok default=die] pam_unix.so\nauth required pam_mfa.so
and of login|login|login:1: pam_rootok.so: the program is root whoever signs in, .* Remove this line\.$|auth sufficient pam_rootok.so\nauth [success=ok default=die] pam_unix.so\nauth required pam_mfa.so
which is the calling user in su: the password is next|su|su:2: pam_unix.so: leads past|auth sufficient pam_rootok.so\nauth sufficient pam_unix.so\nauth required pam_mfa.so
a password that leads past the code|login|login:1: pam_unix.so: leads past .* Write instead: auth \[success=ok default=die\]|auth sufficient pam_unix.so\nauth required pam_mfa.so
a VPN has no key|vpn|vpn:1: pam_mfa.so: nothing before .* Write instead: the password.s module before it|auth required pam_mfa.so
END
rm /etc/pam.d/vpn
cp -a "$BED/kept/." /etc/pam.d/

# --- enrolment at sign-in takes longer than sshd waits ---------------------------------

cp /usr/local/share/doc/pam-mfa/examples/pam.d/sshd /etc/pam.d/sshd
for grace in 120 599; do
	sshd_config 'UsePAM yes' 'KbdInteractiveAuthentication yes' 'PasswordAuthentication no' "LoginGraceTime $grace" \
		'AuthenticationMethods keyboard-interactive:pam'
	check sshd
	finds "LoginGraceTime $grace, nobody enrols at sign-in" 0 'no way around'
	write_conf '[policy sshd]' 'enrolment = require'
	check sshd
	finds "LoginGraceTime $grace, and they do" 1 'LoginGraceTime is shorter'
	write_conf
done
write_conf '[policy sshd]' 'enrolment = offer'
sshd_config 'UsePAM yes' 'KbdInteractiveAuthentication yes' 'PasswordAuthentication no' 'LoginGraceTime 600' \
	'AuthenticationMethods keyboard-interactive:pam' 'Match User bob' '  PasswordAuthentication yes'
check sshd
finds 'LoginGraceTime 600, and a Match block' 0 '^note: /etc/ssh/sshd_config:6: what this Match block says was not looked at'
mkdir -p /etc/ssh/more
printf 'Match all\n\nmatch\tGroup staff\n' >/etc/ssh/more/a.conf
sshd_config 'UsePAM yes' 'KbdInteractiveAuthentication yes' 'PasswordAuthentication no' 'LoginGraceTime 0' \
	'AuthenticationMethods keyboard-interactive:pam' 'Include more/*.conf'
check sshd
finds 'no limit, and a Match block in an included file' 0 '^note: /etc/ssh/more/a.conf:3: what this Match'
is 'Match all is none' "$(grep -c note <<<"$OUT")" 1

# --- the code behind the password --------------------------------------------------

cp /usr/local/share/doc/pam-mfa/examples/pam.d/sshd-password /etc/pam.d/sshd
sshd_config 'UsePAM yes' 'KbdInteractiveAuthentication no' 'PasswordAuthentication yes' 'LoginGraceTime 120' \
	'AuthenticationMethods password'
check sshd
finds 'the password method, where the code is split off, and nobody can be asked to enrol' 0 'no way around'
cp /usr/local/share/doc/pam-mfa/examples/pam.d/sshd /etc/pam.d/sshd
check sshd
finds 'the same without forward_pass' 1 'users get nowhere'
write_conf

# --- key, then code ------------------------------------------------------------

pam_service sshd 'auth required pam_mfa.so'
sshd_config 'UsePAM yes' 'KbdInteractiveAuthentication yes' 'PasswordAuthentication no'
while IFS='|' read -r status what option methods says; do
	pam_service sshd "auth required pam_mfa.so $option"
	sshd_config 'UsePAM yes' 'KbdInteractiveAuthentication yes' 'PasswordAuthentication no' \
		"${methods:+AuthenticationMethods $methods}"
	check sshd
	finds "$what" "$status" "$says"
done <<'END'
0|both halves|after=publickey|publickey,keyboard-interactive:pam|no way around
0|AuthenticationMethods alone||publickey,keyboard-interactive:pam|no way around
1|after=publickey alone|after=publickey||key
1|neither|||key
1|a key alone is one of two ways|after=publickey|publickey,keyboard-interactive:pam publickey|key alone
0|a code alone is one of two ways, but after=publickey|after=publickey|publickey,keyboard-interactive:pam keyboard-interactive:pam|no way around
1|a code alone is one of two ways||publickey,keyboard-interactive:pam keyboard-interactive:pam|relies on a key
1|a code alone is the only way||keyboard-interactive:pam|relies on a key
END

# --- sshd's own settings -------------------------------------------------------

code_services sshd
while IFS='|' read -r status what says line; do
	sshd_config "$line" 'UsePAM yes' 'KbdInteractiveAuthentication yes' 'PasswordAuthentication no' \
		"$([[ $line = KbdI* ]] || echo 'AuthenticationMethods keyboard-interactive:pam')"
	check sshd
	finds "$what" "$status" "$says"
done <<'END'
0|as it should be|no way around|#
1|no PAM|UsePAM is no|UsePAM no
1|no prompts|KbdInteractiveAuthentication is no|KbdInteractiveAuthentication no
1|passwords by the other method|PasswordAuthentication is yes|PasswordAuthentication yes
1|any method will do|key alone|AuthenticationMethods any
END
echo 'Nonsense yes' >/etc/ssh/sshd_config
check sshd
finds 'an sshd_config that sshd itself refuses' 6 "sshd's settings can't be read"

# --- other folders, and what is no stack ---------------------------------------

mkdir "$BED/pam.d"
printf 'auth requisite pam_unix.so\nauth required pam_mfa.so\n' >"$BED/pam.d/sshd"
printf 'port 22\nusepam yes\nkbdinteractiveauthentication yes\npasswordauthentication no\n' >"$BED/settings"
echo 'authenticationmethods keyboard-interactive:pam' >>"$BED/settings"
check --pam-dir "$BED/pam.d" --sshd-settings "$BED/settings" sshd
finds '--pam-dir and --sshd-settings' 0 'no way around'
while IFS='|' read -r what more says; do
	{ grep -vE '^(login|per)' "$BED/settings"; printf '%b\n' "$more"; } >"$BED/settings.more"
	check --pam-dir "$BED/pam.d" --sshd-settings "$BED/settings.more" sshd
	finds "$what: that is no way around" 0 'no way around'
	is "$what: but it is named" "$(grep -oE '^warning: sshd: [A-Za-z]+' <<<"$OUT")" "${says:+warning: sshd: $says}"
done <<'END'
ten minutes, and one address has all places|logingracetime 600\npersourcemaxstartups none|LoginGraceTime
ten minutes, and a limit|logingracetime 600\npersourcemaxstartups 60|
ten minutes, with an sshd that has none|logingracetime 600|
as OpenSSH 9.8 comes|persourcepenalties crash:90 authfail:5 noauth:1 grace-exceeded:10 max:600 min:15\npersourcepenaltyexemptlist none|PerSourcePenalties
without penalties|persourcepenalties no\npersourcepenaltyexemptlist none|
networks that are exempt|persourcepenalties crash:90 authfail:5 grace-exceeded:10\npersourcepenaltyexemptlist 192.0.2.0/24|
as the shipped file says|persourcepenalties crash:90 authfail:1 noauth:1 grace-exceeded:1\npersourcepenaltyexemptlist none|
END
echo 'nonsense' >"$BED/settings"
check --pam-dir "$BED/pam.d" --sshd-settings "$BED/settings" sshd
finds 'settings that are none' 6 "can't be read"
check --pam-dir "$BED/pam.d" absent
finds 'no such service' 6 'absent'
printf 'auth perhaps pam_mfa.so\n' >"$BED/pam.d/odd"
check --pam-dir "$BED/pam.d" odd
like 'a control that PAM does not know is no clean stack' "$STATUS" '^[16]$'
printf 'auth include loop\n' >"$BED/pam.d/loop"
check --pam-dir "$BED/pam.d" loop
finds 'a file that includes itself' 6 'loop'
STATUS=0
as alice /usr/local/sbin/mfa-admin check-pam try >/dev/null 2>&1 || STATUS=$?
is 'a plain user may look, too' "$STATUS" 1

done_testing
