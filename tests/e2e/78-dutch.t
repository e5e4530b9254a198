#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A whole enrolment and sign-in in Dutch, and the tools in the locale of who runs them.
. "${BASH_SOURCE[0]%/*}/lib.sh"

readonly NL='[policy]'
write_conf '[enrol]' 'issuer = Regenboog' "$NL" 'language = nl' 'enrolment = offer' 'enrol_networks = 127.0.0.0/8' \
	'help = Helpdesk: 050-1234567'
new_store || bail 'mfa-admin init failed'
start_mfad || bail 'mfad does not start'
code_services sshd
pam_service code 'auth required pam_mfa.so'
start_sshd

keys() { in_tmux send-keys -t 0 "$@"; }
on_ssh() {
	in_tmux kill-server 2>/dev/null
	wait_for no_session
	in_tmux -u new-session -d -x 100 -y 70 \
		"env LC_ALL=C.UTF-8 ssh ${SSH_OPTIONS[*]} -p $PORT -o PreferredAuthentications=keyboard-interactive \
			$1@127.0.0.1 'echo \"in as \$(id -un)\"'; echo \"ended \$?\"; sleep 1000"
	wait_for shows 'assword'
	keys "$PASSWORD" Enter
}

on_ssh alice
ok 'meer informatie vereist' wait_for shows 'Meer informatie vereist' || diag "$(screen)"
like 'niet nu' "$(screen)" 'n: nog [0-9]+ keer'
keys '' Enter
ok 'de code die de app toont' wait_for shows 'Voer de code in' || diag "$(screen)"
key=$(key_shown)
keys 000000 Enter
ok 'een foute code' wait_for shows 'Dat is de code niet' || diag "$(screen)"
keys "$(app_code "$key")" Enter
ok 'herstelcodes' wait_for shows 'Herstelcodes, voor als de telefoon' || diag "$(screen)"
unlike 'no English between' "$(screen -S -)" '(^| )(Recovery|Scan this|Press Enter|That is|The code)'
keys '' Enter
ok 'binnen' wait_for shows 'in as alice' || diag "$(screen)"
in_tmux kill-server
tick
on_pty ssh "${SSH_OPTIONS[@]}" -p "$PORT" -o PreferredAuthentications=keyboard-interactive alice@127.0.0.1 \
	'echo "in as $(id -un)"' < <(printf 'expect assword\nsend %s\nexpect app: \nsend %s\nend app: \n' \
		"$PASSWORD" "$(app_code "$key")")
entered 'aanmelden met een code' alice
like 'gevraagd in het Nederlands' "$SCREEN" 'Code uit de Authenticator-app: '
like 'met het nieuws' "$SCREEN" 'er een apparaat aan dit'
pam_try code alice 111111 222222 333333
denied 'drie foute codes'
like 'wat er fout is' "$SCREEN" 'Die code is niet juist'
like 'en wie er helpt' "$SCREEN" 'Helpdesk: 050-1234567'

# --- the tools ---------------------------------------------------------------------

write_conf '[policy]' 'enrol_local = yes'
kill -HUP "$MFAD_PID"
while read -r locale words; do
	like "mfa-enroll, $locale" "$(as bob env LC_ALL="$locale" mfa-enroll list </dev/null 2>&1)" "$words"
done <<'END'
nl_BE.UTF-8 Nog geen apparaat
fr_BE.UTF-8 Pas encore d.appareil
de_DE.UTF-8 No device yet
C No device yet
END
like 'mfad answers in the tool'\''s language' \
	"$(as bob env LC_ALL=nl_NL.UTF-8 mfa-enroll remove 1 </dev/null 2>&1)" 'is er niet'
like 'mfa-admin too' "$(env LC_ALL=fr_FR.UTF-8 mfa-admin show nobody-there </dev/null 2>&1)" 'Ce compte n.existe pas'
like 'LANGUAGE goes before the locale' \
	"$(as bob env LANG=en_GB.UTF-8 LANGUAGE=de:nl mfa-enroll list </dev/null 2>&1)" 'Nog geen apparaat'

