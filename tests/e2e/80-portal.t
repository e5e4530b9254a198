#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# mfa-portal: what it serves, what it refuses, and that what it refuses never reaches mfad.
. "${BASH_SOURCE[0]%/*}/lib.sh"

readonly URL=http://localhost:8480
readonly PAGES=$BED/pages
mkdir -p "$PAGES"
echo '<!doctype html><title>the page</title>' >"$PAGES/index.html"
echo 'export const a = 1;' >"$PAGES/app.js"
echo '{}' >"$PAGES/manifest.webmanifest"
echo 'not for anybody' >"$PAGES/notes.txt"
echo 'nor this' >"$BED/secret.html"
ln -s "$BED/secret.html" "$PAGES/link.html" # pages are no links
chmod -R a+rX "$PAGES" "$BED"

write_conf '[portal]' "url = $URL" 'listen = 127.0.0.1:8480, unix:/run/mfa-portal.sock' '[policy]' 'enrol_local = yes'
new_store || bail 'mfa-admin init failed'
start_mfad || bail 'mfad does not start'

# start_portal [OPTION]...
start_portal() {
	"$TOP/tests/default-signals" mfa-portal --config "$CONF" --socket "$SOCKET" --pages "$PAGES" "$@" </dev/null >>"$BED/portal.out" 2>&1 &
	PORTAL_PID=$!
	disown
	wait_for log_has 'mfa-portal .* is ready' || diag "$(cat "$BED/portal.out" "$BED/syslog")"
}
stop_portal() { kill "${1:--TERM}" "$PORTAL_PID" && wait_for ended "$PORTAL_PID"; }

rm "$PAGES/link.html" && log_mark
start_portal || bail 'mfa-portal does not start'
is 'it is not root' "$(ps -o user= -p "$PORTAL_PID" | tr -d ' ')" _mfa-portal
wait_for log_has 'mfa-portal listens'
pass 'it listens to mfad'

# fetch ARGUMENT...: the answer's status, then its head and body in $BED/answer.
fetch() { curl -sS -i --max-time 20 -o "$BED/answer" -w '%{http_code}' "$@" 2>>"$BED/curl.err"; }
body() { sed '1,/^\r*$/d' "$BED/answer"; }
post() { fetch -H 'Content-Type: application/json' -d "$2" "${@:3}" "$URL/api/$1"; }
# How many calls of phones mfad has had, by its log of nonsense; those that it answers are counted by hand below.
calls() { mfa-admin metrics </dev/null | awk '/^mfa_phone_calls_total/ { n += $NF } END { print n + 0 }'; }

# --- files --------------------------------------------------------------------------------

for path in / /pair /index.html; do is "GET $path" "$(fetch "$URL$path")" 200; done
like 'it is the page' "$(body)" 'the page'
is 'a module' "$(fetch "$URL/app.js")" 200
like 'with its type' "$(cat "$BED/answer")" '^Content-Type: text/javascript'
is 'the manifest' "$(fetch "$URL/manifest.webmanifest")" 200
is 'which has the name of who runs this' "$(body)" "{\"name\":\"$(hostname)\",\"short_name\":\"$(hostname)\"}"
etag=$(grep -i '^etag' "$BED/answer" | tr -d '\r' | cut -d' ' -f2)
is 'once more, unchanged' "$(fetch -H "If-None-Match: $etag" "$URL/manifest.webmanifest")" 304
for path in /notes.txt /none.js /../secret.html /%2e%2e/secret.html /app.js/ /api /portal '/index.html%00.js'; do
	is "GET $path" "$(fetch --path-as-is "$URL$path")" 404
done
is 'GET //app.js' "$(fetch --path-as-is "$URL//app.js")" 400
is 'HEAD' "$(fetch -I "$URL/")" 200
fetch "$URL/" >/dev/null
while IFS= read -r header; do
	like "${header%%:*}" "$(tr -d '\r' <"$BED/answer")" "^$header"
done <<'END'
Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self';
X-Content-Type-Options: nosniff$
Referrer-Policy: no-referrer$
Cross-Origin-Opener-Policy: same-origin$
Permissions-Policy: camera=\(\)
END
unlike 'no cookie' "$(cat "$BED/answer")" '^[Ss]et-[Cc]ookie'
unlike 'no HSTS where there is no TLS' "$(cat "$BED/answer")" '^Strict-Transport'
is 'on the socket for a proxy' "$(fetch --unix-socket /run/mfa-portal.sock "$URL/")" 200

# --- calls -----------------------------------------------------------------------------------

is 'hello' "$(fetch "$URL/api/hello")" 200
like 'has the time and a key' "$(body)" '"time":[0-9]+,.*"key":"B[A-Za-z0-9_-]{86}"'
like 'is kept by nobody' "$(cat "$BED/answer")" '^Cache-Control: no-store'
is 'a token that never was' "$(post look '{"token":"AAAAAAAAAAAAAAAAAAAAAA"}')" 404
like 'says so' "$(body)" '"gone"'

