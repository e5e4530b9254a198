/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "encoding/base32.h"
#include "otp/otpauth.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#define KEY "JBSWY3DPEHPK3PXP"	/* "Hello!\xde\xad\xbe\xef" */
#define X10 "xxxxxxxxxx"
#define X128 X10 X10 X10 X10 X10 X10 X10 X10 X10 X10 X10 X10 "xxxxxxxx"
#define A32 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"	/* 20 bytes */

static const struct mfa_otpauth hello = {
	.hash = MFA_HASH_SHA1, .digits = 6, .period = 30, .secret_len = 10,
	.secret = "Hello!\xde\xad\xbe\xef",
};

struct good {
	const char *name, *uri;
	const char *issuer, *account;
	enum mfa_otpauth_type type;
	enum mfa_hash hash;
	unsigned digits, period;
	uint64_t counter;
	const char *secret;	/* as we write it */
	const char *written;	/* what format makes of it; NULL: the same as uri */
};

#define TOTP MFA_OTPAUTH_TOTP, MFA_HASH_SHA1, 6, 30, 0, KEY
#define HOTP(counter) MFA_OTPAUTH_HOTP, MFA_HASH_SHA1, 6, 30, counter, KEY

static const struct good good[] = {
	{ "the format's own example",
	  "otpauth://totp/Example:alice@google.com?secret=" KEY "&issuer=Example",
	  "Example", "alice@google.com", TOTP, NULL },
	{ "the format's long example",
	  "otpauth://totp/ACME%20Co:john.doe@email.com?secret=HXDMVJECJJWSRB3HWIZR4IFUGFTMXBOZ"
	  "&issuer=ACME%20Co&algorithm=SHA1&digits=6&period=30",
	  "ACME Co", "john.doe@email.com", MFA_OTPAUTH_TOTP, MFA_HASH_SHA1, 6, 30, 0,
	  "HXDMVJECJJWSRB3HWIZR4IFUGFTMXBOZ",
	  "otpauth://totp/ACME%20Co:john.doe@email.com?secret=HXDMVJECJJWSRB3HWIZR4IFUGFTMXBOZ"
	  "&issuer=ACME%20Co" },
	{ "Microsoft",
	  "otpauth://totp/Contoso:alice%40contoso.com?secret=abcdefghij234567&issuer=Microsoft",
	  "Microsoft", "alice@contoso.com", MFA_OTPAUTH_TOTP, MFA_HASH_SHA1, 6, 30, 0,
	  "ABCDEFGHIJ234567",
	  "otpauth://totp/Microsoft:alice@contoso.com?secret=ABCDEFGHIJ234567&issuer=Microsoft" },
	{ "Google",
	  "otpauth://totp/Google%3Aalice%40gmail.com?secret=jbswy3dpehpk3pxp&issuer=Google",
	  "Google", "alice@gmail.com", TOTP,
	  "otpauth://totp/Google:alice@gmail.com?secret=" KEY "&issuer=Google" },
	{ "GitHub",
	  "otpauth://totp/GitHub:alice?secret=" KEY "&issuer=GitHub",
	  "GitHub", "alice", TOTP, NULL },
	{ "google-authenticator's PAM tool",
	  "otpauth://totp/alice@host.example?secret=" KEY "&issuer=host.example",
	  "host.example", "alice@host.example", TOTP,
	  "otpauth://totp/host.example:alice@host.example?secret=" KEY "&issuer=host.example" },
	{ "an account alone",
	  "otpauth://totp/alice?secret=" KEY, "", "alice", TOTP, NULL },
	{ "an issuer in the label alone",
	  "otpauth://totp/Big%20Corp:alice?secret=" KEY, "Big Corp", "alice", TOTP,
	  "otpauth://totp/Big%20Corp:alice?secret=" KEY "&issuer=Big%20Corp" },
	{ "the parameter wins",
	  "otpauth://totp/Old:alice?secret=" KEY "&issuer=New", "New", "alice", TOTP,
	  "otpauth://totp/New:alice?secret=" KEY "&issuer=New" },
	{ "an empty parameter does not",
	  "otpauth://totp/Old:alice?secret=" KEY "&issuer=", "Old", "alice", TOTP,
	  "otpauth://totp/Old:alice?secret=" KEY "&issuer=Old" },
	{ "spaces after the colon",
	  "otpauth://totp/Big%20Corp:%20%20alice?secret=" KEY, "Big Corp", "alice", TOTP,
	  "otpauth://totp/Big%20Corp:alice?secret=" KEY "&issuer=Big%20Corp" },
	{ "an escaped colon, a space after it",
	  "otpauth://totp/Big%20Corp%3a%20alice?secret=" KEY, "Big Corp", "alice", TOTP,
	  "otpauth://totp/Big%20Corp:alice?secret=" KEY "&issuer=Big%20Corp" },
	{ "a colon as such divides before an escaped one",
	  "otpauth://totp/A%3AB:c%3Ad?secret=" KEY "&issuer=A%3AB", "A:B", "c:d", TOTP, NULL },
	{ "a colon in the account, no issuer",
	  "otpauth://totp/:c%3Ad?secret=" KEY, "", "c:d", TOTP, NULL },
	{ "UTF-8, escaped",
	  "otpauth://totp/Caf%C3%A9%20%E2%82%AC:ren%C3%A9%F0%9F%94%91?secret=" KEY
	  "&issuer=Caf%C3%A9%20%E2%82%AC",
	  "Caf\u00e9 \u20ac", "ren\u00e9\U0001f511", TOTP, NULL },
	{ "UTF-8 and spaces as they are",
	  "otpauth://totp/Caf\u00e9 \u20ac:ren\u00e9?secret=" KEY,
	  "Caf\u00e9 \u20ac", "ren\u00e9", TOTP,
	  "otpauth://totp/Caf%C3%A9%20%E2%82%AC:ren%C3%A9?secret=" KEY
	  "&issuer=Caf%C3%A9%20%E2%82%AC" },
	{ "plus: a space in a parameter, not in a label",
	  "otpauth://totp/Big%20Corp:a+b?secret=" KEY "&issuer=Big+Corp", "Big Corp", "a+b", TOTP,
	  "otpauth://totp/Big%20Corp:a%2Bb?secret=" KEY "&issuer=Big%20Corp" },
	{ "what divides a URI, escaped",
	  "otpauth://totp/A%26B%3D%3F:c%2Fd%23%25?secret=" KEY "&issuer=A%26B%3D%3F",
	  "A&B=?", "c/d#%", TOTP, NULL },
	{ "a slash in the label",
	  "otpauth://totp/A:b/c?secret=" KEY, "A", "b/c", TOTP,
	  "otpauth://totp/A:b%2Fc?secret=" KEY "&issuer=A" },
	{ "lower case with padding and spaces",
	  "otpauth://totp/alice?secret=mzxw%206ytb%20oi%3d%3D====", "", "alice",
	  MFA_OTPAUTH_TOTP, MFA_HASH_SHA1, 6, 30, 0, "MZXW6YTBOI",
	  "otpauth://totp/alice?secret=MZXW6YTBOI" },
	{ "all of them, for TOTP",
	  "otpauth://totp/A:b?secret=" KEY "&issuer=A&algorithm=SHA512&digits=8&period=60",
	  "A", "b", MFA_OTPAUTH_TOTP, MFA_HASH_SHA512, 8, 60, 0, KEY, NULL },
	{ "another order, another case",
	  "OTPAUTH://TOTP/A:b?Period=5&DIGITS=7&Algorithm=sha256&Issuer=A&Secret=" KEY,
	  "A", "b", MFA_OTPAUTH_TOTP, MFA_HASH_SHA256, 7, 5, 0, KEY,
	  "otpauth://totp/A:b?secret=" KEY "&issuer=A&algorithm=SHA256&digits=7&period=5" },
	{ "leading zeros",
	  "otpauth://totp/b?secret=" KEY "&period=0300&digits=06", "", "b",
	  MFA_OTPAUTH_TOTP, MFA_HASH_SHA1, 6, 300, 0, KEY,
	  "otpauth://totp/b?secret=" KEY "&period=300" },
	{ "unknown parameters",
	  "otpauth://totp/b?image=https%3A%2F%2Fx.y%2Fz.png&secret=" KEY "&&lock&x=1&x=2&",
	  "", "b", TOTP, "otpauth://totp/b?secret=" KEY },
	{ "a counter is unknown to TOTP",
	  "otpauth://totp/b?secret=" KEY "&counter=x", "", "b", TOTP,
	  "otpauth://totp/b?secret=" KEY },
	{ "HOTP",
	  "otpauth://hotp/A:b?secret=" KEY "&issuer=A&counter=0", "A", "b", HOTP(0), NULL },
	{ "the last counter there is",
	  "otpauth://hotp/A:b?secret=" KEY "&issuer=A&counter=18446744073709551615",
	  "A", "b", HOTP(UINT64_MAX), NULL },
	{ "a period is unknown to HOTP",
	  "otpauth://hotp/b?secret=" KEY "&counter=5&period=0", "", "b", HOTP(5),
	  "otpauth://hotp/b?secret=" KEY "&counter=5" },
	{ "names as long as they may be",
	  "otpauth://totp/" X128 ":" X128 "?secret=" KEY "&issuer=" X128, X128, X128, TOTP, NULL },
};

