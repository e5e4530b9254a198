#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Number matching, with a phone that has no screen (tests/e2e/phone.c) in the place of page and portal: pairing,
# sign-ins by PAM, ssh and sudo, and whatever a thief, a forger or a tired owner would do.
. "${BASH_SOURCE[0]%/*}/lib.sh"

. "${BASH_SOURCE[0]%/*}/phones.sh"
readonly RULES=('[enrol]' 'issuer = Bed' '[portal]' "url = $ORIGIN" '[push]' 'timeout = 30s' '[policy]' 'enrol_local = yes')
write_conf "${RULES[@]}"
new_store || bail 'mfa-admin init failed'
start_mfad || bail 'mfad does not start'
code_services sshd sudo
pam_service code 'auth required pam_mfa.so'
start_sshd

# What is said before a refusal is shown at the client's usual level.
SSH_OPTIONS=("${SSH_OPTIONS[@]/LogLevel=ERROR/LogLevel=INFO}")

log_mark
listen || bail 'no portal'

# --- pairing --------------------------------------------------------------------------

ok 'alice pairs a phone' pair alice Pixel || diag "$(screen)"
like 'and sees its name' "$(screen -S -)" 'Saved as "Pixel"'
like 'and her recovery codes' "$(screen -S -)" '[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}'
like 'mfa-enroll knows it' "$(as alice mfa-enroll list)" 'Pixel.*push'
like 'the phone is told that it is paired' "$(phone Pixel list)" '^200 .*"paired":true'
like 'mfa-admin show' "$(mfa-admin show alice)" 'Pixel \(push\)'