# --- errors ------------------------------------------------------------------------

enrol alice
printf '[store]\nurl = sqlite:///x\n[nowhere]\n' >"$BED/bad.conf"
printf 'alice otpauth://totp/x?secret=A\n' >"$BED/bad.import"
printf 'alice\totpauth://totp/x?secret=%s\n' "$(secret_of bob)" >"$BED/again.import"
printf 'auth must pam_unix.so\n' >"$BED/bad"
while IFS='|' read -r locale words command; do
	read -ra command <<<"$command"
	like "$locale, ${command[*]}" "$(env LC_ALL="$locale" mfa-admin "${command[@]}" 2>&1 </dev/null)" "$words"
done <<END
nl_NL.UTF-8|bad.conf:3: er bestaat geen sectie|--config $BED/bad.conf check-config
fr_FR.UTF-8|bad.conf:3: il n.y a pas de section|--config $BED/bad.conf check-config
nl_NL.UTF-8|import:1: er staat geen tab|import $BED/bad.import
fr_FR.UTF-8|Rien n.a été importé|import $BED/bad.import
fr_FR.UTF-8|import:1: alice: le compte a déjà un appareil|import $BED/again.import
nl_NL.UTF-8|bad:1: die control bestaat niet: must|check-pam --pam-dir $BED bad
nl_NL.UTF-8|^ACCOUNT .*LAATST AANGEMELD|list
nl_NL.UTF-8|toegevoegd .*, laatst gebruikt|show alice
nl_NL.UTF-8|^gebruik: mfa-admin explain|explain
fr_FR.UTF-8|^usage : mfa-admin show|show
END
stop_mfad
LANGUAGE='nl' start_mfad
cp "$CONF" "$BED/good.conf"
echo '[nowhere]' >>"$CONF"
log_mark
kill -HUP "$MFAD_PID"
log_like 'the log stays as it is, whoever started mfad' 'event=config .*there is no section \[nowhere\]'
cp "$BED/good.conf" "$CONF"

# --- what the module says by itself --------------------------------------------------

pam_service off "auth required pam_mfa.so socket=$BED/nowhere mfad=/usr/local/sbin/nothing"
pam_service both 'auth required pam_mfa.so forward_pass' 'auth requisite pam_deny.so' 'auth required pam_mfa.so'
try_in() { SCREEN=$(env LC_ALL="$1" "$HELPERS/signin" "${@:2}" 2>&1) || :; }
while read -r locale off both; do
	try_in "$locale" off alice
	like "no verifier, $locale" "$SCREEN" "${off//_/ }"
	try_in "$locale" both alice "$PASSWORD"
	like "password and code, $locale" "$SCREEN" "^ask: ${both//_/ }"
done <<'END'
nl_NL.UTF-8 niet_bereikbaar Wachtwoord,_met_of_zonder_code_erachter._Password:
fr_FR.UTF-8 est_injoignable Mot_de_passe,_suivi_ou_non_d.un_code._Password:
de_DE.UTF-8 can.t_be_reached Password,_a_code_may_follow_it._Password:
END
pam_service off "auth required pam_mfa.so language=fr socket=$BED/nowhere mfad=/usr/local/sbin/nothing"
pam_try off alice
like 'as the option says' "$SCREEN" 'est injoignable'
pam_service off 'auth required pam_mfa.so language=de'
pam_try off alice
denied 'a language that the module does not speak'
# sshd has no locale, and empties the environment of what asks: mfad says which language it speaks.
new_rules '[policy]' 'language = nl'
on_pty ssh "${SSH_OPTIONS[@]}" -p "$PORT" -o PreferredAuthentications=keyboard-interactive alice@127.0.0.1 true \
	< <(printf 'expect assword\nsend %s\nexpect app: \nsend %s\nend app: \n' "$PASSWORD" "$PASSWORD")
like 'over ssh, in the language of the rules' "$SCREEN" 'Dat is uw wachtwoord'

done_testing
