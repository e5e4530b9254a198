#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Codes that were sent stay neither in mfad's memory nor in mfa-sender's, once they have been handed on.
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/memory.sh"
. "${BASH_SOURCE[0]%/*}/sender.sh"
. "${BASH_SOURCE[0]%/*}/sent.sh"

readonly COUNT=6
came_by() { [ "$("$1")" = "$COUNT" ]; }

start_servers
write_conf "${EMAIL[@]}" "${SMS[@]}" '[policy]' 'methods = totp, recovery, email, sms'
new_store || bail 'mfa-admin init failed'
for ((i = 0; i < COUNT; i++)); do
	useradd -M "m$i"
	useradd -M "s$i"
	printf 'm%s\tmailto:m%s@example.net\ns%s\ttel:+3161234%s00\n' "$i" "$i" "$i" "$((560 + i))"
done >"$BED/addresses"
mfa-admin import "$BED/addresses" </dev/null >&2 || bail 'no addresses'
start_mfad || bail 'mfad does not start'
start_sender
heard_sender || bail 'no mfa-sender'
pam_service code 'auth required pam_mfa.so'

like 'what is there is found' "$(found "$SENDER_PID" "$SOCKET")" '^/run'
like 'of mfad as well' "$(found "$MFAD_PID" "$SOCKET")" '^/run'
for ((i = 0; i < COUNT; i++)); do
	pam_try code "s$i"
	pam_try code "m$i"
done
ok 'all came' wait_for came_by texts
ok 'by both ways' wait_for came_by mails
mapfile -t codes < <(cat "$GATE"/*.json "$MAIL"/*.eml | grep -oE '(Code |^)[0-9]{6}\b' | grep -oE '[0-9]{6}$')
is 'each has a code' "${#codes[@]}" $((2 * COUNT))
is 'none of them is in the memory of mfad' "$(found "$MFAD_PID" "${codes[@]}")" ''
is 'nor in that of mfa-sender' "$(found "$SENDER_PID" "${codes[@]}")" ''

done_testing
