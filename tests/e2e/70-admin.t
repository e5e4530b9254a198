#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# mfa-admin: init, list, show, reset, unlock, check-config, and how each ends.
. "${BASH_SOURCE[0]%/*}/lib.sh"

readonly KEY=/etc/mfa/master.key

# admin ARG...: sets OUT (both streams) and STATUS; no terminal.
admin() {
	STATUS=0
	OUT=$(mfa-admin --config "$CONF" "$@" 2>&1 </dev/null) || STATUS=$?
}
# ends NAME STATUS: how the last admin ended.
ends() { is "$1" "$STATUS" "$2" || diag "$OUT"; }

# json PERL: with $j the JSON on standard input.
json() { perl -MJSON::PP -e 'local $/; my $j = decode_json(<STDIN>); print eval $ARGV[0]; die $@ if $@' "$1"; }

both() { sha256sum "$KEY" "$STORE" 2>&1; }

# --- init ----------------------------------------------------------------------

write_conf
rm -rf $KEY /var/lib/mfa
admin init
ends 'init' 0
is 'makes the key' "$(stat -c '%U:%G %a' $KEY)" 'root:_mfa 640'
is 'and the store' "$(stat -c '%U:%G %a' $STORE)" '_mfa:_mfa 600'
is 'and its folder' "$(stat -c '%U:%G %a' /var/lib/mfa)" '_mfa:_mfa 700'
enrol alice
before=$(sha256sum $KEY)
admin init
ends 'init again' 0
like 'says that both are there' "$OUT" 'there already'
is 'and leaves the key' "$(sha256sum $KEY)" "$before"
admin show alice
ends 'and the accounts' 0

