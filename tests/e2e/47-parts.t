#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The store is three files.  Whichever goes under a running mfad, nobody gets in by what is left, no code is good twice,
# and mfa-admin check-store says how to go on.
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/site.sh"

# It listens before it opens the store.
ends_at_start() {
	start_mfad || return 0
	wait_for ended "$MFAD_PID" && MFAD_PID=''
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
stop_mfad
start_mfad || bail 'mfad does not start'
try code
accepted 'a sign-in that the log has'
rm "$STORE-wal"
kill_mfad
for start in 1 2; do
	log_mark
	ok "log missing: mfad does not start, $start" ends_at_start
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
like 'and what that costs' "$SCREEN" 'refused for 5 minutes, and temporary passes'
like 'of recovery codes, too' "$SCREEN" 'Recovery codes .*unless you add --drop-recovery'
check_store --accept
is 'taken as it is' "$STATUS" 0
like 'how many accounts there are' "$SCREEN" "^Accounts: $USERS; the store is taken as it is"
like 'and for how long codes rest' "$SCREEN" 'refused for 5 minutes, and temporary passes'
is 'all is in one file' "$(ls /var/lib/mfa)" "$(printf 'mfa.db\nmfa.db-shm')"
start_mfad || bail 'mfad does not start'
pam_try -q code user1 "$(code_now user)"
denied 'the used code that was lost with the log is not good again'
log_mark
try code
denied 'nor is any other just now'
like 'which is not called used' "$SCREEN" 'restored just now'
log_like 'nor in the log' 'user=user[0-9]+ .*answer=restored'
tick 10
pam_try code user1 "$(code_now user)"
accepted 'codes are, five minutes later'

# Of a whole store nothing is accepted.
tick
pass=$(mfa-admin pass user3 --valid 8h | head -n 1)
check_store --accept
is 'nothing is missing' "$STATUS" 0
like 'as it says' "$SCREEN" 'Nothing is missing; nothing was changed'
try code
accepted 'no code was used up'
pam_try code user3 "$pass"
accepted 'nor a pass ended'

# With an mfad that has what was removed, nothing is to be accepted: it would be lost.
new_site
try code
rm "$STORE-wal"
check_store --accept
is 'not while mfad still has it' "$STATUS" 1
like 'but restart it' "$SCREEN" 'restart mfad'
not_ok 'no log was made' test -e "$STORE-wal"
stop_mfad

# The store's folder may be a link.
ln -s mfa /var/lib/link
new_site
stop_mfad
sed -i 's,/var/lib/mfa/,/var/lib/link/,' "$CONF"
start_mfad || bail 'mfad does not start'
try code
accepted 'the folder is a link: a sign-in'
rm "$STORE-wal"
check_store --accept
is 'not while mfad has the log' "$STATUS" 1
like 'which is seen' "$SCREEN" "process $MFAD_PID.*mfa.db-wal"
stop_mfad
sed -i 's,/var/lib/link/,/var/lib/mfa/,' "$CONF"
start_mfad || bail 'mfad does not start'
pam_try -q code user1 "$(code_now user)"
denied 'nothing was lost'
stop_mfad
rm /var/lib/link

# The store itself: mfad has the only copy, and a restart would lose it.  What check-store prints, done as it stands,
# saves all; mfad's end is a step of it.
systemctl() { stop_mfad; start_mfad || diag 'mfad does not start'; }
advised() { grep '^    ' <<<"$SCREEN" >"$BED/advice"; }
while read -r how gone; do
	new_site
	try code
	accepted "mfa.db $how: before it, a sign-in"
	log_mark
	case $how in
	moved) mv "$STORE" "$STORE.aside" ;;
	replaced) cp -p "$STORE" "$BED/copy" && mv "$BED/copy" "$STORE" ;;
	*) for end in $gone; do rm "$STORE${end#.}"; done ;;
	esac
	try code
	denied "mfa.db $how: nobody gets in"
	log_like "mfa.db $how: the log warns" 'mfad.*/var/lib/mfa/mfa.db was removed.*do not restart mfad'
	check_store
	is "mfa.db $how: check-store sees it" "$STATUS" 1
	like "mfa.db $how: and warns" "$SCREEN" "Do NOT restart mfad.*process $MFAD_PID"
	unlike "mfa.db $how: and says nothing else" "$SCREEN" 'What it has is put into|restore'
	unlike "mfa.db $how: in 80 columns or so" "$SCREEN" '.{95}'
	pid=$MFAD_PID
	ok "mfa.db $how: there is advice" advised
	# shellcheck source=/dev/null
	. "$BED/advice"
	[ "$how" != moved ] || is "mfa.db $how: mfad goes on" "$MFAD_PID" "$pid"
	try code
	accepted "mfa.db $how: and everybody gets in again"
	pam_try -q code user1 "$(code_now user)"
	denied "mfa.db $how: what was used is used"
	check_store
	is "mfa.db $how: all is well" "$STATUS" 0
	like "mfa.db $how: all are there" "$SCREEN" "^Accounts: $USERS,"
