#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Codes that are sent: a name without an account sees what one with an account sees, and costs the same work.
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/sender.sh"
. "${BASH_SOURCE[0]%/*}/sent.sh"

readonly NAMES=100
# shellcheck source=tests/e2e/work.sh
. "${BASH_SOURCE[0]%/*}/work.sh"

start_servers
write_conf "${EMAIL[@]}" "${SMS[@]}" '[policy]' "$ALL" 'nss = no' 'alone = totp, sms'
new_store || bail 'mfa-admin init failed'
start_mfad || bail 'mfad does not start'
start_sender
heard_sender || bail 'no mfa-sender'
pam_service code 'auth required pam_mfa.so'
kinds=()

# A store in which nothing was tried yet, with an account of each kind: an app alone; an app, a number and a mailbox; a
# number alone.
fresh() {
	stop_mfad
	new_store
	enrol app all
	import 'all tel:+31612345600' 'all mailto:all@example.net' 'text tel:+31687654300'
	log_mark
	start_counted
	heard_sender
}
# What was seen, but for where it goes to, which is a person's own.
plain() {
	grep -v '^PAM_' <<<"$SCREEN" | sed -E 's/\+3[0-9] \*\* \*\*\*\* \*[0-9]{2}/NUMBER/
		s/[a-z]\*\*\*@[a-z]\*\*\*\.[a-z]+/MAILBOX/; s/at [0-9]{2}:[0-9]{2}/at TIME/'
}
# kind_of NAME: as which of those it looks.
kind_of() {
	local sms=no mail=no
	pam_try code "$1" mail
	[[ $SCREEN == *'set up'* ]] || mail=yes
	pam_try code "$1" sms
	[[ $SCREEN == *'set up'* ]] || sms=yes
	case "${SCREEN:0:15}:$sms:$mail" in
	'ask: A code was:yes:no') echo text ;;
	ask:\ Auth*:yes:yes) echo all ;;
	ask:\ Auth*:no:no) echo app ;;
	esac
}

for kind in app all text; do
	fresh
	for ((i = 0; i < NAMES; i++)); do kind_of "nobody$i" >"$BED/kind.$i" & kinds[i]=$!; done
	wait "${kinds[@]}"
	nobody=$(grep -lx $kind "$BED"/kind.* | head -n 1)
	nobody=nobody${nobody##*.}
	like "there are names without an account that look like $kind" "$nobody" 'nobody[0-9]'
	set_clock $(($(now) + 4000))
	while read -r answers; do
		answers=${answers//W/$(wrong_code app)}
		# shellcheck disable=SC2086
		pam_try code $kind $answers
		seen=$(plain)
		# shellcheck disable=SC2086
		pam_try code "$nobody" $answers
		is "$kind, $answers: a name without an account sees the same" "$(plain)" "$seen"
		set_clock $(($(now) + 31))
	done <<-END

		sms
		sms W
		? W W
		mail W W
		sms
		sms W
		mail
		sms W W W
		W W W
	END
	set_clock $(($(now) + 7200))
	for user in $kind "$nobody"; do
		pam_try code "$user" sms
	done
	set_clock $(($(now) + 40))
	enrolled=$(work pam_try -q code $kind sms W)
	is "$kind: and costs the same work" "$(work pam_try -q code "$nobody" sms W)" "$enrolled"
done

# --- names that share a decoy -------------------------------------------------------------------------------

# For each of many names one is asked for, and then it is looked at others, of which each shares its decoy with some.
fresh
pam_try -r 192.0.2.1 code all sms
like 'who has one sent' "$SCREEN" 'A code was sent to'
pam_try -r 198.51.100.1 code all
like 'is told elsewhere' "$SCREEN" 'was sent for a sign-in elsewhere'
shown=
for ((i = 0; i < NAMES && ${#shown} == 0; i++)); do [ "$(kind_of "nobody$i")" != all ] || shown=nobody$i; done
set_clock $(($(now) + 4000))
pam_try -r 192.0.2.1 code "$shown" sms
pam_try -r 198.51.100.1 code "$shown"
like 'and so is a name without an account' "$SCREEN" 'was sent for a sign-in elsewhere'
mkfifo "$BED/stands"
"$HELPERS/signin" -r 198.51.100.2 code "$shown" sms @"$BED/stands" >"$BED/stands.out" 2>&1 &
stands=$!
exec {fd}>"$BED/stands"
for ((i = 0; i < 12; i++)); do
	"$HELPERS/signin" -n 50 -r "10.0.$i.1" code "other$i-+" sms >/dev/null 2>&1
done
for ((i = 0; i < NAMES; i++)); do pam_try -r 10.1.0.1 code "look$i" >/dev/null; echo "$SCREEN"; done >"$BED/looks"
unlike 'of a code for another name none is told' "$(cat "$BED/looks")" 'was sent for a sign-in elsewhere'
wrong_code app >&"$fd"
exec {fd}>&-
wait "$stands"
unlike 'nor has its own ended by that' "$(cat "$BED/stands.out")" 'That code has ended'
like 'it was asked for, and is again' "$(grep -c 'A code was sent to' "$BED/stands.out")" '^2$'

done_testing
