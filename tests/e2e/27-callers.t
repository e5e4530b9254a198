#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Programs that are not root's and sign others in: RADIUS, a web server, a database.
. "${BASH_SOURCE[0]%/*}/lib.sh"

ready alice
useradd --system --user-group radsrv
useradd --system --user-group websrv
for service in radiusd web code; do pam_service $service 'auth required pam_mfa.so'; done

# by CALLER SERVICE USER ANSWER...: as pam_try, by that user.
by() {
	local caller=$1
	shift
	STATUS=0
	SCREEN=$(as "$caller" "$HELPERS/signin" "$@" 2>&1) || STATUS=$?
}
# told: what was said, without the names of results.
told() { grep -v '^PAM_' <<<"$SCREEN"; }

# --- who is named nowhere ------------------------------------------------------------

log_mark
by radsrv radiusd alice "$(code_now alice)"
denied 'a program that is nowhere named signs nobody in'
like 'it is told what is the case' "$SCREEN" 'runs neither as root nor as the owner of'
unlike 'and nothing is wrong with the account' "$SCREEN" "can't be used until"
log_like 'the log says who, and which key to set' \
	'result=refused user=alice claimed_service=radiusd .*peer_uid=[0-9]+ rule=not-own-account detail="see callers in \[policy radiusd\]"'
words=$(told)
by radsrv radiusd nobody-ever 123456
is 'a name without an account gets the same' "$(told)" "$words"

# --- who is named for a service ---------------------------------------------------------

new_rules '[policy radiusd]' 'callers = radsrv' '[policy web]' 'callers = websrv' '[policy quiet]' 'callers = websrv, radsrv'
log_mark
by radsrv radiusd alice "$(code_now alice)"
accepted 'a caller signs her in, by the same code'
log_like 'the log: the service is so, and on whose word' \
	"result=ok user=alice service=radiusd .*peer_uid=$(id -u radsrv) rule=enrolled method=totp answer=ok .*caller=radsrv\$"
by radsrv radiusd alice "$(code_now alice)"
denied 'which is used up by that'
like 'as it says' "$SCREEN" 'used already'
pam_try code alice "$(code_now alice)"
denied 'for root as well'
tick 2
log_mark
by radsrv -r 192.0.2.7 radiusd alice "$(code_now alice)"
accepted 'with an address'
log_like 'which is a claim' 'service=radiusd claimed_rhost=192.0.2.7'
like 'her list says who said so' "$(as alice mfa-enroll status)" 'caller:radiusd_\(radsrv\)'
for service in web code; do
	tick 2
	by radsrv $service alice "$(code_now alice)"
	denied "not at another service: $service"
	like 'and is told so' "$SCREEN" 'runs neither as root'
done
by websrv radiusd alice "$(code_now alice)"
denied 'nor another caller at this one'
by bob radiusd alice "$(code_now alice)"
denied 'nor anybody else'
by websrv web alice "$(code_now alice)"
accepted 'the code is good at its own'
tick
# What it may besides: nothing (doc/PROTOCOL, Requests).
for request in 3 4 5 6 7 8 9 10 11; do
	like "another request of hers: $request" \
		"$(as radsrv "$HELPERS/asks" -t $request "$SOCKET" radiusd alice 2>&1)" '^done: [1-9]'
done
is 'she has what she had' "$(devices alice)" 1

# --- the words of a refusal ---------------------------------------------------------------

for answers in '' "$(wrong_code alice)" "$(wrong_code alice) 123456" 'aaaa-aaaa-aaaa' 'no code'; do
	# shellcheck disable=SC2086
	by radsrv radiusd alice $answers
	enrolled=$SCREEN
	for nobody in bob nobody-ever; do
		# shellcheck disable=SC2086
		by radsrv radiusd "$nobody" $answers
		is "$nobody, who has nothing enrolled, meets the same: ${answers:-nothing}" "$SCREEN" "$enrolled"
	done
done

# --- what is counted ------------------------------------------------------------------------

