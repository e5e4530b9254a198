#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Names that the system does not know: one person, one account, however it is spelt; and what can't be known of them
# spares nobody.
. "${BASH_SOURCE[0]%/*}/lib.sh"

ready alice ghost
pam_service vpn 'auth required pam_mfa.so'
pam_service raw 'auth required pam_mfa.so'
rules() { new_rules "$@" || bail 'rules'; }
names() { mfa-admin names "$@" </dev/null 2>&1; }
# tried NAME...: what the vpn asks each of them, and what it comes to.
asks() {
	pam_try "$1" "$2"
	like "$2 is asked for a code" "$SCREEN" '^ask: .*code'
	denied "$2 has no way in without one"
}
rule_of() { mfa-admin explain --user "$1" --service "${2-vpn}" </dev/null 2>&1; }

# --- not to know is not to be in no group -------------------------------------------------

groupadd teachers
groupadd pupils
usermod -aG teachers alice
rules '[policy]' 'groups = teachers' 'except_groups = pupils' '[policy vpn]' 'nss = no'
for name in alice ALICE ghost nobody-ever; do
	asks vpn "$name"
done
pam_try vpn bob
accepted 'bob, whom the system knows, is in no such group'
OUT=$(rule_of nobody-ever)
like 'explain: what is not known' "$OUT" 'Not known: whether the account is in one of .groups.'
like 'and of those that are spared' "$OUT" 'Not known: .*except_groups'
unlike 'nothing of that for bob' "$(rule_of bob)" 'Not known'
OUT=$(mfa-admin check-config </dev/null 2>&1)
is 'check-config goes on' $? 0
like 'but warns' "$OUT" 'warning: \[policy vpn\]: nss = no, but groups are the system'
mfa-admin --strict check-config </dev/null >/dev/null 2>&1
is 'and fails with --strict' $? 1
while IFS='|' read -r line words; do
	rules '[policy]' 'enrolment = require' "$line"
	like "check-config: $line" "$(mfa-admin check-config </dev/null 2>&1)" "warning: .policy.: $words"
done <<'END'
exempt_networks = 192.0.2.0/24, ::/0|exempt_networks has every
enrol_networks = 0.0.0.0/0|enrol_networks has every
END
rules '[policy]' 'groups = teachers'
is 'no such warning where all names are known' "$(mfa-admin --strict check-config </dev/null 2>&1)" "$CONF: ok"

# --- one account for all spellings -----------------------------------------------------------

VPN=('[policy vpn]' 'nss = no' 'local = yes' 'realms = EXAMPLE.ORG')
rules '[policy]' 'enrolment = require' 'unenrolled = deny' 'enrol_local = yes' "${VPN[@]}"
for name in ghost Ghost GHOST ghost@EXAMPLE.ORG 'EXAMPLE.ORG\ghost' 'gHost@example.org'; do
	tick
	log_mark
	pam_try vpn "$name" "$(code_now ghost)"
	accepted "ghost, as $name"
	[ "$name" = ghost ] || log_like 'and both names are logged' 'user=ghost asked_as=.*[Gg]'
done
for name in Alice ALICE@Example.Org; do
	tick
	pam_try vpn "$name" "$(code_now alice)"
	accepted "alice, whom the system knows, as $name"
done
pam_try vpn ALICE "$(code_now ghost)"
denied 'by her own code alone'
is 'no account was made' "$(mfa-admin list </dev/null | grep -cE '^(alice|ghost) ')" 2
like 'explain: a realm that is not in realms' "$(rule_of 'OTHER\ghost')" 'A realm is taken off only if it stands in .realms.'
unlike 'and not of other letters' "$(rule_of 'gh/ost')" 'A realm'
like 'explain says who that is' "$(rule_of GHOST@example.org)" '^ghost \(asked as GHOST@example.org\): '

while IFS='|' read -r name rule; do
	pam_try vpn "$name" 123456
	denied "refused: $name"
	like 'with the usual question' "$SCREEN" '^ask: .*code'
	like "by $rule" "$(rule_of "$name")" "Rule: +$rule"
