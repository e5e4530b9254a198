#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Applications that can't show a text, or show a question's last line and nothing else; and programs that give the
# password to every question.
. "${BASH_SOURCE[0]%/*}/lib.sh"

readonly HERE='enrol_networks = 192.0.2.0/24'
ready alice
code_services code
pam_service noisy "$PASSWORD_THEN_CODE" 'auth required pam_mfa.so debug'

key_in() { grep -oE '([A-Z2-7]{4} ){3,}[A-Z2-7]{1,4}' | head -n 1 | tr -d ' '; }
codes_in() { grep -oE '\b[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}\b'; }
mkfifo "$BED/answer"
exec 7<>"$BED/answer"
# enrol_by_pam [OPTION]... USER: answers are made from what is shown, one by one.
enrol_by_pam() {
	: >"$BED/said"
	"$HELPERS/signin" -r 192.0.2.9 "${@:1:$#-1}" code "${*: -1}" "$PASSWORD" "@$BED/answer" "@$BED/answer" \
		>"$BED/said" 2>&1 7<&- &
	wait_for grep -q '^ask: Code that' "$BED/said" || diag "$(cat "$BED/said")"
	KEY=$(key_in <"$BED/said")
	app_code "$KEY" >&7
	wait_for grep -q '^ask: Press Enter' "$BED/said" || diag "$(cat "$BED/said")"
	is 'nothing is saved before the codes were taken' "$(devices "${*: -1}")" 0
	[ -z "${HANGS_UP-}" ] || pkill -x signin
	echo >&7
	wait $!
	SCREEN=$(cat "$BED/said")
}

# --- texts end nothing ------------------------------------------------------------------

new_rules '[policy]' 'intro = Welcome to the bed' "$HERE" 'enrolment = require'
log_mark
pam_try -f '' noisy alice "$PASSWORD" "$(code_now alice)"
accepted 'a right code, though the welcome could not be shown'
unlike 'none was' "$SCREEN" '^say'
log_like 'which is logged, where the option says so' 'pam_mfa.*could not show a text'
log_mark
pam_try -f '' code alice "$PASSWORD" "$(wrong_code alice)" "$(code_now alice 1)"
accepted 'a wrong code, and then a right one, though neither complaint nor welcome was shown'
log_unlike 'and not logged elsewhere' 'could not show'
pam_try -f 'not right' code alice "$PASSWORD" "$(wrong_code alice)" '' ''
denied 'wrong ones let nobody in'
like 'and the welcome is shown where it can be' "$SCREEN" '^say: Welcome'
unlock alice

# --- what is said once --------------------------------------------------------------------

cannot() {
	log_mark
	pam_try -r 192.0.2.9 "$@"
}
cannot -f '' code bob "$PASSWORD" 123456
denied 'enrolment where the key could not be shown'
is 'it ends at the first question' "$(grep -c '^ask: [^P]' <<<"$SCREEN")" 1
is 'and saves nothing' "$(devices bob)" 0
log_like 'the log says why' 'event=enrol result=denied user=bob.* rule=cannot-show'
cannot -f 'not the code' code bob "$PASSWORD" 000000 000000
unlike 'a complaint is said again, and ends nothing' "$SCREEN" "does not show what is needed"
is 'each try was put' "$(grep -c '^ask: Code that' <<<"$SCREEN")" 3

log_mark
enrol_by_pam -f 'Write them down now' bob
denied 'recovery codes that could not be shown'
unlike 'indeed' "$(codes_in <<<"$SCREEN")" .
is 'are not given: nothing is saved' "$(devices bob)" 0
log_like 'and the log says why' 'event=enrol result=denied user=bob.* rule=cannot-show'
log_mark
HANGS_UP=yes
enrol_by_pam bob
HANGS_UP=
read -rt 0.01 _ <&7 || :	# nobody has read the Enter
ok 'whoever goes while they stand there' wait_for log_has 'event=signin result=(aborted|given-up) user=bob'
is 'has saved nothing' "$(devices bob)" 0
enrol_by_pam bob
accepted 'where all of it is shown, it is saved'
is 'one device' "$(devices bob)" 1
like 'which is said' "$SCREEN" '^say: Saved as "Phone"'
codes_in <<<"$SCREEN" >"$BED/codes"
is 'and ten codes' "$(wc -l <"$BED/codes")" 10

# --- what was accepted lets in ---------------------------------------------------------------

new_rules
tick
pam_try -f '' code bob "$PASSWORD" "$(head -n 1 "$BED/codes")"
accepted 'a recovery code, though how many are left could not be shown'
like 'it is used' "$(mfa-admin show bob </dev/null)" '^Recovery: 9 codes left'
tick
pam_try code bob "$PASSWORD" "$(app_code "$KEY")"
accepted 'what could not be shown'
like 'is news still: a device was added' "$SCREEN" '^say: A device was added'
tick
pam_try code bob "$PASSWORD" "$(app_code "$KEY")"
unlike 'and none once it was' "$SCREEN" 'device was added'

# --- by a question's last line alone ------------------------------------------------------------

while IFS='|' read -r what rules prompt; do
	IFS=';' read -ra lines <<<"$rules"
	new_rules '[policy]' "$HERE" 'intro = Welcome' "${lines[@]}"
	pam_try -l -r 192.0.2.9 code carol "$PASSWORD"
	like "$what" "$SCREEN" "^ask: $prompt\$"
