#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The rules of mfa.conf: who, from where, by which method; and what goes wrong with them.
. "${BASH_SOURCE[0]%/*}/lib.sh"

ready alice
pam_service code 'auth required pam_mfa.so'
pam_service other 'auth required pam_mfa.so'
code_services sshd

# rules LINE...: the configuration is read again with these.
rules() {
	write_conf "$@"
	log_mark
	kill -HUP "$MFAD_PID"
	wait_for log_has 'event=reload' || diag "$(log_text)"
}
# spared NAME TRY-ARGUMENT...; asked likewise: of alice, who answers with nothing.
spared() { local name=$1; shift; pam_try "$@" alice; accepted "$name"; }
asked() {
	local name=$1
	shift
	pam_try "$@" alice
	denied "$name"
	like "$name: by a prompt" "$SCREEN" 'ask: .*code'
}

# --- networks --------------------------------------------------------------------

rules '[policy]' 'exempt_networks = 192.0.2.0/24, 2001:db8::/32'
while read -r how rhost; do
	$how "address ${rhost:-none}" -r "$rhost" code
done <<END
spared 192.0.2.7
spared ::ffff:192.0.2.7
spared 2001:db8:1::2
asked 192.0.3.7
asked 2001:db9::1
asked pc.example.org
asked 192.0.2.7.example.org
END
asked 'no address' code
log_mark
pam_try -r 192.0.2.7 code alice
log_like 'the log says which rule' 'event=signin result=ok user=alice .*rhost=192.0.2.7 .*rule=exempt_networks detail=192.0.2.0/24'
as alice "$HELPERS/signin" -r 192.0.2.7 code alice >"$BED/own" 2>&1
unlike "an address that a user's own program claims spares nobody" "$(cat "$BED/own")" PAM_SUCCESS

# Over the real ssh: from a network that is exempt, and from one that is not.
start_sshd
rules '[policy]' 'exempt_networks = 127.0.0.0/8'
ssh_try alice "$PASSWORD"
entered 'ssh from an exempt network: the password is enough' alice
ssh_try alice 'not-the-password'
refused 'but not without'
rules '[policy]' 'exempt_networks = 10.0.0.0/8'
ssh_try alice "$PASSWORD" "$(code_now alice)"
entered 'ssh from elsewhere: a code too' alice
tick

# --- who -------------------------------------------------------------------------

groupadd -f staff
groupadd -f pupils
usermod -aG staff alice
rules '[policy]' 'groups = pupils, staff'
asked 'of a group that it is required of' code
rules '[policy]' 'groups = pupils'
spared 'of none of the groups' code
rules '[policy]' 'except_groups = staff'
spared 'of a group that is spared' code
rules '[policy]' 'except_groups = pupils'
asked 'of none that is spared' code
rules '[policy]' 'required = no'
spared 'required = no' code
rules '[policy]' 'required = no' '[policy other]' 'required = yes'
spared 'a service without rules of its own' code
asked 'a service with rules of its own' other
rules '[policy code]' 'required = no'
as alice "$HELPERS/signin" code alice >"$BED/own" 2>&1
unlike "a service that a user's own program claims spares nobody" "$(cat "$BED/own")" PAM_SUCCESS

# A group that has gone since, and look-ups that fail.
rules '[policy]' 'except_groups = staff'
groupdel staff
log_mark
asked 'the group has gone' code
log_like 'and the log says so' 'event=group msg=staff'
groupadd staff
usermod -aG staff alice
spared 'it is back' code
mv /etc/group /etc/group.away && mkdir /etc/group
asked 'groups can not be read' code
rmdir /etc/group && mv /etc/group.away /etc/group

# --- methods ---------------------------------------------------------------------

rules '[policy]' 'methods = hotp'
log_mark
pam_try code alice "$(code_now alice)"
denied 'an app where only tokens count'
log_like 'the log says why' 'result=aborted .*rule=methods'
log_unlike 'and blames no clock' 'event=clock'
rules
tick
pam_try code alice "$(code_now alice)"
accepted 'all methods'

# --- explain -----------------------------------------------------------------------

# What explain says is what happens; and asking changes nothing.
explain() { mfa-admin --config $CONF explain --json "$@" </dev/null; }
field() { grep -oE "\"$1\":(\"[^\"]*\"|[^,}]*)" <<<"$OUT" | cut -d: -f2- | tr -d '"'; }
rules '[policy]' 'exempt_networks = 192.0.2.0/24' 'enrolment = require' 'enrol_networks = 198.51.100.0/24' \
	'[policy other]' 'required = no'
