#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# mfa-admin import: all or nothing, no secret in what it says, and sign-ins go on.
. "${BASH_SOURCE[0]%/*}/lib.sh"

ready alice
pam_service code 'auth required pam_mfa.so'
pam_service vpn 'auth required pam_mfa.so'
readonly FILE=/root/file
BOB=$(secret_of bob) CAROL=$(secret_of carol)

# import ARG...: sets OUT (both streams) and STATUS.
import() {
	STATUS=0
	OUT=$(mfa-admin import "$@" 2>&1) || STATUS=$?
}
# ends NAME STATUS [REGEX]: how it ended and what it said, which never has a secret in it.
ends() {
	is "$1" "$STATUS" "$2" || diag "$OUT"
	[ $# = 2 ] || like "$1: in words" "$OUT" "$3"
	unlike "$1: no secret, no URI" "$OUT" "$BOB|$CAROL|$(secret_of alice)|SECRETOFMINE|otpauth://."
}
store() { mfa-admin --json list </dev/null | sort; }
uri() { echo "otpauth://totp/Bed:$1?secret=$2&issuer=Bed"; }

# --- bad lines -----------------------------------------------------------------

before=$(store)
while IFS='|' read -r bad what lines; do
	printf '%b' "$lines" >$FILE
	import $FILE
	ends "$what" 6 'Nothing was imported'
	is "$what: the lines are named" "$(grep -oE "^$FILE:[0-9]+" <<<"$OUT" | cut -d: -f2 | tr '\n' ' ')" "$bad "
	is "$what: nothing was changed" "$(store)" "$before"
done <<END
2|no tab|bob\t$(uri bob "$BOB")\nSECRETOFMINE\n
1|spaces for a tab|bob $(uri bob "$BOB")\n
2|no name|bob\t$(uri bob "$BOB")\n\t$(uri carol "$CAROL")\n
1|a name that is none|../bob\t$(uri bob "$BOB")\n
1|no URI|bob\t\n
1|another scheme|bob\thttps://example.org/?secret=$BOB\n
1|no secret|bob\totpauth://totp/Bed:bob?issuer=Bed\n
1|a secret that is not base 32|bob\t$(uri bob 'SECRETOFMINE018')\n
1|five digits|bob\t$(uri bob "$BOB")&digits=5\n
1|no such hash|bob\t$(uri bob "$BOB")&algorithm=MD5\n
1|a token without its counter|bob\totpauth://hotp/Bed:bob?secret=$BOB\n
1|a counter that is too large|bob\totpauth://hotp/Bed:bob?secret=$BOB&counter=9223372036854775808\n
2 4|two of four|# first\nSECRETOFMINE\nbob\t$(uri bob "$BOB")\ncarol\t$(uri carol SECRET0FMINE)\n
4|a line twice|bob\t$(uri bob "$BOB")\n\ncarol\t$(uri carol "$CAROL")\nbob\t$(uri bob "$BOB")\n
END
{
	printf 'bob\t%s\n' "$(uri bob "$BOB")"
	for i in $(seq 30); do
		printf 'SECRETOFMINE%d\n' "$i"
	done
} >$FILE
import $FILE
ends 'thirty bad lines' 6 'and 10 more'
for i in $(seq 17); do
	printf 'bob\t%s\n' "$(uri "$i" "$BOB")"
done >$FILE
import $FILE
ends 'seventeen devices' 6 "^$FILE:17: .*16 devices"
printf '# nothing\n\n' >$FILE
import $FILE
ends 'nothing in it' 6 'no account'
import /root/absent
ends 'no file' 6 'No such file'
import /root
ends 'a folder' 6 'directory'
is 'nothing was changed by all that' "$(store)" "$before"

# --- what is right -------------------------------------------------------------

printf '# a remark\r\n\r\nbob\t%s\r\ncarol\t%s' "$(uri bob "$BOB")" "$(uri carol "$CAROL")" >$FILE
import $FILE
ends 'CRLF, remarks, no newline at the end' 0 '2 lines imported'
pam_try code bob "$(code_now bob)"
accepted 'bob signs in'
pam_try code carol "$(code_now carol)"
accepted 'so does carol'
import - </dev/null
ends 'standard input with nothing in it' 6
import - < <(printf 'ghost\t%s\n' "$(uri ghost "$CAROL")")
ends 'standard input' 0 '1 line imported'
import - < <(printf 'SECRETOFMINE\n')
ends 'a bad line of it' 6 '^-:1: '

# --- who is there already ------------------------------------------------------

other=MZXW6YTBOJRGC6TQMZXW6YTBOJRGC6TQ
before=$(store)
printf 'newcomer\t%s\nbob\t%s\n' "$(uri newcomer "$CAROL")" "$(uri bob $other)" >$FILE
import $FILE
ends 'an account that has another device' 5 "^$FILE:2: bob: .*already"
like 'nobody was imported' "$OUT" 'Nothing was imported'
is 'nothing was changed' "$(store)" "$before"
tick
pam_try code bob "$(code_now bob)"
accepted 'the old device is good'
import --replace $FILE
ends '--replace' 0 '2 lines imported'
tick
pam_try code bob "$(code_now bob)"
denied 'now it is not'
pam_try code bob "$(oathtool --totp -b $other --now "@$(now)")"
accepted 'the new one is'
import $FILE
ends 'the same file again' 0
code=$(oathtool --totp -b $other --now "@$(now)")
pam_try code bob "$code"
denied 'and a used code stays used'
import --replace $FILE
ends 'even with --replace' 0
pam_try code bob "$code"
denied 'it stays used'

# --- many ----------------------------------------------------------------------

# people NAME COUNT
people() {
	local i
	for ((i = 1; i <= $2; i++)); do
		printf '%s%05d\totpauth://totp/Bed:%s?secret=%s\n' "$1" "$i" "$1" "$CAROL"
	done
}
count() { mfa-admin --json list </dev/null | grep -c "\"name\":\"$1"; }

people person 20000 >$FILE
mfa-admin import $FILE </dev/null >"$BED/many" 2>&1 &
importer=$!
in=0 out=0
while kill -0 $importer 2>/dev/null; do
	tick
	pam_try -q code alice "$(code_now alice)"
	if [ "$STATUS" = 0 ]; then in=$((in + 1)); else out=$((out + 1)); fi
done
wait $importer
is 'twenty thousand are imported' "$? $(count person)" '0 20000'
diag "$in sign-ins meanwhile"
ok 'sign-ins went on meanwhile' test $in -gt 2
is 'none was refused' $out 0

# Interrupted: first mfa-admin, then the verifier itself.  Accounts are written in the
# order of their names: the early ones are new, the rest is there.
people early 20000 >>$FILE
is_in() { mfa-admin show "$1" </dev/null >/dev/null 2>&1; }
while read -r victim seen; do
	mfa-admin import $FILE </dev/null >"$BED/many" 2>&1 &
	importer=$!
	# All lines are checked before the first is written: that takes its time where programs are slow (ASan).
	for _ in 1 2 3 4 5 6; do
		wait_for is_in "$seen" && break
	done
	ok "$victim: it has begun" is_in "$seen"
	if [ "$victim" = mfad ]; then
		kill_mfad
	else
		kill -9 $importer
	fi
	STATUS=0
	wait $importer 2>/dev/null || STATUS=$?
	OUT=$(cat "$BED/many")
	if [ "$victim" = mfad ]; then
		ends "$victim killed" 3 'of 40000 lines were imported. Run it again'
		start_mfad
	fi
	has=$(count early)
	ok "$victim killed: some are in, not all" test "$has" -gt 0 -a "$has" -lt 20000 || diag "$has"
	tick
	pam_try code alice "$(code_now alice)"
	accepted "$victim killed: sign-ins work"
done <<END
mfa-admin early00001
mfad early10000
END
import $FILE
ends 'run again' 0 '40000 lines imported'
is 'all are in' "$(count early) $(count person)" '20000 20000'
import $FILE
ends 'and again' 0
write_conf '[policy vpn]' 'nss = no'
kill -HUP "$MFAD_PID"
tick
pam_try vpn person20000 "$(code_now carol)"
accepted 'the last one signs in'

done_testing
