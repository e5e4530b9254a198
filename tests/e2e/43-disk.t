#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A full disk, a read-only one, a store that is gone: no entry, a clear line in
# the log, and all is as it was once the cause is.
. "${BASH_SOURCE[0]%/*}/lib.sh"

write_conf
umount /var/lib/mfa 2>/dev/null
mount -t tmpfs -o size=24m,mode=700,uid="$(id -u _mfa)",gid="$(id -g _mfa)" small /var/lib/mfa
ready alice bob
pam_service code 'auth required pam_mfa.so'

fill() { dd if=/dev/zero of=/var/lib/mfa/full bs=4k 2>/dev/null; }
daemon() { pgrep -x mfad >/dev/null || start_mfad; }
stdio() { stop_mfad; }
accounts() {
	seq "$1" "$2" | sed "s,.*,user&\totpauth://totp/Bed:user&?secret=$(secret_of user)\&issuer=Bed,"
}

# A sign-in on a full disk may find room in what the store has set aside; then
# it counts for good.  Otherwise it is refused.
first=0
for mode in daemon stdio; do
	$mode
	fill
	# Others each time: of the first ones some did fit.
	accounts "$((first += 20000))" "$((first + 12000))" >"$BED/many"
	not_ok "$mode, disk full: twelve thousand accounts do not fit" mfa-admin import "$BED/many"
	log_mark
	twice=0
	for ((i = 0; i < 100; i++)); do
		tick
		code=$(code_now alice)
		pam_try -q code alice "$code"
		[ "$STATUS" = 0 ] || break
		pam_try -q code alice "$code"
		[ "$STATUS" != 0 ] || twice=$((twice + 1))
	done
	diag "$mode: $i sign-ins found room"
	is "$mode: none with a used code" $twice 0
	denied "$mode, disk full: no entry"
	log_like "$mode: the log says why" '(mfad|pam_mfa).*([Nn]o space|full)'
	pam_try code alice "$code"
	denied "$mode: nor the second time"
	like "$mode: and the user is told something plain" "$SCREEN" 'administrator'
	rm /var/lib/mfa/full
	pam_try code alice "$code"
	accepted "$mode: the same code once there is room"
	pam_try code alice "$code"
	denied "$mode: once"
done

for mode in daemon stdio; do
	stop_mfad
	mount --bind /var/lib/mfa /var/lib/mfa
	mount -o remount,bind,ro /var/lib/mfa
	tick
	log_mark
	[ $mode = stdio ] || start_mfad
	pam_try code alice "$(code_now alice)"
	denied "$mode, read-only: no entry"
	log_like "$mode: the log says why" '(mfad|pam_mfa).*([Rr]ead-?only)'
	stop_mfad
	umount /var/lib/mfa
	[ $mode = stdio ] || start_mfad
	pam_try code alice "$(code_now alice)"
	accepted "$mode: the same code once it can be written"
done

# What is missing; "both" is how a machine looks that was never set up.
keep=/mnt/bed/kept
for mode in daemon stdio; do
	while read -r what files; do
		stop_mfad
		mkdir -p $keep
		tick
		# shellcheck disable=SC2086
		mv $files $keep/ 2>/dev/null
		log_mark
		[ $mode = stdio ] || start_mfad
		pam_try code alice "$(code_now alice)"
		denied "$mode: $what missing: refused"
		pam_try code bob "$(code_now bob)"
		denied "$mode: $what missing: so is everybody"
		log_like "$mode: the log says what is missing" '(mfad|pam_mfa).*(store|key|mfa.db)'
		stop_mfad
		for file in $files; do
			[ ! -e "$file" ] || diag "$mode: $file was made anew"
			not_ok "$mode: $file was not made anew" test -e "$file"
			rm -f "$file"
			[ ! -e "$keep/${file##*/}" ] || mv "$keep/${file##*/}" "$file"
		done
	done <<-END
		store $STORE
		key /etc/mfa/master.key
		both $STORE /etc/mfa/master.key
	END
	pam_try code alice "$(code_now alice)"
	accepted "$mode: all is well again"
done

# What a helper that can't work says must arrive each time, or failmode and
# the user's words would hang on chance.
stop_mfad
mv "$STORE" $keep/
said=$(for ((i = 0; i < 20; i++)); do "$HELPERS/signin" code alice 1; done | grep '^say:' | sort -u)
is 'a helper without a store always says so' "$said" \
	"say: The second-factor service isn't set up properly. Please tell your administrator."
mv "$keep/${STORE##*/}" "$STORE"

# The daemon runs, and its store goes.
start_mfad
tick
mkdir -p $keep
mv "$STORE" "$STORE"-* $keep/
pam_try code alice "$(code_now alice)"
denied 'a store that goes under a running daemon: refused'
stop_mfad
rm -f "$STORE" "$STORE"-*
mv $keep/* /var/lib/mfa/

# Another store's key: the two do not match.
cp -p /etc/mfa/master.key $keep/
cp -p "$STORE" $keep/
rm -f "$STORE"* /etc/mfa/master.key
mfa-admin init >/dev/null
cp -p $keep/master.key /etc/mfa/master.key
log_mark
pam_try code bob "$(code_now bob)"
denied "another store's key: refused"
log_like 'the log says so' '(mfad|pam_mfa).*(belong together|match)'

done_testing
