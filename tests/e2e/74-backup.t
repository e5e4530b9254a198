#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# mfa-admin backup and restore: accounts and key in one file, all or nothing.
. "${BASH_SOURCE[0]%/*}/lib.sh"

readonly KEY=/etc/mfa/master.key FILE=/root/mfa.backup
PHRASE='correct horse battery'
RANDOM=5

# admin ARG...: sets OUT (both streams) and STATUS; the passphrase is on standard input.
admin() {
	STATUS=0
	OUT=$(mfa-admin --config "$CONF" "$@" 2>&1 <<<"$PHRASE") || STATUS=$?
}
ends() { is "$1" "$STATUS" "$2" || diag "$OUT"; }
signs_in() {
	tick
	pam_try code "$2" "$(code_now "$2")"
	accepted "$1"
}
# What is in the store, but for its bytes.
accounts() { mfa-admin --config "$CONF" list </dev/null 2>&1; }
# The longest that a used code could be good again.
later() { tick 11; }
json() { perl -MJSON::PP -e 'local $/; my $j = decode_json(<STDIN>); print eval $ARGV[0]; die $@ if $@' "$1"; }

ready alice bob
pam_service code 'auth required pam_mfa.so'
signs_in 'before' alice
used=$(code_now alice)

# --- backup --------------------------------------------------------------------------

admin backup $FILE
ends 'backup' 0
like 'says what is in it' "$OUT" '^Accounts: 2, with the key, in /root/mfa.backup'
is 'nobody else may read it' "$(stat -c '%U:%G %a' $FILE)" 'root:root 600'
is 'nothing else is left' "$(ls -A /root)" mfa.backup
log_like 'it is logged' 'event=backup result=ok accounts=2 unreadable=0 by_uid=0'
for secret in alice "$(sed -n 's/^store //p' $KEY)" "$(sed -n 's/^key 1 //p' $KEY)" \
	"$(secret_of alice)" "$PHRASE"; do
	not_ok 'nothing can be read in it' grep -qaiF "$secret" $FILE
done
sum=$(sha256sum $FILE)
admin backup $FILE
ends 'never over a file that is there' 5
is 'which stays' "$(sha256sum $FILE)" "$sum"
PHRASE=short admin backup /root/other
ends 'a short passphrase' 6
PHRASE='' admin backup /root/other
ends 'none' 6
admin backup /nowhere/file
ends 'no such folder' 7
is 'none of them left a file' "$(ls -A /root)" mfa.backup
setpriv --reuid bob --regid bob --clear-groups mfa-admin backup /tmp/mine <<<"$PHRASE" >/dev/null 2>&1
is 'nobody but root may' $? 7

echo "$PHRASE" >/root/phrase
admin --passphrase-file /root/phrase backup /root/other
ends 'a passphrase file that others may read' 6
chmod 600 /root/phrase
admin --passphrase-file /root/phrase backup /root/other
ends 'a passphrase file' 0
on_pty mfa-admin backup /root/third <<SCRIPT
expect passphrase for the backup:
send $PHRASE
expect same again:
send $PHRASE
end
SCRIPT
is 'on a terminal it is asked for twice' "$STATUS" 0
unlike 'and not shown' "$SCREEN" 'horse'
like 'there is a bar' "$SCREEN" '####.*100%'
on_pty mfa-admin backup /root/fourth <<SCRIPT
expect passphrase for the backup:
send $PHRASE
expect same again:
send something else
end
SCRIPT
is 'two that differ' "$STATUS" 6
is 'make no file' "$(ls -A /root)" $'mfa.backup\nother\nphrase\nthird'

# --- restore onto an empty machine -------------------------------------------------------

before=$(accounts)
stop_mfad
rm -rf $KEY /var/lib/mfa
admin restore $FILE
ends 'restore, with nothing there' 0
like 'says what was restored' "$OUT" '^Accounts: 2, restored as they were on 2027-01-15'
is 'the key' "$(stat -c '%U:%G %a' $KEY)" 'root:_mfa 640'
is 'the store' "$(stat -c '%U:%G %a' $STORE)" '_mfa:_mfa 600'
is 'its folder' "$(stat -c '%U:%G %a' /var/lib/mfa)" '_mfa:_mfa 700'
is 'nothing beside the key' "$(ls /etc/mfa)" $'master.key\nmfa.conf'
is 'all accounts' "$(accounts)" "$before"
log_like 'it is logged' 'event=restore result=ok accounts=2 made=18000000[0-9]+ by_uid=0'
pam_try code alice "$used"
denied 'a used code stays used'
pam_try code bob "$(code_now bob)"
denied 'one that may have been used counts as used'
unlock alice
unlock bob
later
signs_in 'then alice signs in' alice
start_mfad
signs_in 'and bob' bob
admin restore $FILE
ends 'not over a store that is there' 5
like 'it says how' "$OUT" '--replace'
signs_in 'which stays as it is' alice

