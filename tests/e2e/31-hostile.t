#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# sudo hands its user's limits, umask, descriptors and environment on; none of
# that may lose the count of a wrong code, or choose what is executed.
. "${BASH_SOURCE[0]%/*}/lib.sh"

ready alice
stop_mfad
code_services sudo

# How many codes were wrong in a row.
failures_of() {
	mfa-admin show --json alice </dev/null | grep -oE '"wrong_in_a_row": ?[0-9]+' | grep -oE '[0-9]+$' || echo 0
}

# hostile NAME SHELL-CODE: sudo from a shell that did that; a wrong code, then a right one.
hostile() {
	local before

	unlock alice
	tick
	before=$(failures_of)
	on_pty setpriv --reuid alice --regid alice --init-groups \
		bash -c "$2; exec sudo -k sh -c 'echo \"in as \$(id -un)\"'" < <(
		answers "$PASSWORD" "$(wrong_code alice)")
	refused "$1: a wrong code is refused"
	is "$1: and counted" "$before, then $(failures_of)" '0, then 1'
	on_pty setpriv --reuid alice --regid alice --init-groups \
		bash -c "$2; exec sudo -k sh -c 'echo \"in as \$(id -un)\"'" < <(
		answers "$PASSWORD" "$(code_now alice)")
	entered "$1: a right one gets in" root
}

cat >"$BED/evil.conf" <<-CONF
	[store]
	url = sqlite:///tmp/evil.db
	[seal]
	key_file = /tmp/evil.key
	[policy]
	unenrolled = allow
CONF

while IFS='|' read -r name code; do
	hostile "$name" "$code"
done <<'END'
nothing odd|:
ulimit -S -f 0|ulimit -S -f 0
few descriptors|ulimit -S -n 12
no core, little stack|ulimit -c 0; ulimit -S -s 256
umask 777|umask 777
umask 000|umask 000
descriptors left open|exec 20</etc/passwd 21</dev/null 99</etc/hostname
nice 19|renice -n 19 $$ >/dev/null
ignored signals|trap "" PIPE CHLD HUP ALRM USR1
a folder that is gone|mkdir /tmp/gone.$$ && cd /tmp/gone.$$ && rmdir /tmp/gone.$$
MFA_* in the environment|export MFA_TEST_CLOCK=/dev/null MFA_SOCKET=/tmp/s MFA_CONF=/mnt/bed/evil.conf
LD_* and friends|export LD_PRELOAD=/tmp/evil.so LD_LIBRARY_PATH=/tmp GCONV_PATH=/tmp OPENSSL_CONF=/tmp/evil.cnf
HOME, TMPDIR, SQLITE_TMPDIR|export HOME=/tmp TMPDIR=/nowhere SQLITE_TMPDIR=/nowhere PATH=/tmp:$PATH
END

# Hard limits, which root can raise unless it is a container's root.
for limit in '-f 0' '-n 20' '-s 512' '-t 1' '-u 1'; do
	if grep -q 'CapEff:.*[13579bdf]......$' /proc/self/status; then
		hostile "ulimit $limit" "ulimit $limit"
	else
		unlock alice
		tick
		on_pty setpriv --reuid alice --regid alice --init-groups \
			bash -c "ulimit $limit; exec sudo -k sh -c 'echo \"in as \$(id -un)\"'" < <(
			answers "$PASSWORD" "$(wrong_code alice)")
		refused "ulimit $limit, which this root can't raise: nobody gets in by it"
	fi
done

# Standard descriptors closed; the outer shell keeps the terminal open.
for closed in '0<&-' '1>&- 2>&-' '0<&- 1>&- 2>&-'; do
	tick
	rm -f "$BED/made"
	on_pty setpriv --reuid alice --regid alice --init-groups bash -c \
		"(exec $closed; exec sudo -k touch /mnt/bed/made); exit" < <(
		answers "$PASSWORD" "$(code_now alice)")
	ok "without descriptors: $closed" test -e "$BED/made" || diag "$SCREEN"
done

# What shows while a prompt waits.
tick
on_pty setpriv --reuid alice --regid alice --init-groups \
	bash -c 'ionice -c idle -p $$; renice -n 19 $$ >/dev/null; exec sudo -k true' < <(
	printf 'expect assword\nsend %s\nexpect code: \n' "$PASSWORD"
	printf 'run { ps -o ni= -p $(pgrep -x mfad); ionice -p $(pgrep -x mfad); } >%s\n' "$BED/look"
	printf 'send %s\n' "$(code_now alice)")
is 'a helper has the usual priorities' "$(tr -s ' \n' ' ' <"$BED/look")" ' 0 none: prio 0 '

is 'nothing was made where the user pointed' "$(find /tmp -mindepth 1)" ''
is "the store is _mfa's alone" "$(find /var/lib/mfa ! -user _mfa -o -perm /077)" ''

done_testing