done <<-END
	removed .
	moved
	replaced
	removed . -wal
	removed . -wal -shm
END
unset -f systemctl

# With nobody who has it, nothing is to be saved.
new_site
stop_mfad
mv "$STORE" "$BED/gone"
check_store
is 'no store' "$STATUS" 1
like 'then a backup' "$SCREEN" 'put it back.*restore a backup'
unlike 'nobody has it' "$SCREEN" 'process'
mv "$BED/gone" "$STORE"

# What is no store, and has a log that may have everything: nobody does away with that.
new_site
try code
kill_mfad
cp -p "$STORE" "$BED/whole"
for how in empty garbage; do
	if [ "$how" = empty ]; then : >"$STORE"; else printf garbage | dd of="$STORE" conv=notrunc status=none; fi
	before=$(sha256sum "$STORE"*)
	check_store
	is "$how: check-store sees it" "$STATUS" 1
	like "$how: with what to do" "$SCREEN" 'Restore a backup'
	ok "$how: mfad does not start" ends_at_start
	try helper
	denied "$how: nor does a helper let anybody in"
	not_ok "$how: rotate-key stops" mfa-admin rotate-key
	is "$how: all three are as they were" "$(sha256sum "$STORE"*)" "$before"
done
cp -p "$BED/whole" "$STORE"
start_mfad || bail 'mfad does not start'
pam_try -q code user1 "$(code_now user)"
denied 'put back, the log has what was used'

# What was looked at is left as it was found: as mfad leaves it, and as a copy of its one file.
stop_mfad
for found in three one; do
	[ $found = three ] || rm "$STORE-wal" "$STORE-shm"
	before=$(ls /var/lib/mfa)
	for what in check-store 'check-store --accept' init rotate-key names; do
		# shellcheck disable=SC2086
		ok "$found: $what" mfa-admin $what
		is "$found: $what leaves what it found" "$(ls /var/lib/mfa)" "$before"
	done
done
mkdir "$BED/site"
cp -p "$STORE" "$BED/site/"
rm "$STORE"*
cp -p "$BED/site/mfa.db" "$STORE"
start_mfad
try code
accepted 'which is a whole store'
stop_mfad

# All in one file, for who copies that, though the log keeps its room; helpers leave it for the next one.
ok 'mfad leaves the log' test -s "$STORE-wal"
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

# A helper that finds the log which mfad, or a helper that was killed at once, has left: what it writes is missed, too.
for left in mfad killed; do
	new_site
	try code
	stop_mfad
	if [ $left = killed ]; then
		rm "$STORE-wal" "$STORE-shm"
		install -m 600 -o _mfa -g _mfa /dev/null "$STORE-wal"
	fi
	try helper
	accepted "$left: by a helper"
	rm "$STORE-wal" "$STORE-shm"
	log_mark
	pam_try -q helper user2 "$(code_now user)"
	denied "$left: without the log, what was used is not good again"
	log_like "$left: and the log says how to go on" 'mfa-admin check-store'
