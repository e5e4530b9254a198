#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The store is three files.  Whichever goes under a running mfad, nobody gets in by what is left, no code is good twice,
# and mfa-admin check-store says how to go on.
. "${BASH_SOURCE[0]%/*}/lib.sh"

readonly USERS=40
write_conf '[policy]' 'nss = no'
pam_service code 'auth required pam_mfa.so'
pam_service helper "auth required pam_mfa.so socket=$BED/none"
accounts() { seq 1 $USERS | sed "s,.*,user&\totpauth://totp/Bed:user&?secret=$(secret_of user)\&issuer=Bed,"; }
new_site() {
	end_mfad KILL
	new_store || bail 'mfa-admin init failed'
	accounts >"$BED/import"
	mfa-admin import "$BED/import" >/dev/null || bail 'mfa-admin import failed'
	start_mfad || bail 'mfad does not start'
	next=0
}
# try SERVICE [CODE]: the next account's sign-in.
try() {
	next=$((next + 1))
	pam_try "$1" "user$next" "$(code_now user)"
}
check_store() {
	STATUS=0
	SCREEN=$(mfa-admin check-store "$@" </dev/null 2>&1) || STATUS=$?
}
harm() {
	case $1 in
	copied) cp -p "$STORE$2" "$BED/copy" && mv "$BED/copy" "$STORE$2" ;;
	cut) truncate -s 0 "$STORE$2" ;;
	*) rm "$STORE$2" ;;
	esac
}

# What is done to which file, whether the log is gone with it, and what mfad puts back by ending as it is told to.
while read -r how end; do
	what="$how ${end#-}"
	new_site
	try code
	accepted "$what: before it, a sign-in"
	log_mark
	harm "$how" "$end"
	try code
	denied "$what: nobody gets in"
	try code
	denied "$what: nor does the next one"
	log_like "$what: the log says what to do" 'mfad.*restart mfad, then mfa-admin check-store'
	ok "$what: mfad is still there" kill -0 "$MFAD_PID"
	check_store
	if [ "$how" = cut ]; then
		is "$what: whoever opens it makes it anew" "$STATUS" 0
	else
		is "$what: check-store sees it" "$STATUS" 1
		like "$what: and who goes on in what has gone" "$SCREEN" "process $MFAD_PID.*mfa.db$end"
	fi
	stop_mfad
	start_mfad || diag "$what: mfad does not start"
	pam_try -q code user1 "$(code_now user)"
	denied "$what: after a restart, what was used is used"
	try code
	accepted "$what: and the next one gets in"
	check_store
	is "$what: all is well" "$STATUS" 0
done <<-END
	removed -wal
	removed -shm
	copied -shm
	cut -shm
END

# Killed, mfad can't put back what it had.  Nobody is let in by half a store, and nobody makes another half.
new_site
try code
accepted 'a sign-in that the log has'
rm "$STORE-wal"
kill_mfad
for start in 1 2; do
	log_mark
	not_ok "log missing: mfad does not start, $start" start_mfad
	log_like 'and says how to go on' 'mfad.*mfa-admin check-store'
	try helper
	denied "nor does a helper let anybody in, $start"
	like 'with words' "$SCREEN" '^say: .*administrator'
	not_ok "there is no other log, $start" test -e "$STORE-wal"
done
not_ok 'nothing is changed by other tools' mfa-admin rotate-key
check_store
is 'check-store: 1' "$STATUS" 1
like 'it says how to go on' "$SCREEN" 'check-store --accept'
check_store --accept
is 'taken as it is' "$STATUS" 0
like 'how many accounts there are' "$SCREEN" "^$USERS accounts"
start_mfad || bail 'mfad does not start'
pam_try -q code user1 "$(code_now user)"
denied 'the used code that was lost with the log is not good again'
tick 11
pam_try code user1 "$(code_now user)"
accepted 'codes are, some minutes later'

# With an mfad that has what was removed, nothing is to be accepted: it would be lost.
new_site
try code
rm "$STORE-wal"
check_store --accept
is 'not while mfad still has it' "$STATUS" 1
like 'but restart it' "$SCREEN" 'restart mfad'
not_ok 'no log was made' test -e "$STORE-wal"
stop_mfad

# All in one file, for who copies that; helpers leave the log for the next one.
is 'mfad leaves one file' "$(ls /var/lib/mfa)" mfa.db
cp -p "$STORE" "$BED/alone"
pam_try -q helper user1 "$(code_now user)"
denied 'the used code stays used'
try helper
accepted 'a helper begins a log'
is 'which stays' "$(find /var/lib/mfa -name 'mfa.db-wal')" "$STORE-wal"
rm "$STORE"*
cp -p "$BED/alone" "$STORE"
pam_try -q helper user1 "$(code_now user)"
denied 'the copy alone: used is used'
try helper
accepted 'the copy alone: it works'

# Two programs that change the store don't part it: what rotate-key says is so.
new_site
try code
rm "$STORE-shm"
try code
denied 'the index is gone: mfad lets nobody in'
ok 'rotate-key finds all that mfad has written' mfa-admin rotate-key
stop_mfad
ok 'after a restart' start_mfad
try code
accepted 'everybody gets in'
pam_try -q code user1 "$(code_now user)"
denied 'but by no code twice'

# What else check-store sees.
chmod 640 "$STORE-shm"
check_store
is 'a file that others can read' "$STATUS" 1
chmod 600 "$STORE-shm"
chmod 770 /var/lib/mfa
check_store
is 'a folder that others can change' "$STATUS" 1
chmod 700 /var/lib/mfa
stop_mfad
in_store "UPDATE entry SET value = x'01' WHERE CAST(key AS TEXT) LIKE '%user7'"
chown _mfa: "$STORE"*
check_store
is 'a record that can not be read' "$STATUS" 1
like 'is named' "$SCREEN" '^user7:'
like 'and counted' "$SCREEN" '^1 entries can.t be read'
perl -e 'open(my $f, "+<", $ARGV[0]); seek($f, 8192, 0); print $f "nonsense" x 1000' "$STORE"
check_store
is 'a damaged file' "$STATUS" 1
like 'with what to do' "$SCREEN" 'Restore a backup'

done_testing