done <<'END'
enrolment, once|enrolment=require|Code that the app shows \(p, i, q: other pictures\): 
enrolment, so many times|enrolment=offer;offer_times=3|Set up your phone now\? \[Y/n; n: 3 left\] 
enrolment, until then|enrolment=offer;offer_until=2099-01-31|Set up your phone now\? \[Y/n; n: until 2099-01-31\] 
END
new_rules '[policy]' "$HERE" 'enrolment = offer' 'offer_times = 2' 'minimum = 2'
tick
pam_try -l -r 192.0.2.9 code alice "$PASSWORD" "$(code_now alice)" n
accepted 'a second device is put off'
like 'in a question of its own' "$SCREEN" '^ask: Add another device now[?] [[]Y.n; n: 2 left'
# --- an answer that is none -----------------------------------------------------------------------

new_rules '[policy]' "$HERE" 'enrolment = offer' 'offer_times = 9'
for no in n N no nee Non 'not now'; do
	pam_try -r 192.0.2.9 code carol "$PASSWORD" maybe '?' "$no"
	accepted "not now, in any language: $no"
	is 'and what is neither is asked again' "$(grep -c 'neither yes nor no' <<<"$SCREEN")" 2
	unlike 'no enrolment begins' "$SCREEN" 'Scan'
done
for yes in y YES j ja o oui ''; do
	pam_try -r 192.0.2.9 code carol "$PASSWORD" "$yes"
	like "now: ${yes:-Enter}" "$SCREEN" 'Scan the picture'
done
log_mark
pam_try -r 192.0.2.9 code carol "$PASSWORD" maybe 123456 'an answer of more than sixteen bytes' ''
denied 'three that are neither end it'
unlike 'and lead nowhere' "$SCREEN" 'Scan'
like 'which is said' "$SCREEN" '^say: Nothing was saved'
log_like 'and logged: nobody has left' 'event=signin result=denied user=carol'
pam_try -r 192.0.2.9 code carol "$PASSWORD" "$PASSWORD" n
accepted 'the password there is no answer'
like 'it says so' "$SCREEN" '^Here something else is asked for'
unlike 'and nothing of a code' "$SCREEN" 'code from your app'

# --- how long a line is ---------------------------------------------------------------------------

# What ssh puts before the first leaves about 60 columns of 80.
for language in en nl fr; do
	new_rules '[policy]' "$HERE" 'enrolment = require' "language = $language" \
		"intro = $(printf 'word %.0s' {1..30})"
	pam_try -r 192.0.2.9 code alice "$PASSWORD" "$(wrong_code alice)" x
	tick 3
	out=$SCREEN
	pam_try -r 192.0.2.9 code carol "$PASSWORD" 000000
	is "$language: the first line of each text" "$(LC_ALL=C.UTF-8 grep -E '^say: .{61}' <<<"$out$SCREEN")" ''
	is "$language: and the others, but for pictures" "$(LC_ALL=C.UTF-8 grep -vE '█|^(say|ask):' <<<"$out$SCREEN" | grep -E '.{78}')" ''
	unlike "$language: no question is longer than both" "$(LC_ALL=C.UTF-8 grep '^ask: ' <<<"$out$SCREEN")" '^ask: .{77}'
done
new_rules
unlock alice
enrol carol
for _ in 1 2; do
	mapfile -t wrong < <(for _ in 1 2 3; do wrong_code carol && tick 3; done)
	pam_try code carol "$PASSWORD" "${wrong[@]}"
done
pam_try -l code carol "$PASSWORD" x
like 'codes are refused: the question asks for what is not' "$SCREEN" '^ask: Recovery code: $'

# --- programs that compare what is asked ------------------------------------------------------------

while IFS='|' read -r what rules notes; do
	IFS=';' read -ra lines <<<"$rules"
	write_conf "${lines[@]}"
	out=$(mfa-admin check-config --strict </dev/null 2>&1) || diag "$out"
	is "$what" "$(grep -c 'note: .*Enter 71 on your phone' <<<"$out")" "$notes"
	like 'which is no fault' "$out" ': ok$'
done <<'END'
check-config: a prompt of its own, and phones|[portal];url=https://mfa.example.org;[policy];prompt=Code|1
check-config: OpenVPN, and phones|[portal];url=https://mfa.example.org;[policy openvpn];required=yes|1
check-config: the usual prompt|[portal];url=https://mfa.example.org;[policy];required=yes|0
check-config: phones that are not asked|[portal];url=https://mfa.example.org;[policy];prompt=Code;methods=totp|0
check-config: no phones|[policy openvpn];prompt=Code|0
END
write_conf

# --- the password to every question ---------------------------------------------------------------

unlock alice
while IFS='|' read -r service advice not; do
	code_services "$service"
	tick
	log_mark
	pam_try "$service" alice "$PASSWORD" "$PASSWORD" "$PASSWORD"
	denied "$service: the password once more"
	log_like "$service: the log says what helps there" "login password: .*$advice"
	log_unlike "$service: and not what helps elsewhere" "$not"
done <<'END'
vsftpd|forward_pass|sshd
dovecot|forward_pass.*remember|sshd
smtp|saslauthd|sshd
openvpn|'' OTP.*static-challenge|sshd
i3lock|forward_pass|sshd
END
is 'which is no wrong code' "$(mfa-admin show --json alice </dev/null | grep -oE '"wrong_in_a_row": ?[0-9]+')" ''

done_testing
