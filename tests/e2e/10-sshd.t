#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# sshd: password, then code.
. "${BASH_SOURCE[0]%/*}/lib.sh"

ready alice bob
code_services sshd
start_sshd

code=$(code_now alice)
log_mark
ssh_try alice "$PASSWORD" "$code"
entered 'right password, right code' alice
like 'the code is asked for in plain words' "$SCREEN" 'Authenticator code: '
unlike 'it is not shown as it is typed' "$SCREEN" "$code"
log_like 'one line says who got in, and from where' 'mfad.*user=alice.*127\.0\.0\.1'
log_unlike 'no line has the code' "$code"

ssh_try alice "$PASSWORD" "$code"
refused 'the same code again'
tick
ssh_try alice "$PASSWORD" "$code"
refused 'the same code, a step later'
ssh_try alice "$PASSWORD" "$(code_now alice)"
entered 'a new one' alice
tick 5

# What is wrong about the code; nothing of it is taken.
while IFS='|' read -r what code; do
	ssh_try alice "$PASSWORD" "$code"
	refused "$what"
	unlock alice
done <<END
a wrong code|$(wrong_code alice)
an old one|$(code_now alice -3)
one of the future|$(code_now alice 3)
somebody else's|$(code_now bob)
no code at all|
one with a tail|$(code_now alice)0
letters|abcdef
a line of 500 characters|$(printf '%0500d' 7)
END

log_mark
set_clock $(($(now) + 1))
ssh_try alice "$PASSWORD" "$(code_now alice 100)"
refused 'a code of in fifty minutes'
log_unlike 'one alone may be a guess that is good in fifty minutes: the log tells nobody' 'event=clock'
ssh_try alice "$PASSWORD" "$(code_now alice 100)" "$(code_now alice 101)"
refused 'two that agree'
log_like 'the log says how far the clock is off' 'mfad.*user=alice.*30[03]0'
unlock alice

log_mark
code=$(code_now alice)
ssh_try alice 'not-the-password' "$code"
refused 'wrong password'
unlike 'no code is asked for then' "$SCREEN" 'Authenticator code'
log_unlike 'the second factor never hears of it' 'mfad|pam_mfa'
ssh_try alice "$PASSWORD" "$code"
entered 'so the code is still good' alice

tick
ssh_try alice "$PASSWORD" "$(wrong_code alice)" "$(code_now alice)"
entered 'a wrong one, then a right one' alice
tick
log_mark
ssh_try nobody-here "$PASSWORD"
refused 'a name that is not known'

tick
echo 'what was sent' >"$BED/file"
on_pty sftp "${SSH_OPTIONS[@]}" -P "$PORT" bob@127.0.0.1 < <(
	printf 'expect assword\nsend %s\nexpect code: \nsend %s\n' "$PASSWORD" "$(code_now bob)"
	printf 'expect sftp> \nsend put /mnt/bed/file sent\nexpect sftp> \nsend get sent /mnt/bed/back\n'
	printf 'expect sftp> \nsend bye\n')
is 'sftp ends well' "$STATUS" 0
ok 'and carried the file there and back' cmp "$BED/file" "$BED/back"

tick
on_pty scp "${SSH_OPTIONS[@]}" -P "$PORT" "$BED/file" bob@127.0.0.1:copied < <(
	answers "$PASSWORD" "$(code_now bob)")
is 'scp ends well' "$STATUS" 0
ok 'and carried the file' cmp "$BED/file" /home/bob/copied

done_testing