mv $KEY "$BED/kept.key"
admin init
ends 'the store without its key' 6
like 'it says what to restore' "$OUT" 'Restore the key'
not_ok 'and makes none' test -e $KEY
admin list
ends 'nor does a command go on without it' 3
mv "$BED/kept.key" $KEY
mkdir "$BED/kept"
mv "$STORE"* "$BED/kept"
admin init
ends 'the key without its store' 6
like 'it says what to restore' "$OUT" 'Restore the store'
not_ok 'and makes none' test -e $STORE
rm $KEY
admin init
ends 'both anew' 0
rm $STORE*
mv "$BED/kept"/* /var/lib/mfa/
admin init
ends "another store's key" 6
like 'it says so' "$OUT" 'is not the key of'

# Killed with SIGKILL at its Nth system call of a kind, in whichever of its processes
# that is: what it leaves is nothing, or can be gone on from by running it again.
tries=0 wrong=''
for call in openat fdatasync fsync renameat2 rename linkat link unlink pwrite64 fchown fchmod write; do
	for nth in 1 2 3 4 6 9; do
		rm -rf $KEY* /etc/mfa/.[!.]* /var/lib/mfa
		{
			strace -f -qq -o "$BED/trace" -e trace=$call -e inject=$call:signal=KILL:when=$nth \
				mfa-admin --config $CONF init </dev/null >/dev/null || :
		} 2>/dev/null
		grep -q 'killed by SIGKILL' "$BED/trace" || continue
		tries=$((tries + 1))
		left=$(cd / && find /etc/mfa /var/lib/mfa -mindepth 1 -printf "%f\n" 2>/dev/null | tr '\n' ' ')
		admin init
		if [ $STATUS != 0 ]; then
			wrong+="$call:$nth "
			diag "$call:$nth left $left and then: $OUT"
			continue
		fi
		enrol alice || wrong+="$call:$nth:import "
		left=$(find /etc/mfa -mindepth 1 ! -path $KEY ! -path $CONF)
		[ -z "$left" ] || wrong+="$call:$nth:$left "
	done
done
diag "$tries kills"
ok 'init was killed in many places' test $tries -gt 10
is 'init killed in the middle: run again, it works' "$wrong" ''

# --- list and show -------------------------------------------------------------

rm -rf $KEY* /etc/mfa/.[!.]* /var/lib/mfa
new_store
admin list
ends 'list, nobody' 0
like 'says so' "$OUT" 'Nobody has enrolled'
admin --json list
is 'and in JSON' "$(json 'ref($j)."-".@$j' <<<"$OUT")" 'ARRAY-0'

code_services sshd
pam_service code 'auth required pam_mfa.so'
enrol alice bob ghost
start_mfad || bail 'mfad does not start'
pam_try code alice "$(code_now alice)"
accepted 'alice signs in'
wrong=$(wrong_code bob)
pam_try code bob "$wrong" "$wrong" "$wrong"
pam_try code bob "$wrong" "$wrong"

for mode in daemon 'no daemon'; do
	[ "$mode" = daemon ] || stop_mfad
	admin list
	ends "list, $mode" 0
	like 'a line for alice' "$OUT" "^alice +$(id -u alice) +1 totp +0 +2027-01-15"
	like 'bob is locked' "$OUT" '^bob .*never +LOCKED$'
	like 'a name that the system does not know has no uid' "$OUT" '^ghost +- '
	admin list --json
	ends "list --json, $mode" 0
	is 'has the same' "$(json 'join ",", map { "$_->{name}:$_->{devices}:@{$_->{methods}}:" .
		($_->{locked} ? 1 : 0) . ":" . ($_->{last} // "-") } sort { $a->{name} cmp $b->{name} } @$j' \
		<<<"$OUT")" 'alice:1:totp:0:1800000000,bob:1:totp:1:-,ghost:1:totp:0:-'
	admin show bob
	ends "show, $mode" 0
	like 'wrong codes' "$OUT" '^Wrong: +5 in a row'
	like 'and that he is locked' "$OUT" '^LOCKED'
	admin --json show bob
	is 'show --json' "$(json 'join ":", $j->{name}, scalar @{$j->{devices}}, $j->{locked} ? 1 : 0,
		$j->{throttle}{code}{wrong_in_a_row}, $j->{events}[-1]{result}' <<<"$OUT")" 'bob:1:1:5:wrong'
	admin --json show alice
	is 'a sign-in' "$(json 'join ":", map { "$_->{result} $_->{service} $_->{method}" }
		@{$j->{events}}' <<<"$OUT")" 'ok code totp'
	for secret in "$(secret_of alice)" "$(code_now alice)" 12345678901234567890; do
		unlike 'no secret is shown' "$OUT" "$secret"
	done
	[ "$mode" = daemon ] || start_mfad
done
for _ in {1..20}; do
	tick
	pam_try -q code alice "$wrong" "$(code_now alice)"
done
admin --json show alice
is 'twenty sign-ins are kept, and what was wrong in one place' "$(json 'join ":", scalar @{$j->{events}},
	map { "$_->{service} $_->{count}" } grep { $_->{result} eq "wrong" } @{$j->{events}}' <<<"$OUT")" '21:code 20'

# --- unlock, reset -------------------------------------------------------------

admin unlock bob
ends 'unlock' 0
tick
pam_try code bob "$(code_now bob)"
accepted 'bob gets in again'
admin unlock bob
ends 'unlock of who is not locked' 0

on_pty mfa-admin reset bob <<<$'expect [y/N] \nsend n'
is 'reset asks, and no is no' "$STATUS" 1
admin show bob
ends 'bob is still there' 0
on_pty mfa-admin reset bob <<<$'expect [y/N] \nsend y'
is 'and yes is yes' "$STATUS" 0
admin show bob
ends 'he is gone' 4
on_pty mfa-admin --yes reset alice <<<''
is 'reset --yes asks nothing' "$STATUS $(grep -c 'y/N' <<<"$SCREEN")" '0 0'
tick
pam_try code alice "$(code_now alice)"
denied 'her codes are good no more'
admin reset ghost
ends 'reset without a terminal' 0
on_pty mfa-admin reset carol <<<$'expect [y/N] \nkey ^C'
is 'Ctrl-C at the question' "$STATUS" 130

for command in show reset unlock; do
	admin $command carol
	ends "$command of nobody" 4
done

# --- a record that is damaged --------------------------------------------------

enrol alice bob
stop_mfad
in_store "update entry set value = zeroblob(length(value)) where cast(key as text) = 'account/bob'" ||
	bail 'sqlite3'
start_mfad
admin list
like 'a damaged record is named in the list' "$OUT" "^bob .*can't be read"
like 'and the others are there' "$OUT" '^alice .*totp'
pam_try code bob "$(code_now bob)"
denied 'its owner is refused'
pam_try code alice "$(code_now alice)"
accepted 'others are not'
admin reset bob
ends 'reset removes it' 0
admin show bob
ends 'it is gone' 4

# --- who may -------------------------------------------------------------------

for command in list 'show alice' 'reset --yes alice' 'unlock alice' "import $BED/import"; do
	STATUS=0
	# shellcheck disable=SC2086
	as alice /usr/local/sbin/mfa-admin $command </dev/null >/dev/null 2>&1 || STATUS=$?
	case $command in
	import*) like "$command: not by a plain user" "$STATUS" '^[16]$' ;;
	*) is "$command: not by a plain user" "$STATUS" 1 ;;
	esac
done
admin show alice
ends 'and nothing happened' 0

# --- usage ---------------------------------------------------------------------

while IFS='|' read -r status arguments; do
	# shellcheck disable=SC2086
	admin $arguments
	ends "mfa-admin $arguments" "$status"
done <<END
2|
2|show
2|show alice bob
2|frobnicate
2|--frobnicate list
2|--json
2|unlock
2|import
2|check-pam
0|--version
0|--help
6|--config /nonexistent check-config
6|--config /nonexistent init
END

stop_mfad
admin --mfad /nonexistent list
ends 'no mfad and nothing to start' 3

# --- check-config --------------------------------------------------------------

while IFS='|' read -r line what lines; do
	# shellcheck disable=SC2059
	printf "$lines" >$CONF
	admin check-config
	ends "check-config: $what" 6
	like "names the file and line $line" "$OUT" "$CONF:$line: "
	not_ok 'mfad does not start with it' start_mfad
done <<END
5|unknown key|[store]\nurl = sqlite://$STORE\n[seal]\nkey_file = $KEY\nkey_fiel = x\n
5|unknown section|[store]\nurl = sqlite://$STORE\n[seal]\nkey_file = $KEY\n[polciy]\nunenrolled = deny\n
6|bad value|[store]\nurl = sqlite://$STORE\n[seal]\nkey_file = $KEY\n[policy sshd]\nunenrolled = perhaps\n
2|no scheme|[store]\nurl = $STORE\n[seal]\nkey_file = $KEY\n
4|no path|[store]\nurl = sqlite://$STORE\n[seal]\nkey_file = master.key\n
3|no assignment|[store]\nurl = sqlite://$STORE\nnonsense\n[seal]\nkey_file = $KEY\n
END
write_conf
admin check-config
ends 'check-config: nothing wrong' 0
while IFS='|' read -r what command; do
	cp -p $KEY "$BED/kept.key"
	eval "$command"
	admin check-config
	ends "check-config: $what" 6
	like 'names the file' "$OUT" "^$KEY: "
	rm -f $KEY
	mv "$BED/kept.key" $KEY
done <<END
no key|rm $KEY
a key that others can read|chmod 644 $KEY
a key that its group can write|chmod 660 $KEY
a key that is another's|chown alice $KEY
a damaged key|echo nonsense >$KEY
END
admin check-config
ends 'check-config: all well again' 0

done_testing