# counts: of her codes that were wrong in a row, by whom.
counts() { mfa-admin show --json alice </dev/null | grep -oE '"[a-z_]*code":\{"wrong_in_a_row":[0-9]+' | tr -d '{"' | sort | xargs; }
unlock alice
tick 10
wrong() { code_now alice $((100 + $1)); }
by radsrv radiusd alice "$(wrong 1)" "$(wrong 2)" "$(wrong 3)"
by radsrv radiusd alice "$(wrong 4)" "$(wrong 5)"
is 'five wrong codes, all of them the caller'"'"'s' "$(counts)" 'caller_code:wrong_in_a_row:5'
by radsrv radiusd alice "$(code_now alice)"
denied 'it waits'
like 'and says so' "$SCREEN" 'another [0-9]+ seconds'
by alice code alice "$(code_now alice)"
accepted 'her own programs do not'
tick
pam_try code alice "$(code_now alice)"
accepted "nor do root's"
is 'and what is right there makes nothing of it good' "$(counts)" 'caller_code:wrong_in_a_row:5'
pam_try code alice "$(wrong 6)" "$(wrong 7)"
by alice code alice "$(wrong 8)"
tick 2
by radsrv radiusd alice "$(code_now alice)"
accepted 'the wait is over'
is 'a right one clears no more than its own' "$(counts)" 'code:wrong_in_a_row:2 local_code:wrong_in_a_row:1'
like 'show: how many of four weeks' "$(mfa-admin show alice </dev/null)" 'Wrong: +app codes within 28 days, by callers: 8; 92 more'
like 'and on root'"'"'s word a fifth of them' "$(mfa-admin show --json alice </dev/null)" '"root":3,"local":1,"caller":8,'
for list in 'as alice mfa-enroll status' 'mfa-admin show alice'; do
	rows=$($list </dev/null | grep -E '^ +20[0-9-]+ .* totp ')
	like "$list: callers stand among others" "$rows" 'caller:radiusd_\(radsrv\) +totp'
	is "$list: and push no column away" "$(awk '{ print index($0, " totp ") }' <<<"$rows" | sort -u | wc -l)" 1
done
tick
pam_try code alice "$(code_now alice)"
unlike "she is told of what was wrong on root's word alone" "$SCREEN" 'in the last days: [3-9].*|caller:'
unlock alice

# --- what it never does ------------------------------------------------------------------------

new_rules '[policy]' 'enrolment = require' 'enrol_networks = 192.0.2.0/24' 'minimum = 2' 'remember = 8h' \
	'exempt_networks = 198.51.100.0/24' '[policy radiusd]' 'callers = radsrv' '[policy web]' 'callers = websrv' \
	'callers_exempt = yes'
tick
by radsrv -r 192.0.2.7 radiusd bob '' '' ''
denied 'it enrols nobody'
unlike 'and does not begin to' "$SCREEN" 'Scan|app on your phone'
pass=$(mfa-admin pass bob --valid 8h </dev/null | head -n 1)
by radsrv -r 192.0.2.7 radiusd bob "$pass"
accepted 'a pass gets in'
unlike 'and enrols nobody either' "$SCREEN" 'Scan|More information'
is 'he has nothing' "$(devices bob)" 0
by radsrv -r 192.0.2.7 radiusd alice "$(code_now alice)"
accepted 'where two devices are to be had, one will do'
unlike 'and no other is asked for' "$SCREEN" 'another device'
by radsrv -r 192.0.2.7 radiusd alice
denied 'nothing is remembered'
by radsrv -r 198.51.100.9 radiusd alice
denied 'an address that it claims spares nobody'
by websrv -r 198.51.100.9 web alice
accepted 'but where callers_exempt says so'
by websrv -r 203.0.113.9 web alice
denied 'from there alone'
by bob -r 198.51.100.9 web alice
denied 'and on its word alone'
by alice -r 198.51.100.9 web alice
denied 'not on her own'

# --- explain, its own account, codes of paper -------------------------------------------------------

field() { grep -oE "\"$1\":(\"[^\"]*\"|[a-z0-9]+)" <<<"$OUT" | head -n 1 | cut -d: -f2 | tr -d '"'; }
OUT=$(mfa-admin explain --user bob --service radiusd --rhost 192.0.2.7 --json </dev/null)
is 'explain, on root'"'"'s word' "$(field decision) $(field caller)" 'enrol '
OUT=$(mfa-admin explain --user bob --service radiusd --rhost 192.0.2.7 --caller radsrv --json </dev/null)
is 'explain, by the caller' "$(field decision) $(field rule) $(field caller)" 'refuse unenrolled=deny radsrv'
OUT=$(mfa-admin explain --user bob --service web --rhost 192.0.2.7 --caller radsrv --json </dev/null)
is 'explain, by one who is none there' "$(field decision) $(field rule) $(field caller)" 'refuse not-own-account '
while read -r user service caller decision rule; do
	OUT=$(mfa-admin explain --user "$user" --service "$service" --rhost 192.0.2.7 --caller "$caller" --json </dev/null)
	is "explain: $caller at $service for $user" "$(field decision) $(field rule)" "$decision $rule"
