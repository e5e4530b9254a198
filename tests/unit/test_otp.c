/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "otp/hotp.h"
#include "otp/totp.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const char secret20[] = "12345678901234567890";
static const char secret32[] = "12345678901234567890123456789012";
static const char secret64[] = "1234567890123456789012345678901234567890123456789012345678901234";

static struct mfa_hotp *generator(enum mfa_hash hash, const void *secret, size_t len,
				  unsigned digits)
{
	struct mfa_hotp *hotp = NULL;

	assert_int_equal(mfa_hotp_new(hash, secret, len, digits, &hotp), 0);
	assert_non_null(hotp);
	return hotp;
}

/* RFC 4226 appendix D. */
static void test_rfc4226(void **state)
{
	static const uint32_t expect[] = {
		755224, 287082, 359152, 969429, 338314, 254676, 287922, 162583, 399871, 520489,
	};
	struct mfa_hotp *hotp = generator(MFA_HASH_SHA1, secret20, 20, 6);
	uint32_t code;
	uint64_t i;

	for (i = 0; i < COUNT(expect); i++) {
		assert_int_equal(mfa_hotp_code(hotp, i, &code), 0);
		assert_int_equal(code, expect[i]);
	}
	/* Backwards: one code leaves nothing behind for the next. */
	for (i = COUNT(expect); i-- > 0;) {
		assert_int_equal(mfa_hotp_code(hotp, i, &code), 0);
		assert_int_equal(code, expect[i]);
	}
	mfa_hotp_free(&hotp);
	assert_null(hotp);
}

/* RFC 6238 appendix B; the secrets for SHA-256 and SHA-512 are in its code
 * (erratum 2866), not in its text. */
static void test_rfc6238(void **state)
{
	static const struct {
		int64_t time;
		uint64_t step;
		uint32_t sha1, sha256, sha512;
	} rows[] = {
		{ 59, 0x1, 94287082, 46119246, 90693936 },
		{ 1111111109, 0x23523ec, 7081804, 68084774, 25091201 },
		{ 1111111111, 0x23523ed, 14050471, 67062674, 99943326 },
		{ 1234567890, 0x273ef07, 89005924, 91819424, 93441116 },
		{ 2000000000, 0x3f940aa, 69279037, 90698825, 38618901 },
		{ 20000000000, 0x27bc86aa, 65353130, 77737706, 47863826 },
	};
	struct mfa_hotp *sha1 = generator(MFA_HASH_SHA1, secret20, 20, 8);
	struct mfa_hotp *sha256 = generator(MFA_HASH_SHA256, secret32, 32, 8);
	struct mfa_hotp *sha512 = generator(MFA_HASH_SHA512, secret64, 64, 8);
	uint32_t code;
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		assert_int_equal(mfa_totp_step(rows[i].time, 30), rows[i].step);
		assert_int_equal(mfa_hotp_code(sha1, rows[i].step, &code), 0);
		assert_int_equal(code, rows[i].sha1);
		assert_int_equal(mfa_hotp_code(sha256, rows[i].step, &code), 0);
		assert_int_equal(code, rows[i].sha256);
		assert_int_equal(mfa_hotp_code(sha512, rows[i].step, &code), 0);
		assert_int_equal(code, rows[i].sha512);
	}
	mfa_hotp_free(&sha1);
	mfa_hotp_free(&sha256);
	mfa_hotp_free(&sha512);
}

static void test_step(void **state)
{
	static const struct { int64_t now; unsigned period; uint64_t expect; } rows[] = {
		{ INT64_MIN, 30, 0 },
		{ -1, 30, 0 },
		{ 0, 30, 0 },
		{ 29, 30, 0 },
		{ 30, 30, 1 },
		{ 59, 60, 0 },
		{ 60, 60, 1 },
		{ 299, MFA_TOTP_PERIOD_MAX, 0 },
		{ INT64_MAX, MFA_TOTP_PERIOD_MIN, INT64_MAX / MFA_TOTP_PERIOD_MIN },
	};
	size_t i;

	for (i = 0; i < COUNT(rows); i++)
		assert_int_equal(mfa_totp_step(rows[i].now, rows[i].period), rows[i].expect);
}