before=$(calls)
while IFS='|' read -r name status call json options; do
	# shellcheck disable=SC2086
	is "refused: $name" "$(post "$call" "$json" $options)" "$status"
	like "refused: $name, in JSON" "$(body)" '^\{"error":"[a-z-]+"\}$'
done <<'END'
no JSON|400|list|hello
no object|400|list|[]
a number|400|list|{"payload":1}
objects in objects|400|answer|{"assertion":{"a":{"b":"c"}}}
a list in it|400|answer|{"payload":["a"]}
twice the same|400|list|{"payload":"a","payload":"b"}
nothing|400|list|
a NUL in a name|400|list|{"a\u0000b":"c"}
many members|400|list|{"1":"","2":"","3":"","4":"","5":"","6":"","7":"","8":"","9":""}
another page|403|list|{}|-H Origin:https://evil.example
a frame of another site|403|list|{}|-H Sec-Fetch-Site:cross-site
no such call|404|admin|{}
what only the portal itself may say|404|pushed|{"id":"x"}
another method|405|list|{}|-X PUT
GET|405|list||-X GET
a ticket of nobody|403|wait|{"ticket":"AAAA"}
no ticket|400|wait|{}
END
is 'refused: another type' "$(fetch -H 'Content-Type: text/plain' -d '{}' "$URL/api/list")" 415
is 'a body that is too large' "$(head -c 13000 /dev/zero | tr '\0' x >"$BED/large"
	post list "@$BED/large")" 413
is 'a head that is too large' "$(fetch -H "X-Long: $(head -c 9000 /dev/zero | tr '\0' x)" "$URL/")" 400
like 'no HTTP at all' "$(printf 'hello\r\n\r\n' | timeout 5 nc -q 2 127.0.0.1 8480 2>/dev/null || true)" '400|^$'
is 'none of that has reached mfad' "$(calls)" "$before"
is 'a list of nobody does' "$(post list '{"payload":"{}","signature":""}')" 400
is 'and is counted' "$(calls)" $((before + 1))

# --- floods ------------------------------------------------------------------------------------

# flood [HEADER]...: the last of 80 guesses at tokens, by one program, so that they are faster than what is allowed comes
# back.  %d in a header is the number of the guess.
flood() {
	local i header

	for i in {1..80}; do
		printf '%s\n' "url = $URL/api/look" "output = $BED/answer" 'write-out = "%{http_code}\n"' silent \
			'data = "{\"token\":\"AAAAAAAAAAAAAAAAAAAAAA\"}"' 'header = "Content-Type: application/json"'
		for header; do printf 'header = "%s"\n' "${header//%d/$i}"; done
		echo next
	done | curl --max-time 20 -K - 2>>"$BED/curl.err" | tail -n 1
}
is 'who guesses at tokens is slowed down' "$(flood)" 429
is 'others are not, behind a proxy' "$(post look '{"token":"AAAAAAAAAAAAAAAAAAAAAA"}' -H 'X-Forwarded-For: 198.51.100.9')" 404
is 'only the last address of a list counts' "$(flood 'X-Forwarded-For: 192.0.2.%d, 198.51.100.77')" 429
is 'and the last of several lines' "$(flood 'X-Forwarded-For: 192.0.2.%d' 'X-Forwarded-For: 198.51.100.78')" 429
is 'nonsense for an address' "$(flood 'X-Forwarded-For: localhost')" 429

# A request that never ends, meanwhile: see below.
exec 7<>/dev/tcp/127.0.0.1/8480
printf 'POST /api/list HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{' >&7
exec 8<>/dev/tcp/127.0.0.1/8480
printf 'GET / HT' >&8
(for _ in {1..20}; do printf 'X' >&8; read -rt 1 <>"$BED/never"; done) 2>/dev/null &

# --- mfad comes and goes ---------------------------------------------------------------------------

stop_mfad
is 'without mfad' "$(fetch -H 'X-Forwarded-For: 198.51.100.10' "$URL/api/hello")" 503
like 'says so' "$(body)" '"unavailable"'
is 'files still come' "$(fetch "$URL/")" 200
log_mark
start_mfad
ok 'mfad is back: it listens again' wait_for log_has 'mfa-portal listens'
is 'and answers' "$(fetch -H 'X-Forwarded-For: 198.51.100.10' "$URL/api/hello")" 200
log_mark
kill_mfad
start_mfad
ok 'also after kill -9' wait_for log_has 'mfa-portal listens'

# ended DESCRIPTOR: the other side has hung up.
hung_up() { timeout 20 cat <&"$1" >/dev/null; [ $? != 124 ]; }
ok 'a request that never ends is hung up on' hung_up 7
ok 'one that comes letter by letter as well' hung_up 8

# --- the page's own version ---------------------------------------------------------------------------

