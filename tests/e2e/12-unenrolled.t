#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Accounts without a factor: refused so that it does not show, or let in by policy.
. "${BASH_SOURCE[0]%/*}/lib.sh"

ready alice
code_services sshd
start_sshd

ssh_try alice "$PASSWORD" "$(wrong_code alice)"
refused 'enrolled, wrong code'
enrolled=${SCREEN//alice/USER}
log_mark
ssh_try bob "$PASSWORD" 123456
refused 'not enrolled'
is 'in the same words' "${SCREEN//bob/USER}" "$enrolled"
log_like 'the log knows better' 'mfad.*user=bob'
log_unlike 'and has no code' 123456
not_ok 'no record was made for him' mfa-admin show bob

for _ in 1 2; do
	ssh_try alice "$PASSWORD" 111111 222222 333333
	enrolled=${SCREEN//alice/USER}
	ssh_try bob "$PASSWORD" 111111 222222 333333
	is 'in the same words when there were many' "${SCREEN//bob/USER}" "$enrolled"
done

write_conf '[policy]' 'unenrolled = allow'
stop_mfad
start_mfad
log_mark
ssh_try bob "$PASSWORD"
entered 'unenrolled = allow lets him in' bob
log_like 'and logs that' 'mfad.*user=bob.*unenrolled'
ssh_try alice "$PASSWORD"
refused 'but nobody who is enrolled'

write_conf '[policy]' '[policy sshd]' 'unenrolled = allow' '[policy strict]' 'unenrolled = deny'
stop_mfad
start_mfad
ssh_try bob "$PASSWORD"
entered 'for one service' bob
pam_service strict 'auth required pam_mfa.so'
pam_try strict bob 123456
denied 'not for another'

done_testing
