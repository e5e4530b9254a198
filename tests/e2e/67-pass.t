#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Temporary access passes: who gets one, how often and how long it is good, what it allows and what not.
. "${BASH_SOURCE[0]%/*}/lib.sh"

ready alice
pam_service code 'auth required pam_mfa.so'
pam_service other 'auth required pam_mfa.so'
code_services sshd sudo
start_sshd

rules() {
	write_conf "$@"
	log_mark
	kill -HUP "$MFAD_PID"
	wait_for log_has 'event=reload' || diag "$(log_text)"
}
give() { mfa-admin pass "$@" </dev/null | head -n 1; }
shown() { mfa-admin show --json "$1" </dev/null; }
# answer_of_phone PROMPT: the code of the key that is on the terminal, once it asks for it.
answer_of_phone() {
	wait_for grep -q "$1" "$BED/pty"
	grep -oE '([A-Z2-7]{4} ){3,}[A-Z2-7]{1,4}' "$BED/pty" | head -n 1 | tr -d ' ' >"$BED/key"
	printf 'send %s\n' "$(app_code "$(cat "$BED/key")")"
}
tool() {
	local who=$1
	shift
	on_pty setpriv --reuid "$who" --regid "$who" --init-groups mfa-enroll "$@"
}

# --- what it looks like --------------------------------------------------------------

out=$(mfa-admin pass bob --valid 8h </dev/null)
is 'bob, who has no record, gets one' $? 0
like 'once on the screen' "$(head -n 1 <<<"$out")" '^tap-[a-z2-7]{5}-[a-z2-7]{5}$'
like 'and what it is for' "$(tr '\n' ' ' <<<"$out")" 'It lets bob in once, until .* typed where a code is asked for.* enrolling a phone'
pass=$(head -n 1 <<<"$out")
like 'mfa-enroll would take a second use' "$(tr '\n' ' ' <<<"$out")" 'mfa-enroll takes two uses'
is 'for scripts' "$(mfa-admin pass carol --valid 60s --uses 3 --json </dev/null |
	perl -MJSON::PP -e 'local $/; my $j = decode_json(<STDIN>);
		print "$j->{user} $j->{uses} ", $j->{until} - $ARGV[0], " ", $j->{pass} =~ /^tap-/ ? "pass" : "?"' "$(now)")" \
	'carol 3 60 pass'
like 'the list has an account with nothing else' "$(mfa-admin list </dev/null)" '^carol .* 0 pass  '
like 'its JSON, too' "$(mfa-admin list --json </dev/null | grep '"carol"')" '"pass": ?\{"until": ?[0-9]+'
like 'show says that one is out' "$(mfa-admin show bob </dev/null)" '^Pass: +'
unlike 'not which' "$(shown bob)" "${pass#tap-}"
log_unlike 'nor does the log' "${pass#tap-}"
log_like 'which says who got one' 'event=pass result=ok user=bob by_uid=0'
not_ok 'the store has it in no plain form' grep -qF "${pass#tap-}" $STORE $STORE-wal
while IFS='|' read -r status what arguments; do
	eval "mfa-admin pass $arguments" </dev/null >"$BED/out" 2>&1
	is "$what" $? "$status"
	unlike "$what: none is printed" "$(cat "$BED/out")" 'tap-[a-z2-7]{5}-'
done <<'END'
2|no time|alice
2|not a time|alice --valid tomorrow
2|more than a month|alice --valid 31d
2|no uses|alice --valid 8h --uses x
6|none at all|alice --valid 8h --uses 0
6|too many|alice --valid 8h --uses 1001
4|a slip of the pen|alise --valid 8h
1|not a name|a/b --valid 8h
END
not_ok 'a slip of the pen makes no account' mfa-admin show alise </dev/null
as alice /usr/local/sbin/mfa-admin pass alice --valid 8h </dev/null >"$BED/out" 2>&1
is 'users make none for themselves' $? 1

# --- once, and until it ends ----------------------------------------------------------

