#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Who the account is: a name, and the uid that was enrolled under it.
. "${BASH_SOURCE[0]%/*}/lib.sh"

write_conf '[policy]' 'unenrolled = allow' '[policy vpn]' 'nss = no' '[policy strict]' 'unenrolled = deny'
new_store || bail 'mfa-admin init failed'
enrol alice ghost || bail 'mfa-admin import failed'
start_mfad || bail 'mfad does not start'
for service in code strict vpn; do
	pam_service "$service" 'auth required pam_mfa.so'
done
uid=$(id -u alice)

usermod --uid 4242 alice
log_mark
pam_try code alice "$(code_now alice)"
denied 'another uid under the name: refused'
log_like 'and logged' 'mfad.*user=alice.*uid-changed'
pam_try code alice
denied 'nor is there a way in without a code'
usermod --uid "$uid" alice
pam_try code alice "$(code_now alice)"
accepted 'the right uid again: the code is still good'

usermod --login alicia alice
tick
log_mark
pam_try code alicia
denied 'an unenrolled name with the uid of an enrolled one: refused'
log_like 'and logged' 'mfad.*user=alicia.*uid'
usermod --login alice alicia

sed -i.kept '/^alice:/d' /etc/passwd
log_mark
pam_try vpn alice "$(code_now alice)"
denied 'the name is gone: refused, whatever the service says of names'
log_like 'and logged' 'mfad.*user=alice.*name-gone'
cp /etc/passwd.kept /etc/passwd
pam_try vpn alice "$(code_now alice)"
accepted 'it is back'

tick
pam_try code ghost "$(code_now ghost)"
denied 'a name that the system does not know: refused'
pam_try vpn ghost "$(code_now ghost)"
accepted 'where nss = no it need not know it'
pam_try vpn ghost "$(code_now ghost)"
denied 'once'
pam_try vpn nobody-ever 123456
accepted 'unenrolled = allow goes for such names too'
pam_try strict nobody-ever 123456
denied 'but not where it says deny'

# The name of an import is somebody's once the system knows it, and its uid is what shows a factor first.
uid_of() { mfa-admin show --json "$1" </dev/null | grep -oE '"uid": ?[a-z0-9]+' | grep -oE '[a-z0-9]+$'; }
is 'so far it is of no uid' "$(uid_of ghost)" null
useradd --uid 4343 --no-create-home ghost
tick
pam_try code ghost "$(wrong_code ghost)"
denied 'known by now: a wrong code'
is 'binds no uid' "$(uid_of ghost)" null
log_mark
pam_try code ghost "$(code_now ghost)"
accepted 'a right one signs in'
kill_mfad
start_mfad
is 'and is bound for good, whatever becomes of mfad' "$(uid_of ghost)" 4343
tick
pam_try code ghost "$(code_now ghost)"
accepted 'that uid signs in again'
usermod --uid 4344 ghost
tick
for service in code vpn; do
	log_mark
	pam_try $service ghost "$(code_now ghost)"
	denied "$service: another uid later: refused"
	log_like 'and logged' 'mfad.*user=ghost.*uid-changed'
done
stop_mfad
pam_try code ghost "$(code_now ghost)"
denied 'without the daemon as well'
start_mfad
usermod --login spirit --uid 4343 ghost
log_mark
pam_try code spirit
denied 'nor has the uid another account, where such accounts are let in'
log_like 'and logged' 'mfad.*user=spirit.*uid-of-another-account'
usermod --login ghost spirit
pam_try code ghost "$(code_now ghost)"
accepted 'name and uid as they were: the code is still good'
userdel ghost

for name in '' ' alice' 'alice ' '../alice' "alice$(printf '\001')" '-alice' "$(printf '%0300d' 1)"; do
	pam_try code "$name" "$(code_now alice)"
	denied "not a name: $(printf '%.20q' "$name")"
done

STATUS=0
SCREEN=$(as nobody "$HELPERS/signin" code nobody 123456) || STATUS=$?
denied 'the overflow uid signs nobody in'
SCREEN=$(as bob "$HELPERS/signin" code bob)
accepted 'bob may, himself, where policy says so'
SCREEN=$(as bob "$HELPERS/signin" code root) || STATUS=$?
denied 'but not root'

done_testing
