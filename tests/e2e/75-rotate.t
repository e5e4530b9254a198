#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# mfa-admin rotate-key: a new master key while sign-ins go on, also when it is killed.
. "${BASH_SOURCE[0]%/*}/lib.sh"

readonly KEY=/etc/mfa/master.key
RANDOM=11

# admin ARG...: sets OUT (both streams) and STATUS; no terminal.
admin() {
	STATUS=0
	OUT=$(mfa-admin --config "$CONF" "$@" 2>&1 </dev/null) || STATUS=$?
}
ends() { is "$1" "$STATUS" "$2" || diag "$OUT"; }
keys() { sed -n 's/^key \([0-9]*\) .*/\1/p' $KEY | paste -sd ' '; }
# Which keys the store's entries are sealed under, as their bytes say.
sealed_under() {
	in_store "SELECT DISTINCT hex(substr(value, 2, 4)) FROM entry ORDER BY 1" | paste -sd ' '
}
signs_in() {
	tick
	pam_try code "$2" "$(code_now "$2")"
	accepted "$1"
}

ready alice bob carol
pam_service code 'auth required pam_mfa.so'
signs_in 'before' alice
before=$(grep '^key' $KEY)

admin rotate-key
ends 'rotate-key' 0
like 'says how much it did' "$OUT" 'sealed anew: 26[0-9]'
like 'and what to do next' "$OUT" 'Make a new backup'
is 'there is another key, and it alone' "$(keys)" 2
unlike 'not the old one under a new number' "$(cat $KEY)" "${before##* }"
is 'everything is sealed under it' "$(sealed_under)" 00000002
is 'the file is as it was' "$(stat -c '%U:%G %a' $KEY)" 'root:_mfa 640'
is 'and alone' "$(ls /etc/mfa)" $'master.key\nmfa.conf'
log_like 'it is logged' 'event=rotate-key result=ok resealed=26[0-9]'
signs_in 'a mfad that was running goes on' alice
stop_mfad
signs_in 'so does one for a single sign-in' bob
admin rotate-key
ends 'rotate-key without mfad' 0
is 'a third key' "$(keys)" 3
signs_in 'sign-ins without mfad go on' bob
start_mfad
signs_in 'and with one' carol
admin list
ends 'and the tools' 0

# --- a sign-in that waits meanwhile ----------------------------------------------

# Its helper has read the key file before there was another.
stop_mfad
pam_service su 'auth sufficient pam_rootok.so' 'auth required pam_mfa.so'
tick
on_pty setpriv --reuid alice --regid alice --init-groups su carol -c 'echo "in as $(id -un)"' <<SCRIPT
expect code:
run mfa-admin rotate-key >$BED/rotate.out 2>&1 </dev/null & echo \$! >$BED/rotate.pid
run until grep -q Waiting $BED/rotate.out; do read -rt 0.01 <>$BED/never || :; done
send $(code_now carol)
end code:
SCRIPT
entered 'a sign-in that began before the change gets in' carol
wait_for ended "$(cat "$BED/rotate.pid")"
like 'which waited for it' "$(cat "$BED/rotate.out")" 'The key was changed'
is 'and left nothing under the old key' "$(keys) $(sealed_under)" '4 00000004'
signs_in 'carol' carol

# --- interrupted -----------------------------------------------------------------

people() {
	local i
	for ((i = 1; i <= $2; i++)); do
		printf '%s%05d\totpauth://totp/Bed:x?secret=%s\n' "$1" "$i" "$(secret_of carol)"
	done
}
people person 3000 >"$BED/people"
mfa-admin import "$BED/people" </dev/null >/dev/null
write_conf '[policy code]' 'nss = no'

# An account of its own for each, so that none has to wait for the next step.
rotations=0 killed=0 in=0 out=0 n=0
for mode in stdio daemon; do
	[ $mode = stdio ] || start_mfad
	for ((i = 0; i < 40; i++)); do
		mfa-admin rotate-key >"$BED/rotate.out" 2>&1 </dev/null &
		pid=$!
		disown
		(
			read -rt "$(printf '0.%04d' $((RANDOM % 1500)))" <>"$BED/never"
			kill -9 $pid
		) 2>/dev/null &
		killer=$!
		for ((j = 0; j < 3; j++)); do
			n=$((n % 3000 + 1))
			pam_try code "$(printf 'person%05d' $n)" "$(code_now carol)"
			if [ "$STATUS" = 0 ]; then
				in=$((in + 1))
			else
				out=$((out + 1))
				diag "$(keys): $SCREEN $(log_text | tail -n 5)"
			fi
		done
		wait $killer
		wait_for ended $pid
		[ "$(keys)" = "${last_keys-}" ] || rotations=$((rotations + 1))
		last_keys=$(keys)
		[ ! -e $KEY.rotating ] || killed=$((killed + 1))
	done
done
diag "80 runs, $killed killed halfway, $in sign-ins meanwhile, $rotations changes of the file"
is 'nobody was refused meanwhile' "$out" 0
ok 'many were killed halfway' test $killed -ge 10
admin rotate-key
ends 'run again, it is finished' 0
[ ! -e $KEY.rotating ] || admin rotate-key
ok 'one key is left' test "$(keys | wc -w)" = 1
is 'under which everything is' "$(sealed_under)" "$(printf '%08X' "$(keys)")"
is 'and nothing else is left' "$(ls /etc/mfa)" $'master.key\nmfa.conf'
is 'all records are there' "$(mfa-admin --json list </dev/null | grep -c '"error"\|"name"')" 3003
is 'and can be read' "$(mfa-admin --json list </dev/null | grep -c '"error"')" 0
signs_in 'alice' alice

# --- two at once, and what can't be read --------------------------------------------

mfa-admin rotate-key >"$BED/rotate.out" 2>&1 </dev/null &
pid=$!
wait_for test -e $KEY.rotating
admin rotate-key
ends 'a second one at the same time' 7
like 'says so' "$OUT" 'somebody else'
wait $pid
is 'the first is not disturbed' $? 0

in_store "UPDATE entry SET value = zeroblob(100) WHERE key = CAST('account/bob' AS BLOB);
	UPDATE entry SET value = substr(value, 1, length(value) - 1) || x'00'
	WHERE key = CAST('account/person00007' AS BLOB)"
admin rotate-key
ends 'damaged records do not keep the old key' 0
like 'but are named' "$OUT" '^mfa-admin: *account/bob: damaged$'
like 'each' "$OUT" '^mfa-admin: *account/person00007: damaged$'
ok 'one key is left' test "$(keys | wc -w)" = 1
signs_in 'alice' alice

cp -p $KEY "$BED/kept.key"
printf 'mfa-master-key 1\nstore %032d\nkey 1 %064d\n' 0 0 >"$BED/other.key"
chown root:_mfa "$BED/other.key"
chmod 640 "$BED/other.key"
mv "$BED/other.key" $KEY
admin rotate-key
ends "another store's key" 7
is 'stays' "$(keys)" 1
log_like 'mfad keeps its own' "event=key .*another store's"
mv "$BED/kept.key" $KEY
signs_in 'and goes on with it' alice
setpriv --reuid bob --regid bob --clear-groups mfa-admin rotate-key >"$BED/rotate.out" 2>&1
is 'nobody but root may' $? 7

done_testing
