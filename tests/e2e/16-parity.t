#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# unenrolled = deny: nobody can tell from outside who has enrolled.  An account
# without a factor, a name that nobody has and one that is enrolled see the same
# words and cost the same work: steps of the store, unsealings, signatures, commits.
. "${BASH_SOURCE[0]%/*}/lib.sh"

ready alice bob
code_services sshd
pam_service code 'auth required pam_mfa.so'
start_sshd
wrong=$(wrong_code alice)
recovery=aaaa-bbbb-cccc

# A store in which nothing was tried yet: names without an account share 256 decoys, and one that
# was tried before may be theirs by chance.
fresh() {
	stop_mfad
	new_store && enrol alice bob && start_mfad
}

# What USER sees: prompts, messages and result, or sshd's.
by_pam() { pam_try code "$@"; echo "$SCREEN"; }
by_ssh() {
	local user=$1
	shift
	ssh_try "$user" "$PASSWORD" "$@"
	printf '%s\n%s\n' "$STATUS" "${SCREEN//$user/USER}"
}

# Long enough for the waits after many wrong codes to show; each row goes on from the last.  A store for each
# name: two may have the same decoy.
for user in carol nobody-ever; do
	fresh
	while IFS='|' read -r name answers; do
		# shellcheck disable=SC2086
		enrolled=$(by_pam alice $answers)
		# shellcheck disable=SC2086
		is "$name: $user sees what alice sees" "$(by_pam $user $answers)" "$enrolled"
	done <<-END
		a wrong code|$wrong
		no answer|
		three wrong codes|$wrong $wrong $wrong
		what is no code|x 12345 123456789
		a recovery code|$recovery
		the fifth wrong one|$wrong $wrong
		when codes are refused|$wrong $wrong $wrong
		a recovery code, then|$recovery
		wrong recovery codes|$recovery $recovery $recovery
		so many of them|$recovery $recovery $recovery
		still|$recovery $recovery $recovery
	END
	tick 2
	enrolled=$(by_pam alice "$wrong" "$wrong")
	is "codes that are known: $user sees what alice sees" "$(by_pam $user "$wrong" "$wrong")" "$enrolled"
	other=$(wrong_code alice)
	enrolled=$(by_pam alice "$other" "$other")
	is "later: $user sees what alice sees" "$(by_pam $user "$other" "$other")" "$enrolled"
done

# By ssh, with the right password; a name that does not exist gets none right.
fresh
tick 100
useradd --create-home --password "$(openssl passwd -6 "$PASSWORD")" erin
: >/home/erin/.hushlogin
for answers in "$wrong $wrong $wrong" "$wrong $wrong" "$wrong"; do
	# shellcheck disable=SC2086
	is "ssh, $answers: erin sees what alice sees" "$(by_ssh erin $answers)" "$(by_ssh alice $answers)"
done

# --- what it costs -------------------------------------------------------------

# shellcheck source=tests/e2e/work.sh
. "${BASH_SOURCE[0]%/*}/work.sh"

useradd dave
for user in dave nobody-else; do
	stop_mfad
	new_store && enrol alice bob && start_counted
	tick 100
	# The first sign-in of each is another thing: a new record may be made of a decoy's.
	for who in bob $user; do
		pam_try -q code "$who" "$wrong"
	done
	for answers in '' "$wrong" W 'W W W' x; do
		tick 100
		answers=${answers//W/$(wrong_code bob)}
		# shellcheck disable=SC2086
		enrolled=$(work pam_try code bob $answers)
		diag "bob, ${answers:-no answer}: $enrolled"
		like "${answers:-no answer}: it is counted" "$enrolled" '[1-9][0-9]* sqlite3_step'
		# shellcheck disable=SC2086
		is "${answers:-no answer}: as much work for $user" "$(work pam_try code $user $answers)" "$enrolled"
	done
done
is 'and no record was made' "$(mfa-admin --json list </dev/null | grep -cE 'carol|dave|erin|nobody')" 0

# --- phones --------------------------------------------------------------------

# What a stranger may send by mfa-portal, for a device that nobody has.
write_conf '[portal]' 'url = https://mfa.example.org' '[policy]' 'enrol_local = yes'
stop_mfad && start_counted
mfa-admin pass alice --valid 8h </dev/null >/dev/null
mfa-admin pass dave --valid 8h </dev/null >/dev/null

# signed CALL USER: as a page would say it, with a signature that is nobody's.
signed() {
	local payload
	payload="{\"type\":\"$1\",\"origin\":\"https://mfa.example.org\",\"time\":$(now),\"account\":\"$2\""
	payload+=',"device":"0000000000000001","request":"AAAAAAAAAAAAAAAAAAAAAA","decision":"approve","number":"42"'
	payload+=',"host":"bed","service":"sshd","address":"192.0.2.7","command":"","claim":false,"expires":1800000000'
	payload+=',"subscription":null,"language":"en"}'
	printf '{"call":"%s","payload":"%s","signature":"%s"}' "$1" "${payload//\"/\\\"}" "$(printf 'B%.0s' {1..85})A"
}
send() { SCREEN=$("$HELPERS/phone" - call "$SOCKET" "$(signed "$1" "$2")"); }

# Two who have a device, one of whom has a pass besides; one who has a pass alone; two that are no accounts.
for call in list answer subscribe unpair; do
	send $call bob	# the first of a connection's thread may be another thing
	enrolled=$(work send $call bob)
	diag "$call of bob: $enrolled"
	like "$call: a signature is checked" "$enrolled" '1 EVP_DigestVerify'
	for user in alice dave carol nobody-else; do
		is "$call: as much work for $user" "$(work send $call $user)" "$enrolled"
		send $call $user
		is "$call: and the same words" "$SCREEN" '403 {"error":"unpaired"}'
	done
done

done_testing
