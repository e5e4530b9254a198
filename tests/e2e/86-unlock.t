#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# verify_user: a phone's own unlock, which is a passkey's word over the very answer.  mfad judges it, at the pairing and
# at each approval; what falls short is refused, and the request stays open for who can do better.
. "${BASH_SOURCE[0]%/*}/lib.sh"

readonly ORIGIN=https://mfa.example.org
rules() { printf '%s\n' '[portal]' "url = $ORIGIN" '[policy]' 'enrol_local = yes' "verify_user = $1"; }
mapfile -t RULES < <(rules required)
write_conf "${RULES[@]}"
new_store || bail 'mfa-admin init failed'
start_mfad || bail 'mfad does not start'
pam_service code 'auth required pam_mfa.so'

phone() { "$HELPERS/phone" "$BED/phone.$1" "${@:2}"; }
verify() { mapfile -t RULES < <(rules "$1") && new_rules "${RULES[@]}"; }

log_mark
setpriv --reuid _mfa-portal --clear-groups "$HELPERS/phone" - events "$SOCKET" >/dev/null 2>&1 &
disown
wait_for log_has 'mfa-portal listens' || bail 'no portal'

# begin USER: root enrols a phone with that user, up to the token.
begin() {
	in_window 100x70 "mfa-enroll --user $1 add --push"
	wait_for shows 'Number that the phone shows' || diag "$(screen)"
	TOKEN=$(screen | grep -oE "$ORIGIN/pair#[A-Za-z0-9_-]{22}" | head -n 1)
	TOKEN=${TOKEN#*#}
}
pairs() { phone "$1" pair "$SOCKET" "$ORIGIN" "$TOKEN" "$1" "${@:2}"; }
# The number of a reply of pairs is typed; sets TEST, the number for the phone.
type_number() {
	keys "$(grep -oE '"number":"[0-9]+"' <<<"$1" | grep -oE '[0-9]+')" Enter
	wait_for shows 'the other way round: enter [0-9]+' || diag "$(screen)"
	TEST=$(screen | grep -oE 'round: enter [0-9]+' | grep -oE '[0-9]+')
}

# --- pairing ---------------------------------------------------------------------

# Another phone with a passkey, to have something to pass off as one's own.
begin bob
type_number "$(pairs Bobs passkey=right)"
like "bob's phone, unlocked for it" "$(phone Bobs approve "$TEST" assertion=right)" '^200 .*approved'
ok 'is paired' wait_for shows 'ended 0' || diag "$(screen)"

begin alice
while IFS='|' read -r what arguments; do
	# shellcheck disable=SC2086
	like "pairing: $what" "$(pairs Pixel $arguments)" '^403 .*"verify"'
done <<'END'
a phone without a lock|
a passkey without proof|passkey=bare
a phone that was not unlocked|passkey=locked
a use, for one that was made|passkey=type
made for another token|passkey=about
made for another host|passkey=host
made on another page|passkey=origin
END
is 'nothing is saved by that' "$(devices alice)" 0
reply=$(pairs Pixel passkey=right)
like 'the token is still good for a phone that can' "$reply" '^200 .*"number":"[1-9][0-9]"'
type_number "$reply"

# approvals NUMBER PREFIX: each that falls short, though the number is right.
approvals() {
	local what how

	while IFS='|' read -r what how; do
		# shellcheck disable=SC2086
		like "$2: $what" "$(phone Pixel approve "$1" $how)" '^403 .*"verify"'
	done <<-END
		without an assertion|
		not unlocked|assertion=locked
		of another phone|assertion=of:$BED/phone.Bobs
		by another phone, under this one's id|assertion=by:$BED/phone.Bobs
		over another payload|assertion=about
		of a passkey that is made|assertion=type
		for another host|assertion=host
		on another page|assertion=origin
		signed wrongly|assertion=signature
	END
}
approvals "$TEST" 'the test of a pairing'
is 'nothing is saved by that either' "$(devices alice)" 0
like 'nor is the request used up' "$(phone Pixel approve "$TEST" assertion=right)" '^200 .*approved'
ok 'and the phone is paired' wait_for shows 'ended 0' || diag "$(screen)"

# --- approving a sign-in -----------------------------------------------------------

# A sign-in that waits; sets NUMBER.
pam_start() {
	: >"$BED/waiting"	# or what was there before may be looked at
	"$HELPERS/signin" -r 192.0.2.7 code alice '' >"$BED/waiting" 2>&1 &
	WAITING=$!
	wait_for grep -qE '[Ee]nter [0-9]+ on your phone' "$BED/waiting"
	NUMBER=$(grep -oE '[Ee]nter [0-9]+ on' "$BED/waiting" | grep -oE '[0-9]+')
	wait_for eval 'phone Pixel list | grep -q "\"requests\":\[{"'
}
pam_start
approvals "$NUMBER" 'a sign-in'
like 'the request is still there' "$(phone Pixel list)" '"requests":\[\{"id"'
unlike 'and nobody is in' "$(cat "$BED/waiting")" PAM_
like 'until the phone is unlocked for it' "$(phone Pixel approve "$NUMBER" assertion=right)" '^200 .*approved'
wait "$WAITING"
like 'then it is' "$(cat "$BED/waiting")" '^PAM_SUCCESS 1'

# An assertion is over one answer, and good for that alone.
pam_start
phone Pixel approve "$NUMBER" assertion=right signature=bad print=1 2>"$BED/payload" >/dev/null
like 'the assertion is no signature' "$(phone Pixel approve "$NUMBER" assertion=right signature=bad)" '^403 .*"signature"'
like 'refusing needs no unlock' "$(phone Pixel deny)" '^200 .*denied'
wait "$WAITING"
unlike 'and refuses' "$(cat "$BED/waiting")" PAM_SUCCESS
unlock alice

# --- a phone that was paired without ------------------------------------------------

verify off
begin alice
type_number "$(pairs Plain)"
phone Plain approve "$TEST" >/dev/null
wait_for shows 'ended 0' || diag "$(screen)"
is 'another phone of hers, without a lock' "$(devices alice)" 2
verify required
pam_start
like 'where it is required it does not approve' "$(phone Plain approve "$NUMBER")" '^403 .*"verify"'
like "nor with the other phone's assertion" "$(phone Plain approve "$NUMBER" "assertion=of:$BED/phone.Pixel")" '^403 .*"verify"'
like 'which itself does' "$(phone Pixel approve "$NUMBER" assertion=right)" '^200 .*approved'
wait "$WAITING"
verify preferred
pam_start
like 'where it is preferred, what is given must be right' "$(phone Pixel approve "$NUMBER" assertion=locked)" '^403 .*"verify"'
like 'and the one without approves' "$(phone Plain approve "$NUMBER")" '^200 .*approved'
wait "$WAITING"
like 'in' "$(cat "$BED/waiting")" '^PAM_SUCCESS 1'

done_testing