static void assert_same(const char *name, const struct mfa_otpauth *a, const struct mfa_otpauth *b)
{
	/* Arrays as a whole: nothing may stay behind their contents. */
	if (a->type != b->type || a->hash != b->hash || a->digits != b->digits ||
	    a->period != b->period || a->counter != b->counter ||
	    a->secret_len != b->secret_len ||
	    memcmp(a->secret, b->secret, sizeof(a->secret)) != 0 ||
	    memcmp(a->issuer, b->issuer, sizeof(a->issuer)) != 0 ||
	    memcmp(a->account, b->account, sizeof(a->account)) != 0)
		fail_msg("%s: not the same", name);
}

static void expected(const struct good *row, struct mfa_otpauth *out)
{
	memset(out, 0, sizeof(*out));
	out->type = row->type;
	out->hash = row->hash;
	out->digits = row->digits;
	out->period = row->period;
	out->counter = row->counter;
	assert_int_equal(mfa_base32_decode(row->secret, strlen(row->secret), out->secret,
					   sizeof(out->secret), &out->secret_len), 0);
	snprintf(out->issuer, sizeof(out->issuer), "%s", row->issuer);
	snprintf(out->account, sizeof(out->account), "%s", row->account);
}

static void test_parse(void **state)
{
	struct mfa_otpauth out, expect;
	const char *why;
	size_t i;

	for (i = 0; i < COUNT(good); i++) {
		expected(&good[i], &expect);
		why = "unset";
		if (mfa_otpauth_parse(good[i].uri, strlen(good[i].uri), &out, &why) != 0)
			fail_msg("%s: %s", good[i].name, why);
		assert_null(why);
		assert_same(good[i].name, &out, &expect);
	}
}