printf 'const CACHE = "page-@@@version@@@@@@";\n' >"$PAGES/sw.js"
version() { fetch "$URL/sw.js" >/dev/null; body; }
stop_portal; log_mark; start_portal
first=$(version)
like 'the service worker has a digest of all files' "$first" '^const CACHE = "page-[0-9a-f]{16}";$'
stop_portal; log_mark; start_portal
is 'the same as long as they are' "$(version)" "$first"
echo '/* newer */' >>"$PAGES/app.js"
stop_portal; log_mark; start_portal
unlike 'and another when one has changed' "$(version)" "$first"

# --- no room ------------------------------------------------------------------------------------------

stop_portal
log_mark
(ulimit -n 460; exec mfa-portal --config "$CONF" --socket "$SOCKET" --pages "$PAGES" </dev/null >>"$BED/portal.out" 2>&1) &
PORTAL_PID=$!
wait_for log_has 'mfa-portal listens'
doors=()
for _ in {1..300}; do exec {door}<>/dev/tcp/127.0.0.1/8480; doors+=("$door"); done
is 'idle strangers hold all there is: they give way' "$(fetch --max-time 10 "$URL/")" 200
for door in "${doors[@]}"; do exec {door}>&-; done
doors=()

# --- TLS ----------------------------------------------------------------------------------------------

stop_portal
certificate() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$BED/tls.key" \
		-out "$BED/tls.crt" -days 2 -subj "/CN=$1" -addext 'subjectAltName=DNS:mfa.example.org' 2>/dev/null
	chown _mfa-portal "$BED/tls.key"
}
certificate one
write_conf '[portal]' 'url = https://mfa.example.org' 'listen = 127.0.0.1:8443' "certificate = $BED/tls.crt" "key = $BED/tls.key"
log_mark
start_portal
tls() { fetch --resolve mfa.example.org:8443:127.0.0.1 --cacert "$BED/tls.crt" "$@" https://mfa.example.org:8443/; }
is 'TLS' "$(tls)" 200
like 'HSTS' "$(cat "$BED/answer")" '^Strict-Transport-Security: max-age='
is 'TLS 1.2' "$(tls --tls-max 1.2)" 200
is 'nothing older' "$(tls --tlsv1.0 --tls-max 1.1 --ciphers DEFAULT@SECLEVEL=0)" 000
subject() { openssl s_client -connect 127.0.0.1:8443 </dev/null 2>/dev/null | openssl x509 -noout -subject; }
like 'its certificate' "$(subject)" 'CN ?= ?one'
# From one address 512 connections, whatever they say.
for _ in {1..560}; do exec {door}<>/dev/tcp/127.0.0.1/8443; doors+=("$door"); done
few() { [ "$(ss -tnH state established 'sport = :8443' | wc -l)" -le 512 ]; }
ok 'an address has 512 connections at the most' wait_for few
[ "$(ss -tnH state established 'sport = :8443' | wc -l)" -gt 450 ]
is 'and has those' $? 0
for door in "${doors[@]}"; do exec {door}>&-; done
ok 'and others again when it has hung up' wait_for eval 'subject 2>/dev/null | grep -q CN'
certificate two
log_mark
kill -HUP "$PORTAL_PID"
ok 'a new certificate' wait_for log_has 'the certificate was read again'
like 'is shown' "$(subject)" 'CN ?= ?two'
echo broken >"$BED/tls.crt"
log_mark
kill -HUP "$PORTAL_PID"
ok 'one that is broken is said' wait_for log_has 'the certificate stays as it was'
like 'and the old one stays' "$(subject)" 'CN ?= ?two'
stop_portal

# Begun by root, its socket stands in a folder of its own user's, who may put anything in its place: nothing of root's
# that comes after bind goes by that name.
if strace -qq -o /dev/null true 2>/dev/null; then
	install -d -o _mfa-portal -g _mfa-portal /run/mfa-portal
	write_conf '[portal]' "url = $URL" 'listen = unix:/run/mfa-portal/http.sock'
	log_mark
	strace -D -qq -o "$BED/trace" -e trace=%file,bind,umask mfa-portal --config "$CONF" --socket "$SOCKET" \
		--pages "$PAGES" </dev/null >>"$BED/portal.out" 2>&1 &
	PORTAL_PID=$!
	disown
	ok 'on a socket in a folder of its own' wait_for log_has 'mfa-portal .* is ready'
	is 'everybody may speak to it' "$(stat -c %a /run/mfa-portal/http.sock)" 666
	is 'root goes by its name before and in bind alone' \
		"$(sed -n '/^bind/,$p' "$BED/trace" | grep -c 'http\.sock')" 1
	like 'and what it makes later is its own again' "$(sed -n '/^bind/,$p' "$BED/trace" | grep -m 1 '^umask')" 'umask\(077\)'
	is 'a page of it' "$(fetch --unix-socket /run/mfa-portal/http.sock "$URL/")" 200
	stop_portal
else
	skip 'this machine permits no tracing'
fi
not_ok 'without a page it does not start' mfa-portal --config "$CONF" --pages /nonexistent
write_conf
not_ok 'nor without [portal]' mfa-portal --config "$CONF" --pages "$PAGES"
not_ok 'nor with an argument' mfa-portal --config "$CONF" please

done_testing
