#!/bin/bash
# unenrolled = deny: nobody can tell from outside who has enrolled.  An account
# without a factor, a name that nobody has and one that is enrolled see the same
# words and cost the same reads, writes and commits.
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

# Long enough for the waits after many wrong codes to show; each row goes on from the last.
while IFS='|' read -r name answers; do
	# shellcheck disable=SC2086
	enrolled=$(by_pam alice $answers)
	for user in carol nobody-ever; do
		# shellcheck disable=SC2086
		is "$name: $user sees what alice sees" "$(by_pam $user $answers)" "$enrolled"
	done
done <<END
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
for user in carol nobody-ever; do
	is "later: $user sees what alice sees" "$(by_pam $user "$wrong" "$wrong")" "$enrolled"
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

# cost USER ANSWER...: reads, writes and commits of mfad for one sign-in.
cost() {
	local tracer

	strace -f -qq -p "$MFAD_PID" -o "$BED/trace" \
		-e trace=pread64,pwrite64,fdatasync,fsync 2>/dev/null &
	tracer=$!
	wait_for traced "$MFAD_PID"
	pam_try code "$@"
	kill $tracer
	wait $tracer 2>/dev/null
	sed -nE 's/^[0-9]+ +(pread64|pwrite64|fdatasync|fsync)\(.*/\1/p' "$BED/trace" |
		sort | uniq -c | tr -s ' \n' ' '
}
traced() { grep -q '^TracerPid:[[:space:]]*[1-9]' "/proc/$1/status"; }

if ! strace -qq -o /dev/null true 2>/dev/null; then
	skip 'this machine permits no tracing'
	done_testing
fi
fresh
# The first sign-in of each is another thing: what the store has in memory.
useradd dave
for user in bob dave nobody-else; do
	pam_try -q code $user "$wrong"
done
for answers in '' "$wrong" "$wrong $wrong $wrong" x; do
	tick 100
	# shellcheck disable=SC2086
	enrolled=$(cost bob $answers)
	diag "bob, ${answers:-no answer}:$enrolled"
	for user in dave nobody-else; do
		# shellcheck disable=SC2086
		is "${answers:-no answer}: as many calls for $user" "$(cost $user $answers)" "$enrolled"
	done
done
is 'and no record was made' "$(mfa-admin --json list </dev/null | grep -cE 'carol|dave|erin|nobody')" 0

done_testing