done <<'END'
alice radiusd websrv refuse not-own-account
alice code websrv refuse not-own-account
alice radiusd root require enrolled
alice code root require enrolled
alice code alice require enrolled
alice sshd bob require enrolled
alice sudo bob require enrolled
END
OUT=$(mfa-admin explain --user alice --service radiusd --caller websrv </dev/null)
like 'and in words: refused' "$OUT" '^alice: refused, before anything is asked'
like 'and what to set' "$OUT" 'See callers in [[]policy radiusd[]]'
unlike 'and not that something is asked' "$OUT" 'second factor is asked'
like 'in words' "$(mfa-admin explain --user alice --service radiusd --caller radsrv </dev/null)" \
	'^Asked by:  radsrv, one of `callers`'

new_rules '[policy radiusd]' 'callers = radsrv'
codes=$(mfa-enroll codes --user alice </dev/null 2>/dev/null | grep -oE '[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}' | head -n 1)
by radsrv radiusd alice "${codes:-none}"
accepted 'a recovery code'
enrol radsrv
log_mark
by radsrv radiusd radsrv "$(code_now radsrv)"
accepted 'its own account, at its service'
log_like 'is by the same door' 'user=radsrv service=radiusd .*caller=radsrv'
tick
log_mark
by radsrv code radsrv "$(code_now radsrv)"
accepted 'its own account elsewhere, as anybody'
log_like 'which is a claim' 'user=radsrv claimed_service=code'

# --- names of a VPN, as RADIUS hands them on --------------------------------------------------------

new_rules '[policy radiusd]' 'callers = radsrv' 'nss = no' 'realms = EXAMPLE.ORG'
enrol vera
tick
by radsrv radiusd 'VERA@example.org' "$(code_now vera)"
accepted 'a name that the system does not know, however it is spelt'
by radsrv radiusd 'root@EXAMPLE.ORG' 123456
denied 'nobody becomes root by a spelling'
by bob radiusd 'VERA@example.org' "$(code_now vera)"
like 'and others get what they got' "$SCREEN" 'runs neither as root'

# --- at the door --------------------------------------------------------------------------------------

# crowd USER COUNT ACCOUNT: so many that stand at the prompt, once those before have left.
nobody_there() { ! ss -axH | grep -F " $SOCKET " | grep -qv LISTEN; }
crowd() {
	wait_for nobody_there
	as "$1" "$HELPERS/crowd" "$2" "$SOCKET" "$3" </dev/null
}
new_rules '[policy crowd]' 'callers = radsrv'
is 'a caller speaks for many' "$(crowd radsrv 300 name+)" 'waiting 256'
is 'of whom none takes all its places' "$(crowd radsrv 40 alice)" 'waiting 16'
is 'others speak for themselves' "$(crowd alice 80 alice)" 'waiting 64'

# --- over all accounts ------------------------------------------------------------------------------

new_rules '[policy radiusd]' 'callers = radsrv'
tick 121
log_mark
for ((i = 0; i < 60; i++)); do
	by radsrv radiusd "name-$i" "$(wrong $((3 * i)))" "$(wrong $((3 * i + 1)))" "$(wrong $((3 * i + 2)))"
	log_has 'event=callers' && break
done
log_like 'a few guesses at each of many names end' 'event=callers caller=radsrv msg="too many wrong codes over all accounts'
ok 'and not at once' test "$i" -ge 19
like 'an answer is not looked at' "$SCREEN" 'Not looked at: too many codes were wrong'
by radsrv radiusd alice "$(code_now alice)"
denied 'a right one neither'
pam_try code alice "$(code_now alice)"
accepted "on root's word it is"
tick
by alice code alice "$(code_now alice)"
accepted "and by her own programs"
tick 4
by radsrv radiusd alice "$(code_now alice)"
accepted 'two minutes later there are two more tries, and who is right takes none'
# Nor does she make room for more than one mistake, which makes three.
by radsrv radiusd alice "$(code_now alice)"
like 'again' "$SCREEN" 'used already'
for i in 1 2 3; do
	by radsrv radiusd alice "$(wrong $((200 + i)))"
	like "mistake $i" "$SCREEN" 'That code is not right'
done
by radsrv radiusd alice "$(wrong 204)"
like 'and no more' "$SCREEN" 'Not looked at'
tick 2
for _ in 1 2 3; do
	by radsrv radiusd alice "$(code_now alice)"
	accepted 'a minute is one try, which three right codes share'
	tick
done

# --- without a store, without a daemon --------------------------------------------------------------------

new_rules '[policy radiusd]' 'callers = radsrv' 'failmode = open'
mv "$STORE" "$STORE.away"
by radsrv radiusd alice "$(code_now alice)"
denied 'failmode = open lets in on root'"'"'s word alone'
mv "$STORE.away" "$STORE"
stop_mfad
by radsrv radiusd alice "$(code_now alice)"
denied 'without a daemon it has no verifier'
start_mfad || bail 'mfad does not start again'

