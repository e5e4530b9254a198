#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Codes that were sent stay neither in mfad's memory nor in mfa-sender's, once they have been handed on.
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/sender.sh"

readonly MAIL=$BED/mail GATE=$BED/gate COUNT=6
mkdir -p "$MAIL" "$GATE"
mails() { find "$MAIL" -name '*.eml' | wc -l; }
texts() { find "$GATE" -name '*.json' | wc -l; }
came() { [ "$($1)" = "$2" ]; }

# found PID WORD...: those that are in its memory.
found() {
	perl -e '
		my ($pid, @words) = @ARGV;
		open(my $maps, "<", "/proc/$pid/maps") or die;
		open(my $mem, "<:raw", "/proc/$pid/mem") or die;
		while (<$maps>) {
			/^([0-9a-f]+)-([0-9a-f]+) rw/ or next;
			my ($from, $to, $data) = (hex $1, hex $2);
			$to - $from < 1 << 28 or next;	# more is the shadow of a sanitizer
			sysseek($mem, $from, 0) && sysread($mem, $data, $to - $from) or next;
			while ($data =~ /($words[0])/g) { print "$1: ", substr($data, $-[0] > 50 ? $-[0] - 50 : 0, 100) =~ s/[^ -~]/./gr, "\n" }
		}' "$1" "$(IFS='|'; echo "${*:2}")" | sort -u
}

serve_python smtpd.py "grep -q '^READY 2525' '$MAIL/heard'" 2525 "$MAIL"
serve_python gateway.py "[ -e '$GATE/ready' ]" 2600 "$GATE"
write_conf '[email]' 'server = smtp://127.0.0.1:2525' 'from = mfa@example.org' \
	'[sms]' 'url = http://127.0.0.1:2600/' 'type = json' 'body = {"n":"{number}","t":"{text}"}' 'numbers = +316' \
	'[policy]' 'methods = totp, recovery, email, sms'
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
for ((i = 0; i < COUNT; i++)); do
	pam_try code "s$i"
	pam_try code "m$i"
done
ok 'all came' wait_for came texts "$COUNT"
ok 'by both ways' wait_for came mails "$COUNT"
mapfile -t codes < <(cat "$GATE"/*.json "$MAIL"/*.eml | grep -oE '(Code |^)[0-9]{6}\b' | grep -oE '[0-9]{6}$')
is 'each has a code' "${#codes[@]}" $((2 * COUNT))
is 'none of them is in the memory of mfad' "$(found "$MFAD_PID" "${codes[@]}")" ''
is 'nor in that of mfa-sender' "$(found "$SENDER_PID" "${codes[@]}")" ''

done_testing