done

# A backup takes the place of a store without its log; until it is there, nobody gets in by what is left.
new_site
echo 'a long phrase for tests 47' >/root/phrase
chmod 600 /root/phrase
ok 'a backup' mfa-admin --passphrase-file /root/phrase backup /root/backup </dev/null
try code
kill_mfad
rm "$STORE-wal" "$STORE-shm"
check_store
like 'check-store names the backup' "$SCREEN" 'restore --replace FILE'
head -c -1000 /root/backup >/root/damaged
not_ok 'a damaged backup is refused' \
	mfa-admin --passphrase-file /root/phrase restore --replace /root/damaged </dev/null
try helper
denied 'and nobody gets in by what is left'
is 'nothing else is left' "$(ls /var/lib/mfa)" mfa.db
not_ok 'nothing is replaced without --replace' \
	mfa-admin --passphrase-file /root/phrase restore /root/backup </dev/null
ok 'the backup takes its place' mfa-admin --passphrase-file /root/phrase restore --replace /root/backup </dev/null
start_mfad || bail 'mfad does not start'
pam_try -q code user1 "$(code_now user)"
denied 'the used code is not good again'
tick 10
pam_try code user1 "$(code_now user)"
accepted 'codes are, five minutes later'
stop_mfad

# Who has a path that looks like the store's has nothing of it: a container, a user with a file system of his own.  Who
# has the store's own is seen, also from a mount namespace, as systemd gives mfad one.
new_site
stop_mfad
holder() { # holder COMMAND: has descriptor 5, in a mount namespace of its own
	HOLDER=''
	"${AS[@]}" unshare "${UNSHARE[@]}" sh -c "$1; exec sleep infinity" &
	HOLDER=$!
	wait_for test -e "/proc/$HOLDER/fd/5" || bail "$1: it does not start"
}
end_holder() { kill "$HOLDER"; wait "$HOLDER" 2>/dev/null; }
elsewhere='mount -t tmpfs none /var/lib/mfa && exec 5>/var/lib/mfa/mfa.db-wal'
AS=() UNSHARE=(-m)
holder "$elsewhere && chown _mfa /var/lib/mfa/mfa.db-wal"
wait_for eval '[ "$(stat -Lc %U "/proc/$HOLDER/fd/5")" = _mfa ]' || bail 'it has no store of its own'
check_store
is 'a container that has a store of its own' "$STATUS" 0
end_holder
AS=(setpriv --reuid 65534 --regid 65534 --clear-groups) UNSHARE=(-Urm)
holder "mkdir -p /tmp/fake && mount -t tmpfs none /tmp/fake && mkdir -p /tmp/fake/var/lib/mfa &&
	exec 5>/tmp/fake/var/lib/mfa/mfa.db-wal && umount -l /tmp/fake"
wait_for eval '[ "$(readlink "/proc/$HOLDER/fd/5")" = /var/lib/mfa/mfa.db-wal ]' || bail 'it has no such path'
check_store
is 'a user with a file system of his own' "$STATUS" 0
end_holder
AS=() UNSHARE=(-m)
holder "exec 5<$STORE-wal"
rm "$STORE-wal"
check_store
is 'who has the log that was removed' "$STATUS" 1
like 'is named' "$SCREEN" "process $HOLDER.*mfa.db-wal"
end_holder

# On a disk that is full mfad can end and begin: it goes on in the log's room.
new_site
stop_mfad
mkdir "$BED/small"
cp -p "$STORE" "$BED/small/"
mount -t tmpfs -o size=8m,mode=700,uid="$(id -u _mfa)",gid="$(id -g _mfa)" small /var/lib/mfa
cp -p "$BED/small/mfa.db" "$STORE"
start_mfad || bail 'mfad does not start'
fill() { dd if=/dev/zero bs=4k >>/var/lib/mfa/full 2>/dev/null; }
fill
try code
accepted 'a full disk: a sign-in'
stop_mfad
fill
ok 'mfad begins again' start_mfad
try code
accepted 'and lets in who is right'
pam_try -q code user1 "$(code_now user)"
denied 'by no code twice'
end_mfad KILL
umount /var/lib/mfa

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

