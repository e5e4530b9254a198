#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Moving over from pam_google_authenticator and pam_oath.
. "${BASH_SOURCE[0]%/*}/lib.sh"

write_conf
new_store || bail 'mfa-admin init failed'
start_mfad || bail 'mfad does not start'
pam_service code 'auth required pam_mfa.so'

import() {
	STATUS=0
	OUT=$(mfa-admin import "$@" </dev/null 2>&1) || STATUS=$?
}
ends() {
	is "$1" "$STATUS" "$2" || diag "$OUT"
	[ $# = 2 ] || like "$1: in words" "$OUT" "$3"
	unlike "$1: no secret" "$OUT" "$(secret_of alice)|$(secret_of bob)|12345678"
}

# --- google-authenticator ------------------------------------------------------------

# google USER LINE...: a file of that user's.
google() {
	local user=$1
	shift
	printf '%s\n' "$@" >"/home/$user/.google_authenticator"
	chown "$user:" "/home/$user/.google_authenticator"
	chmod 400 "/home/$user/.google_authenticator"
}
google alice "$(secret_of alice)" '" RATE_LIMIT 3 30' '" WINDOW_SIZE 17' '" DISALLOW_REUSE 1 2' '" TOTP_AUTH' 12345678 87654321
google bob "$(secret_of bob)" '" HOTP_COUNTER 5' 11112222
import --from google-authenticator /home/alice/.google_authenticator /home/bob/.google_authenticator
ends 'two files' 0 'delete:'
like 'each option that is not kept is named' "$OUT" ':2: RATE_LIMIT is not kept'
like 'this one too' "$OUT" ':3: WINDOW_SIZE is not kept'
like 'the originals are to be deleted' "$OUT" '/home/bob/.google_authenticator'
pam_try code alice "$(code_now alice)"
accepted 'the app works'
pam_try code alice 12345678
accepted 'so does a scratch code'
pam_try code alice 12345678
denied 'once'
pam_try code alice 87654321
accepted 'the other one'
like 'they count as recovery codes' "$SCREEN" 'Recovery codes left: 0'
pam_try code bob "$(oathtool --hotp -b -c 5 "$(secret_of bob)")"
accepted 'a counter goes on where it was'

import --from google-authenticator /home/alice/.google_authenticator
ends 'again: nothing is changed' 0
pam_try code alice 12345678
denied 'and what was used stays used'

# A user decides what his file says, never whose it is.
google carol "$(secret_of carol)"
rm -f /home/carol/other
ln -s /home/alice/.google_authenticator /home/carol/other
chown -h carol: /home/carol/other
import --from google-authenticator /home/carol/other
ends 'a link' 6 'Nothing was imported'
printf '%s\n' "$(secret_of carol)" >"$BED/of-root"
import --from google-authenticator "$BED/of-root"
ends "a file of root's is root's" 0
like 'indeed' "$(mfa-admin show root </dev/null)" 'Phone'
mkfifo /home/carol/pipe && chown carol: /home/carol/pipe
import --from google-authenticator /home/carol/pipe
ends 'a pipe' 6 'no file of its owner'
import --from google-authenticator /home/carol/absent
ends 'not there' 6
while IFS='|' read -r what text; do
	printf '%b' "$text" >/home/carol/.google_authenticator
	import --from google-authenticator /home/carol/.google_authenticator
	ends "$what" 6 'Nothing was imported'
done <<'END'
empty|
no secret|" TOTP_AUTH\n
not base 32|secret-018\n
a counter that is none|GEZDGNBVGY3TQOJQ\n" HOTP_COUNTER x\n
something else|GEZDGNBVGY3TQOJQ\nhello\n
END

# --- oath ------------------------------------------------------------------------------

hex=3132333435363738393031323334353637383930
base=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ
cat >/etc/users.oath <<END
# a remark
HOTP/T30/6	dora	-	$hex
HOTP	ed	1234	$hex	3	969429	2026-11-21T10:00:00L
HOTP/T60/8 fred - $hex
END
chmod 600 /etc/users.oath
write_conf '[policy]' 'nss = no'
kill -HUP "$MFAD_PID"
import --from oath /etc/users.oath
ends 'a usersfile' 0 ':3: its PIN is not kept'
pam_try code dora "$(oathtool --totp -b $base --now "@$(now)")"
accepted 'by time'
pam_try code ed "$(oathtool --hotp -b -c 3 $base)"
denied 'the counter that was used'
pam_try code ed "$(oathtool --hotp -b -c 4 $base)"
accepted 'by counter'
pam_try code fred "$(oathtool --totp -b -d 8 -s 60 $base --now "@$(now)")"
accepted 'eight digits, sixty seconds'
while IFS='|' read -r what text; do
	printf '%b' "$text" >/etc/users.oath
	import --from oath /etc/users.oath
	ends "$what" 6 'Nothing was imported'
done <<END
too few words|HOTP dora\n
another type|TOTP dora - $hex\n
not hex|HOTP/T30 dora - xyz\n
five digits|HOTP/T30/5 dora - $hex\n
END
import --from duo /etc/users.oath
ends 'a kind that there is not' 6 'google-authenticator or oath'
import /etc/users.oath /etc/users.oath
ends 'several files of lines' 2

done_testing
