#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What an administrator sees of all: report and metrics.
. "${BASH_SOURCE[0]%/*}/lib.sh"

ready alice bob
pam_service code 'auth required pam_mfa.so'
pam_service vpn 'auth required pam_mfa.so'

# --- report ------------------------------------------------------------------------

printf 'bob\totpauth://totp/Bed:bob?secret=%s\nbob\totpauth://hotp/Bed:bob?secret=%s&counter=0\n' \
	"$(secret_of bob)" "$(secret_of carol)" >"$BED/two"
mfa-admin import --replace "$BED/two" </dev/null >/dev/null
mfa-admin pass carol --valid 8h </dev/null >/dev/null
for _ in 1 2; do
	pam_try code alice 000000 000000 000000
done
figures_of() { mfa-admin report "$@" </dev/null; }
OUT=$(figures_of)
while read -r number words; do
	like "$number $words" "$OUT" "^ +$number  $words"
done <<END
3 accounts
2 enrolled
2 with an authenticator app
1 with a hardware token
1 with more than one device
2 enrolled, without recovery codes
1 with a temporary access pass
1 locked just now
0 unreadable
END
like 'who is locked' "$(tr '\n' ' ' <<<"$OUT")" 'Locked just now: +alice'
like 'who is not enrolled' "$(tr '\n' ' ' <<<"$OUT")" 'Not enrolled[^:]*: .*carol'
unlike 'nobody who is' "$(sed -n '/^Not enrolled/,/^$/p' <<<"$OUT")" 'alice|bob'
unlike 'nor what is no person' "$OUT" 'daemon|nobody|_mfa'
JSON=$(figures_of --json)
like 'as JSON' "$(tr -d ' \n' <<<"$JSON")" '"enrolled":2,.*"locked_names":\["alice"\]'
CSV=$(figures_of --csv)
like 'as CSV' "$CSV" '^enrolled,2$'
like 'with names' "$CSV" '^locked_names,"alice"$'
unlike 'no secret' "$OUT$JSON$CSV" "$(secret_of alice)|$(secret_of bob)"
is 'root alone' "$(as alice /usr/local/sbin/mfa-admin report </dev/null 2>&1 | grep -c 'not allowed')" 1

# --- metrics -----------------------------------------------------------------------

mfa-admin unlock alice </dev/null >/dev/null
pam_try code bob "$(code_now bob)"
accepted 'a sign-in to be counted'
pam_try code bob "$(code_now bob)"
pam_try vpn bob 123456 123456 123456
as bob "$HELPERS/signin" -q 'made"up' bob 123456 >/dev/null 2>&1
pam_service 'made"up' 'auth required pam_mfa.so'
as bob "$HELPERS/signin" -q 'made"up' bob 123456 >/dev/null 2>&1
OUT=$(mfa-admin metrics </dev/null)
like 'by service, method and result' "$OUT" '^mfa_signins_total\{service="code",method="totp",result="ok"\} 1$'
like 'another service' "$OUT" '^mfa_signins_total\{service="vpn",method="totp",result="denied"\} 1$'
like "a user's own programs are counted together" "$OUT" '^mfa_signins_total\{service="local",'
unlike 'whatever they call themselves' "$OUT" 'made'
like 'answers judged' "$OUT" '^mfa_verify_seconds_count [1-9]'
like 'a version' "$OUT" '^mfa_build_info\{version="[0-9.]+"\} 1$'
bad=$(grep -vE '^# (HELP|TYPE) [a-z_]+ |^[a-z_]+(\{([a-z]+="[^"\\]*",?)+\})? (\+Inf|[0-9.e+-]+)$' <<<"$OUT")
is 'each line is of the text format' "$bad" ''
is 'a histogram adds up' "$(sed -n 's/^mfa_verify_seconds_bucket{le="+Inf"} //p' <<<"$OUT")" \
	"$(sed -n 's/^mfa_verify_seconds_count //p' <<<"$OUT")"
for i in $(seq 300); do
	echo "s$i"
done | while read -r service; do
	pam_service "$service" 'auth required pam_mfa.so'
	pam_try -q "$service" carol
done
is 'names of services are bounded' \
	"$(test "$(mfa-admin metrics </dev/null | grep -c '^mfa_signins_total')" -le 256 && echo yes)" yes
like 'and what is over is not lost' "$(mfa-admin metrics </dev/null)" '^mfa_signins_total\{service="other"'

# --- on a terminal -------------------------------------------------------------------

on_pty mfa-admin report < <(printf 'end\n')
like 'a bar on a terminal' "$SCREEN" 'Reading.*100%'
like 'and the figures' "$SCREEN" 'accounts'

done_testing