static void test_round_trip(void **state)
{
	char uri[MFA_OTPAUTH_URI_MAX + 1];
	struct mfa_otpauth out, again;
	const char *written;
	size_t i;

	for (i = 0; i < COUNT(good); i++) {
		written = good[i].written != NULL ? good[i].written : good[i].uri;
		expected(&good[i], &out);
		assert_int_equal(mfa_otpauth_format(&out, uri, sizeof(uri)), 0);
		assert_string_equal(uri, written);
		assert_int_equal(mfa_otpauth_parse(uri, strlen(uri), &again, NULL), 0);
		assert_same(good[i].name, &out, &again);
	}
}

/* Each byte of a name, and each number of bytes of a secret, comes back. */
static void test_round_trip_of_each_name_and_length(void **state)
{
	char uri[MFA_OTPAUTH_URI_MAX + 1];
	struct mfa_otpauth in, again;
	unsigned c;

	for (c = 1; c < 128; c++) {
		in = hello;
		snprintf(in.issuer, sizeof(in.issuer), "i%cj", (char)c);
		snprintf(in.account, sizeof(in.account), "a%cb", (char)c);
		memset(in.secret, (int)c, sizeof(in.secret));
		in.secret_len = c + 1;
		memset(in.secret + in.secret_len, 0, sizeof(in.secret) - in.secret_len);
		if (c < ' ' || c == 0x7f) {
			assert_int_equal(mfa_otpauth_format(&in, uri, sizeof(uri)), -EINVAL);
			continue;
		}
		assert_int_equal(mfa_otpauth_format(&in, uri, sizeof(uri)), 0);
		assert_int_equal(mfa_otpauth_parse(uri, strlen(uri), &again, NULL), 0);
		assert_same("round trip", &in, &again);
	}
}