# Who looks after mfad is told what to run; nobody else is.
rm "$STORE-shm"
for what in list 'show user1' 'reset user1 --yes' report 'unlock user1' 'explain --user user1 --service code'; do
	# shellcheck disable=SC2086
	SCREEN=$(mfa-admin $what 2>&1 </dev/null)
	like "$what: root is told" "$SCREEN" 'mfa-admin check-store. says'
done
unlike 'no line is too long' "$SCREEN" '.{81}'
try code
denied 'a sign-in is refused'
unlike 'and not told that' "$SCREEN" 'mfa-admin'
stop_mfad
start_mfad || bail 'mfad does not start'

# What else check-store sees.  What it says, done as it stands, mends it.
mend() {
	check_store
	is "$1" "$STATUS" 1
	unlike "$1: nothing is called sound" "$SCREEN" 'sound'
	ok "$1: there is advice" advised
	# shellcheck source=/dev/null
	. "$BED/advice"
	check_store
	is "$1: which mends it" "$STATUS" 0
}
chmod 640 "$STORE-shm"
mend 'a file that others can read'
chown root:root "$STORE-wal"
mend 'a log that is not mfad'"'"'s'
chown root:root "$STORE"
mend 'nor the store'
chmod 770 /var/lib/mfa
mend 'a folder that others can change'
chmod 644 /etc/mfa/master.key
mend 'a key that others can read'

# The key.
cp -p /etc/mfa/master.key "$BED/key"
rm /etc/mfa/master.key
check_store
is 'no key' "$STATUS" 1
like 'where to get it' "$SCREEN" 'mfa-admin restore --key-only FILE'
unlike 'in 80 columns' "$SCREEN" '.{81}'
stop_mfad
log_mark
ok 'mfad does not start' ends_at_start
log_like 'nor speaks of init' 'there is a store, but not its key.*restore --key-only'
install -g _mfa -m 640 /dev/null /etc/mfa/master.key
check_store
is 'an empty key' "$STATUS" 1
like 'what it is' "$SCREEN" "damaged, or no key of mfa's"
like 'and how to replace it' "$SCREEN" 'restore --key-only --replace FILE'
cp -p "$BED/key" /etc/mfa/master.key
chown root:root "$STORE"
log_mark
ok 'mfad does not start with a store of root' ends_at_start
log_like 'but says whom to ask' 'event=store.*mfa-admin check-store'
chown _mfa: "$STORE"

# Who may not look is told so, and nothing that is not so.
as alice "$(command -v mfa-admin)" check-store >"$BED/out" 2>&1
is 'a user: 1' $? 1
is 'a user' "$(cat "$BED/out")" 'mfa-admin: only root can look at the store.'
mfa-admin check-store >/dev/full
is 'what could not be written' $? 7
in_store "UPDATE entry SET value = x'01' WHERE CAST(key AS TEXT) LIKE '%user7'"
chown _mfa: "$STORE"*
check_store
is 'a record that can not be read' "$STATUS" 1
like 'is named' "$SCREEN" '^user7:'
like 'and counted' "$SCREEN" '^Entries that can.t be read with this key: 1;'
in_store "UPDATE entry SET value = x'7f01' WHERE CAST(key AS TEXT) LIKE '%user8'"
chown _mfa: "$STORE"*
check_store
is "a newer version's beside it" "$STATUS" 1
like 'is named' "$SCREEN" '^user8:'
like 'as the other one is' "$SCREEN" '^user7:'
like 'and both are counted' "$SCREEN" '^Entries that can.t be read with this key: 2;'
perl -e 'open(my $f, "+<", $ARGV[0]); seek($f, 8192, 0); print $f "nonsense" x 1000' "$STORE"
check_store
is 'a damaged file' "$STATUS" 1
like 'with what to do' "$SCREEN" 'Restore a backup'

done_testing