# --- replace, while mfad runs -----------------------------------------------------------

enrol carol
tick
used=$(code_now bob)
pam_try code bob "$used"
accepted 'bob uses a code'
admin --replace restore $FILE
ends 'restore --replace' 0
is 'who came later has gone' "$(accounts | grep -c carol)" 0
pam_try code bob "$used"
denied "bob's code stays used"
later
signs_in 'mfad goes on' alice

# The key was changed meanwhile; it stays.
admin rotate-key
ends 'rotate-key' 0
admin --replace restore $FILE
ends 'an older backup' 0
is 'the newer key stays' "$(sed -n 's/^key \([0-9]*\) .*/\1/p' $KEY)" 2
later
signs_in 'and opens all' bob
admin --key-only --replace restore $FILE
ends "but the backup's key is not that of this store" 6
is 'so it is not put back' "$(sed -n 's/^key \([0-9]*\) .*/\1/p' $KEY)" 2

# --- the key alone -----------------------------------------------------------------------

rm -f /root/other
admin backup /root/other
kept=$(cat $KEY)
stop_mfad
rm $KEY
admin restore /root/other
ends 'the key is lost, the store there: not without being told' 5
admin --key-only restore /root/other
ends 'restore --key-only' 0
is 'the same key' "$(cat $KEY)" "$kept"
is 'as it was' "$(stat -c '%U:%G %a' $KEY)" 'root:_mfa 640'
signs_in 'and nobody noticed' alice
admin --key-only restore /root/other
ends 'not over one that is there' 5
rm $KEY
admin --replace restore /root/other
ends 'or all of it' 0
later
signs_in 'bob' bob
echo nonsense >$KEY
admin --replace restore /root/other
ends 'also over a damaged key' 0
later
signs_in 'bob' bob
rm -f $STORE*
admin restore /root/other
ends 'the store is lost, the key there' 0
later
signs_in 'bob' bob

# --- what is not a good backup ------------------------------------------------------------

start_mfad
before=$(accounts; cat $KEY)
PHRASE='wrong horse battery' admin --replace restore $FILE
ends 'a wrong passphrase' 1
like 'says so' "$OUT" 'not its passphrase'
size=$(stat -c %s $FILE)
for cut in 0 5 20 43 44 100 $((size - 17)) $((size - 1)); do
	head -c "$cut" $FILE >/root/bad
	admin --replace restore /root/bad
	ends "cut off at $cut" 6
done
while read -r at status; do
	cp $FILE /root/bad
	perl -e 'open F, "+<", $ARGV[0]; seek F, $ARGV[1], 0; read F, $b, 1; seek F, $ARGV[1], 0;
		print F $b ^ "\x80"' /root/bad "$at"
	admin --replace restore /root/bad
	ends "byte $at is another" "$status"
done <<END
0 6
8 6
9 6
15 1
35 1
50 6
$((size - 1)) 6
END
cat $FILE >/root/bad
echo >>/root/bad
admin --replace restore /root/bad
ends 'something follows' 6
admin --replace restore /etc/passwd
ends 'another file' 6
admin --replace restore /root/absent
ends 'no file' 6
is 'nothing was changed by all that' "$(accounts; cat $KEY)" "$before"
signs_in 'and alice signs in' alice

# --- recovery codes -----------------------------------------------------------------------

codes=$(mfa-enroll --user alice codes </dev/null 2>&1 | grep -oE '[A-Za-z0-9]{4,5}(-[A-Za-z0-9]{4,5})+')
code=$(head -n 1 <<<"$codes")
rm -f /root/other
admin backup /root/other
pam_try code alice "$code"
accepted 'a recovery code'
pam_try code alice "$code"
denied 'is good once'
admin --replace restore /root/other
ends 'restore' 0
pam_try code alice "$code"
accepted 'what was used since the backup is good again, as THREATS says'
admin --drop-recovery --replace restore /root/other
ends '--drop-recovery' 0
pam_try code alice "$code"
denied 'then it is not'
admin --json show alice
is 'for there are none' "$(json '$j->{recovery}' <<<"$OUT")" 0

# --- while sign-ins go on, and killed in the middle -----------------------------------------