#define CONTROL "there is a control character or invalid UTF-8"
#define ESCAPE "a % is not followed by two hexadecimal digits"
#define PERIOD "the period is not a number of seconds from 5 to 300"
#define DIGITS "digits is not a number from 6 to 8"
#define COUNTER "the counter is not a number"
#define LITERAL(s) s, sizeof(s) - 1
#define WITH(parameters) LITERAL("otpauth://totp/alice?secret=" KEY parameters)
#define LABEL(label) LITERAL("otpauth://totp/" label "?secret=" KEY)

static const struct { const char *uri; size_t len; const char *why; } bad[] = {
	{ LITERAL(""), "it does not start with otpauth://" },
	{ LITERAL("otpauth:/"), "it does not start with otpauth://" },
	{ LITERAL("https://totp/alice?secret=" KEY), "it does not start with otpauth://" },
	{ LITERAL(" otpauth://totp/alice?secret=" KEY), "it does not start with otpauth://" },
	{ LITERAL("otpauth-migration://offline?data=CjEK"), "it does not start with otpauth://" },
	{ LITERAL("otpauth://"), "there is no account name" },
	{ LITERAL("otpauth://totp"), "there is no account name" },
	{ LITERAL("otpauth://totp?secret=" KEY), "there is no account name" },
	{ LITERAL("otpauth://totp?secret=" KEY "/alice"), "there is no account name" },
	{ LITERAL("otpauth:///alice?secret=" KEY), "the type is not totp or hotp" },
	{ LITERAL("otpauth://motp/alice?secret=" KEY), "the type is not totp or hotp" },
	{ LITERAL("otpauth://totpx/alice?secret=" KEY), "the type is not totp or hotp" },
	{ LABEL(""), "there is no account name" },
	{ LABEL("ACME:"), "there is no account name" },
	{ LABEL("ACME:%20"), "there is no account name" },
	{ LABEL("ACME%3A"), "there is no account name" },
	{ LABEL("alice%"), ESCAPE },
	{ LABEL("alice%4"), ESCAPE },
	{ LABEL("alice%4g"), ESCAPE },
	{ LABEL("alice%g4"), ESCAPE },
	{ LABEL("alice%%41"), ESCAPE },
	{ LABEL("ACME%:alice"), ESCAPE },
	{ LABEL(X128 "x"), "the account name is too long" },
	{ LABEL(X128 "x:alice"), "the issuer is too long" },
	{ LABEL("a\nb"), CONTROL },
	{ LABEL("a\x1b[31mb"), CONTROL },
	{ LABEL("a\x7f" "b"), CONTROL },
	{ LABEL("a\0b"), CONTROL },
	{ LABEL("a%00b"), CONTROL },
	{ LABEL("a%0Ab"), CONTROL },
	{ LABEL("a%1b[31mb"), CONTROL },
	{ LABEL("a%7Fb"), CONTROL },
	{ LABEL("a%C2%80b"), CONTROL },		/* C1, as some terminals obey it */
	{ LABEL("a%C2%9B31mb"), CONTROL },
	{ LABEL("a\xc2\x9f" "b"), CONTROL },
	{ LABEL("a%0A:b"), CONTROL },
	{ LABEL("a%FFb"), CONTROL },
	{ LABEL("a\xff" "b"), CONTROL },
	{ LABEL("a%80b"), CONTROL },		/* a continuation that continues nothing */
	{ LABEL("a%C3"), CONTROL },		/* cut short */
	{ LABEL("a%E2%82"), CONTROL },
	{ LABEL("a%C3(b"), CONTROL },
	{ LABEL("a%C0%8Ab"), CONTROL },		/* over-long */
	{ LABEL("a%C1%81b"), CONTROL },
	{ LABEL("a%E0%80%8Ab"), CONTROL },
	{ LABEL("a%E0%9F%BFb"), CONTROL },
	{ LABEL("a%F0%8F%BF%BFb"), CONTROL },
	{ LABEL("a%ED%A0%80b"), CONTROL },	/* a surrogate */
	{ LABEL("a%ED%BF%BFb"), CONTROL },
	{ LABEL("a%F4%90%80%80b"), CONTROL },	/* behind the last character */
	{ LABEL("a%F8%88%80%80%80b"), CONTROL },
	{ LITERAL("otpauth://totp/alice"), "there is no secret" },
	{ LITERAL("otpauth://totp/alice?"), "there is no secret" },
	{ LITERAL("otpauth://totp/alice?issuer=ACME"), "there is no secret" },
	{ LITERAL("otpauth://totp/alice?xsecret=" KEY), "there is no secret" },
	{ LITERAL("otpauth://totp/alice?secret="), "the secret is empty" },
	{ LITERAL("otpauth://totp/alice?secret"), "the secret is empty" },
	{ LITERAL("otpauth://totp/alice?secret=%20-"), "the secret is empty" },
	{ LITERAL("otpauth://totp/alice?secret=A"), "the secret is not base 32" },
	{ LITERAL("otpauth://totp/alice?secret=JBSWY3D1"), "the secret is not base 32" },
	{ LITERAL("otpauth://totp/alice?secret=MY====="), "the secret is not base 32" },
	{ LITERAL("otpauth://totp/alice?secret=" A32 A32 A32 A32 A32 A32 "AAAAAAAAAAAAAAA"),
	  "the secret is too long" },
	{ WITH("&secret=" KEY), "a parameter is given twice" },
	{ WITH("&SECRET=" KEY), "a parameter is given twice" },
	{ WITH("&%73ecret=" KEY), "a parameter is given twice" },
	{ WITH("&issuer=&issuer=A"), "a parameter is given twice" },
	{ WITH("&issuer=A&issuer=A"), "a parameter is given twice" },
	{ WITH("&digits=6&digits=6"), "a parameter is given twice" },
	{ WITH("&period=30&period=30"), "a parameter is given twice" },
	{ WITH("&algorithm=SHA1&algorithm=SHA1"), "a parameter is given twice" },
	{ WITH("&issuer=" X128 "x"), "the issuer is too long" },
	{ WITH("&issuer=A%0AB"), CONTROL },
	{ WITH("&issuer=A\tB"), CONTROL },
	{ WITH("&issuer=A%E2%82"), CONTROL },
	{ WITH("&issuer=A%2"), ESCAPE },
	{ WITH("&image=A%00"), CONTROL },	/* unknown ones too */
	{ WITH("&ima%0Age=A"), CONTROL },
	{ WITH("&ima%ge=A"), ESCAPE },
	{ WITH("#issuer=A"), "there is a # that is not escaped" },
	{ WITH("\n"), CONTROL },
	{ WITH("&algorithm="), "the algorithm is not SHA1, SHA256 or SHA512" },
	{ WITH("&algorithm=MD5"), "the algorithm is not SHA1, SHA256 or SHA512" },
	{ WITH("&digits="), DIGITS },
	{ WITH("&digits=5"), DIGITS },
	{ WITH("&digits=9"), DIGITS },
	{ WITH("&digits=+6"), DIGITS },
	{ WITH("&digits=6.0"), DIGITS },
	{ WITH("&digits=4294967302"), DIGITS },	/* 6 modulo 2^32 */
	{ WITH("&digits=18446744073709551622"), DIGITS },	/* and 2^64 */
	{ WITH("&period="), PERIOD },
	{ WITH("&period=0"), PERIOD },
	{ WITH("&period=4"), PERIOD },
	{ WITH("&period=301"), PERIOD },
	{ WITH("&period=-30"), PERIOD },
	{ WITH("&period=30s"), PERIOD },
	{ LITERAL("otpauth://hotp/alice?secret=" KEY), "there is no counter" },
	{ LITERAL("otpauth://hotp/alice?secret=" KEY "&period=30"), "there is no counter" },
	{ LITERAL("otpauth://hotp/alice?secret=" KEY "&counter="), COUNTER },
	{ LITERAL("otpauth://hotp/alice?secret=" KEY "&counter=-1"), COUNTER },
	{ LITERAL("otpauth://hotp/alice?secret=" KEY "&counter=0x1"), COUNTER },
	{ LITERAL("otpauth://hotp/alice?secret=" KEY "&counter=18446744073709551616"), COUNTER },
	{ LITERAL("otpauth://hotp/alice?secret=" KEY "&counter=1&counter=1"),
	  "a parameter is given twice" },
};

