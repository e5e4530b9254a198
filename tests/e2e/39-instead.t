#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What takes the place of a store that lacks something: mfa-admin check-store --accept and restore.  Not while somebody
# has what is missing, or may have; whole, or not at all; and no code that can have been used is good again.
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/site.sh"

fill() { dd if=/dev/zero bs=4k >>/var/lib/mfa/full 2>/dev/null; }

# Recovery codes that were used in what is lost are good again, unless all of them go.
for how in '' --drop-recovery; do
	new_site
	code=$(mfa-enroll --user user1 codes </dev/null 2>&1 | grep -oE '[A-Za-z0-9]{4,5}(-[A-Za-z0-9]{4,5})+' | head -n 1)
	stop_mfad
	start_mfad || bail 'mfad does not start'
	pam_try code user1 "$code"
	accepted "a recovery code, $how"
	kill_mfad
	rm "$STORE-wal" "$STORE-shm"
	# shellcheck disable=SC2086
	check_store --accept $how
	is "--accept $how" "$STATUS" 0
	said=$SCREEN
	start_mfad || bail 'mfad does not start'
	pam_try code user1 "$code"
	if [ -z "$how" ]; then
		like 'that they may be good again is said' "$said" 'Recovery codes .*may be good again'
		accepted 'and the used one is'
	else
		like 'that there are none is said' "$said" 'Nobody has recovery codes any more'
		denied 'and the used one is not'
		like 'there are none' "$(mfa-admin show --json user1 </dev/null)" '"recovery": ?0\b'
	fi
done
check_store --drop-recovery
is '--drop-recovery by itself is wrong usage' "$STATUS" 2
like 'as it says' "$SCREEN" 'drop-recovery goes with --accept'

# While an mfad has what was removed, nothing takes the store's place: it would be lost.
echo 'a long phrase for tests 88' >/root/phrase
chmod 600 /root/phrase
restore() {
	STATUS=0
	SCREEN=$(mfa-admin --passphrase-file /root/phrase "$@" </dev/null 2>&1) || STATUS=$?
}
new_site
restore backup /root/backup
is 'a backup' "$STATUS" 0
try code
rm "$STORE-wal"
check_store --accept
is 'not while mfad still has it' "$STATUS" 1
like 'but restart it' "$SCREEN" 'restart mfad'
restore restore --replace /root/backup
is 'nor is a backup put there' "$STATUS" 1
like 'for mfad has it' "$SCREEN" "process $MFAD_PID.*mfa.db-wal"
like 'as it says' "$SCREEN" '^Nothing was changed.*check-store'
not_ok 'no log was made' test -e "$STORE-wal"
stop_mfad
start_mfad || bail 'mfad does not start'
pam_try -q code user1 "$(code_now user)"
denied 'nothing was lost'
rm "$STORE"*
restore restore /root/backup
is 'nor where mfad has the only copy' "$STATUS" 1
like 'of which check-store says how to save it' "$SCREEN" "process $MFAD_PID.*mfa.db that was removed"
is 'nothing is there yet' "$(ls /var/lib/mfa)" ''
stop_mfad
restore restore /root/backup
is 'when it has ended it is' "$STATUS" 0
check_store
like 'all of it' "$SCREEN" "^Accounts: $USERS,"