done <<'END'
root@EXAMPLE.ORG|name-of-root
ROOT|name-of-root
EXAMPLE.ORG\root|name-of-root
åååå|name-letters
Kim|name-letters
OTHER\ghost|name-letters
ghost$|name-letters
ghost@other.org|unenrolled=deny
zoe|unenrolled=deny
END
like 'a sign-in makes no account' "$(rule_of zoe)" 'neither imported nor with a pass'
unlike 'and leads through no enrolment' "$SCREEN" 'required'

# --- an administrator does -----------------------------------------------------------------------

OUT=$(mfa-admin pass zoe --valid 8h </dev/null 2>&1)
is 'a slip of the pen gets no pass' $? 4
OUT=$(mfa-admin --new pass ZOE --valid 8h --uses 2 </dev/null 2>&1)
is 'a new name does, if it is called new' $? 0
like 'spelt as the store has it' "$OUT" 'lets zoe in'
pam_try vpn Zoe "$(head -n 1 <<<"$OUT")"
like 'which leads to enrolment' "$SCREEN" 'Set up your phone now'
printf 'YVES\totpauth://totp/Bed:yves?secret=%s\n' "$(secret_of carol)" >"$BED/yves"
mfa-admin import "$BED/yves" </dev/null >/dev/null
is 'an import, too' "$(mfa-admin list </dev/null | grep -ciE '^yves ')$(mfa-admin list </dev/null | grep -cE '^yves ')" 11
for name in Kim@EXAMPLE.ORG 'EXAMPLE.ORG\KIM'; do
	like "$name has the pass of kim" "$(mfa-admin --new pass "$name" --valid 1h </dev/null 2>&1)" 'kim'
done
mfa-admin --new pass root@EXAMPLE.ORG --valid 1h </dev/null >/dev/null 2>&1
unlike 'but root has none by another spelling' "$(mfa-admin show root </dev/null 2>&1)" '[Pp]ass'
for name in Chloë ghost+vpn 'OTHER\ghost'; do
	mfa-admin --new pass "$name" --valid 1h </dev/null >"$BED/out" 2>&1
	is "$name would be refused: no pass" "$? $(grep -c 'other letters' "$BED/out")" '6 1'
	printf '%s\totpauth://totp/Bed:x?secret=%s\n' "$name" "$(secret_of carol)" >"$BED/odd"
	like 'nor an import' "$(mfa-admin import "$BED/odd" </dev/null 2>&1)" 'other letters'
done
mfa-admin show YVES </dev/null >/dev/null
is 'found by any spelling' $? 0

# --- names that differ from an account's in case alone ---------------------------------------------

useradd --no-create-home --badname Dora 2>/dev/null || bail 'no user Dora'
printf 'Dora\totpauth://totp/Bed:d?secret=%s\n' "$(secret_of carol)" >"$BED/dora"
mfa-admin import "$BED/dora" </dev/null >/dev/null
like 'the system knows Dora' "$(mfa-admin list </dev/null)" '^Dora '
tick
pam_try vpn Dora "$(code_now carol)"
accepted 'Dora, as the system spells her'
for name in dora DORA; do
	tick
	log_mark
	pam_try vpn "$name" "$(code_now carol)"
	denied "$name is refused"
	log_like 'and logged, with the other' 'rule="?name-like-another"? other="?Dora'
done
printf 'dora\totpauth://totp/Bed:d?secret=%s\n' "$(secret_of bob)" >"$BED/dora2"
like 'nor is there a second one by import' "$(mfa-admin import "$BED/dora2" </dev/null 2>&1)" 'capital letters alone'
mfa-admin --new pass dORA --valid 1h </dev/null >/dev/null 2>&1
is 'nor by a pass' $? 5
userdel Dora
mfa-admin --yes reset Dora </dev/null >/dev/null
mfa-admin import "$BED/dora2" </dev/null >/dev/null
is 'when she has gone, it is free' $? 0

# --- exact -------------------------------------------------------------------------------------------

rules '[policy]' 'enrolment = require' 'unenrolled = deny' 'enrol_local = yes' "${VPN[@]}" 'names = exact'
pam_try vpn GHOST "$(code_now ghost)"
denied 'names = exact: another spelling is nobody'
like 'and is told from who it is like' "$(rule_of GHOST)" 'name-like-another'
tick
pam_try vpn ghost "$(code_now ghost)"
accepted 'the right one gets in'
like 'more than one realm has to be meant' \
	"$(sed 's/^realms = .*/&, OTHER/' "$CONF" >"$BED/c"; mfa-admin --config "$BED/c" check-config 2>&1)" \
	'realms_are_one'