static void test_malformed(void **state)
{
	static const struct mfa_otpauth zero;
	struct mfa_otpauth out;
	const char *why;
	size_t i;

	for (i = 0; i < COUNT(bad); i++) {
		memset(&out, 0xa5, sizeof(out));
		why = NULL;
		if (mfa_otpauth_parse(bad[i].uri, bad[i].len, &out, &why) != -EINVAL)
			fail_msg("not refused: %s", bad[i].uri);
		assert_non_null(why);
		if (strcmp(why, bad[i].why) != 0)
			fail_msg("%s: %s", bad[i].uri, why);
		assert_same(bad[i].uri, &out, &zero);
		assert_int_equal(mfa_otpauth_parse(bad[i].uri, bad[i].len, &out, NULL), -EINVAL);
	}
}

static void test_length(void **state)
{
	static const char start[] = "otpauth://totp/alice?secret=" KEY "&x=";
	char uri[MFA_OTPAUTH_URI_MAX + 1];
	struct mfa_otpauth out;
	const char *why;

	memset(uri, 'x', sizeof(uri));
	memcpy(uri, start, strlen(start));
	assert_int_equal(mfa_otpauth_parse(uri, MFA_OTPAUTH_URI_MAX, &out, &why), 0);
	assert_int_equal(mfa_otpauth_parse(uri, MFA_OTPAUTH_URI_MAX + 1, &out, &why), -EINVAL);
	assert_string_equal(why, "it is too long");
}