# What can't be seen is not nothing: root in a container often may not look into others' processes.  Who has no store
# open keeps nobody from anything.
blind() { SCREEN=$(setpriv --bounding-set -sys_ptrace --inh-caps -sys_ptrace "$@" </dev/null 2>&1); STATUS=$?; }
new_site
blind mfa-admin check-store
is 'nothing is missing: nobody need be seen' "$STATUS" 0
unlike 'nor named' "$SCREEN" 'process'
try code
rm "$STORE-wal" "$STORE-shm"
before=$(sha256sum "$STORE")
blind mfa-admin check-store
is 'the log is missing' "$STATUS" 1
like 'who may have it is named' "$SCREEN" "mfad .process $MFAD_PID. .*can't be seen"
blind mfa-admin check-store --accept
is 'it is not done without' "$STATUS" 1
like 'while that is so' "$SCREEN" "mfad .process $MFAD_PID. .*can't be seen"
like 'but how to go on' "$SCREEN" '^Nothing was changed. Have root look'
blind mfa-admin --passphrase-file /root/phrase restore --replace /root/backup
is 'nor is a backup put there' "$STATUS" 1
like 'for the same reason' "$SCREEN" "mfad .process $MFAD_PID. .*can't be seen"
is 'nothing was changed' "$(ls /var/lib/mfa) $(sha256sum "$STORE")" "mfa.db $before"
mv "$STORE" "$STORE.aside"
blind mfa-admin check-store
like 'the store is missing: nor is a backup advised' "$SCREEN" 'Do NOT restart mfad'
unlike 'while nobody knows' "$SCREEN" 'restore FILE'
mv "$STORE.aside" "$STORE"
setpriv --reuid _mfa --regid _mfa --clear-groups sleep infinity &
innocent=$!
disown
wait_for eval '[ "$(stat -c %U "/proc/$innocent")" = _mfa ]' || bail 'no process of _mfa'
blind readlink "/proc/$innocent/cwd"
is 'a process of its user that is not to be seen, either' "$STATUS" 1
kill_mfad
blind mfa-admin check-store --accept
is 'has no store open' "$STATUS" 0
rm "$STORE-wal" "$STORE-shm" 2>/dev/null
blind mfa-admin --passphrase-file /root/phrase restore --replace /root/backup
is 'nor for a restore' "$STATUS" 0
kill "$innocent"

# Who has a store of his own sees neither mfad, which lets nobody look into it, nor what the system hides from him.
readonly OWN=/home/bob/mfa
own() { # own HOW COMMAND...
	local how=$1
	shift
	SCREEN=$(unshare -m sh -c 'mount -o remount,hidepid="$0" /proc && exec setpriv --reuid bob --regid bob --clear-groups "$@"' \
		"$how" "$@" </dev/null 2>&1)
	STATUS=$?
}
mkdir $OWN
printf '[store]\nurl = sqlite://%s/mfa.db\n[seal]\nkey_file = %s/key\n' $OWN $OWN >$OWN/conf
cp /root/phrase /root/backup $OWN/
chown -R bob: $OWN
chmod -R go-rwx $OWN
own 0 mfa-admin --config $OWN/conf init
is "bob's own" "$STATUS" 0
setpriv --reuid bob --regid bob --clear-groups mfad --config $OWN/conf --socket $OWN/sock </dev/null >/dev/null 2>&1 &
bobs=$!
disown
wait_for test -e $OWN/mfa.db-shm || bail "bob's mfad does not start"
sed -n 's/^user1/bob/p' "$BED/import" >$OWN/import
ok 'which has written to its log' as bob "$(command -v mfa-admin)" --config $OWN/conf --socket $OWN/sock import $OWN/import
rm $OWN/mfa.db-wal
for how in 0 2; do
	own $how mfa-admin --config $OWN/conf check-store --accept
	is "hidepid=$how: not while it has the log" "$STATUS" 1
	like 'for it may' "$SCREEN" "can't be seen"
	own $how mfa-admin --config $OWN/conf --passphrase-file $OWN/phrase restore --replace $OWN/backup
	is 'nor a backup' "$STATUS" 1
	like 'for it may' "$SCREEN" "can't be seen"
done
kill -9 $bobs
wait_for ended $bobs
for how in 0 2; do
	own $how mfa-admin --config $OWN/conf --passphrase-file $OWN/phrase restore --replace $OWN/backup
	is "hidepid=$how: when that has ended" "$STATUS" 0
done
rm -r $OWN

