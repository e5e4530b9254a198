#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What a user sees of the own account, a phone replaced, a pass, and one device reset.
. "${BASH_SOURCE[0]%/*}/lib.sh"

ready alice bob
pam_service code 'auth required pam_mfa.so'
write_conf '[policy]' 'enrol_local = no'
kill -HUP "$MFAD_PID"

# tool USER ARGUMENT...: mfa-enroll of that user's; its answers come from standard input.
tool() {
	local user=$1
	shift
	STATUS=0
	OUT=$(as "$user" mfa-enroll "$@" 2>&1) || STATUS=$?
}
exits() { is "$1" "$STATUS" "$2" || diag "$OUT"; [ $# = 2 ] || like "$1: in words" "$OUT" "$3"; }

# --- status ----------------------------------------------------------------------

pam_try -r 192.0.2.7 code alice "$(code_now alice)"
tool alice status </dev/null
exits 'status' 0 'Phone'
like 'the last sign-in: when, result, service, method, from where' "$OUT" \
	'[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{5} +ok +code +totp +192.0.2.7'
like 'recovery codes left' "$OUT" 'Recovery codes left: 0'
tool alice status --json </dev/null
exits 'as JSON' 0 '"events":\[\{'
unlike 'no secret' "$OUT" "$(secret_of alice)"
tool bob status </dev/null
exits 'of an account without a sign-in' 0 'No sign-in yet'
tool carol status </dev/null
exits 'of somebody who has nothing' 0 'No device yet'
tool alice --user bob status </dev/null
exits "not of others" 1
tool alice forget </dev/null
exits 'forget' 0

# --- a pass ------------------------------------------------------------------------

tool carol </dev/null
exits 'a first device without a pass' 1 'without a pass'
mfa-admin pass </dev/null >/dev/null 2>&1
is 'pass without a user' $? 2
mfa-admin pass carol </dev/null >/dev/null 2>&1
is 'pass without a time' $? 2
mfa-admin pass carol --valid 31d </dev/null >/dev/null 2>&1
is 'too long' $? 2
mfa-admin pass nobody-of-that-name --valid 8h </dev/null >/dev/null 2>&1
is 'for nobody' $? 4
out=$(mfa-admin pass carol --valid 8h --uses 2 </dev/null)
pass=$(head -n 1 <<<"$out")
like 'a pass' "$pass" '^tap-[a-z2-7]{5}-[a-z2-7]{5}$'
like 'with all that must be said of it' "$(tr '\n' ' ' <<<"$out")" 'carol in 2 time.*until [0-9]{4}-.*only now'
log_unlike 'the log does not have it' "$pass"
unlike 'nor has show' "$(mfa-admin show carol </dev/null; mfa-admin show --json carol </dev/null)" "$pass"
like 'but that there is one' "$(mfa-admin show carol </dev/null)" 'Pass: +good for 2 more'
pam_try code carol 123456 tap-aaaaa-aaaaa "$pass"
accepted 'it gets in, after two that were wrong'
pam_try code carol "${pass^^}"
accepted 'in capitals, for the second time'
pam_try code carol "$pass"
denied 'not for a third'
pass=$(mfa-admin pass carol --valid 8h </dev/null | head -n 1)
tick 961
pam_try code carol "$pass"
denied 'not after eight hours'
pass=$(mfa-admin pass carol --valid 8h </dev/null | head -n 1)
race=$("$HELPERS/signin" -n 16 -q code carol "$pass" | grep PAM_SUCCESS)
is 'sixteen at the same instant: one' "$race" 'PAM_SUCCESS 1'
pass=$(mfa-admin pass carol --valid 8h </dev/null | head -n 1)
on_pty setpriv --reuid carol --regid carol --init-groups --reset-env mfa-enroll --plain < <(
	printf 'expect code: \nsend %s\nexpect app shows now: \nkey ^C\nend\n' "$pass")
like 'mfa-enroll takes it, and shows a key' "$SCREEN" 'Scan this'
pass=$(mfa-admin pass carol --valid 8h </dev/null | head -n 1)
mfa-admin reset --yes carol </dev/null >/dev/null
pam_try code carol "$pass"
denied 'reset ends it'

# --- another phone -----------------------------------------------------------------

mkfifo "$BED/in"
# replace_with USER PROOF ARGUMENT...: mfa-enroll replace, the proof, and a code of the key that it shows.
replace_with() {
	local user=$1 proof=$2 key
	shift 2
	rm -f "$BED/replace"	# or what the one before said is taken for this one's
	as "$user" mfa-enroll "$@" <"$BED/in" >"$BED/replace" 2>&1 &
	exec 7>"$BED/in"
	echo "$proof" >&7
	wait_for grep -q 'Key:' "$BED/replace" || diag "$(cat "$BED/replace")"
	key=$(grep -oE '([A-Z2-7]{4} ){3,}[A-Z2-7]{1,4}' "$BED/replace" | head -n 1 | tr -d ' ')
	oathtool --totp -b "$key" --now "@$(now)" >&7
	exec 7>&-
	STATUS=0
	wait $! || STATUS=$?
	OUT=$(cat "$BED/replace")
	NEW_KEY=$key
}
tick
replace_with alice "$(code_now alice)" replace Phone
exits 'replace' 0 'Saved as "Phone"'
is 'still one device' "$(mfa-admin show --json alice </dev/null | grep -o '"label"' | wc -l)" 1
tick
pam_try code alice "$(code_now alice)"
denied 'the old phone no longer'
pam_try code alice "$(oathtool --totp -b "$NEW_KEY" --now "@$(now)")"
accepted 'the new one does'
like 'and its owner hears of it' "$SCREEN" 'device was added to this account'
tool alice replace Nothing </dev/null
exits 'a device that there is not' 4

# --- one device reset --------------------------------------------------------------

mfa-admin reset bob --factor Nothing </dev/null >/dev/null 2>&1
is 'reset of a device that there is not' $? 4
tick
out=$(mfa-admin reset bob --factor Phone </dev/null)
like 'reset of one device, her last: what comes now' "$? $(tr '\n' ' ' <<<"$out")" '^0 All devices .*were removed.*mfa-admin pass'
pam_try code bob "$(code_now bob)"
denied 'it is gone'
like 'the account is there still' "$(mfa-admin show bob </dev/null)" 'Devices: +none'

done_testing