before=$(mfa-admin show --json alice </dev/null)
while read -r user service rhost decision rule detail section; do
	OUT=$(explain --user "$user" --service "$service" --rhost "${rhost/-/}")
	is "explain $user $service $rhost" "$(field decision) $(field rule) $(field detail) $(field section)" \
		"$decision $rule $(tr _ ' ' <<<"${detail#-}") $section"
done <<'END'
alice code 192.0.2.7 allow exempt_networks 192.0.2.0/24
alice code 203.0.113.1 require enrolled
alice code - require enrolled
alice code pc.example.org require enrolled
bob code 198.51.100.3 enrol enrolment=require
bob code 203.0.113.1 refuse unenrolled=deny no_first_device_from_here
nobody-of-that-name code 192.0.2.7 refuse unknown-name
alice other 203.0.113.1 allow required=no - other
END
is 'explain changes nothing' "$(mfa-admin show --json alice </dev/null)" "$before"
out=$(mfa-admin --config $CONF explain --user alice --service code --rhost 192.0.2.7 </dev/null)
like 'in words' "$out" 'alice: no second factor is asked'
like 'which rule of which file' "$out" 'exempt_networks \(192.0.2.0/24\), of \[policy\] /etc/mfa/mfa.conf'
asked_of() { mfa-admin --config $CONF explain --user alice --service "$1" </dev/null; }
unlike 'nothing is remarked on a service that is there' "$out" 'Nothing is called so'
unlike 'nor on mfa-enroll' "$(asked_of mfa-enroll)" 'Nothing is called so'
like 'one that is not is named' "$(asked_of sshdd)" '^ +Nothing is called so in /etc/pam.d, and no section is for it: sshdd$'
mfa-admin explain --user alice </dev/null >/dev/null 2>&1
is 'without a service' $? 2
as alice /usr/local/sbin/mfa-admin explain --user alice --service code </dev/null >/dev/null 2>&1
is 'not for users' $? 1
rules

# --- mistakes ----------------------------------------------------------------------

# bad NAME LINES ERROR: check-config and a reload say so, and the old rules stay.
rules '[policy]' 'required = no'
while IFS='|' read -r name line error; do
	write_conf '[policy]' "$line"
	out=$(mfa-admin --config $CONF check-config 2>&1)
	is "$name: check-config's status" $? 6
	is "$name: check-config's words" "$out" "$CONF:6: $error"
	log_mark
	kill -HUP "$MFAD_PID"
	log_like "$name: mfad says so too" "event=config msg=.*$CONF:6: "
	spared "$name: and goes on with the old rules" code
done <<'END'
a key that there is not|requried = no|[policy] has no key requried
a bad network|exempt_networks = 192.0.2.1/24|exempt_networks: 192.0.2.1/24 has bits set behind its prefix
an empty list|groups =|groups has no value
a group that there is not|groups = teachers|there is no group teachers
a method that there is not|methods = voice|methods = voice: it must be totp, hotp, push, recovery, pass, email or sms
END
rules '[policy]' 'groups = staff'
out=$(mfa-admin --config $CONF check-config 2>&1)
is 'a group that there is' "$? $out" "0 $CONF: ok"

# --- failmode ----------------------------------------------------------------------

stop_mfad
mv /etc/mfa/master.key /etc/mfa/away
write_conf
pam_try code alice "$(code_now alice)"
denied 'no key: closed'
write_conf '[policy]' 'failmode = open' '[policy other]' 'failmode = closed'
log_mark
pam_try code alice
accepted 'no key, failmode = open: in'
log_like 'and loudly logged' 'event=failopen user=alice service=code rule="failmode=open"'
pam_try other alice
denied 'another service: closed'
mv /etc/mfa/away /etc/mfa/master.key
tick
pam_try code alice "$(wrong_code alice)"
denied 'a wrong code is wrong also where failmode is open'
start_mfad
mv $STORE $STORE.away
pam_try code alice
accepted 'the store has gone, failmode = open'
pam_try other alice
denied 'another service: closed'
mv $STORE.away $STORE
pam_try code alice "$(code_now alice)"
accepted 'all is back'

done_testing
