# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2034
# What tests of a store that is harmed share: many accounts, each of which signs in once.  Beside lib.sh.

readonly USERS=40
write_conf '[policy]' 'nss = no'
pam_service code 'auth required pam_mfa.so'
pam_service helper "auth required pam_mfa.so socket=$BED/none"
accounts() { seq 1 $USERS | sed "s,.*,user&\totpauth://totp/Bed:user&?secret=$(secret_of user)\&issuer=Bed,"; }
new_site() {
	end_mfad KILL
	new_store || bail 'mfa-admin init failed'
	accounts >"$BED/import"
	mfa-admin import "$BED/import" >/dev/null || bail 'mfa-admin import failed'
	start_mfad || bail 'mfad does not start'
	next=0
}
# try SERVICE [CODE]: the next account's sign-in.
try() {
	next=$((next + 1))
	pam_try "$1" "user$next" "$(code_now user)"
}
check_store() {
	STATUS=0
	SCREEN=$(mfa-admin check-store "$@" </dev/null 2>&1) || STATUS=$?
}
