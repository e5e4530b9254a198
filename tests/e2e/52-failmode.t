#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# failmode = open: a verifier or a store that is gone lets root's programs in, before any prompt.  What is damaged,
# unreadable, full or another's does not, nor what goes while somebody is asked; and no user's own program is let in.
. "${BASH_SOURCE[0]%/*}/lib.sh"

readonly KEY=/etc/mfa/master.key
# Who says so: "rule" is mfa.conf's failmode, "option" the module's.
readonly RULES=('[policy rule]' 'failmode = open')
write_conf "${RULES[@]}"
umount /var/lib/mfa 2>/dev/null
mount -t tmpfs -o size=24m,mode=700,uid="$(id -u _mfa)",gid="$(id -g _mfa)" small /var/lib/mfa
new_store || bail 'mfa-admin init failed'
enrol alice bob || bail 'mfa-admin import failed'
pam_service rule 'auth required pam_mfa.so'
pam_service option 'auth required pam_mfa.so failmode=open'
wrong=$(wrong_code alice)

readonly KEPT=/mnt/bed/kept
mkdir -p $KEPT
cp -a /var/lib/mfa $KEPT/store
cp -a /etc/mfa $KEPT/etc
# Another store, with its key.
rm -f "$STORE"* $KEY
mfa-admin init >/dev/null
cp -a /var/lib/mfa $KEPT/others.store
cp -a $KEY $KEPT/others.key
as_it_was() {
	umount "$STORE" 2>/dev/null
	[ "$(grep -c ' /var/lib/mfa ' /proc/self/mounts)" = 1 ] || umount /var/lib/mfa
	rm -rf /var/lib/mfa/* /etc/mfa
	cp -a $KEPT/store/. /var/lib/mfa/
	cp -a $KEPT/etc /etc/mfa
	cp /etc/passwd.kept /etc/passwd
}
cp /etc/passwd /etc/passwd.kept
log_unlike 'so far it has let nobody in' 'failopen|failmode=open'

# --- what may be wrong --------------------------------------------------------

# In place, so that who has the file open sees it.
overwrite() { perl -e 'open(my $f, "+<", $ARGV[0]); seek($f, $ARGV[1], 0); print $f "nonsense" x 100000' "$1" "$2"; }
fill() { dd if=/dev/zero of=/var/lib/mfa/full bs=4k 2>/dev/null; }
# An uncheckpointed log would hide what is done to the file.  It stays, empty.
folded() {
	in_store 'PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null
	chown _mfa:_mfa "$STORE"*
}

# judged MODE STATE WHO: what each service comes to: for root's programs in, out, or in where that service alone says
# so; for a user's never in.
judged() {
	local service

	for service in rule option; do
		log_mark
		pam_try $service alice "$wrong"
		if [ "$3" = in ] || [ "$3" = $service ]; then
			accepted "$1, $2: $service"
			log_like 'and the log is loud' 'failmode=open'
			unlike 'nobody is asked' "$SCREEN" '^ask'
		else
			denied "$1, $2: $service"
			log_unlike "$1, $2: and nothing else is logged" 'failmode=open'
		fi
		log_mark
		STATUS=0
		SCREEN=$(as alice "$HELPERS/signin" $service alice "$wrong" 2>&1) || STATUS=$?
		denied "$1, $2: $service, for her own program"
		log_unlike "$1, $2: nor does that let her in by the log" 'failmode=open'
	done
}

while IFS='|' read -r daemon helper what command; do
	folded
	start_mfad || bail 'mfad does not start'
	eval "$command"
	judged daemon "$what" "$daemon"
	kill_mfad
	as_it_was
	folded
	eval "$command"
	judged helper "$what" "$helper"
	as_it_was
done <<'END'
out|out|nothing|:
in|in|no store|rm "$STORE"*
in|in|a file system that is not mounted|mount -t tmpfs -o mode=700,uid=$(id -u _mfa) none /var/lib/mfa
out|in|no key|rm $KEY
out|option|no configuration|rm "$CONF"
out|out|a damaged store|overwrite "$STORE" 4096
out|out|a store that is none|overwrite "$STORE" 0
out|out|an empty file|truncate -s 0 "$STORE"
out|out|a store that can't be read|chmod 0 "$STORE"
out|out|a store that all can read|chmod 644 "$STORE"
out|out|a store that is somebody else's|chown bob "$STORE"
out|out|a folder that can't be entered|chown root:root /var/lib/mfa
out|out|a directory in its place|rm "$STORE"*; mkdir "$STORE"
out|out|a device in its place|mount --bind /dev/full "$STORE"
out|out|a link in its place|mv "$STORE" "$STORE.real"; ln -s "$STORE.real" "$STORE"
out|out|another store|rm "$STORE"*; cp -a $KEPT/others.store/. /var/lib/mfa/
out|out|another store's key|cp -a $KEPT/others.key $KEY
out|out|another store, with its key|rm "$STORE"*; cp -a $KEPT/others.store/. /var/lib/mfa/; cp -a $KEPT/others.key $KEY
out|out|a damaged key|echo nonsense >$KEY
out|out|a key that all can read|chmod 644 $KEY
out|out|a link to the key|mv $KEY $KEY.real; ln -s $KEY.real $KEY
out|out|a full disk|rm -f "$STORE"-*; fill
out|out|a read-only disk|mount --bind /var/lib/mfa /var/lib/mfa; mount -o remount,bind,ro /var/lib/mfa
out|out|a mistake in the configuration|echo nonsense >>"$CONF"
out|out|a configuration that others can write|chmod 666 "$CONF"
out|out|no user for mfad to become|sed -i '/^_mfa:/d' /etc/passwd
END

# --- what goes while a prompt waits ---------------------------------------------

while IFS='|' read -r what command; do
	for mode in daemon helper; do
		for service in rule option; do
			[ $mode = helper ] || start_mfad || bail 'mfad does not start'
			log_mark
			on_pty pamtester $service alice authenticate < <(
				printf 'expect code: \nrun %s\nsend %s\n' "$command" "$(code_now alice)"
				printf 'expect :\nsend %s\nend code: \n' "$(code_now alice)")
			is "$mode, $what while a prompt waits: $service" "$STATUS" 1
			like 'somebody was asked' "$SCREEN" '^Authenticator code:'
			log_unlike 'nobody is let in for it' 'failmode=open'
			kill_mfad
			as_it_was
			tick
		done
	done
done <<END
the store goes|rm $STORE $STORE-wal $STORE-shm
store and key go|rm $STORE $STORE-wal $STORE-shm $KEY
another store takes its place|cp -a $KEPT/others.store/mfa.db $STORE.new && mv $STORE.new $STORE
mfad is killed|kill -9 \$(pgrep -x mfad)
mfad is killed, and all goes|kill -9 \$(pgrep -x mfad); rm -rf $STORE* $KEY $CONF
END

# --- no mfad, or one that does not do its work ----------------------------------

install -m 755 -d "$BED/run"
readonly SOCK=$BED/run/sock
# plays STEP...: an mfad that does this, and no other.
plays() {
	rm -f "$SOCK"
	: >"$BED/impostor.out"	# or what was there before may be looked at
	"$HELPERS/impostor" "$SOCK" "$@" >"$BED/impostor.out" &
	PLAYER=$!
	disown
	wait_for grep -q ready "$BED/impostor.out"
}
stops() { kill "$PLAYER"; wait_for ended "$PLAYER"; }
pam_service none "auth required pam_mfa.so socket=$SOCK mfad=/no/such/mfad failmode=open"
pam_service false "auth required pam_mfa.so socket=$SOCK mfad=/usr/bin/false failmode=open"
pam_service folder "auth required pam_mfa.so socket=$SOCK mfad=/usr/bin failmode=open"
pam_service file "auth required pam_mfa.so socket=$SOCK mfad=$BED/file failmode=open"
pam_service closed "auth required pam_mfa.so socket=$SOCK mfad=/no/such/mfad"
: >"$BED/file"

# comes_to SERVICE WHAT IN-OR-OUT
comes_to() {
	log_mark
	pam_try "$1" alice 123456
	if [ "$3" = in ]; then
		accepted "$2"
		log_like 'and the log is loud' 'failmode=open'
	else
		denied "$2"
		log_unlike 'and the log says nothing of it' 'failmode=open'
	fi
	STATUS=0
	SCREEN=$(as alice "$HELPERS/signin" "$1" alice 123456 2>&1) || STATUS=$?
	denied "$2, for her own program"
}

comes_to none 'no socket, no helper' in
comes_to closed 'the same, without failmode=open' out
comes_to false 'a helper that dies at once' out
comes_to folder 'a helper that is no file' out
comes_to file 'a helper that can not be executed' out
plays silent
stops
comes_to none 'a socket that nobody listens at any more' in
rm -f "$SOCK"

while IFS='|' read -r want steps; do
	# shellcheck disable=SC2086
	plays $steps
	comes_to none "mfad says: $steps" "$want"
	stops
done <<'END'
out|hang-up
out|silent
out|info hang-up
out|ask hang-up
out|wait hang-up
in|done=6
in|info done=6
out|ask done=6
out|wait done=6
out|done=5
out|done=[10]
out|done=3
out|done=4
out|ask done=5
END

done_testing
