#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A method is a row, a file in lib/factor and one in mfad's ask: mfad and its tools, built with one more
# (tests/methods), enrol it, sign in by it, list, report and back it up.  The installed ones know nothing of it.
. "${BASH_SOURCE[0]%/*}/lib.sh"

write_conf
new_store || bail 'mfa-admin init failed'
enrol alice bob
start_mfad || bail 'mfad does not start'
pam_service code 'auth required pam_mfa.so'
stop_mfad

rules() {
	write_conf '[policy]' "$@"
	log_mark
	kill -HUP "$MFAD_PID"
	wait_for log_has 'event=reload' || diag "$(log_text)"
}
add() { on_pty setpriv --reuid "$1" --regid "$1" --init-groups mfa-enroll "${@:2}"; }
json() { perl -MJSON::PP -e 'local $/; my $j = decode_json(<STDIN>); print eval $ARGV[0]; die $@ if $@' "$1"; }

# --- what is installed ------------------------------------------------------------------

for program in /usr/local/sbin/mfad /usr/local/sbin/mfa-admin /usr/local/bin/mfa-enroll; do
	not_ok "nothing of it is in ${program##*/}" grep -qai reversed "/mnt/build/stage$program"
done
printf '%s\n' '[policy]' 'methods = reversed' >>"$CONF"
like 'nor may mfa.conf name it' "$(mfa-admin --config "$CONF" check-config 2>&1 </dev/null)" \
	'methods = reversed: it must be totp, hotp, push, recovery, pass, email or sms'
write_conf

cp /mnt/build/methods/mfad /mnt/build/methods/mfa-admin /mnt/build/methods/mfa-enroll /usr/local/lib/mfa-test/
start_mfad || bail 'mfad with a method more does not start'

# --- an upgrade lets nobody in by it ----------------------------------------------------

like 'where methods is not set it is not offered, and another is' \
	"$(mfa-enroll --user alice add --reversed </dev/null 2>&1)" 'Scan this with the authenticator app'
rules 'methods = totp, recovery, pass, reversed'

# --- adding one -------------------------------------------------------------------------

like 'mfa-enroll has an option for it' "$(mfa-enroll --help </dev/null)" '^  --reversed +add, replace: the account'
like 'it is no first device: it is not enough by itself' \
	"$(mfa-enroll --user carol add --reversed </dev/null 2>&1)" "can't be the only device of an account"
tick
add alice --reversed <<END
expect another way): 
send $(code_now alice)
expect backwards: 
send xx
end
END
like 'a device that does not prove itself is not saved' "$SCREEN" 'not your name backwards'
tick
add alice <<END
expect another way): 
send $(code_now alice)
expect Your choice
send 2
expect backwards: 
send ecila
end
END
is 'by the menu' $STATUS 0
like 'nor may it take the place of the one that is enough' \
	"$(mfa-enroll --user alice replace Phone --reversed </dev/null 2>&1)" "can't be the only device of an account"
like 'which has both' "$(tr '\n' ' ' <<<"$SCREEN")" '1\. code from an authenticator app +2\. your name backwards'
like 'and says what it was' "$SCREEN" 'That is it. Saved as "Mirror"'

# --- signing in -------------------------------------------------------------------------

tick
pam_try code alice ecila
accepted 'by it'
log_like 'the log says by which' 'event=signin result=ok user=alice .*method=reversed .*device=Mirror'
tick
pam_try code alice "$(code_now alice)"
accepted 'by the other one, as before'

# --- begun where it is asked for, as what is sent is ------------------------------------

rules 'methods = totp, recovery, pass, reversed' 'alone = reversed'
mfa-enroll --user carol add --reversed <<<lorac >/dev/null 2>&1
is 'alone: it may be the only device' "$(mfa-admin list </dev/null | grep -c '^carol .*reversed')" 1
pam_try code carol
like 'an account that has no other way is asked by it at once' "$SCREEN" 'say: A mirror is held up'
like 'alone: and another kind may not' "$(mfa-enroll --user root add --totp </dev/null 2>&1)" \
	"can't be the only device of an account"