in_window 100x70 "setpriv --reuid bob --regid bob --init-groups mfa-enroll add --push"
wait_for shows 'Number that the phone shows'
is 'the picture is the address' "$(picture dark || picture light)" "$(screen | grep -oE "$ORIGIN/pair#[A-Za-z0-9_-]{22}")"
token=$(screen | grep -oE "$ORIGIN/pair#[A-Za-z0-9_-]{22}"); token=${token#*#}
keys 42 Enter
ok 'before a phone has come' wait_for shows 'No phone has opened it yet'
like 'a phone asks what it is for' "$("$HELPERS/phone" - call "$SOCKET" "{\"call\":\"look\",\"token\":\"$token\"}")" \
	'^200 .*"account":"bob"'
reply=$(phone Thief pair "$SOCKET" "$ORIGIN" "$token" Thief)
like 'the first phone that comes has it' "$reply" '^200 .*"number":"[1-9][0-9]"'
like 'another has not' "$(phone Late pair "$SOCKET" "$ORIGIN" "$token" Late)" '^409 .*used'
like 'nor can it look' "$("$HELPERS/phone" - call "$SOCKET" "{\"call\":\"look\",\"token\":\"$token\"}")" '^404'
shown=$(grep -oE '"number":"[0-9]+"' <<<"$reply" | grep -oE '[0-9]+')
for _ in 1 2 3; do keys "$(other_than "$shown")" Enter; done
ok 'three wrong numbers end it' wait_for shows 'ended 1' || diag "$(screen)"
is 'and nothing is saved' "$(devices bob)" 0
like 'the phone is of nobody' "$(phone Thief list)" '^403 .*unpaired'
like 'a token that never was' "$("$HELPERS/phone" - call "$SOCKET" '{"call":"look","token":"AAAAAAAAAAAAAAAAAAAAAA"}')" '^404'

in_window 100x70 "setpriv --reuid bob --regid bob --init-groups mfa-enroll add --push"
wait_for shows 'Number that the phone shows'
token=$(screen | grep -oE "$ORIGIN/pair#[A-Za-z0-9_-]{22}"); token=${token#*#}
number=$(phone Nokia pair "$SOCKET" "$ORIGIN" "$token" Nokia | grep -oE '"number":"[0-9]+"' | grep -oE '[0-9]+')
keys "$number" Enter
wait_for shows 'the other way round: enter [0-9]{2}'
phone Nokia approve "$(other_than "$(screen | grep -oE 'round: enter [0-9]{2}' | grep -oE '[0-9]+')")" >/dev/null
ok 'the test answered with a wrong number saves nothing' wait_for shows 'ended 1'
is 'nothing' "$(devices bob)" 0

# --- ssh ------------------------------------------------------------------------------

on_ssh alice
ok 'ssh: what to do stands in the question' wait_for shows 'then Enter, or a recovery code:' || diag "$(screen)"
like 'and which number, and where: no notification goes to this one' "$(screen)" "^Enter [1-9][0-9] on your phone \\(${ORIGIN#https://}\\), then"
like 'the phone sees who, what, from where' "$(phone Pixel list)" \
	'"account":"alice",.*"service":"sshd","address":"127.0.0.1","command":"","claim":false'
unlike 'and not the number' "$(phone Pixel list)" "[\":]$(number)[\",]"
# As one would that was paired before the names of the store were folded.
sed -i 's/"alice"/"ALICE"/' "$BED/phone.Pixel"
like 'a phone that knows its account by another spelling' "$(phone Pixel list)" '^200 .*"requests":\[{'
like 'answered right' "$(phone Pixel approve "$(number)")" '^200 .*approved'
sed -i 's/"ALICE"/"alice"/' "$BED/phone.Pixel"
keys '' Enter
ok 'ssh: in' wait_for shows 'in as alice' || diag "$(screen)"
log_like 'the log says by which phone' 'event=signin result=ok user=alice service=sshd.* method=push answer=ok device=Pixel'

on_ssh alice
wait_for shows 'then Enter, or'
keys '' Enter
like 'Enter first, the phone after' "$(phone Pixel approve "$(number)")" '^200 .*approved'
ok 'the waiting sign-in is woken' wait_for shows 'in as alice'

on_ssh alice
wait_for shows 'then Enter, or'
is 'a wrong number' "$(phone Pixel approve "$(other_than "$(number)")")" '200 {"result":"wrong"}'
keys '' Enter
ok 'is said, and refused' wait_for shows 'Another number was entered' || diag "$(screen)"
ok 'ssh: not in' wait_for shows 'ended 255'
log_like 'and logged' 'event=phone result=wrong-number user=alice service=sshd rhost=127.0.0.1'

on_ssh alice
wait_for shows 'then Enter, or'
is 'it is not me' "$(phone Pixel deny)" '200 {"result":"denied"}'
keys '' Enter
ok 'is said, and refused' wait_for shows 'was refused on your phone'
log_like 'and logged loudly' 'event=phone result=not-me user=alice'
on_ssh alice
ok 'from then on the phone is not asked' wait_for shows 'phone is not asked'
like 'the phone knows' "$(phone Pixel list)" '"requests":\[\],.*"pushes":"stopped"'
in_tmux kill-server
like 'so does mfa-admin show' "$(mfa-admin show alice)" '^Phones: +not asked since a request was refused, 20'
like 'and mfa-enroll status' "$(as alice mfa-enroll status)" '^Phones are not asked'
ok 'an administrator says so' unlock alice
like 'it is asked again' "$(phone Pixel list)" '"pushes":"on"'

# --- a code instead, which also says that it is the owner ---------------------------------

enrol bob
mfa-admin import --add "$BED/import" </dev/null >/dev/null 2>&1
ok 'bob, who has an app, pairs as well' eval '
	in_window 100x70 "setpriv --reuid bob --regid bob --init-groups mfa-enroll add --push"
	wait_for shows "Authenticator code" && keys "$(code_now bob)" Enter && wait_for shows "Number that the phone" &&
	token=$(screen | grep -oE "$ORIGIN/pair#[A-Za-z0-9_-]{22}") &&
	n=$(phone Bobs pair "$SOCKET" "$ORIGIN" "${token#*#}" Bobs https://push.example.org/x | grep -oE "\"number\":\"[0-9]+" | grep -oE "[0-9]+\$") &&
	keys "$n" Enter && wait_for shows "other way round: enter" &&
	phone Bobs approve "$(screen | grep -oE "round: enter [0-9]+" | grep -oE "[0-9]+")" && wait_for shows "ended 0"' || diag "$(screen)"
tick
on_ssh bob
wait_for shows 'then Enter, or'
like 'no notification went out: the question says so' "$(screen)" \
	"Enter [1-9][0-9] on your phone \\(${ORIGIN#https://}\\), then Enter, or a code:"
keys "$(code_now bob)" Enter
ok 'a code lets in as well' wait_for shows 'in as bob' || diag "$(screen)"
like 'and the phone shows no request any more' "$(phone Bobs list)" '"requests":\[\]'
asked=''
for _ in 1 2 3 4 5 6; do
	tick
	pam_try code bob "$(code_now bob)"
	asked+=$(grep -c 'on your phone' <<<"$SCREEN")$(grep -c '^PAM_SUCCESS 1$' <<<"$SCREEN")
done
is 'and the request does not count as one that nobody answered' "$asked" 111111111111
pam_service behind 'auth required pam_mfa.so forward_pass' \
	'auth [success=ok default=die] pam_unix.so nodelay use_first_pass' 'auth required pam_mfa.so'
tick
# One of these tells each phone of a request, and that it has ended.
told() { grep -cE '"event":"(changed|push)"' "$BED/events"; }
told_more() { [ "$(told)" -gt "$1" ]; }
before=$(told)
pam_try behind bob "$PASSWORD$(code_now bob)"
accepted 'a code behind the password'
unlike 'asks no phone' "$SCREEN" 'on your phone'
tick
pam_try code bob "$(code_now bob)"
wait_for told_more "$before"
once=$(($(told) - before))
before=$(told)
tick
pam_try code bob "$(code_now bob)"
wait_for told_more "$before"
is 'nor has any heard of it' "$once" "$(($(told) - before))"
tick
for _ in 1 2; do
	on_ssh bob
	wait_for shows 'then Enter, or'
	phone Bobs approve "$(other_than "$(number)")" >/dev/null
	keys '' Enter
	wait_for shows 'Another number'
done
on_ssh bob
ok 'two wrong numbers stop it as well' wait_for shows 'phone is not asked'
keys "$(code_now bob)" Enter
ok 'a code' wait_for shows 'in as bob'
tick
on_ssh bob
ok 'makes it asked again' wait_for shows 'Enter [0-9]+ on your phone'
in_tmux kill-server

# --- wrong codes -------------------------------------------------------------------------

notices() { grep '"event":"push"' "$BED/events" | grep -c '"topic":"wrong-codes"'; }
# guess COUNT: at bob's account; the same code counts once an hour.
guess() {
	local answers
	unlock bob
	tick 121
	mapfile -t answers < <(yes "$(wrong_code bob)" | head -n "$1")
	pam_try code bob "${answers[@]}"
}
guess 2
is 'two wrong codes: the phone is not told' "$(notices)" 0
guess 2
ok 'four are' wait_for eval '[ "$(notices)" = 1 ]'
like 'by the push service of the phone, within a day' "$(grep '"topic":"wrong-codes"' "$BED/events")" \
	'"endpoint":"https://push\.example\.org/x",.*"ttl":86400,'
guess 3
tick $((86400 / STEP))
guess 1
ok 'once a day' wait_for eval '[ "$(notices)" = 2 ]'
unlock bob
tick
pam_try code bob "$(code_now bob)"
accepted 'then bob himself'
like 'is told as well' "$SCREEN" 'Wrong codes in the last days: 8, '

# --- what a forger would do ---------------------------------------------------------------

expire() { set_clock $(($(now) + ${1:-100})); }
pam_start() { # a sign-in that waits, by PAM, in the background
	"$HELPERS/signin" -r 192.0.2.7 code "$1" '' >"$BED/${3:-waiting}" 2>&1 &
	WAITING=$!
	wait_for eval 'phone '"$2"' list | grep -q "\"requests\":\[{"'
}
unlock bob; unlock alice
while IFS='|' read -r name status override; do
	pam_start alice Pixel
	# shellcheck disable=SC2086
	like "forged: $name" "$(phone Pixel approve 10 $override)" "^$status"
	phone Pixel deny >/dev/null
	wait "$WAITING"
	unlike "$name: not in" "$(cat "$BED/waiting")" PAM_SUCCESS
	unlock alice
done <<END
signed wrongly|403 .*signature|signature=bad
signed by another phone|403 .*signature|state=$BED/phone.Bobs
of another page|400 .*invalid|origin=https://evil.example
another host shown|403 .*shown|host=other
another address shown|403 .*shown|address=192.0.2.8
another service shown|403 .*shown|service=sudo
another command shown|403 .*shown|command=ls
of another account|403 .*unpaired|account=bob
of no device|403 .*unpaired|device=00000000000000ff
to no request|410 .*expired|request=AAAAAAAAAAAAAAAAAAAAAA
a list for an answer|400 .*invalid|type=list
END

pam_start alice Pixel
phone Pixel approve 10 print=1 2>"$BED/payload" >/dev/null
like 'one answer counts' "$(phone Pixel approve 11 "payload=$(cat "$BED/payload")")" '^4(09|10)'
wait "$WAITING"
unlock alice

pam_start alice Pixel
payload=$(phone Pixel deny print=1 2>&1 >/dev/null | sed 's/"deny"/"approve"/')
wait "$WAITING"
like 'an answer that comes once more' "$(phone Pixel approve 10 "payload=$payload")" '^410'
unlock alice

# One wrong number, sent many times at the same instant, is one wrong number.
counted='' stopped=''
for _ in {1..8}; do
	pam_start alice Pixel
	counted+=$(phone Pixel approve 10 copies=8 | grep -c '^200')
	wait "$WAITING"
	stopped+=$(phone Pixel list | grep -c '"pushes":"stopped"')
	unlock alice
done
is 'of eight answers at once one counts' "$counted" 11111111
is 'and counts once' "$stopped" 00000000

pushes() { grep -c '"event":"push"' "$BED/events"; }
more_than() { [ "$(pushes)" -gt "$1" ]; }
# pushed_since COUNT: the id of the last message, once there are more than so many; the phone may hear of it first.
pushed_since() {
	wait_for more_than "$1"
	grep '"event":"push"' "$BED/events" | tail -n 1 | grep -oE '"id":"[^"]+"' | cut -d'"' -f4
}

# A push service that no longer knows where the phone was: told late, when the phone has said where it is now.
phone Pixel subscribe https://push.example.org/old >/dev/null
had=$(pushes)
pam_start alice Pixel
message=$(pushed_since "$had")
phone Pixel subscribe https://push.example.org/new >/dev/null
like 'told late' "$("$HELPERS/phone" - call "$SOCKET" "{\"call\":\"pushed\",\"id\":\"$message\",\"status\":410}")" '^200'
like 'the new place is kept' "$(phone Pixel list)" '"subscribed":true'
phone Pixel deny >/dev/null; wait "$WAITING"; unlock alice
had=$(pushes)
pam_start alice Pixel
message=$(pushed_since "$had")
"$HELPERS/phone" - call "$SOCKET" "{\"call\":\"pushed\",\"id\":\"$message\",\"status\":410}" >/dev/null
like 'one that is of today is not' "$(phone Pixel list)" '"subscribed":false'
phone Pixel deny >/dev/null; wait "$WAITING"; unlock alice

# This one waits on while other things are looked at.
pam_start alice Pixel late
LATE=$WAITING
payload=$(phone Pixel approve 99 signature=bad print=1 2>&1 >/dev/null)
expire
like 'one that comes too late' "$(phone Pixel approve 10 "payload=$payload")" '^410'
unlock alice

# --- tired owners ----------------------------------------------------------------------------

for _ in 1 2 3 4 5; do "$HELPERS/signin" code alice </dev/null >/dev/null 2>&1; done
pam_try code alice ''
like 'after five that nobody answered the phone is left alone' "$SCREEN" 'asked too often'
expire 3700
pam_start alice Pixel
pass 'an hour later it is asked again'
phone Pixel deny >/dev/null; wait "$WAITING"; unlock alice
as alice "$HELPERS/signin" -r 192.0.2.9 code alice '' >"$BED/claimed" 2>&1 &
claimed=$!
wait_for eval 'phone Pixel list | grep -q "\"requests\":\[{"'
like 'what a program of hers says of itself is marked as such' "$(phone Pixel list)" '"address":"192.0.2.9",.*"claim":true'
phone Pixel approve 10 >/dev/null
wait $claimed
unlock alice
as alice "$HELPERS/signin" -r 192.0.2.9 code alice </dev/null >/dev/null 2>&1
as alice "$HELPERS/signin" -r 192.0.2.9 code alice </dev/null >/dev/null 2>&1
like 'own programs of a user have less' "$(as alice "$HELPERS/signin" code alice '' 2>&1)" 'asked too often'
pam_start alice Pixel
pass 'and take nothing from what root may ask'
like 'which is asked on the word of root' "$(phone Pixel list)" '"claim":false'
phone Pixel deny >/dev/null; wait "$WAITING"; unlock alice

# --- who may say what -------------------------------------------------------------------------

like 'a user may not speak for phones' "$(as alice "$HELPERS/phone" - call "$SOCKET" '{"call":"hello"}' 2>&1)" 'no answer'
log_like 'it is logged' 'event=refused .*request=32'
like 'the portal may' "$(setpriv --reuid _mfa-portal --clear-groups "$HELPERS/phone" - call "$SOCKET" '{"call":"hello"}')" '^200 .*"key"'
like 'and may not sign anybody in' "$(setpriv --reuid _mfa-portal --clear-groups "$HELPERS/signin" code alice '' 2>&1)" 'PAM_'
log_like 'that is refused' 'event=refused .*request=1'
for junk in '[]' '{}' '{"call":1}' '{"call":"answer"}' '{"call":"answer","payload":"{}","signature":""}' '{"call":"list","payload":"[]","signature":"AA"}'; do
	like "nonsense: $junk" "$("$HELPERS/phone" - call "$SOCKET" "$junk")" '^400'
done

# --- unpaired ------------------------------------------------------------------------------------

like 'the last device is not given up by itself' "$(phone Pixel unpair)" '^409 .*last'
like 'another is' "$(phone Bobs unpair)" '^200'
like 'and then it is of nobody' "$(phone Bobs list)" '^403 .*unpaired'
is 'bob has his app' "$(devices bob)" 1

# --- sudo: nothing to touch -----------------------------------------------------------------------

in_window 100x30 "setpriv --reuid alice --regid alice --init-groups sudo -k sh -c 'echo in as \$(id -un)'"
wait_for shows 'assword' && keys "$PASSWORD" Enter
ok 'sudo: a number, and it waits' wait_for shows '[Ee]nter [0-9]+ on your phone' || diag "$(screen)"
like 'the phone sees the command' "$(phone Pixel list)" '"service":"sudo","address":"","command":"sh -c .echo in as \$\(id -un\).",'
phone Pixel approve "$(number)" >/dev/null
ok 'sudo: in, without the terminal' wait_for shows 'in as root' || diag "$(screen)"
unlock alice
in_window 100x30 "setpriv --reuid alice --regid alice --init-groups sudo -kp 'apt upgrade      ' --us=bob -- sh -c 'id -un  # apt'"
wait_for shows 'apt upgrade' && keys "$PASSWORD" Enter
wait_for shows '[Ee]nter [0-9]+ on your phone' || diag "$(screen)"
like 'of options it sees what they mean, not what they say' "$(phone Pixel list)" \
	'"command":"\(as bob\) sh -c .id -un \\\\x20# apt.",'
phone Pixel approve "$(number)" >/dev/null
ok 'and that is what runs' wait_for shows '^bob$' || diag "$(screen)"
unlock alice
# sudo -A: a program that sees a question's last line, and answers it.
cat >"$BED/askpass" <<END
#!/bin/bash
tail -n 1 <<<"\$1" >>$BED/asked
case \$1 in
*assword*) echo $PASSWORD ;;
*) read -r answer <$BED/pressed; echo "\$answer" ;;
esac
END
chmod 755 "$BED/askpass"
mkfifo "$BED/pressed"
exec 8<>"$BED/pressed"
chmod 644 "$BED/pressed"
: >"$BED/asked"
chmod 666 "$BED/asked"
chmod o+x "$BED"
in_window 100x30 "setpriv --reuid alice --regid alice --init-groups env SUDO_ASKPASS=$BED/askpass sudo -kA sh -c 'echo in as \$(id -un)'"
ok 'sudo -A: the number stands in the question' wait_for grep -qE '^Enter [0-9]+ on your phone .*, then Enter, or a recovery code: ' "$BED/asked" ||
	diag "$(screen)" "$(cat "$BED/asked")"
phone Pixel approve "$(grep -oE 'Enter [0-9]+ on' "$BED/asked" | tail -n 1 | grep -oE '[0-9]+')" >/dev/null
echo ok >&8
ok 'and ok is as good as Enter' wait_for shows 'in as root' || diag "$(screen)"
exec 8>&-
unlock alice
in_window 100x30 "setpriv --reuid alice --regid alice --init-groups sudo -k true"
wait_for shows 'assword' && keys "$PASSWORD" Enter
wait_for shows 'on your phone'
keys '' Enter
ok 'sudo: Enter asks for a code' wait_for shows 'type a (recovery )?code'
phone Pixel approve "$(number)" >/dev/null
keys '' Enter
ok 'and takes the phone still' wait_for shows 'ended 0' || diag "$(screen)"
in_window 100x30 "setpriv --reuid alice --regid alice --init-groups sudo -k true"
wait_for shows 'assword' && keys "$PASSWORD" Enter
wait_for shows 'on your phone'
in_tmux send-keys -t 0 C-c
ok 'sudo: Ctrl-C ends it at once' wait_for shows 'ended 1' || diag "$(screen)"
ok 'and the phone forgets of it' wait_for eval 'phone Pixel list | grep -q "\"requests\":\[\]"'

# On a terminal that a text can't be shown on, the question says what the text would have.
in_window 100x30 "$HELPERS/signin -f 'sign in' code alice y"
ok 'a wait that nobody was told of is none' wait_for shows '^ask: Enter [0-9]+ on your phone .*, then Enter' || diag "$(screen)"
phone Pixel approve "$(number)" >/dev/null
ok 'and y is as good as Enter' wait_for shows 'PAM_SUCCESS 1' || diag "$(screen)"
unlock alice

# No address is not the computer itself, where a daemon of the network may be who gives none.
"$HELPERS/signin" code alice '' </dev/null >"$BED/nowhere" 2>&1 &
nowhere=$!
wait_for eval 'phone Pixel list | grep -q "\"requests\":\[{"'
like 'the phone sees that it is not known from where' "$(phone Pixel list)" '"service":"code","address":"\?"'
like 'and can refuse it' "$(phone Pixel deny)" '^200 .*denied'
wait $nowhere
unlock alice

wait "$LATE"
unlike 'the late one is not in' "$(cat "$BED/late")" PAM_SUCCESS
like 'it is said that no answer came' "$(cat "$BED/late")" 'No answer came from your phone'

# --- su -------------------------------------------------------------------------------------------

pam_service su "$PASSWORD_THEN_CODE" 'auth required pam_mfa.so'
in_window 100x30 "setpriv --reuid bob --regid bob --init-groups su alice -c 'echo in as \$(id -un)'"
wait_for shows 'assword' && keys "$PASSWORD" Enter
ok 'su: a number, and it waits' wait_for shows '[Ee]nter [0-9]+ on your phone' || diag "$(screen)"
phone Pixel approve "$(number)" >/dev/null
ok 'and goes on by itself' wait_for shows 'in as alice' || diag "$(screen)"
in_window 100x30 "setpriv --reuid bob --regid bob --init-groups su alice -c true"
wait_for shows 'assword' && keys "$PASSWORD" Enter
wait_for shows 'on your phone'
in_tmux send-keys -t 0 C-c
# Its shell ends by it as well, and the window with that.
ok 'su: Ctrl-C ends it at once' wait_for no_session

# --- by a caller ------------------------------------------------------------------------------------

useradd --system --user-group radsrv
pam_service radiusd 'auth required pam_mfa.so'
new_rules "${RULES[@]}" '[policy radiusd]' 'callers = radsrv'
unlock alice
tick 200

# by_radius OUT: a sign-in of alice's by RADIUS, which stands at its question; Enter, then a code that is none.
by_radius() {
	as radsrv "$HELPERS/signin" -r 192.0.2.99 radiusd alice '' none >"$BED/$1" 2>&1 </dev/null &
	RADIUS=$!
	wait_for eval 'phone Pixel list | grep -q "\"requests\":\[{"' || diag "$(cat "$BED/$1")"
}
# The phone may hear of it first.
number_in() {
	wait_for grep -q 'on your phone' "$BED/$1"
	grep -oE '[Ee]nter [0-9]+ on your phone' "$BED/$1" | grep -oE '[0-9]+'
}
quiet() { phone Pixel list | grep -q '"requests":\[\]'; }

by_radius one
like 'radius: the phone sees the service, by whose word, and that it is a claim' "$(phone Pixel list)" \
	'"service":"radiusd \(radsrv\)","address":"192.0.2.99","command":"","claim":true'
like 'and approves' "$(phone Pixel approve "$(number_in one)")" '^200 .*approved'
wait "$RADIUS"
like 'radius: in, without a client that can wait' "$(cat "$BED/one")" '^PAM_SUCCESS 1$'
# One that nobody answers, and that is ended.
unanswered() {
	setpriv --reuid radsrv --regid radsrv --clear-groups \
		"$HELPERS/asks" "$SOCKET" radiusd alice '' >"$BED/asks" 2>&1 </dev/null &
	wait_for eval 'phone Pixel list | grep -q "\"requests\":\[{"'
	kill $!
	wait_for quiet
}
# What callers may not do any more stops nothing on root's word.
goes_on() {
	local root

	: >"$BED/root"	# or what was there before may be looked at
	"$HELPERS/signin" code alice '' none </dev/null >"$BED/root" 2>&1 &
	root=$!
	ok "while root's word goes on to ask${1:+, $1}" wait_for eval 'phone Pixel list | grep -q "\"service\":\"code\""'
	phone Pixel approve "$(number_in root)" >/dev/null
	wait $root
	like "and gets in${1:+, $1}" "$(cat "$BED/root")" '^PAM_SUCCESS 1$'
}
ok 'radius: a first one that nobody answers' unanswered
ok 'a second' unanswered
as radsrv "$HELPERS/signin" radiusd alice >"$BED/4" 2>&1
like 'radius: two an hour that nobody answers' "$(cat "$BED/4")" 'asked too often without an answer'
goes_on
tick 121
by_radius 5
log_mark
like "radius: it's not me" "$(phone Pixel deny)" '^200 .*denied'
wait "$RADIUS"
log_like 'is logged with whose word it was' 'event=phone result=not-me user=alice claimed_service="radiusd \(radsrv\)"'
as radsrv "$HELPERS/signin" radiusd alice >"$BED/6" 2>&1
like 'radius: no phone is asked any more' "$(cat "$BED/6")" 'not asked, because a request was refused'
like 'mfa-admin show says so' "$(mfa-admin show alice </dev/null)" '^Phones: +not asked by callers since'
unlike 'and nothing of others' "$(mfa-admin show alice </dev/null)" '^Phones: +not asked since'
like 'and so does she read' "$(as alice mfa-enroll status)" "for sign-ins by other users' programs"
goes_on 'still'
like 'her list says so' "$(as alice mfa-enroll status)" 'not-me +caller:radiusd_\(radsrv\)'
unlock alice
ok 'unlock: it is asked again' unanswered

# --- the menu of who enrols --------------------------------------------------------------------------

new_rules "${RULES[@]}" 'enrolment = require' 'enrol_networks = 192.0.2.0/24'
while IFS='|' read -r answer question; do
	pam_try -r 192.0.2.9 code carol '?' "$answer"
	is "what is none of these is asked again, then ${answer:-Enter}" "$(grep -c 'none of these' <<<"$SCREEN")" 1
	like "leads to: $question" "$SCREEN" "^ask: $question"
done <<'END'
1|Number that the phone shows
|Number that the phone shows
push|Number that the phone shows
Phone|Number that the phone shows
2|Code that the app shows
 2 |Code that the app shows
APP|Code that the app shows
totp|Code that the app shows
END
pam_try -r 192.0.2.9 code carol 3 12 abc
denied 'three that are none end it'
unlike 'and lead nowhere' "$SCREEN" 'Scan'
printf 'expect Your choice\nsend maybe\nexpect none of these.*\nexpect Your choice\nsend app\nexpect Code that\nsend 000000\n' |
	sed 's/\.\*//' >"$BED/script"
on_pty setpriv --reuid carol --regid carol --init-groups mfa-enroll add <"$BED/script"
like 'so it is with mfa-enroll' "$SCREEN" 'none of these'
new_rules "${RULES[@]}"

# --- without ----------------------------------------------------------------------------------------

kill "$PORTAL"
wait_for log_has 'no longer listens'
pam_try code alice ''
like 'no portal: a code is asked, and it is said why' "$SCREEN" "can't be asked just now"
like 'what she has is asked for: there is no app' "$SCREEN" '^Please use a recovery code[.]'
like 'in the question, too' "$SCREEN" '^ask: Recovery code: '
pam_try code bob ''
like 'who has an app is asked for its code' "$SCREEN" '^ask: Authenticator code: '
stop_mfad
pam_try code alice ''
like 'no daemon: the same' "$SCREEN" "can't be asked just now"

done_testing
