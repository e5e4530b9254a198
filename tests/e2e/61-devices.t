#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What a user, or root, does with the devices of an account: list, add, rename,
# remove, test and codes of mfa-enroll.
. "${BASH_SOURCE[0]%/*}/lib.sh"

write_conf '[policy]' 'enrol_local = no'
new_store || bail 'mfa-admin init failed'
start_mfad || bail 'mfad does not start'
pam_service code 'auth required pam_mfa.so'

readonly RECOVERY='[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}'
SECRET=''	# of the device that was added last

# A device's own code, now or so many steps off.
code_of() { oathtool --totp -b "$1" --now "@$(($(now) + ${2:-0} * STEP))"; }

# tool WHO ARG... <SCRIPT: mfa-enroll on a terminal of WHO's; sets SCREEN and STATUS.
tool() {
	local who=$1
	shift
	STATUS=0
	setpriv --reuid "$who" --regid "$who" --init-groups "$HELPERS/ptyrun" \
		mfa-enroll "$@" >"$BED/pty" || STATUS=$?
	SCREEN=$(tr -d '\r' <"$BED/pty")
}

# quiet WHO ARG...: the same where nothing is asked.
quiet() { tool "$@" <<<'end code: '; }

# prove CODE...: the script of who is asked for present codes first.
prove() { [ $# = 0 ] || printf 'expect code: \nsend %s\n' "$@"; }

# What is on the terminal as "key for typing", once it asks for the first code.
key_shown() {
	wait_for grep -q 'app shows now' "$BED/pty"
	grep -oE '([A-Z2-7]{4} ){3,}[A-Z2-7]{1,4}' "$BED/pty" | head -n 1 | tr -d ' '
}
# phone [CODE]...: the script of who adds one: present codes, then that of the new phone.
phone() {
	prove "$@"
	printf 'expect app shows now: \n'
	key_shown >"$BED/key"
	printf 'send %s\n' "$(code_of "$(cat "$BED/key")")"
}
# add WHO [CODE]... -- ARG...
add() {
	local who=$1 codes=()
	shift
	while [ "$1" != -- ]; do
		codes+=("$1")
		shift
	done
	shift
	: >"$BED/pty"
	tool "$who" "$@" < <(phone "${codes[@]}")
	SECRET=$(cat "$BED/key")
}

# exits NAME STATUS [REGEX]: how the last tool ended, and what it said.
exits() {
	is "$1" "$STATUS" "$2" || diag "$SCREEN"
	[ $# = 2 ] || like "$1: says why" "$(tr '\n' ' ' <<<"$SCREEN")" "$3"
}
labels() { mfa-enroll --user "$1" --json list </dev/null |
	perl -MJSON::PP -e 'local $/; print join ",", map { "$_->{number}:$_->{label}" } @{decode_json(<STDIN>)}'; }
recovery_codes() { grep -oE "\b$RECOVERY\b" <<<"$SCREEN"; }
left() { mfa-admin --json show "$1" </dev/null | perl -MJSON::PP -e 'local $/; print decode_json(<STDIN>)->{recovery}'; }

# --- a first device ------------------------------------------------------------

quiet alice list
exits 'list, none yet' 0 'No device yet'
quiet alice list --json
is 'and in JSON' "$(tr -d ' \n' <<<"$SCREEN")" '[]'
log_mark
quiet alice
exits 'enrol_local = no: a plain user may not add the first' 1 'ask your administrator'
log_like 'and that is logged' 'mfad.*enrol result=denied user=alice.*enrol_local=no'
for command in test codes 'rename 1 x' 'remove 1'; do
	# shellcheck disable=SC2086
	quiet alice $command
	exits "$command without a device" 4
done
add root -- --user alice
exits 'root may, for her' 0 'Saved as "Phone"'
phone=$SECRET
is 'with ten recovery codes' "$(recovery_codes | wc -l)" 10
mapfile -t codes < <(recovery_codes)
is 'all different' "$(printf '%s\n' "${codes[@]}" | sort -u | wc -l)" 10
is 'she has it' "$(labels alice)" '1:Phone'
quiet alice list
exits 'list' 0 '1\. Phone +totp +2027-01-15'
quiet alice list --json
is 'list --json' "$(perl -MJSON::PP -e 'local $/;
	my $d = decode_json(<STDIN>)->[0]; print "$d->{type} $d->{created} ", $d->{used} // "never"' \
	<<<"$SCREEN")" "totp $(now) never"

# --- the present factor first --------------------------------------------------

tick
wrong=$(wrong_code_of() { local c; for c in 000000 111111 222222 333333; do
	for s in -2 -1 0 1 2 3 4 5 6 7 8; do [ "$(code_of "$1" $s)" != $c ] || continue 2; done
	echo $c && return
done; }; wrong_code_of "$phone")
before=$(mfa-admin --json show alice </dev/null | perl -MJSON::PP -e 'local $/; my $j = decode_json(<STDIN>);
	print JSON::PP->new->canonical->encode([$j->{devices}, $j->{recovery}])')
while IFS='|' read -r what arguments; do
	eval "tool alice $arguments" < <(prove "$wrong" "$wrong" "$wrong"; echo 'end code: ')
	exits "$what: three wrong codes" 1 'First show that it is you'
	is "$what: and no fourth try" "$(grep -o 'uthenticator code: ' <<<"$SCREEN" | wc -l)" 3
	unlike "$what: no key is shown" "$SCREEN" '([A-Z2-7]{4} ){3}'
	unlike "$what: and no recovery codes" "$SCREEN" "$RECOVERY"
	unlock alice
done <<END
add|add
rename|rename Phone 'Old phone'
remove|remove 1
codes|codes
END
is 'all is as it was' "$(mfa-admin --json show alice </dev/null | perl -MJSON::PP -e 'local $/; my $j = decode_json(<STDIN>);
	print JSON::PP->new->canonical->encode([$j->{devices}, $j->{recovery}])')" "$before"
tool alice rename Phone 'Old phone' < <(prove "$(code_of "$phone")")
exits 'with the right one' 0 'Renamed'
is 'it is renamed' "$(labels alice)" '1:Old phone'
tool alice rename 1 Phone < <(prove "$(code_of "$phone")"; echo 'end code: ')
like 'a code that was used does not serve twice' "$SCREEN" 'used already'
tool alice rename 1 Phone < <(echo 'expect code: '; echo 'key ^C')
exits 'Ctrl-C at the question' 130 'Nothing was saved'
is 'nothing was' "$(labels alice)" '1:Old phone'

# --- labels --------------------------------------------------------------------

tick
add alice "$(code_of "$phone")" -- --label Tablet
exits 'a second device' 0 'Saved as "Tablet"'
tablet=$SECRET
is 'brings no new recovery codes' "$(recovery_codes | wc -l) $(left alice)" '0 10'
is 'both are there' "$(labels alice)" '1:Old phone,2:Tablet'
long=$(printf '%065d' 0)
while IFS='|' read -r status what arguments; do
	eval "quiet root --user alice $arguments"
	exits "$what" "$status"
done <<END
5|add: a label that is taken|add --label Tablet
5|rename: a label that is taken|rename 1 Tablet
6|rename: no label|rename 1 ''
6|rename: 65 bytes|rename 1 $long
6|rename: a control character|rename 1 $'a\tb'
6|add: 65 bytes|add --label $long
6|add: an escape sequence|add --label $'\033[31mred'
4|rename: no such device|rename 3 x
4|rename: no such label|rename phone x
4|remove: number 0|remove 0
4|remove: no such device|remove 17
4|remove: not quite a number|remove 1x
2|rename: nothing more|rename 1
2|remove: nothing|remove
2|too much|list x
2|no such command|frobnicate
2|no such option|--frobnicate
2|--json is for list|--json test
2|--label is for add|--label x remove 1
2|--png is for add|--png x list
END
is 'nothing was changed' "$(labels alice)" '1:Old phone,2:Tablet'
quiet root --user alice rename 2 "$(printf '%064d' 0)"
exits '64 bytes are a label' 0
quiet root --user alice rename 2 'Été 图 - 2'
exits 'so is what is not ASCII' 0
quiet root --user alice rename 2 2
exits 'so is a number' 0
quiet root --user alice rename 1 1x
exits 'and what begins with one' 0
is 'all by root, without a code' "$(labels alice)" '1:1x,2:2'
quiet root --user alice rename 1x Phone
quiet root --user alice rename 2 Tablet
is 'named by label, by number' "$(labels alice)" '1:Phone,2:Tablet'

# --- test ----------------------------------------------------------------------

tick
code=$(code_of "$tablet")
tool alice test < <(prove "$code")
exits 'test' 0 'a code of "Tablet"'
pam_try code alice "$code"
denied 'that code is used by it'
code=$(code_of "$phone")
tool root --user alice test < <(prove "$code")
exits 'test, by root' 0 'a code of "Phone"'
tool alice test < <(prove "$wrong" "$wrong" "$wrong"; echo 'end code: ')
exits 'test: wrong codes' 1 'not right'
tick
pam_try code alice "$(code_of "$tablet")"
accepted 'either device signs in'
tick
pam_try code alice "$(code_of "$phone")"
accepted 'and so does the other'

# --- not somebody else's -------------------------------------------------------

log_mark
while IFS='|' read -r what arguments; do
	eval "quiet bob --user alice $arguments"
	exits "bob may not: $what" 1 'your own account'
done <<END
list|list
list --json|--json list
add|add
rename|rename 1 x
remove|remove 1
test|test
codes|codes
END
log_like 'and that is logged' "mfad.*user=alice.*by_uid=$(id -u bob)"
is 'nothing was changed' "$(labels alice)" '1:Phone,2:Tablet'
quiet bob list
exits 'his own list is empty' 0 'No device yet'
STATUS=0
SCREEN=$(as bob mfa-enroll --user root list 2>&1 </dev/null) || STATUS=$?
exits 'nor that of root' 1
STATUS=0
SCREEN=$(mfa-enroll --user alcie add 2>&1 </dev/null) || STATUS=$?
exits 'a name that nobody knows: root is asked, and no answer is no' 1 'Nobody of that name is known here.*--new'
on_pty mfa-enroll --user alcie add <<<$'expect [y/N] \nsend n'
is 'no is no' "$STATUS $(mfa-admin list </dev/null | grep -c alcie)" '1 0'
on_pty mfa-enroll --user alcie add --totp <<<$'expect [y/N] \nsend y\nend shows now: '
like 'yes shows a key' "$SCREEN" 'Code that the app shows now'
quiet bob --new add
unlike "somebody's own name is no new one" "$SCREEN" 'Nobody of that name'
add root -- --new --user elsewhere
exits 'root may add one for a name that only services with nss = no will see' 0

# --- recovery codes ------------------------------------------------------------

for i in 0 1; do
	pam_try code alice "${codes[i]}"
	accepted "recovery code $i"
	like 'and the count is told' "$SCREEN" "Recovery codes left: $((9 - i))"
	unlike 'with no more than that yet' "$SCREEN" 'Make new ones'
	pam_try code alice "${codes[i]}"
	denied 'once'
done
pam_try code alice "$(tr a-z- 'A-Z ' <<<"${codes[2]}")"
accepted 'capitals and spaces will do'
tool alice test < <(prove "${codes[3]}")
exits 'test with one' 0 'recovery code is used'
tool alice rename 2 Tab < <(prove "${codes[4]}")
exits 'one shows who she is' 0
pam_try code alice "${codes[4]}"
denied 'and is used by that'
is 'five are left' "$(left alice)" 5
for i in 5 6 7 8; do
	pam_try code alice "${codes[i]}"
done
like 'when few are left it says what to do' "$SCREEN" 'Recovery codes left: 1.*Make new ones with: mfa-enroll codes'
tick
tool alice codes < <(prove "$(code_of "$phone")")
exits 'new ones' 0 'Codes from before no longer work'
old=${codes[9]}
mapfile -t codes < <(recovery_codes)
is 'are ten' "${#codes[@]} $(left alice)" '10 10'
pam_try code alice "$old"
denied 'the old ones are void'
pam_try code alice "${codes[0]}"
accepted 'the new ones are good'
tool root --user alice codes </dev/null
exits 'root makes some without a code' 0
old=${codes[1]}
mapfile -t codes < <(recovery_codes)
pam_try code alice "$old"
denied 'and again the old ones are void'
log_unlike 'no recovery code was logged' "$RECOVERY"
unlock alice

# --- remove --------------------------------------------------------------------

tick
tool alice remove Tab < <(prove "$(code_of "$tablet")"; echo 'end [y/N]')
exits 'one of two goes without a question' 0 'Removed'
tick
pam_try code alice "$(code_of "$tablet")"
denied 'its codes are good no more'
for answer in n '' no; do
	tick
	tool alice remove 1 < <(prove "$(code_of "$phone")"; printf 'expect [y/N] \nsend %s\n' "$answer")
	exits "the last one asks: '$answer' is no" 1 'only device.*Nothing was changed'
done
tool root --user alice remove 1 <<<$'expect [y/N] \nkey ^C'
exits 'Ctrl-C there' 130
is 'it is still there' "$(labels alice)" '1:Phone'
tick
tool alice remove 1 < <(prove "$(code_of "$phone")"; printf 'expect [y/N] \nsend y\n')
exits 'and yes is yes' 0 'Removed'
is 'none is left' "$(labels alice)" ''
pam_try code alice "${codes[2]}"
denied 'her recovery codes went with it'
printf 'alice\totpauth://totp/Bed:alice?secret=%s&issuer=Bed\n' "$(secret_of alice)" >"$BED/next"
ok 'another device comes' mfa-admin import --add "$BED/next"
is 'to an account without such codes' "$(left alice)" 0
pam_try code alice "${codes[2]}"
denied 'and the old paper opens nothing'
tick
pam_try code alice "$(code_now alice)"
accepted 'which the device does'
mfa-admin reset --factor Phone alice --yes </dev/null >/dev/null
quiet alice
exits 'and she may not begin anew by herself' 1 'ask your administrator'

# --- how many ------------------------------------------------------------------

for i in $(seq 16); do
	printf 'bob\totpauth://totp/D%d:bob?secret=%s%s\n' "$i" "$(secret_of bob)" \
		"$(printf '%02d' "$i" | tr 0-9 A-J)AAAAAA"
done >"$BED/sixteen"
ok 'sixteen devices can be imported' mfa-admin import "$BED/sixteen"
quiet root --user bob add
exits 'a seventeenth is refused' 1 'as many devices'
quiet root --user bob remove 16
exits 'with one less' 0
add root -- --user bob --label Sixteenth
exits 'there is room' 0
is 'for one' "$(mfa-admin --json list </dev/null | grep -o '"name": *"bob".*"devices": *[0-9]*' | grep -o '[0-9]*$')" 16
tick
pam_try code bob "$(code_of "$SECRET")"
accepted 'and the last of sixteen signs in'

# --- where users may begin by themselves ---------------------------------------

write_conf '[policy]' 'enrol_local = yes'
stop_mfad
quiet carol list
exits 'no daemon: not for a plain user' 3
start_mfad
add carol --
exits 'enrol_local = yes: a plain user adds the first' 0
carol=$SECRET
tool carol add </dev/null
unlike 'the second needs a code' "$SCREEN" '([A-Z2-7]{4} ){3}'
tick
add carol "$(code_of "$carol")" --
exits 'with it' 0 'Saved as "Phone 2"'
stop_mfad
quiet root --user carol list
exits 'root needs no daemon' 0 'Phone 2'

done_testing