rules 'methods = totp, recovery, pass, reversed'
printf 'carol\totpauth://totp/Bed:carol?secret=%s&issuer=Bed\n' "$(secret_of carol)" >"$BED/import"
mfa-admin --config "$CONF" import --add "$BED/import" </dev/null >/dev/null 2>&1
tick
pam_try code carol "$(code_now carol)"
accepted 'one that has a code at hand'
unlike 'is not for a password alone' "$SCREEN" 'mirror is held up'
like 'but offered it' "$SCREEN" '^ask: Authenticator code [(][?] for another way[)]: $'
down() { mfa-admin show --json carol </dev/null | grep -o taken-down | wc -l; }
tick
pam_try code carol '?' 3 app "$(code_now carol)"
accepted 'a way that was begun, and left for another'
like 'by its place in the menu' "$SCREEN" '^ask: 1 app or token, 2 recovery code, 3 backwards: $'
is 'is settled by what is right' "$(down)" 1
tick
pam_try code carol mirror app mirror app "$(wrong_code carol)"
denied 'where nothing is right'
is 'nothing is settled' "$(down)" 1
pam_try code carol Mirror lorac
accepted 'by its word'
is 'in the middle of a sign-in' "$(grep -E '^(ask|say: A mirror|PAM)' <<<"$SCREEN" | cut -d' ' -f1-4 | paste -sd/)" \
	'ask: Authenticator code (?/say: A mirror is/ask: Your name backwards:/PAM_SUCCESS 1'
is 'is settled as well' "$(down)" 2
rules 'methods = totp, recovery, pass, reversed' 'order = reversed, totp'
tick
pam_try code carol "$(code_now carol)"
unlike 'nor is it begun because it comes first in order' "$SCREEN" 'mirror is held up'
pam_try code carol '?'
like 'where the menu has it' "$SCREEN" '^ask: 1 backwards, 2 app or token, 3 recovery code: $'
for user in bob nobody-ever; do
	pam_try code $user mirror
	like "$user: who has it not is told so, in the same words" "$SCREEN" '^say: That way is not set up for this account[.]$'
done
mfa-admin reset carol --yes </dev/null >/dev/null
rules 'methods = totp, recovery, pass, reversed'

pam_try code alice ecilb ecilc ecild
denied 'a wrong one'
log_like 'is called by its name' 'event=signin result=denied user=alice .*method=reversed answer=wrong'
pam_try code bob bob
denied 'a form that an account has without the device'
rules 'methods = totp, recovery, pass'
pam_try code alice ecila
denied 'where the rules do not name it'

# --- what is shown of it ----------------------------------------------------------------

rules 'methods = totp, recovery, pass, reversed'
add alice list <<<end
like 'list' "$SCREEN" '^ 2\. Mirror +reversed '
SHOWN=$(mfa-admin show --json alice </dev/null)
is 'show' "$(json '$j->{devices}[1]{type} . ": " . $j->{devices}[1]{about}' <<<"$SHOWN")" \
	"reversed: the account's name backwards"
is 'and how often it was wrong' "$(json '$j->{throttle}{reversed}{wrong_in_a_row}' <<<"$SHOWN")" 3
is 'but what was right before, and does not count here now' \
	"$(json '$j->{throttle}{repeat}{wrong_in_a_row}' <<<"$SHOWN")" 1
like 'in words' "$(mfa-admin show alice </dev/null)" 'Wrong: +3 in a row \(names backwards\)'
like 'list of accounts' "$(mfa-admin list </dev/null)" '^alice .*totp, ?reversed'
like 'report' "$(mfa-admin report </dev/null)" '^ +1  with a mirror$'
like 'explain' "$(mfa-admin explain --user alice --service code </dev/null)" 'reversed'

# --- backup and restore -----------------------------------------------------------------

unlock alice
mfa-admin --config "$CONF" backup /root/b >/dev/null 2>&1 <<<'correct horse battery'
is 'backup' $? 0
stop_mfad
rm -f "$STORE" "$STORE"-* /etc/mfa/master.key
mfa-admin --config "$CONF" restore /root/b >"$BED/out" 2>&1 <<<'correct horse battery'
is 'restore' $? 0 || diag "$(cat "$BED/out")"
start_mfad
is 'and it is there again' "$(mfa-admin show --json alice </dev/null | json '$j->{devices}[1]{type}')" reversed

# --- a version that does not know it ----------------------------------------------------

stop_mfad
cp /mnt/build/tests/mfad /mnt/build/tests/mfa-admin /mnt/build/tests/mfa-enroll /usr/local/lib/mfa-test/
write_conf
start_mfad
tick 12	# what a backup may have been used since, is used
pam_try code alice "$(code_now alice)"
denied 'the version before lets nobody in by half a record'
log_like 'and says why' 'user=alice .*error='
pam_try code bob "$(code_now bob)"
accepted 'others are not concerned'

done_testing
