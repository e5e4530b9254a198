#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Addresses that codes can be sent to, as devices of an account: imported, listed, kept; no address is shown or logged
# whole, and all else goes on as it did.
. "${BASH_SOURCE[0]%/*}/lib.sh"

readonly FILE=/root/file BACKUP=/root/mfa.backup MAILBOX=jan.jansen@mail.example.org NUMBER=+31612345678
PHRASE='correct horse battery'

ready alice bob
pam_service code 'auth required pam_mfa.so'
import() {
	STATUS=0
	OUT=$(mfa-admin import "$@" 2>&1) || STATUS=$?
}
ends() { is "$1" "$STATUS" "$2" || diag "$OUT"; }
shown() { mfa-admin show --json "$1" </dev/null 2>&1 | tr -d '\n'; }
store() { mfa-admin --json list </dev/null | sort; }
signs_in() {
	tick
	pam_try code "$2" "$(code_now "$2")"
	accepted "$1"
}

# --- imported ------------------------------------------------------------------------

before=$(store)
while IFS='|' read -r what uri error; do
	printf 'alice\t%s\n' "$uri" >$FILE
	import --add $FILE
	ends "$what" 6
	like "$what: why" "$OUT" "$FILE:1: not $error"
	is "$what: nothing was changed" "$(store)" "$before"
done <<'END_OF_ROWS'
a number without its country|tel:0612345678|a telephone number with \+ and its country's code
an extension|tel:+31612345678;ext=5|a telephone number with \+ and its country's code
words|tel:+31BELMIJ|a telephone number with \+ and its country's code
no domain|mailto:jan|an e-mail address that codes can be sent to
a header|mailto:jan@example.org?bcc=eve@example.org|an e-mail address that codes can be sent to
an end of line|mailto:jan@example.org%0d%0aTo:eve@example.org|an e-mail address that codes can be sent to
two of them|mailto:jan@example.org,eve@example.org|an e-mail address that codes can be sent to
END_OF_ROWS
log_mark
printf 'alice\ttel:+31-6-1234.5678\nalice\tmailto:%s\n' "$MAILBOX" >$FILE
import --add $FILE
ends 'a number and a mailbox' 0
import --add $FILE
ends 'once more' 0
is 'changes nothing' "$(devices alice)" 3
like 'each is what it is, and masked' "$(shown alice)" \
	'"Text message".*"sms".*"\+31 \*\* \*\*\*\* \*78".*"E-mail".*"email".*"j\*\*\*@m\*\*\*\.org"'
unlike 'no more of it is shown' "$(shown alice)$(mfa-admin show alice </dev/null)$OUT$(store)" "${NUMBER#+}|$MAILBOX"
unlike 'nor logged' "$(log_text)" "${NUMBER#+}|$MAILBOX"
like 'the report counts them' "$(mfa-admin report </dev/null)" ' 1  with codes by text message'
printf 'alice\ttel:+31612345679\n' >$FILE
import --add $FILE
ends 'another number' 0
is 'is another device' "$(devices alice)" 4

# --- what they change ----------------------------------------------------------------

signs_in 'the app goes on' alice
printf 'carol\ttel:%s\n' "$NUMBER" >$FILE
import $FILE
ends 'an account of nothing else' 0
pam_try code carol 123456
denied 'does not get in where sent codes do not count'
new_rules '[policy]' 'methods = sms, email'
pam_try code carol 123456
denied 'nor where they do, and none was sent'
pam_try code carol "$(code_now carol)"
denied 'nor by what nobody sent'
new_rules '[policy]' 'methods = totp, sms'
log_mark
signs_in 'beside an app they change nothing' alice
pam_try code alice "$(wrong_code alice)"
denied 'a wrong code'
log_like 'is called what it always was' 'event=signin result=aborted user=alice .*method=totp answer=wrong'
pam_try code bob "$(code_now bob)"
accepted 'nor for who has none'
new_rules

# --- kept ----------------------------------------------------------------------------

mfa-admin --config "$CONF" backup $BACKUP <<<"$PHRASE" >/dev/null 2>&1
ok 'a backup' test -s $BACKUP
for secret in "$MAILBOX" "${NUMBER#+}"; do
	not_ok 'no address can be read in it' grep -qaF "$secret" $BACKUP
	not_ok 'nor in the store' grep -rqaF "$secret" "${STORE:-/var/lib/mfa}"
done
stop_mfad
ok 'is restored' mfa-admin --config "$CONF" --replace restore $BACKUP <<<"$PHRASE"
start_mfad
like 'with the addresses' "$(shown alice)" '\+31 \*\* \*\*\*\* \*78.*j\*\*\*@m\*\*\*\.org.*\+31 \*\* \*\*\*\* \*79'
ok 'one is removed by its number' mfa-admin reset --yes --factor 'Text message 02' alice </dev/null
is 'and the others are there' "$(devices alice)" 3

done_testing
