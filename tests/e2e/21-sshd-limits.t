#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# How many sshd lets wait, as conf/sshd_config.d/mfa.conf has it: a class of thirty that enrols at once behind one
# address, and somebody who only connects, and says nothing.
. "${BASH_SOURCE[0]%/*}/lib.sh"

readonly SHIPPED=conf/sshd_config.d/mfa.conf
write_conf '[enrol]' 'issuer = Bed' '[policy]' 'enrolment = require' 'enrol_networks = 127.0.0.0/8'
new_store
enrol alice || bail 'no store'
start_mfad || bail 'mfad does not start'
code_services sshd

start_shipped() { start_sshd "$(cat $SHIPPED)" 'AuthenticationMethods keyboard-interactive:pam'; }
start_shipped

# --- the file itself ---------------------------------------------------------------

# settings [SED]: the shipped file, changed so.
settings() { { sed "${1-}" $SHIPPED; echo "HostKey $BED/host_key"; } >"$BED/settings"; }
settings
ok 'sshd -t takes it' /usr/sbin/sshd -t -f "$BED/settings"
while read -r what; do
	like "sshd -T: $what" "$(/usr/sbin/sshd -T -f "$BED/settings")" "^$what\$"
done <<'END'
logingracetime 600
persourcemaxstartups 60
persourcenetblocksize 32:64
maxstartups 480:50:600
END
if /usr/sbin/sshd -T -f "$BED/settings" | grep -q '^persourcepenalties '; then
	for word in PerSourcePenaltyExemptList PerSourcePenalties; do
		settings "s/^#\($word \)/\1/"
		ok "$word without its #" /usr/sbin/sshd -t -f "$BED/settings"
	done
else
	skip 'this sshd has no PerSourcePenalties'
fi

# --- a class -----------------------------------------------------------------------

# Answers the password, and tells when it is asked for the first code, which it never has.
mkfifo "$BED/silence"
cat >"$BED/askpass" <<END
#!/bin/sh
case \$1 in
*assword*) echo '$PASSWORD' ;;
*'app shows'*) echo "\$1" >>$BED/waiting; read -r _ <$BED/silence ;;
*) echo ;;
esac
END
chmod 755 "$BED/askpass"
: >"$BED/waiting"
waiting() { [ "$(grep -c 'app shows' "$BED/waiting")" = "$1" ]; }

clients=()
hash=$(openssl passwd -6 "$PASSWORD")
for n in {1..30}; do
	useradd --no-create-home --password "$hash" "pupil$n"
	SSH_ASKPASS_REQUIRE=force SSH_ASKPASS=$BED/askpass ssh "${SSH_OPTIONS[@]}" -p "$PORT" \
		-o PreferredAuthentications=keyboard-interactive "pupil$n@127.0.0.1" true </dev/null >>"$BED/ssh.out" 2>&1 &
	clients+=($!)
	disown
	wait_for waiting "$n" || break
done
ok 'thirty stand at the picture at once' waiting 30 || diag "$(tail -n 5 "$BED/ssh.out" "$BED/sshd.log")"
ssh_try alice "$PASSWORD" "$(code_now alice)"
entered 'and the thirty-first, from the same address, signs in' alice
kill "${clients[@]}" 2>/dev/null

# --- silence -------------------------------------------------------------------------

stop_sshd
start_shipped
doors=()
for _ in {1..130}; do exec {door}<>"/dev/tcp/127.0.0.1/$PORT" && doors+=("$door"); done
is 'an address connects 130 times, and says nothing' ${#doors[@]} 130
SSH_OPTIONS+=(-b 127.0.0.2)
got=0
for _ in {1..10}; do
	tick
	ssh_try alice "$PASSWORD" "$(code_now alice)"
	[ "$STATUS" != 0 ] || got=$((got + 1))
done
is '130 silent connections of an address, and the owner gets in from another: ten times of ten' $got 10

done_testing