static void test_new_bounds(void **state)
{
	static const struct { int hash; size_t len; unsigned digits; int expect; } rows[] = {
		{ MFA_HASH_SHA1, 1, 6, 0 },
		{ MFA_HASH_SHA512, MFA_OTP_SECRET_MAX, 8, 0 },
		{ MFA_HASH_SHA1, 0, 6, -EINVAL },
		{ MFA_HASH_SHA1, MFA_OTP_SECRET_MAX + 1, 6, -EINVAL },
		{ MFA_HASH_SHA1, 20, 5, -EINVAL },
		{ MFA_HASH_SHA1, 20, 9, -EINVAL },
		{ MFA_HASH_SHA1, 20, 0, -EINVAL },
		{ MFA_HASH_SHA512 + 1, 20, 6, -EINVAL },
	};
	static const uint8_t secret[MFA_OTP_SECRET_MAX + 1];
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		struct mfa_hotp *hotp = (struct mfa_hotp *)(uintptr_t)secret;

		assert_int_equal(mfa_hotp_new((enum mfa_hash)rows[i].hash, secret, rows[i].len,
					      rows[i].digits, &hotp), rows[i].expect);
		if (rows[i].expect != 0)
			assert_null(hotp);
		mfa_hotp_free(&hotp);
	}
}

static void test_hash_names(void **state)
{
	static const struct { const char *name; int expect; enum mfa_hash hash; } rows[] = {
		{ "SHA1", 0, MFA_HASH_SHA1 },
		{ "SHA256", 0, MFA_HASH_SHA256 },
		{ "sha512", 0, MFA_HASH_SHA512 },
		{ "Sha1", 0, MFA_HASH_SHA1 },
		{ "", -EINVAL, MFA_HASH_SHA1 },
		{ "SHA", -EINVAL, MFA_HASH_SHA1 },
		{ "SHA2", -EINVAL, MFA_HASH_SHA1 },
		{ "SHA11", -EINVAL, MFA_HASH_SHA1 },
		{ "SHA-1", -EINVAL, MFA_HASH_SHA1 },
		{ "MD5", -EINVAL, MFA_HASH_SHA1 },
	};
	enum mfa_hash hash;
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		assert_int_equal(mfa_hash_from_name(rows[i].name, strlen(rows[i].name), &hash),
				 rows[i].expect);
		assert_int_equal(hash, rows[i].hash);
	}
	for (i = 0; i < 3; i++) {
		assert_int_equal(mfa_hash_from_name(mfa_hash_name((enum mfa_hash)i),
						    strlen(mfa_hash_name((enum mfa_hash)i)),
						    &hash), 0);
		assert_int_equal(hash, i);
	}
	assert_null(mfa_hash_name((enum mfa_hash)3));
}

static void test_find(void **state)
{
	static const struct {
		uint32_t code;
		uint64_t first, last;
		int expect;
		uint64_t at;
	} rows[] = {
		{ 755224, 0, 0, 0, 0 },		/* counter 0 */
		{ 755224, 0, 9, 0, 0 },
		{ 520489, 0, 9, 0, 9 },
		{ 520489, 9, 9, 0, 9 },
		{ 338314, 3, 5, 0, 4 },
		{ 520489, 0, 8, -ENOENT, 0 },
		{ 755224, 1, 9, -ENOENT, 0 },
		{ 0, 0, 9, -ENOENT, 0 },
		{ 1755224, 0, 9, -ENOENT, 0 },	/* the same modulo 10^6 */
		{ UINT32_MAX, 0, 9, -ENOENT, 0 },
		{ 755224, 1, 0, -EINVAL, 0 },
		{ 755224, UINT64_MAX, 0, -EINVAL, 0 },
	};
	struct mfa_hotp *hotp = generator(MFA_HASH_SHA1, secret20, 20, 6);
	uint64_t at;
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		at = 99;
		assert_int_equal(mfa_hotp_find(hotp, rows[i].code, rows[i].first, rows[i].last,
					       &at), rows[i].expect);
		assert_int_equal(at, rows[i].at);
	}
	mfa_hotp_free(&hotp);
}

