#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck source=/dev/null disable=SC2034,SC2154
# Each sync of a command that makes or changes key and store fails, or is where it is killed: to run it again is enough.
. "${BASH_SOURCE[0]%/*}/../e2e/lib.sh"
. "$TOP/tests/faults/faults.sh"

readonly PASSPHRASE=$BED/passphrase
echo 'correct horse battery staple' >"$PASSPHRASE"
chmod 600 "$PASSPHRASE"
write_conf

for how in error=EIO error=ENOSPC signal=KILL; do
	each_sync $how no_site is_sound mfa-admin init
	none "init: $how"
done

# With accounts in it, and mfad's own at their end.
no_alice() { mfa-admin reset --yes alice </dev/null >/dev/null 2>&1 || :; }
has_alice() { is_sound && mfa-admin show alice </dev/null; }
new_store || bail 'mfa-admin init failed'
enrol alice || bail 'mfa-admin import failed'
ok 'a backup' mfa-admin backup --passphrase-file "$PASSPHRASE" /root/backup
for how in error=EIO signal=KILL; do
	each_sync $how no_site has_alice mfa-admin restore --passphrase-file "$PASSPHRASE" /root/backup
	none "restore: $how"
	each_sync $how : has_alice mfa-admin rotate-key
	none "rotate-key: $how"
	each_sync $how no_alice has_alice mfa-admin import --replace "$BED/import"
	none "import: $how"
done

# An mfad that is nobody's system service makes both by itself.
readonly OWN=/home/bob/mfa
own() {
	mkdir -p $OWN
	printf '[store]\nurl = sqlite://%s/mfa.db\n[seal]\nkey_file = %s/key\n' $OWN $OWN >$OWN/conf
	chown -R bob: $OWN
}
no_own() { rm -rf $OWN && own; }
# Until it listens and has said that it is ready, or ended.
run_own() {
	local pid status=0

	: >"$BED/own"
	"$@" setpriv --reuid bob --regid bob --clear-groups mfad --config $OWN/conf --socket $OWN/sock --stderr \
		</dev/null >>"$BED/own" 2>&1 &
	pid=$!
	wait_for own_is_decided $pid
	grep -q 'is ready' "$BED/own" || status=1
	for mfad in $(pgrep -x mfad); do
		kill "$mfad"
	done
	wait_for gone mfad || bail 'mfad does not end'
	wait $pid 2>/dev/null
	return $status
}
own_is_decided() { grep -q 'is ready' "$BED/own" || ended "$1"; }
for how in error=EIO signal=KILL; do
	for ((n = 1; ; n++)); do
		no_own
		run_own strace -f -qq -o "$BED/trace" -e trace=fsync,fdatasync -e "inject=fsync,fdatasync:$how:when=$n"
		grep -qE 'INJECTED|killed by' "$BED/trace" || break
		injected=$((injected + 1))
		run_own env || wrongly "$how at sync $n: $(cat "$BED/own")"
	done
	none "mfad's own: $how"
done

done_testing
