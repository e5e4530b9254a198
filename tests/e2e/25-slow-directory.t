#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A directory of users and groups that takes its time is waited for, with the daemon and without, and one that takes
# too long is named; nobody else waits for it, and nobody is let in by it.
# It takes a while here whatever the machine.
PATIENCE=120
. "${BASH_SOURCE[0]%/*}/lib.sh"

# Where everybody may read it, _mfa too.
install -m 755 "${HELPERS%/*}/preload/nss_slow.so" /usr/local/lib/libnss_slow.so.2 || bail 'the source was not built'
ldconfig 2>/dev/null
sed -i 's/^passwd:.*/passwd: slow files/; s/^group:.*/group: slow files/' /etc/nsswitch.conf

groups=$(seq -s, -f g%g 20)
for group in ${groups//,/ }; do groupadd "$group"; done
for user in dave erin frank; do useradd --user-group --no-create-home $user; done
usermod -aG g20 alice
write_conf '[policy many]' "groups = $groups" '[policy open]' 'failmode = open'
new_store || bail 'mfa-admin init failed'
enrol alice bob carol dave erin frank || bail 'mfa-admin import failed'
start_mfad || bail 'mfad does not start'
pam_service usual 'auth required pam_mfa.so'
pam_service many 'auth required pam_mfa.so'
pam_service open 'auth required pam_mfa.so failmode=open'
pam_service alone 'auth required pam_mfa.so failmode=open socket=/run/nobody'

# begin NAME SERVICE USER ANSWER...: a sign-in in the background; what its user sees is in $BED/NAME when it is over.
begin() {
	local name=$1
	shift
	rm -f "$BED/$name"
	(
		"$HELPERS/signin" "$@" >"$BED/$name.now" 2>&1
		mv "$BED/$name.now" "$BED/$name"
	) 2>/dev/null &
}
# end NAME: waits for it.
end() {
	wait_for test -e "$BED/$1" || diag "$1 is not over: $(cat "$BED/$1.now")"
	SCREEN=$(cat "$BED/$1")
}
forget() { install -m 666 /dev/null /run/slow.asked; }
asked() { grep -qx "$1" /run/slow.asked; }
times() { grep -cx "$1" /run/slow.asked; }
helpers() { pgrep -cx mfad; }
# signins USER: how their sign-ins ended.
signins() { log_text | grep -oE "event=signin result=[a-z-]+ user=$1 .*" | grep -oE '(result|service|rule)=[a-z-]+' | xargs; }

# What is asked of the directory before anybody waits.
forget
pam_try many alice "$(code_now alice)"
accepted 'alice, with rules for twenty groups'
is 'her groups are asked for once' "$(times 'groups_of alice')" 1
is 'and her name' "$(times 'user alice')" 1

# Whom to become is looked up as well, where there is no daemon.
printf '%s\n' 'carol 12000' 'dave 12000' 'erin 40000' 'frank 40000' 'bob 20000' '_mfa 3000' >/run/slow
log_mark
begin carol usual carol "$(code_now carol)"
begin dave alone dave "$(code_now dave)"
begin erin open erin "$(code_now erin)"
begin frank alone frank "$(code_now frank)"
begin bob usual bob "$(code_now bob)"
for user in carol dave erin frank bob; do
	wait_for asked "user $user" || diag "$user is not asked for: $(cat /run/slow.asked)"
done
pkill -f "signin usual bob"	# who does not want to wait
tick
pam_try usual alice "$(code_now alice)"
accepted 'meanwhile alice does not wait'

end carol
accepted 'a directory that takes 12 s, with the daemon'
is 'no second verifier is started' "$(times 'user carol')" 1
end dave
accepted 'a directory that takes 12 s, without the daemon'
is 'one is started' "$(times 'user dave')" 1
for user in erin frank; do
	end $user
	denied "a directory that takes 40 s, $user: refused"
	like 'with words that say what was slow' "$SCREEN" '^say: The directory of users and groups did not answer in time'
	unlike 'and no other' "$SCREEN" "can't be reached|interrupted"
	is 'asked once' "$(times "user $user")" 1
	log_like 'the log says what was asked for' "event=directory user=$user seconds=[0-9]+ "
done
log_unlike 'no verifier was missed' 'no verifier|went away|failmode'
wait_for log_has 'event=signin .*user=erin' && wait_for log_has 'event=signin .*user=frank' &&
	wait_for log_has 'event=signin .*user=bob'
is 'who was refused is logged so' "$(signins erin)" 'result=timeout service=open rule=directory-slow'
is 'without the daemon too' "$(signins frank)" 'result=timeout service=alone rule=directory-slow'
is 'who had gone meanwhile heard of no outcome' "$(signins bob)" 'result=given-up service=usual rule=enrolled'
ok 'no verifier stays' wait_for gone mfad

# A library that asks for one name at a time, and a user who asks for many: whoever is asked for on root's word waits for
# few of them.
{ echo 'one-lock 1'; for n in {1..40}; do echo "nobody$n 3000"; done; } >/run/slow
forget
log_mark
for n in {1..40}; do
	as alice "$HELPERS/signin" usual "nobody$n" >/dev/null 2>&1 &
done
wait_for eval 'grep -q "user nobody" /run/slow.asked'
tick
pam_try usual bob "$(code_now bob)"
accepted "on root's word in spite of forty that are not"
log_unlike 'and nobody was too slow for that' 'event=directory user=bob'
is 'one of them was asked for at a time' "$(grep -c '^user nobody' /run/slow.asked | awk '{print $1 <= 4}')" 1
pkill -x signin
rm -f /run/slow

# Callers speak for many: a name that hangs keeps out nobody else of theirs.
useradd --system --no-create-home radsrv
pam_service radiusd 'auth required pam_mfa.so'
new_rules '[directory]' 'timeout = 15s' '[policy radiusd]' 'callers = radsrv' 'nss = no'
echo 'ghost 35000' >/run/slow
forget
log_mark
radius() { setpriv --reuid radsrv --regid radsrv --clear-groups "$HELPERS/signin" radiusd "$@" 2>&1; }
radius ghost >"$BED/ghost" &
wait_for asked 'user ghost' || diag 'ghost is not asked for'
tick
SCREEN=$(radius alice "$(code_now alice)")
accepted "alice, by a caller, while a name of theirs hangs"
log_unlike 'and nobody was too slow for that' 'event=directory'
wait
SCREEN=$(cat "$BED/ghost")
like 'the other is refused with words' "$SCREEN" 'did not answer in time'
log_like 'and the log says who that was' 'event=signin result=timeout user=ghost service=radiusd .*rule=directory-slow'
rm -f /run/slow

# A tool is an application like another.
echo 'carol 5000' >/run/slow
forget
SCREEN=$(mfa-admin explain --user carol --service usual </dev/null 2>&1)
like 'mfa-admin waits as well' "$SCREEN" 'carol'
is 'and asks once' "$(times 'user carol')" 1
rm -f /run/slow

# What has stopped does not say that it is at work.
tick
log_mark
on_pty pamtester usual alice authenticate < <(
	printf 'expect code: \nrun kill -STOP %s\nsend %s\nend\n' "$MFAD_PID" "$(code_now alice)")
kill -CONT "$MFAD_PID"
refused 'mfad stops after a code was typed: nobody waits for it for long'
like 'and is told so' "$SCREEN" 'interrupted'
log_like 'so does the log' 'mfad went away in the middle'
done_testing