# --- a store from before ----------------------------------------------------------------------------

stop_mfad
in_store "delete from entry where cast(key as text) = 'meta/names'" || bail sqlite3
write_conf '[policy]' 'enrolment = require' 'unenrolled = deny' 'enrol_local = yes' "${VPN[@]}"
log_mark
start_mfad
log_like 'the log says so' 'mfad.*each spelling of a name is an account of its own'
like 'check-config, too' "$(mfa-admin check-config </dev/null 2>&1)" 'each spelling of a name is an account'
pam_try vpn GHOST
like 'all is as it was: another spelling is led to enrol' "$SCREEN" 'required'
printf '%s\totpauth://totp/Bed:x?secret=%s\n' Xena "$(secret_of alice)" Walt "$(secret_of bob)" WALT "$(secret_of carol)" \
	>"$BED/old"
mfa-admin import "$BED/old" </dev/null >/dev/null
OUT=$(names)
for name in José klaas@example.org Alex@EXAMPLE.ORG; do
	printf '%s\totpauth://totp/Bed:x?secret=%s\n' "$name" "$(secret_of alice)"
done >"$BED/lost"
mfa-admin import "$BED/lost" </dev/null >/dev/null
mfa-admin --new pass Tim --valid 1h </dev/null >/dev/null
mfa-admin --new pass tim --valid 1h </dev/null >/dev/null
printf 'Aaron\totpauth://totp/Bed:x?secret=%s\n' "$(secret_of carol)" >"$BED/aaron"
mfa-admin import "$BED/aaron" </dev/null >/dev/null
in_store "update entry set value = zeroblob(60) where cast(key as text) = 'account/Aaron'" || bail sqlite3
OUT=$(names)
while read -r name words; do
	like "names: $name" "$OUT" "$name +$words"
done <<-'END'
	José CAN'T SIGN IN: it has other letters
	klaas@example.org CAN'T SIGN IN: its realm
	Alex@EXAMPLE.ORG CAN'T SIGN IN: its realm
	Tim CONFLICT
	Aaron can't be read
END
like 'names: what would change' "$OUT" 'Xena +becomes xena'
like 'and what can not' "$OUT" 'WALT +CONFLICT'
OUT=$(names --fold)
like 'names --fold: a dry run first' "$OUT" 'Nothing was changed'
like 'so nothing was' "$(mfa-admin list </dev/null)" '^Xena '
mfa-admin report </dev/null >"$BED/report" 2>&1
like 'report names them' "$(sed -n '/capital/,$p' "$BED/report" | tr '\n' ' ')" 'WALT +Walt'
log_mark
OUT=$(names --fold --yes)
is 'names --fold --yes' $? 0
log_like 'is logged' 'event=fold-names result=ok renamed=1 conflicts=3'
tick
pam_try vpn xena "$(code_now alice)"
accepted 'the phone of Xena is that of xena'
tick
pam_try vpn XENA "$(code_now alice)"
accepted 'and of XENA'
for name in walt Walt WALT; do
	tick
	pam_try vpn "$name" "$(code_now bob)"
	denied "two accounts: $name is refused"
done
like 'check-config goes on naming them' "$(mfa-admin check-config </dev/null 2>&1)" 'names are in conflict .*[(]3[)]'
like 'and who can not sign in' "$(mfa-admin check-config </dev/null 2>&1)" "accounts can't sign in .*[(]3[)]"
is 'two who have but a pass are two' "$(mfa-admin list </dev/null 2>/dev/null | grep -ciE '^tim ')" 2
for name in WALT Tim Aaron José klaas@example.org Alex@EXAMPLE.ORG; do
	mfa-admin --yes reset "$name" </dev/null >/dev/null
done
like 'when one has been removed' "$(names --fold --yes)" 'Names that were changed: 1[.]'
tick
pam_try vpn WALT "$(code_now bob)"
accepted 'the other is whose spelling it is'
unlike 'and nothing is left to say' "$(mfa-admin check-config </dev/null 2>&1)" 'warning'

