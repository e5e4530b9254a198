#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Secrets stay in mfad's memory no longer than they are needed: after an import, an enrolment and
# sign-ins none of the keys, codes and recovery codes is there.
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/memory.sh"

write_conf '[policy]' 'enrol_local = yes'
new_store
start_mfad
pam_service code 'auth required pam_mfa.so'

# The script of who adds a phone.
phone() {
	printf 'expect app shows now: \n'
	wait_for grep -q 'app shows now' "$BED/pty"
	grep -oE '([A-Z2-7]{4} ){3,}[A-Z2-7]{1,4}' "$BED/pty" | head -n 1 | tr -d ' ' >"$BED/key"
	printf 'send %s\n' "$(oathtool --totp -b "$(cat "$BED/key")" --now "@$(now)")"
}

like 'what is there is found' "$(found "$MFAD_PID" "$SOCKET")" '^/run'
enrol alice bob
is 'after an import: no secret' "$(found "$MFAD_PID" "$(secret_of alice)" "$(secret_of bob)")" ''

setpriv --reuid carol --regid carol --init-groups "$HELPERS/ptyrun" \
	mfa-enroll >"$BED/pty" < <(phone)
mapfile -t recovery < <(grep -oE '[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}' "$BED/pty")
is 'ten recovery codes were shown' "${#recovery[@]}" 10
is 'after an enrolment: neither key nor recovery codes' "$(found "$MFAD_PID" "$(cat "$BED/key")" "${recovery[@]}")" ''

for _ in 1 2 3; do
	pam_try code alice "$(wrong_code alice)" "$(code_now alice)"
	pam_try code carol "${recovery[0]}"
	tick
done
is 'after sign-ins: no code' "$(found "$MFAD_PID" "$(code_now alice -1)" "$(code_now alice -2)" \
	"$(secret_of alice)" "${recovery[0]}" "${recovery[0]//-/}")" ''

done_testing