/* The parser reads no byte behind len: what follows would change the result. */
static void test_not_terminated(void **state)
{
	static const char uri[] = "otpauth://totp/alice?secret=" KEY "=%%%";
	struct mfa_otpauth out;

	assert_int_equal(mfa_otpauth_parse(uri, strlen(uri) - 4, &out, NULL), 0);
	assert_int_equal(out.secret_len, 10);
}

static void test_format_refuses(void **state)
{
	struct mfa_otpauth good_one = hello, rows[18];
	char uri[MFA_OTPAUTH_URI_MAX + 1];
	size_t i, n = 0;

	strcpy(good_one.account, "alice");
	for (i = 0; i < COUNT(rows); i++)
		rows[i] = good_one;
	rows[n++].account[0] = '\0';
	strcpy(rows[n++].account, " alice");
	strcpy(rows[n++].account, "alice ");
	strcpy(rows[n++].issuer, " ");
	strcpy(rows[n++].account, "a\nb");
	strcpy(rows[n++].account, "a\xff");
	strcpy(rows[n++].issuer, "a\xc2\x9b");
	memset(rows[n++].issuer, 'x', MFA_OTPAUTH_NAME_MAX + 1);
	memset(rows[n++].account, 'x', MFA_OTPAUTH_NAME_MAX + 1);
	rows[n++].secret_len = 0;
	rows[n++].secret_len = MFA_OTP_SECRET_MAX + 1;
	rows[n++].digits = 5;
	rows[n++].digits = 9;
	rows[n++].period = 0;
	rows[n++].period = 301;
	rows[n++].hash = (enum mfa_hash)3;
	rows[n++].type = (enum mfa_otpauth_type)2;
	strcpy(rows[n++].issuer, "a ");
	assert_int_equal(n, COUNT(rows));
	assert_int_equal(mfa_otpauth_format(&good_one, uri, sizeof(uri)), 0);
	for (i = 0; i < n; i++) {
		if (mfa_otpauth_format(&rows[i], uri, sizeof(uri)) != -EINVAL)
			fail_msg("row %zu is not refused", i);
		assert_string_equal(uri, "");
	}
}