/* Ends, and finds the last counter there is. */
static void test_find_at_the_end_of_counters(void **state)
{
	struct mfa_hotp *hotp = generator(MFA_HASH_SHA1, secret20, 20, 8);
	uint64_t at, back;
	uint32_t code;

	for (back = 0; back < 3; back++) {
		assert_int_equal(mfa_hotp_code(hotp, UINT64_MAX - back, &code), 0);
		assert_int_equal(mfa_hotp_find(hotp, code, UINT64_MAX - 2, UINT64_MAX, &at), 0);
		assert_true(at == UINT64_MAX - back);
		assert_int_equal(mfa_hotp_find(hotp, code, UINT64_MAX - back, UINT64_MAX - back,
					       &at), 0);
		assert_true(at == UINT64_MAX - back);
	}
	assert_int_equal(mfa_hotp_code(hotp, 0, &code), 0);
	assert_int_equal(mfa_hotp_find(hotp, code, UINT64_MAX - 2, UINT64_MAX, &at), -ENOENT);
	mfa_hotp_free(&hotp);
}

/* Of two counters with the same code, the lower is the answer. */
static void test_find_takes_the_lowest(void **state)
{
	enum { SPAN = 5000 };
	struct mfa_hotp *hotp = generator(MFA_HASH_SHA1, secret20, 20, 6);
	static uint32_t codes[SPAN];
	unsigned i, j, pairs = 0;
	uint64_t at;

	for (i = 0; i < SPAN; i++)
		assert_int_equal(mfa_hotp_code(hotp, i, &codes[i]), 0);
	for (i = 0; i < SPAN; i++) {
		for (j = i + 1; j < SPAN && pairs < 5; j++) {
			if (codes[i] != codes[j])
				continue;
			pairs++;
			assert_int_equal(mfa_hotp_find(hotp, codes[i], i, j, &at), 0);
			assert_int_equal(at, i);
			assert_int_equal(mfa_hotp_find(hotp, codes[i], i + 1, j, &at), 0);
			assert_int_equal(at, j);
		}
	}
	assert_true(pairs > 0);
	mfa_hotp_free(&hotp);
}

static void test_parse_code(void **state)
{
	static const struct { const char *text; size_t len; unsigned digits; int expect;
			      uint32_t code; } rows[] = {
		{ "755224", 6, 6, 0, 755224 },
		{ "000000", 6, 6, 0, 0 },
		{ "0123456", 7, 7, 0, 123456 },
		{ "99999999", 8, 8, 0, 99999999 },
		{ "755224", 6, 7, -EINVAL, 0 },
		{ "7552240", 7, 6, -EINVAL, 0 },
		{ "", 0, 6, -EINVAL, 0 },
		{ "", 0, 0, -EINVAL, 0 },
		{ "75522", 5, 5, -EINVAL, 0 },
		{ "755224755", 9, 9, -EINVAL, 0 },
		{ " 75522", 6, 6, -EINVAL, 0 },
		{ "75522 ", 6, 6, -EINVAL, 0 },
		{ "75522\n", 6, 6, -EINVAL, 0 },
		{ "+75522", 6, 6, -EINVAL, 0 },
		{ "-75522", 6, 6, -EINVAL, 0 },
		{ "75 522", 6, 6, -EINVAL, 0 },
		{ "0x7552", 6, 6, -EINVAL, 0 },
		{ "75522\0", 6, 6, -EINVAL, 0 },
		{ "75522/", 6, 6, -EINVAL, 0 },
		{ "75522:", 6, 6, -EINVAL, 0 },
		{ "\xd9\xa1\xd9\xa2\xd9\xa3", 6, 6, -EINVAL, 0 },	/* Arabic digits */
	};
	uint32_t code;
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		code = 99;
		assert_int_equal(mfa_otp_parse_code(rows[i].text, rows[i].len, rows[i].digits,
						    &code), rows[i].expect);
		assert_int_equal(code, rows[i].code);
	}
}