pam_try code bob 'tap-aaaaa-aaaaa'
denied 'a wrong one'
pam_try code bob 123456
denied 'nor digits'
pam_try code alice "$pass"
denied "nor somebody else's"
log_mark
pam_try code bob "$(tr a-z- 'A-Z ' <<<"$pass")"
accepted 'in capitals, with spaces'
log_like 'the log says by what' 'event=signin result=ok user=bob .*rule=pass method=pass answer=ok'
pam_try code bob "$pass"
denied 'once'
like 'gone from show too' "$(shown bob)" '"pass": ?null'
pass=$(give bob --valid 1h --uses 2)
set_clock $(($(now) + 3599))
pam_try code bob "$pass"
accepted 'a second before it ends'
set_clock $(($(now) + 1))
pam_try code bob "$pass"
denied 'when it ends, although a use is left'
old=$(give bob --valid 1h --uses 9)
pass=$(give bob --valid 1h --uses 2)
pam_try code bob "$old"
denied 'the one before goes'
for i in 1 2; do pam_try code bob "$pass"; accepted "use $i of 2"; done
pam_try code bob "$pass"
denied 'no third'
for round in 1 2 3; do
	pass=$(give bob --valid 1h)
	is "sixteen at the same instant, round $round: one" \
		"$("$HELPERS/signin" -n 16 -q code bob "$pass" | grep PAM_SUCCESS)" 'PAM_SUCCESS 1'
done

# --- beside a phone, and budgets of its own --------------------------------------------

pass=$(give alice --valid 1h)
pam_try code alice "$(code_now alice)"
accepted 'a phone is good beside it'
pam_try code alice "$pass"
accepted 'and it beside the phone'
for i in 1 2; do pam_try code alice "$(wrong_code alice)" "$(wrong_code alice)" "$(wrong_code alice)"; done
like 'codes are throttled' "$(shown alice)" '"code":'
pass=$(give alice --valid 1h)
pam_try code alice "$pass"
accepted 'a pass is not'
pass=$(give alice --valid 1h)
for i in 1 2; do pam_try code alice tap-aaaaa-aaaab tap-aaaaa-aaaac tap-aaaaa-aaaad; done
tick
pam_try code alice "$(code_now alice)"
accepted 'guesses at a pass keep no code out'
for i in 1 2; do pam_try code alice tap-aaaaa-aaaab tap-aaaaa-aaaac tap-aaaaa-aaaad; done
pam_try code alice "$pass"
denied 'but the pass'
pam_try code alice "$(give alice --valid 1h)"
accepted 'until there is a new one'
OUT=$(mfa-admin pass vpnpiet --valid 8h </dev/null 2>&1)
is 'a name that nobody knows' $? "$(mfa-admin show vpnpiet </dev/null >/dev/null 2>&1; echo $?)"
like 'is told what helps' "$OUT" '^Neither the system nor the store knows vpnpiet\. .* --new\.$'
OUT=$(mfa-admin pass vpnpiet --new --valid 8h --uses 3 </dev/null 2>&1)
like 'which it does' "$OUT" 'It lets vpnpiet in 3 times, until '
unlike 'and is not sent to mfa-enroll' "$(mfa-admin pass vpnpiet --valid 8h </dev/null 2>&1)" 'mfa-enroll takes two uses'
ok 'it is gone again' mfa-admin reset vpnpiet --yes
for i in 1 2; do
	as alice "$HELPERS/signin" code alice tap-aaaaa-aaaab tap-aaaaa-aaaac tap-aaaaa-aaaad >/dev/null 2>&1
done
pam_try code alice "$(give alice --valid 1h)"
accepted "what the user's own programs guess counts apart"
rules '[policy other]' 'methods = totp'
pass=$(give alice --valid 1h)
pam_try other alice "$pass"
denied 'where passes do not count'
pam_try code alice "$pass"
accepted 'it is not used up by that'
mfa-admin pass alice --valid 1h --uses 5 </dev/null >"$BED/out"
mfa-admin reset --yes alice </dev/null >/dev/null
pam_try code alice "$(head -n 1 "$BED/out")"
denied 'reset ends it'

# --- enrolling with it -------------------------------------------------------------------

rules '[policy]' 'enrol_local = no'
tool carol < <(echo 'end code: ')
like 'mfa-enroll after her pass has ended' "$(set_clock $(($(now) + 60)); tool carol < <(echo 'end code: '); echo "$SCREEN")" 'mfa-admin pass'
pass=$(give carol --valid 8h --uses 2)
tool carol < <(printf 'expect code: \nsend 000000\nexpect code: \nsend tap-aaaaa-aaaaa\nexpect code: \nsend 111111\nend code: \n')
is 'mfa-enroll without the pass' "$STATUS" 1
unlike 'no key is shown' "$SCREEN" '([A-Z2-7]{4} ){3}'
ssh_try carol "$PASSWORD" "$pass"
entered 'carol signs in with it' carol
: >"$BED/pty"
STATUS=0
setpriv --reuid carol --regid carol --init-groups "$HELPERS/ptyrun" mfa-enroll >"$BED/pty" < <(
	printf 'expect code: \nsend %s\nexpect app shows now: \n' "$pass"
	answer_of_phone 'app shows now') || STATUS=$?
