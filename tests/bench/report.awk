# SPDX-License-Identifier: BSD-2-Clause
# Makes the table from lines KIND CONTENDER ACCOUNTS WORKERS METRIC VALUE, one
# per turn.  Medians over the turns; the same key seen N times is N turns.
{
	key = $1 " " $2 " " $3 " " $4 " " $5
	turns[key]++
	value[key, turns[key]] = $6
}
# A rate is of what succeeded: right codes let in, wrong codes refused.
$1 == "right" && $5 == "ok" { done = $6 }
$1 == "wrong" && $5 == "codes" { done = $6 }
$5 == "refused" { refused[$1 " " $2 " " $3 " " $4] += $6 }
$5 == "ok" { ok[$1 " " $2 " " $3 " " $4] += $6 }
$5 == "seconds" && $1 != "made" {
	key = $1 " " $2 " " $3 " " $4 " rate"
	turns[key]++
	value[key, turns[key]] = done / $6
}

function median(kind, who, size, workers, metric,    key, n, i, j, v, t) {
	key = kind " " who " " size " " workers " " metric
	n = turns[key]
	if (!n)
		return -1
	for (i = 1; i <= n; i++)
		v[i] = value[key, i]
	for (i = 2; i <= n; i++)
		for (j = i; j > 1 && v[j] + 0 < v[j - 1] + 0; j--) {
			t = v[j]; v[j] = v[j - 1]; v[j - 1] = t
		}
	return n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
}

function phone(name) { return median("phone", "mfa", 0, 0, name) }
function sends(name) { return median("sends", "mfa", 0, 0, name) }
function limit(name) { return median("limit", "machine", 0, 0, name) }
function p50(who, size) { return median("right", who, size, 1, "p50") }
function rate(who, size, workers) { return median("right", who, size, workers, "rate") }
function wrong(who, size) { return median("wrong", who, size, 1, "rate") }
function num(x, digits) { return x < 0 ? "-" : sprintf("%." digits "f", x) }
function over(x, y, digits) { return x < 0 || y <= 0 ? "-" : sprintf("%." digits "f", x / y) }
function comma(x,    s, out) {
	s = sprintf("%d", x)
	for (out = ""; length(s) > 3; s = substr(s, 1, length(s) - 3))
		out = "," substr(s, length(s) - 2) out
	return s out
}
function whole(x) { return x < 0 ? "-" : x < 20 ? sprintf("%.1f", x) : comma(x + 0.5) }

function title(text,    line) {
	line = text
	gsub(/./, "-", line)
	printf "\n%s\n%s\n", text, line
}

function label(who) {
	return who == "permit" ? "pam_permit" : who == "google" ? "google-authenticator" : \
		who == "google_counting" ? "google-authenticator, counting" : \
		who == "oath" ? "pam_oath" : who == "stdio" ? "pam_mfa, no daemon" : "pam_mfa"
}

# The part of the right codes that was refused, if any.
function lost(who, size, workers,    key, r) {
	key = "right " who " " size " " workers
	r = refused[key]
	return r ? sprintf("%d w: %.0f%%", workers, 100 * r / (r + ok[key])) : ""
}

# pam_oath is measured too seldom with many accounts for a 99th of a hundred, and a single
# account's code is made fresh between sign-ins, which leaves no rate.
function row(who, size,    w, notes, single, p99, line) {
	if (p50(who, size) < 0)
		return
	single = size == 1 && who != "permit"
	p99 = single || (who == "oath" && size >= 100000) ? -1 : median("right", who, size, 1, "p99")
	for (w = 1; w <= 16; w *= 4)
		notes = notes (notes == "" || lost(who, size, w) == "" ? "" : ", ") lost(who, size, w)
	line = sprintf("%-21s %9s %8s %8s %6s %8s %8s %8s  %s", label(who),
		who == "permit" ? "-" : comma(size), whole(p50(who, size)), whole(p99),
		over(p50(who, size), p50("google", 1000), 2),
		single ? "-" : whole(rate(who, size, 1)),
		whole(rate(who, size, 4)), whole(rate(who, size, 16)), notes)
	sub(/ +$/, "", line)
	print line
}