/* xorshift64: the same secrets in every run. */
static uint64_t next_random(void)
{
	static uint64_t x = 0x9e3779b97f4a7c15;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return x;
}

/* Compares `WINDOW` codes from what `command` prints with ours from `step`. */
#define WINDOW 16
static void compare_with(const char *command, struct mfa_hotp *hotp, uint64_t step, unsigned digits)
{
	FILE *f = popen(command, "r");
	char line[32], expect[32];
	uint32_t code;
	unsigned i;

	assert_non_null(f);
	for (i = 0; i < WINDOW; i++) {
		assert_non_null(fgets(line, sizeof(line), f));
		assert_int_equal(mfa_hotp_code(hotp, step + i, &code), 0);
		snprintf(expect, sizeof(expect), "%0*" PRIu32 "\n", (int)digits, code);
		assert_string_equal(line, expect);
	}
	assert_int_equal(pclose(f), 0);
}

static void compare_random(enum mfa_hash hash, unsigned digits)
{
	static const unsigned periods[] = { 30, 60, 5, 300, 45 };
	size_t i, len = 1 + next_random() % MFA_OTP_SECRET_MAX;
	unsigned period = periods[next_random() % COUNT(periods)];
	uint64_t counter = next_random() >> 8;
	int64_t now = (int64_t)(next_random() % 4000000000);
	uint8_t secret[MFA_OTP_SECRET_MAX];
	char hex[2 * MFA_OTP_SECRET_MAX + 1], command[512];
	struct mfa_hotp *hotp;

	for (i = 0; i < len; i++) {
		secret[i] = (uint8_t)next_random();
		snprintf(hex + 2 * i, 3, "%02x", secret[i]);
	}
	hotp = generator(hash, secret, len, digits);
	snprintf(command, sizeof(command), "oathtool --totp=%s -d %u -s %us -N @%" PRId64
		 " -w %u %s", mfa_hash_name(hash), digits, period, now, WINDOW - 1, hex);
	compare_with(command, hotp, mfa_totp_step(now, period), digits);
	if (hash == MFA_HASH_SHA1) {
		snprintf(command, sizeof(command), "oathtool --hotp -d %u -c %" PRIu64 " -w %u %s",
			 digits, counter, WINDOW - 1, hex);
		compare_with(command, hotp, counter, digits);
	}
	mfa_hotp_free(&hotp);
}

static void test_against_oathtool(void **state)
{
	enum mfa_hash hash;
	unsigned digits, i;

	if (system("command -v oathtool >/dev/null") != 0) {
		print_message("oathtool is not installed\n");
		skip();
	}
	for (hash = MFA_HASH_SHA1; hash <= MFA_HASH_SHA512; hash++)
		for (digits = MFA_OTP_DIGITS_MIN; digits <= MFA_OTP_DIGITS_MAX; digits++)
			for (i = 0; i < 10; i++)
				compare_random(hash, digits);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rfc4226),
		cmocka_unit_test(test_rfc6238),
		cmocka_unit_test(test_step),
		cmocka_unit_test(test_new_bounds),
		cmocka_unit_test(test_hash_names),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_find_at_the_end_of_counters),
		cmocka_unit_test(test_find_takes_the_lowest),
		cmocka_unit_test(test_parse_code),
		cmocka_unit_test(test_against_oathtool),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