is 'and enrols with mfa-enroll, where enrol_local = no' "$STATUS" 0 || diag "$(cat "$BED/pty")"
tick
ssh_try carol "$PASSWORD" "$(app_code "$(cat "$BED/key")")"
entered 'her phone signs in from then on' carol
tool carol add < <(printf 'expect code: \nsend %s\nexpect code: \nsend %s\nend code: \n' "$pass" "$pass")
unlike 'the pass is used up' "$SCREEN" '([A-Z2-7]{4} ){3}'

rules '[policy]' 'enrolment = require'
pass=$(give bob --valid 8h)
log_mark
pam_try code bob "$pass" n
accepted 'at a sign-in it may be put off'
log_like 'and the log says so' 'user=bob .*method=pass .*enrolment=postponed'
ssh_try bob "$PASSWORD"
refused 'it was for once'
out=$(mfa-admin pass bob --valid 8h </dev/null)
unlike 'no talk of mfa-enroll where the sign-in leads through it' "$out" 'mfa-enroll'
: >"$BED/pty"
"$HELPERS/ptyrun" ssh "${SSH_OPTIONS[@]}" -p "$PORT" -o PreferredAuthentications=keyboard-interactive \
	bob@127.0.0.1 'echo "in as $(id -un)"' >"$BED/pty" < <(
	printf 'expect assword\nsend %s\nexpect code: \nsend %s\nexpect phone now? \nsend \nexpect app shows (\n' \
		"$PASSWORD" "$(head -n 1 <<<"$out")"
	answer_of_phone 'app shows [(]'
	printf 'expect written down the\nsend \n')
like 'bob signs in by ssh with it, and enrols there' "$(cat "$BED/pty")" 'in as bob' || diag "$(cat "$BED/pty")"
tick
ssh_try bob "$PASSWORD" "$(app_code "$(cat "$BED/key")")"
entered 'his phone signs in from then on' bob

# --- reset, and a pass at once -------------------------------------------------------------

log_mark
out=$(mfa-admin reset --yes --pass 8h bob </dev/null)
is 'reset with a pass at once' $? 0
pass=$(grep -oE 'tap-[a-z2-7]{5}-[a-z2-7]{5}' <<<"$out")
ssh_try bob "$PASSWORD" "$(app_code "$(cat "$BED/key")")"
refused 'the lost phone is out'
pam_try code bob "$pass" n
accepted 'the pass is good'
mfa-admin reset --yes --pass nonsense bob </dev/null >/dev/null 2>&1
is 'a bad time is seen before anything is reset' "$? $(shown bob >/dev/null && echo there)" '2 there'

# A name that went to another person: nothing of the old one is inherited, and the way in is open after a reset.
useradd -m -s /bin/bash erik && echo "erik:$PASSWORD" | chpasswd
enrol erik
userdel -r erik 2>/dev/null
useradd -m -u 4243 -s /bin/bash erik && echo "erik:$PASSWORD" | chpasswd
ssh_try erik "$PASSWORD" "$(code_now erik)"
refused "another's phone under the same name"
out=$(mfa-admin pass erik --valid 8h </dev/null 2>&1)
like 'a pass would not help, and it says what does' "$? $out" '^1 .*mfa-admin reset'
out=$(mfa-admin reset --yes --pass 8h erik </dev/null)
pam_try code erik "$(grep -oE 'tap-[a-z2-7]{5}-[a-z2-7]{5}' <<<"$out")" n
accepted 'after a reset the pass is good'
unlike 'nothing is left of the other' "$(shown erik)" '"label"'

# What reset says that comes now.
while IFS='|' read -r first second says; do
	rules '[policy]' "$first" "$second"
	enrol alice
	like "reset, $first, $second" "$(mfa-admin reset --yes alice </dev/null | tr '\n' ' ')" "$says"
done <<'END'
unenrolled = allow|enrolment = off|the password alone gets in
unenrolled = deny|enrolment = off|Sign-ins are refused until .*mfa-admin pass
enrolment = require|enrol_networks = 192.0.2.0/24|next sign-in leads through enrolment where
enrolment = require|enrol_local = no|Sign-ins are refused until .*mfa-admin pass
END

# Without the daemon.
stop_mfad
write_conf
pass=$(give bob --valid 8h)
pam_try code bob "$pass"
accepted 'without the daemon'
pam_try code bob "$pass"
denied 'once there, too'

done_testing