/* Each size that is too small: refused, nothing behind it written, nothing left in it. */
static void test_format_room(void **state)
{
	static const char expect[] = "otpauth://hotp/A%20B:alice?secret=" KEY
				     "&issuer=A%20B&algorithm=SHA256&digits=8&counter=12";
	static const char zero[sizeof(expect)];
	struct mfa_otpauth in = hello;
	char uri[sizeof(expect) + 1];
	size_t size;

	in.type = MFA_OTPAUTH_HOTP;
	in.hash = MFA_HASH_SHA256;
	in.digits = 8;
	in.counter = 12;
	strcpy(in.issuer, "A B");
	strcpy(in.account, "alice");
	for (size = 0; size < sizeof(expect); size++) {
		memset(uri, 0, sizeof(uri));
		uri[size] = '!';
		assert_int_equal(mfa_otpauth_format(&in, uri, size), -ENOBUFS);
		assert_int_equal(uri[size], '!');
		assert_memory_equal(uri, zero, size);
	}
	assert_int_equal(mfa_otpauth_format(&in, uri, sizeof(expect)), 0);
	assert_string_equal(uri, expect);
}

/* The longest there can be fits the size that the header promises. */
static void test_format_longest(void **state)
{
	char uri[MFA_OTPAUTH_URI_MAX + 1];
	struct mfa_otpauth in = hello, again;

	in.type = MFA_OTPAUTH_HOTP;
	in.hash = MFA_HASH_SHA512;
	in.digits = 8;
	in.counter = UINT64_MAX;
	in.secret_len = sizeof(in.secret);
	memset(in.issuer, '&', MFA_OTPAUTH_NAME_MAX);
	memset(in.account, '%', MFA_OTPAUTH_NAME_MAX);
	assert_int_equal(mfa_otpauth_format(&in, uri, sizeof(uri)), 0);
	assert_int_equal(mfa_otpauth_parse(uri, strlen(uri), &again, NULL), 0);
	assert_same("longest", &in, &again);
}

static void test_wipe(void **state)
{
	static const struct mfa_otpauth zero;
	struct mfa_otpauth otpauth = hello;

	mfa_otpauth_wipe(&otpauth);
	assert_same("wiped", &otpauth, &zero);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_round_trip_of_each_name_and_length),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_length),
		cmocka_unit_test(test_not_terminated),
		cmocka_unit_test(test_format_refuses),
		cmocka_unit_test(test_format_room),
		cmocka_unit_test(test_format_longest),
		cmocka_unit_test(test_wipe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
