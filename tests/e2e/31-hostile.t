#!/bin/bash
# sudo hands its user's limits, umask, descriptors and environment on; none of
# that may lose the count of a wrong code, or choose what is executed.
. "${BASH_SOURCE[0]%/*}/lib.sh"

ready alice
stop_mfad
code_services sudo

failures_of() { mfa-admin show --json alice </dev/null 2>/dev/null | tr -d ' \n' |
	grep -oE '"failures":[0-9]+' | head -n 1; }

# hostile NAME SHELL-CODE: sudo from a shell that did that; a wrong code, then a right one.
hostile() {
	local before

	mfa-admin unlock alice >&2
	tick
	before=$(failures_of)
	on_pty setpriv --reuid alice --regid alice --init-groups \
		bash -c "$2; exec sudo -k sh -c 'echo \"in as \$(id -un)\"'" < <(
		answers "$PASSWORD" "$(wrong_code alice)")
	refused "$1: a wrong code is refused"
	is "$1: and counted" "$before $(failures_of)" '"failures":0 "failures":1'
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
ulimit -f 0|ulimit -f 0
few descriptors|ulimit -n 12
no core, little stack|ulimit -c 0; ulimit -s 256
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

# Standard descriptors closed: sudo opens what it misses, the module must not mind.
mfa-admin unlock alice >&2
tick
printf '%s\n%s\n' "$PASSWORD" "$(code_now alice)" >"$BED/lines"
setpriv --reuid alice --regid alice --init-groups bash -c \
	'exec 1>&- 2>&-; exec sudo -k -S touch /mnt/bed/no-output' <"$BED/lines"
ok 'no descriptors 1 and 2' test -e "$BED/no-output"
tick
on_pty setpriv --reuid alice --regid alice --init-groups bash -c \
	'exec 0<&- 1>&- 2>&-; exec sudo -k touch /mnt/bed/nothing' < <(
	printf 'expect assword\nsend %s\nexpect code: \nsend %s\n' "$PASSWORD" "$(code_now alice)")
ok 'no descriptors 0 to 2, on a terminal' test -e "$BED/nothing"

is 'nothing was made where the user pointed' "$(find /tmp -mindepth 1)" ''
is "the store is _mfa's alone" "$(find /var/lib/mfa ! -user _mfa -o -perm /077)" ''

done_testing
