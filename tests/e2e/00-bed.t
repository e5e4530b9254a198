#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The test bed tells the truth: what it runs begins with default signals, a failure says why, its device nodes are
# its own, and two beds of one checkout don't disturb each other.  Beds are made in this one, which stands for the
# machine.
. "${BASH_SOURCE[0]%/*}/lib.sh"

# A build folder that can be spoilt.
readonly BUILD=$BED/build
mkdir -p "$BUILD/tests"
cp -R /mnt/build/stage "$BUILD/"
cp -R "$HELPERS" "${HELPERS%/*}/preload" "$BUILD/tests/"
cp /usr/local/lib/mfa-test/* "$BUILD/tests/"
: >"$BUILD/.lock"
export MFA_STAGED=1 MFA_BUILD=$BUILD

# script NAME LINE...: a program of these lines.
script() {
	local at=$BED/$1

	shift
	{ echo '#!/bin/bash'; printf '%s\n' "$@"; } >"$at"
	chmod 755 "$at"
}

# --- signals -------------------------------------------------------------------------

# Of the program that is run: a shell ignores some itself.
readonly LOOK='awk "/^Sig(Blk|Ign)/ { print \$1 \$2 }" /proc/self/status'
# 32 and 33 are libc's own, which it lets nobody set; what began all this may have ignored them.
but_libcs() {
	local name mask

	while IFS=: read -r name mask; do
		[[ $name != Sig* ]] || printf '%s:%x\n' "$name" $((16#$mask & ~0x180000000))
	done
}
script signals.t "$LOOK" 'echo "of its own: $(($(ps -o sid= -p $$) == $$))"'
default=$'SigBlk:0\nSigIgn:0'
while IFS='|' read -r name ignored; do
	# shellcheck disable=SC2086
	SCREEN=$(trap '' $ignored; tests/run-one "$BED/signals.t" 2>&1 </dev/null)
	is "$name: default signals for a test" "$? $(but_libcs <<<"$SCREEN")" "0 $default"
	# shellcheck disable=SC2086
	is "$name: and in a bed" "$(trap '' $ignored; tests/e2e/bed bash -c "$LOOK" 2>&1 </dev/null | but_libcs)" "$default"
done <<-END
	as it is|URG
	nohup|HUP
	a script's background job|INT QUIT
	whatever there is|HUP INT QUIT TERM PIPE TSTP TTIN TTOU CHLD ALRM USR1 USR2 WINCH
END
SCREEN=$(trap '' HUP; tests/run-one "$BED/signals.t" </dev/null 2>&1)
like "nohup: the terminal's end is not heard of either" "$SCREEN" 'of its own: 1'
# bash's own "&" is such a place as well.
"$HELPERS/ptyrun" "$BED/signals.t" </dev/null >"$BED/signals" &
wait $!
is 'on a terminal too' "$(tr -d '\r' <"$BED/signals" | but_libcs)" "$default"
ready alice
is 'mfad ignores but what it chose to' "$(eval "${LOOK/self/$MFAD_PID}" | but_libcs | tail -n 1)" SigIgn:1000
stop_mfad
code_services sshd
start_sshd
like "sshd keeps nobody out for refusals" "$(/usr/sbin/sshd -T -f "$BED/sshd_config" | grep -i persourcepenalties)" '^$|^persourcepenalties no'
stop_sshd

# --- a failure says why --------------------------------------------------------------

while IFS='|' read -r name lines want; do
	script "$name" "$(printf '%b' "$lines")"
	# What prove shows of a test that fails is what goes to standard error.
	told=$(tests/run-one "$BED/$name" 2>&1 >/dev/null | sed '/^$/d; s/^  //' | paste -sd '/')
	is "$name is told" "$told" "$want"
done <<'END'
test_unit|echo "1..2\nok 1 - a\nnot ok 2 - b\n# 0x1 != 0x2\n# test_unit.c:3: error: Failure!"|test_unit:/not ok 2 - b/# 0x1 != 0x2/# test_unit.c:3: error: Failure!
test_skips|echo "1..1\nnot ok 1 # SKIP no"|
test_dies|echo "ok 1 - a"; echo AddressSanitizer >&2; exit 99|test_dies:/AddressSanitizer/It ended with status 99.
signal.t|echo "ok 1 - a"; kill -SEGV $$|signal.t:/It ended with status 139.
command.t|echo "ok 1 - a"; echo "no such file" >&2; echo "not ok 2 - b"; echo "# at line 3" >&2; echo "ok 3 - c"; exit 1|command.t:/no such file/not ok 2 - b/# at line 3
bails.t|echo "Bail out! no mfad"; exit 1|bails.t:/Bail out! no mfad/It ended with status 1.
fuzz_frame|echo "overflow"; exit 1|fuzz_frame:/overflow/It ended with status 1.
passes.t|echo "noise" >&2; echo "ok 1 - a"; echo "1..1"|
END

# Only what this shell finds: a tool that is not there is named where it is called, and at the end.
script missing.t '. tests/e2e/lib.sh' 'is quiet "$(zbarimage -q 2>/dev/null)" ""' done_testing
SCREEN=$("$BED/missing.t" 2>&1)
like 'a missing tool is named' "$SCREEN" '^# not installed: zbarimage;'
rm -f "$BED/missing"

# All that there is but these.
mkdir "$BED/few"
ln -s /usr/bin/* /bin/* "$BED/few/" 2>/dev/null
while read -r tool package; do
	rm -f "$BED/few/$tool" "$BED/few/apt-get"
	like "tests/packages names $tool" "$(PATH=$BED/few tests/packages check 2>&1)" "^  $package\$"
done <<-END
	sqlite3 sqlite3
	strace strace
	script bsdutils
	npm npm
END

# --- device nodes --------------------------------------------------------------------

readonly NODES='/dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty'
# shellcheck disable=SC2086
nodes() { stat -c '%n %U %a' $NODES; }
# Made in the bed, or bound so that not even the mode that they have can be set.
nodes_are_safe() {
	local node

	for node in $NODES; do
		[ "$(stat -c %d "$node")" = "$(stat -c %d /dev)" ] || ! chmod "$(stat -c %a "$node")" "$node" || return 1
	done
}
if ok "this bed's own nodes are not the machine's" nodes_are_safe; then
	readonly SPOIL="chown alice $NODES; chmod 0 $NODES; true"
	before=$(nodes)
	tests/e2e/bed bash -c "$SPOIL" >/dev/null 2>&1
	is "nor are another's" "$(nodes)" "$before"
	SCREEN=$(setpriv --inh-caps -mknod --bounding-set -mknod \
		tests/e2e/bed bash -c "$SPOIL; echo >/dev/null && echo usable" 2>/dev/null)
	is 'where none can be made' "$SCREEN" usable
	is "the machine's can't be changed" "$(nodes)" "$before"
fi

# --- where no bed can be -------------------------------------------------------------

# A folder with what a machine has, for a chroot.
mkdir "$BED/root"
for each in /bin /sbin /lib /lib64 /usr /etc /dev /mnt /tmp; do
	if [ -L $each ]; then
		cp -P $each "$BED/root/"
	elif [ -d $each ]; then
		mkdir "$BED/root$each" && mount --rbind $each "$BED/root$each"
	fi
done
mkdir "$BED/root/proc"
in_chroot() { chroot "$BED/root" /mnt/src/tests/e2e/bed true 2>&1; }
like 'a chroot without /proc is told' "$(in_chroot)" '# SKIP there is no /proc here'
mount --rbind /proc "$BED/root/proc"
like 'one whose root is no mount point is told' "$(in_chroot)" '# SKIP / is no mount point here, as in a chroot: mount --bind'
# --- two at once ---------------------------------------------------------------------

# start_bed COMMAND...: descriptor 5 leads to it, and 6 comes from it.
start_bed() {
	rm -f "$BED/to" "$BED/from"
	mkfifo "$BED/to" "$BED/from"
	tests/e2e/bed "$@" <"$BED/to" >"$BED/from" 2>&1 4>&- &
	exec 5>"$BED/to" 6<"$BED/from"
}
bed_waits() { grep -q -e '-> FLOCK' /proc/locks; }
is_held() { ! flock -n "$BUILD/.lock" true; }
mkfifo "$BED/making"
flock "$BUILD/.lock" cat "$BED/making" >&2 &
exec 4>"$BED/making"
wait_for is_held
start_bed bash -c 'echo up; read -r; "$HELPERS/ptyrun" true </dev/null && mfa-enroll --version >/dev/null && echo whole'
ok 'a bed begins with no half of what another make installs' wait_for bed_waits
exec 4>&-
read -rt "$PATIENCE" line <&6
is 'but when that is done' "$line" up
rm -rf "$BUILD/stage" "$BUILD/tests"
echo >&5
read -rt "$PATIENCE" line <&6
is 'and has its own from then on' "$line" whole
exec 5>&- 6<&-
wait

# --- the demo ------------------------------------------------------------------------

export MFA_BUILD=/mnt/build
SCREEN=$(trap '' HUP INT QUIT; env -u MFA_BED tests/e2e/demo 2>&1 </dev/null)
is 'the demo, under nohup and in the background' "$?" 0 || diag "$SCREEN"
done_testing