function aim(text, figure, at, digits, higher,    met) {
	if (figure == "-")
		return
	met = higher ? figure + 0 >= at + 0 : figure + 0 <= at + 0
	printf("%-62s %9s   %s %-6s %s\n", text, num(figure, digits), higher ? ">=" : "<=", at,
		met ? "met" : "NOT MET")
}

END {
	base = limit("commit") + p50("permit", 1)
	title("Sign-ins with a right code: microseconds of one, and how many a second")
	printf "%-21s %9s %8s %8s %6s %8s %8s %8s\n", "", "accounts", "p50", "p99", "ratio", \
		"1 worker", "4", "16"
	row("permit", 1)
	split("google oath mfa", who, " ")
	for (size = 1; size <= 1000000; size = size == 1 ? 1000 : size == 1000 ? 100000 : size * 10)
		for (c = 1; c <= 3; c++)
			row(who[c], size)
	row("stdio", 1000)
	print "One account per sign-in, each code once.  ratio: p50 over google-authenticator's with"
	print "1,000 accounts.  At the end of a line: the part of the right codes that the module"
	print "refused, and with how many workers (w).  1 account: between two sign-ins, and untimed,"
	print "its state is made fresh by a program, which leaves the processor's caches cold."
	print "google-authenticator keeps a file for each account; it was not given a million."

	title("Wrong codes refused a second, 1 worker")
	printf "%-31s %9s %9s %6s\n", "", "accounts", "codes/s", "ratio"
	n = split("google 1000 google_counting 1000 oath 1000 mfa 1000 mfa 1000000", w, " ")
	for (i = 1; i < n; i += 2)
		if (wrong(w[i], w[i + 1]) >= 0)
			printf "%-31s %9s %9s %6s\n", label(w[i]), comma(w[i + 1]), \
				whole(wrong(w[i], w[i + 1])), \
				over(wrong(w[i], w[i + 1]), wrong("google", 1000), 2)
	print "google-authenticator writes nothing after a wrong code unless RATE_LIMIT is set"
	print "(counting: RATE_LIMIT 100 1); pam_oath never does; pam_mfa commits each one."

	title("Private_Dirty of a process after a sign-in, KiB, median of 20 processes")
	permit = median("memory", "permit", 1000, 1, "kib")
	printf "%-21s %6s\n", label("permit"), permit
	for (c = 1; c <= 3; c++)
		if (median("memory", who[c], 1000, 1, "kib") >= 0)
			printf "%-21s %6s   adds %s\n", label(who[c]), \
				median("memory", who[c], 1000, 1, "kib"), \
				median("memory", who[c], 1000, 1, "kib") - permit

	title("What this machine can do, microseconds")
	printf "%-62s %8.1f\n", "4 KiB overwritten, fdatasync", limit("overwrite")
	printf "%-62s %8.1f\n", "4 KiB appended, fdatasync", limit("append")
	printf "%-62s %8.1f\n", "SQLite commit, WAL, synchronous=FULL, one row", limit("commit")
	printf "%-62s %8.1f\n", "socket round trip (SEQPACKET, two processes), on two cores", \
		limit("trip_two_cores")
	printf "%-62s %8.1f\n", "  where the scheduler puts them", limit("trip_free")
	printf "%-62s %8.1f\n", "  on one core", limit("trip_one_core")
	printf "%-62s %8.2f\n", "HMAC-SHA-1 of a TOTP, keyed context kept", limit("hmac")
	printf "%-62s %8.1f\n", "libpam alone (pam_permit)", p50("permit", 1)

	if (phone("answer_p50") >= 0) {
		title("Number matching on phones, one run")
		printf "%-62s %8s\n", "from the answer's POST to the module's return, p50, us", num(phone("answer_p50"), 0)
		printf "%-62s %8s\n", "  p99", num(phone("answer_p99"), 0)
		printf "%-62s %8s\n", "a notification encrypted and signed, us", num(phone("push_us"), 0)
		printf "%-62s %8s\n", "2,000 sign-ins wait: memory of mfad for each, KiB", num(phone("waiting_kib"), 1)
		printf "%-62s %8s\n", "  answered all at once: let in", comma(phone("many_right"))
		printf "%-62s %8s\n", "  within, seconds", num(phone("many_seconds"), 2)
		printf "%-62s %8s\n", "10,000 phones wait: memory of mfa-portal, MiB", num(phone("portal_mib"), 1)
		printf "%-62s %8s\n", "  of them woken by 2,000 sign-ins that began", comma(phone("phones_woken"))
	}

	if (sends("email_sent_us") >= 0) {
		title("Codes that are sent, five turns")
		printf "%-62s %8s\n", "e-mail: from the request to \"sent\", p50, us", num(sends("email_sent_us"), 0)
		printf "%-62s %8s\n", "  libcurl alone", num(sends("email_bare_us"), 0)
		printf "%-62s %8s\n", "text message: from the request to \"sent\", p50, us", num(sends("sms_sent_us"), 0)
		printf "%-62s %8s\n", "  libcurl alone", num(sends("sms_bare_us"), 0)
		printf "%-62s %8s\n", "private memory of mfa-sender, MiB", num(sends("sender_kib") / 1024, 1)
		printf "%-62s %8s\n", "sign-in with an app's code, p50, us", num(sends("idle_p50"), 0)
		printf "%-62s %8s\n", "  while 1,000 messages wait", num(sends("busy_p50"), 0)
	}

	title("Accounts made, seconds")
	for (size = 1000; size <= 1000000; size = size == 1000 ? 100000 : size * 10)
		for (c = 1; c <= 3; c++)
			if (median("made", who[c], size, 0, "seconds") >= 0)
				printf "%-21s %9s %8.1f\n", label(who[c]), comma(size), \
					median("made", who[c], size, 0, "seconds")

	if (p50("mfa", 1000) < 0)
		exit
	title("Aims")
	aim("one sign-in / google-authenticator", over(p50("mfa", 1000), p50("google", 1000), 4), 0.65, 2)
	aim("one sign-in / (pam_permit + 2 trips on two cores + commit)", \
		over(p50("mfa", 1000), base + 2 * limit("trip_two_cores"), 4), 1.15, 2)
	aim("a million accounts / a thousand", over(p50("mfa", 1000000), p50("mfa", 1000), 4), 1.10, 2)
	aim("sign-ins a second, 4 workers / google-authenticator", \
		over(rate("mfa", 1000, 4), rate("google", 1000, 4), 4), 1.3, 2, 1)
	aim("sign-ins a second, 16 workers / google-authenticator", \
		over(rate("mfa", 1000, 16), rate("google", 1000, 16), 4), 1.8, 2, 1)
	aim("wrong codes a second / google-authenticator", \
		over(wrong("mfa", 1000), wrong("google", 1000), 4), 5, 2, 1)
	aim("memory added to the process, KiB", \
		median("memory", "mfa", 1000, 1, "kib") - permit, 16, 0)
	aim("sign-in without a daemon, ms", over(p50("stdio", 1000), 1000, 4), 4, 2)
	aim("from a phone's answer to the module's return, ms", over(phone("answer_p50"), 1000, 4), 3, 2)
	aim("2,000 that wait let in", phone("many_right"), 2000, 0, 1)
	aim("2,000 that wait answered, seconds", phone("many_seconds"), 2, 2)
	aim("10,000 phones that wait, MiB of mfa-portal", phone("portal_mib"), 60, 1)
	aim("e-mail sent / libcurl alone", over(sends("email_sent_us"), sends("email_bare_us"), 4), 1.2, 2)
	aim("text message sent / libcurl alone", over(sends("sms_sent_us"), sends("sms_bare_us"), 4), 1.2, 2)
	aim("private memory of mfa-sender, MiB", over(sends("sender_kib"), 1024, 4), 16, 1)
	aim("a sign-in while 1,000 messages wait / alone", over(sends("busy_p50"), sends("idle_p50"), 4), 1.1, 2)
	printf "one sign-in / (pam_permit + 2 trips where the scheduler puts them + commit): %s\n", \
		over(p50("mfa", 1000), base + 2 * limit("trip_free"), 2)
}