# --- interrupted --------------------------------------------------------------------------------------

stop_mfad
in_store "delete from entry where cast(key as text) = 'meta/names'" || bail sqlite3
start_mfad
printf 'Vera\totpauth://totp/Bed:x?secret=%s\n' "$(secret_of alice)" >"$BED/old"
mfa-admin import "$BED/old" </dev/null >/dev/null
stop_mfad
lost=0
for i in $(seq 10 4 60); do
	(timeout -s KILL "0.0$i" mfa-admin --yes names --fold </dev/null >/dev/null 2>&1; :) 2>/dev/null
	mfa-admin list </dev/null 2>/dev/null | grep -qi '^vera ' || lost=$((lost + 1))
done
is 'killed at some moment, nobody is lost' $lost 0
names --fold --yes >/dev/null
is 'and the last run ends it' "$(mfa-admin list </dev/null 2>/dev/null | grep -i '^vera ' | cut -d' ' -f1)" vera
start_mfad
tick
pam_try vpn VERA "$(code_now alice)"
accepted 'with her phone'

# A code that is used while the record lies under both names stays used.
stop_mfad
in_store "delete from entry where cast(key as text) = 'meta/names'" || bail sqlite3
start_mfad
printf 'Uma\totpauth://totp/Bed:x?secret=%s\n' "$(secret_of bob)" >"$BED/old"
mfa-admin import "$BED/old" </dev/null >/dev/null
tick
mkfifo "$BED/script"
"$HELPERS/ptyrun" pamtester vpn Uma authenticate <"$BED/script" >"$BED/typed" 2>&1 &
exec 6>"$BED/script"
echo 'expect code: ' >&6
wait_for grep -q 'code: ' "$BED/typed"
both() { [ "$(mfa-admin list </dev/null 2>/dev/null | grep -ciE '^uma ')" = 2 ]; }
for i in $(seq 1 12); do
	(strace -qq -f -o /dev/null -e trace=fdatasync -e inject=fdatasync:signal=KILL:when="$i" \
		mfa-admin --yes names --fold </dev/null >/dev/null 2>&1; :) 2>/dev/null
	both && break
done
ok 'a fold that was killed between the two' both
printf 'send %s\nend nothing\n' "$(code_now bob)" >&6
exec 6>&-
wait $!
like 'a code is used under the old name' "$(cat "$BED/typed")" 'successfully authenticated'
names --fold --yes >/dev/null
not_ok 'the fold is complete' both
pam_try vpn uma "$(code_now bob)"
denied 'and the code is no good a second time'
tick
pam_try vpn uma "$(code_now bob)"
accepted 'but the next one'

# What says how names are spelt is damaged.
in_store "update entry set value = zeroblob(60) where cast(key as text) = 'meta/names'" || bail sqlite3
tick
log_mark
pam_try vpn uma "$(code_now bob)"
denied 'not to know how names are spelt refuses'
log_like 'and is logged' 'names can.t be read|how names are spelt'
like 'check-config says what to do' "$(mfa-admin check-config </dev/null 2>&1)" 'damaged.*mfa-admin names'
names --fold --yes >/dev/null
pam_try vpn UMA "$(code_now bob)"
accepted 'names --fold mends it'

# A pass that has ended is no word of an administrator any more.
rules '[policy]' 'enrolment = require' 'unenrolled = deny' 'enrol_local = yes' "${VPN[@]}"
mfa-admin --new pass Otto --valid 1h </dev/null >/dev/null
tick 150
pam_try vpn otto
unlike 'a pass that has ended leads nowhere' "$SCREEN" 'required'

# A backup keeps how names are spelt.
echo 'correct horse battery' >"$BED/phrase"
chmod 600 "$BED/phrase"
mfa-admin --passphrase-file "$BED/phrase" backup "$BED/backup" </dev/null >/dev/null
mfa-admin --passphrase-file "$BED/phrase" --replace restore "$BED/backup" </dev/null >/dev/null 2>&1
stop_mfad
start_mfad
tick 12
pam_try vpn VERA "$(code_now alice)"
accepted 'after a restore, too'

done_testing