# Where there is no room for it, nothing takes the store's place, and nothing is left of what did not fit.
new_site
stop_mfad
start_mfad || bail 'mfad does not start'
try code
accepted 'what the log alone has'
kill_mfad
rm "$STORE-wal" "$STORE-shm"
cp -p "$STORE" "$BED/lost"
used=$(code_now user)
mount -t tmpfs -o size=12m,mode=700,uid="$(id -u _mfa)",gid="$(id -g _mfa)" small /var/lib/mfa
refused=0 done=0
# fits WHAT COMMAND...: with so many KiB left.
fits() {
	local what=$1 before kib status found
	shift
	for kib in 0 64 384 512 768 4120 4200 4300 4500 5200; do
		rm -f /var/lib/mfa/*
		[ "$what" = 'nothing there' ] || cp -p "$BED/lost" "$STORE"
		before=$(ls /var/lib/mfa && cat "$STORE"* 2>/dev/null | sha256sum)
		fill
		truncate -s "-${kib}K" /var/lib/mfa/full
		status=0
		SCREEN=$("$@" </dev/null 2>&1) || status=$?
		rm /var/lib/mfa/full
		found=$(ls /var/lib/mfa && cat "$STORE"* 2>/dev/null | sha256sum)
		if [ $status = 0 ]; then
			done=$((done + 1))
			check_store
			like "$what, $kib KiB: done, and all is there" "$SCREEN" "^Accounts: $USERS,.* sound"
			pam_try -q helper user1 "$used"
			denied 'and the used code is not good again'
		else
			refused=$((refused + 1))
			is "$what, $kib KiB: nothing was changed, and nothing is left" "$found" "$before"
			like 'it says why' "$SCREEN" 'No space left'
		fi
	done
}
for what in accept replace 'nothing there'; do
	refused=0 done=0
	case $what in
	accept) fits "$what" mfa-admin check-store --accept ;;
	replace) fits "$what" mfa-admin --passphrase-file /root/phrase restore --replace /root/backup ;;
	*) fits "$what" mfa-admin --passphrase-file /root/phrase restore /root/backup ;;
	esac
	is "$what: some did not fit, and some did" $((refused > 0))$((done > 0)) 11
done
umount /var/lib/mfa

# What one who was killed has left is named, and goes with the next one.
new_site
stop_mfad
for name in mfa.db.accept mfa.db.accept-wal mfa.db.restore mfa.db.restore-shm; do
	install -m 600 -o _mfa -g _mfa /dev/null "/var/lib/mfa/$name"
done
check_store
is 'copies that were left are no fault' "$STATUS" 0
for name in mfa.db.accept mfa.db.accept-wal mfa.db.restore mfa.db.restore-shm; do
	like "$name is named" "$SCREEN" "^/var/lib/mfa/$name: an unfinished copy"
done
like 'with what becomes of it' "$SCREEN" 'the next one$'
unlike 'no line is too long' "$SCREEN" '.{95}'
ok 'a restore' mfa-admin --passphrase-file /root/phrase restore --replace /root/backup </dev/null
is 'removes them' "$(find /var/lib/mfa -name 'mfa.db.*')" ''
tick 11
start_mfad || bail 'mfad does not start'
try code
accepted 'something that the log alone has'
kill_mfad
rm "$STORE-wal" "$STORE-shm"
strace -f -qq -o "$BED/trace" -e trace=fsync -e inject=fsync:signal=KILL:when=1 mfa-admin check-store --accept \
	</dev/null >/dev/null 2>&1
like 'one that is killed' "$(cat "$BED/trace")" 'killed by SIGKILL'
is 'leaves its copy, and the store as it was' "$(find /var/lib/mfa -type f | sort | head -n 2)" \
	"$(printf '%s\n' "$STORE" "$STORE.accept")"
check_store
is 'which is still to be decided' "$STATUS" 1
like 'as check-store says' "$SCREEN" '^/var/lib/mfa/mfa.db.accept: an unfinished copy'
# Two at once would take each other's copy.
exec 7</var/lib/mfa
flock -n 7 || bail 'it is locked already'
check_store --accept
is 'not while another is at work' "$STATUS" 1
like 'as it says' "$SCREEN" 'others hold it'
STATUS=0
SCREEN=$(mfa-admin --passphrase-file /root/phrase restore --replace /root/backup </dev/null 2>&1) || STATUS=$?
is 'nor a restore' "$STATUS" 7
like 'which says so, too' "$SCREEN" 'mfa\.db: others hold it\. Try again\.'
ok 'whose copy stays' test -e "$STORE.accept"
exec 7<&-
check_store --accept
is 'the next one' "$STATUS" 0
is 'clears it up' "$(find /var/lib/mfa -name 'mfa.db.*')" ''

done_testing