people() {
	local i
	for ((i = 1; i <= $2; i++)); do
		printf '%s%05d\totpauth://totp/Bed:x?secret=%s\n' "$1" "$i" "$(secret_of carol)"
	done
}
people person 2000 >/root/people
mfa-admin import /root/people </dev/null >/dev/null
write_conf '[policy code]' 'nss = no'
kill -HUP "$MFAD_PID"
rm -f /root/other
later

mfa-admin --passphrase-file /root/phrase backup /root/other </dev/null >/dev/null 2>&1 &
pid=$!
n=0 out=0
while kill -0 $pid 2>/dev/null; do
	n=$((n + 1))
	pam_try code "$(printf 'person%05d' $n)" "$(code_now carol)"
	[ "$STATUS" = 0 ] || out=$((out + 1))
done
wait $pid
is 'a backup while sign-ins go on' "$? $out" '0 0'
diag "$n sign-ins meanwhile"
admin --replace restore /root/other
ends 'has everything' 0
like 'all accounts' "$OUT" '^Accounts: 2002, restored'

# kill_after PID: a random while: scrypt alone takes half a second.
kill_after() {
	(
		read -rt "$(printf '0.%04d' $((2500 + RANDOM % 5000)))" <>"$BED/never"
		kill -9 "$1"
	) 2>/dev/null &
	killer=$!
}
made=0
for ((i = 0; i < 10; i++)); do
	rm -f /root/killed
	mfa-admin --passphrase-file /root/phrase backup /root/killed </dev/null >/dev/null 2>&1 &
	pid=$!
	disown
	kill_after $pid
	wait $killer
	wait_for ended $pid
	[ ! -e /root/killed ] || made=$((made + 1))
done
diag "$made of 10 killed backups were made all the same"
[ ! -e /root/killed ] || admin --replace restore /root/killed
ends 'a backup that is there is whole' 0
rm -f /root/killed
is 'a killed one leaves nothing' "$(ls -A /root)" $'bad\nmfa.backup\nother\npeople\nphrase\nthird'

# The one has two accounts, the other two thousand and two.
old=0 new=0 third=0 refused=0
for ((i = 0; i < 24; i++)); do
	later
	mfa-admin --passphrase-file /root/phrase --replace restore \
		"$([ $((i % 2)) = 0 ] && echo $FILE || echo /root/other)" </dev/null >/dev/null 2>&1 &
	pid=$!
	disown
	kill_after $pid
	wait $killer
	wait_for ended $pid
	case $(accounts | wc -l) in
	3) old=$((old + 1)) ;;
	2003) new=$((new + 1)) ;;
	*) third=$((third + 1)) && diag "$(accounts | wc -l) lines" ;;
	esac
	later
	pam_try -q code alice "$(code_now alice)"
	[ "$STATUS" = 0 ] || refused=$((refused + 1))
done
diag "killed restores: $old times there were two, $new times two thousand"
is 'a killed restore leaves the old or the new' $third 0
is 'and alice signs in' $refused 0
stop_mfad

# With nothing there; of one that is damaged further on nothing is left.
rm -rf $KEY $KEY.new /var/lib/mfa
head -c -1000 /root/other >/root/bad
admin restore /root/bad
ends 'a damaged one' 6
is 'leaves nothing' "$(find /etc/mfa /var/lib/mfa -type f)" /etc/mfa/mfa.conf
half=0 whole=0 nothing=0
for ((i = 0; i < 16; i++)); do
	rm -rf $KEY $KEY.new /var/lib/mfa
	mfa-admin --passphrase-file /root/phrase restore /root/other </dev/null >/dev/null 2>&1 &
	pid=$!
	disown
	kill_after $pid
	wait $killer
	wait_for ended $pid
	if [ -e $KEY ]; then
		whole=$((whole + 1))
		accounts | grep -q person02000 || fail 'a key, and not all accounts'
		continue
	fi
	nothing=$((nothing + 1))
	accounts | grep -q alice && fail 'accounts without a key'
	[ ! -e $STORE ] || half=$((half + 1))
	admin restore /root/other
	[ "$STATUS" = 0 ] || fail "run again: $OUT"
done
diag "killed with nothing there: $whole whole, $nothing not, $half with a store that nobody can use"
later
signs_in 'run again, it is finished' alice
is 'nothing else is left' \
	"$(find /etc/mfa /var/lib/mfa -type f ! -name mfa.db-wal ! -name mfa.db-shm | sort)" \
	$'/etc/mfa/master.key\n/etc/mfa/mfa.conf\n/var/lib/mfa/mfa.db'

# --- a backup that an earlier version made ----------------------------------------------------

stop_mfad
admin --replace restore tests/records/3.backup
ends 'a backup of records of format 3' 0
later
signs_in 'who was in it signs in' alice
signs_in 'and the other' bob

done_testing