# --- names ----------------------------------------------------------------------------------------------

# bad NAMES REASON: an error of check-config, and a reload keeps what there was.
bad() {
	write_conf '[policy radiusd]' "callers = $1"
	OUT=$(mfa-admin check-config </dev/null 2>&1)
	is "check-config fails: $1" $? "$2"
	like "and says why: $1" "$OUT" "mfa.conf:6: $3"
	log_mark
	kill -HUP "$MFAD_PID"
	log_like "a reload keeps what there was: $1" 'the configuration stays as it was'
	tick 2
	by radsrv radiusd alice "$(code_now alice)"
	accepted "and it holds: $1"
}
invalid=$(mfa-admin check-config </dev/null >/dev/null 2>&1; write_conf '[policy' ; mfa-admin check-config </dev/null >/dev/null 2>&1; echo $?)
bad 'mfa-nobody-is-called-so' "$invalid" 'callers: mfa-nobody-is-called-so: there is no such user'
bad 'radsrv, root' "$invalid" "callers: root: root can't be a caller"
bad '_mfa' "$invalid" "callers: _mfa: a user of mfa's own"
bad '_mfa-portal' "$invalid" "callers: _mfa-portal: a user of mfa's own"
bad 'nobody' "$invalid" 'callers: nobody: who stands for'
useradd --system --non-unique --uid 0 --user-group toor2
bad 'toor2' "$invalid" "callers: toor2: root can't be a caller"
bad 'radsrv websrv' "$invalid" 'callers: radsrv websrv: commas stand between'
write_conf '[policy]' 'callers = radsrv'
like 'for all services at once' "$(mfa-admin check-config </dev/null 2>&1)" 'mfa.conf:6: callers belongs to one service'

stop_mfad
write_conf '[policy radiusd]' 'callers = mfa-nobody-is-called-so, radsrv'
log_mark
ok 'at the start it keeps nobody out' start_mfad
log_like 'and is logged' 'event=config .*mfa-nobody-is-called-so: there is no such user'
tick 2
by radsrv radiusd alice "$(code_now alice)"
accepted 'who is there is a caller'
tick
pam_try code alice "$(code_now alice)"
accepted 'and root is root'

# --- what looks odd ----------------------------------------------------------------------------------------

# odd REGEX LINE...: check-config warns so.
odd() {
	local regex=$1
	shift
	write_conf "$@"
	like "check-config: $regex" "$(mfa-admin check-config </dev/null 2>&1)" "$regex"
}
odd 'ok$' '[policy]' 'enrolment = require' 'enrol_networks = 192.0.2.0/24' 'exempt_networks = 192.0.2.0/24' \
	'[policy radiusd]' 'callers = radsrv'
unlike 'what holds for all services is not odd' "$(mfa-admin check-config </dev/null 2>&1)" warning
odd "policy radiusd.: for root's programs alone, and not for callers: enrolment\$" \
	'[policy radiusd]' 'callers = radsrv' 'enrolment = offer'
odd 'not for callers: minimum, remember$' '[policy radiusd]' 'callers = radsrv' 'remember = 8h' 'minimum = 2'
odd 'policy freeradius.: it has callers, but there is no /etc/pam.d/freeradius' '[policy freeradius]' 'callers = radsrv'
odd 'policy radiusd.: exempt_networks does not hold for callers' \
	'[policy radiusd]' 'callers = radsrv' 'exempt_networks = 192.0.2.0/24'
odd 'policy radiusd.: callers_exempt has no effect' '[policy radiusd]' 'callers_exempt = yes'
odd 'policy sudo.: the programs of this service are root' '[policy sudo]' 'callers = radsrv'

# --- what makes no sense -------------------------------------------------------------------

[ -n "$MFAD_PID" ] || start_mfad
log_mark
# shellcheck disable=SC2016
as bob perl -MSocket -e 'sub field { my ($tag, $text) = @_; pack("Cn", $tag, length $text) . $text }
	socket(my $s, AF_UNIX, SOCK_SEQPACKET, 0);
	connect($s, pack_sockaddr_un($ARGV[0])) or die $!;
	send($s, "\1" . field(1, "\1") . field(2, "alice") . field(3, "sshd") . field(4, "203.0.113.9") . field(5, "x" x 300), 0);
	recv($s, my $reply, 20000, 0);' "$SOCKET"
log_like 'a request that makes no sense is logged as a claim' \
	'event=signin result=denied .*claimed_service=sshd claimed_rhost=203\.0\.113\.9 peer_uid=[1-9]'
log_unlike 'and not as the word of root' ' rhost=203\.0\.113\.9'
done_testing
