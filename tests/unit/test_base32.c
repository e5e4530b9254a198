/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "encoding/base32.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define GUARD 0xa5

/* RFC 4648 section 10. */
static const struct { const char *plain, *padded, *bare; } rfc[] = {
	{ "", "", "" },
	{ "f", "MY======", "MY" },
	{ "fo", "MZXQ====", "MZXQ" },
	{ "foo", "MZXW6===", "MZXW6" },
	{ "foob", "MZXW6YQ=", "MZXW6YQ" },
	{ "fooba", "MZXW6YTB", "MZXW6YTB" },
	{ "foobar", "MZXW6YTBOI======", "MZXW6YTBOI" },
};

static void assert_decodes(const char *in, const void *expect, size_t expect_len)
{
	uint8_t out[64];
	size_t len = 99;

	assert_int_equal(mfa_base32_decode(in, strlen(in), out, sizeof(out), &len), 0);
	assert_int_equal(len, expect_len);
	assert_memory_equal(out, expect, expect_len);
}

static void test_rfc4648_decode(void **state)
{
	size_t i;

	for (i = 0; i < COUNT(rfc); i++) {
		assert_decodes(rfc[i].padded, rfc[i].plain, strlen(rfc[i].plain));
		assert_decodes(rfc[i].bare, rfc[i].plain, strlen(rfc[i].plain));
	}
}

static void test_rfc4648_encode(void **state)
{
	char out[32];
	size_t i, size;

	for (i = 0; i < COUNT(rfc); i++) {
		size = MFA_BASE32_SIZE(strlen(rfc[i].plain));
		assert_true(size <= sizeof(out));
		assert_int_equal(mfa_base32_encode((const uint8_t *)rfc[i].plain,
						   strlen(rfc[i].plain), out, size), 0);
		assert_string_equal(out, rfc[i].bare);
		assert_int_equal(mfa_base32_encode((const uint8_t *)rfc[i].plain,
						   strlen(rfc[i].plain), out, size - 1), -ENOBUFS);
	}
}

static void test_typed_by_people(void **state)
{
	static const struct { const char *in, *expect; } rows[] = {
		{ "mzxw6ytboi", "foobar" },
		{ "MzXw6YtBoI", "foobar" },
		{ "mzxw 6ytb oi", "foobar" },
		{ "MZXW-6YTB-OI", "foobar" },
		{ "  MZXW6YTBOI- ", "foobar" },
		{ "mzxw 6ytb oi== ====", "foobar" },
		{ " - ", "" },
	};
	size_t i;

	for (i = 0; i < COUNT(rows); i++)
		assert_decodes(rows[i].in, rows[i].expect, strlen(rows[i].expect));
}

#define LITERAL(s) s, sizeof(s) - 1

static void test_malformed(void **state)
{
	static const struct { const char *name, *in; size_t len; } rows[] = {
		{ "one symbol", LITERAL("M") },
		{ "three symbols", LITERAL("MZX") },
		{ "six symbols", LITERAL("MZXW6Y") },
		{ "nine symbols", LITERAL("MZXW6YTBO") },
		{ "one symbol without a bit set", LITERAL("A") },
		{ "three, the last without", LITERAL("MYA") },
		{ "six, the last without", LITERAL("MZXW6A") },
		{ "left-over bits", LITERAL("MZ") },
		{ "left-over bits, padded", LITERAL("MZ======") },
		{ "left-over bit of five", LITERAL("MZXW7") },
		{ "left-over bits of seven", LITERAL("MZXW6YR") },
		{ "zero", LITERAL("MZXW6YT0") },
		{ "one", LITERAL("MZXW6YT1") },
		{ "eight", LITERAL("MZXW6YT8") },
		{ "nine", LITERAL("MZXW6YT9") },
		{ "at", LITERAL("MZXW6YT@") },
		{ "bracket", LITERAL("MZXW6YT[") },
		{ "grave", LITERAL("MZXW6YT`") },
		{ "brace", LITERAL("MZXW6YT{") },
		{ "line feed", LITERAL("MZXW6YTB\n") },
		{ "tab", LITERAL("MZXW\t6YTB") },
		{ "NUL", LITERAL("MZXW\0YTB") },
		{ "no ASCII", LITERAL("MZXW\xc3\xa9" "YTB") },
		{ "padding too short", LITERAL("MY=====") },
		{ "padding too long", LITERAL("MY=======") },
		{ "padding of a second group", LITERAL("MY==============") },
		{ "padding of a whole group", LITERAL("MZXW6YTB========") },
		{ "padding alone", LITERAL("========") },
		{ "padding inside", LITERAL("MY======MY======") },
		{ "padding inside, of the right number", LITERAL("MZ=XQ===") },
		{ "padding first", LITERAL("=MZXW6YTB") },
	};
	static const uint8_t zero[64];
	uint8_t out[64];
	size_t i, len;

	for (i = 0; i < COUNT(rows); i++) {
		memset(out, 0, sizeof(out));
		len = 99;
		if (mfa_base32_decode(rows[i].in, rows[i].len, out, sizeof(out), &len) != -EINVAL)
			fail_msg("%s: not refused", rows[i].name);
		assert_int_equal(len, 0);
		assert_memory_equal(out, zero, sizeof(out));	/* nothing of a secret stays */
	}
}

static void test_room(void **state)
{
	static const struct { const char *in; size_t size; int expect; } rows[] = {
		{ "", 0, 0 },
		{ "MY", 0, -ENOBUFS },
		{ "MY", 1, 0 },
		{ "MZXW6YTBOI", 5, -ENOBUFS },
		{ "MZXW6YTBOI", 6, 0 },
	};
	uint8_t out[8];
	size_t i, len;

	for (i = 0; i < COUNT(rows); i++) {
		memset(out, GUARD, sizeof(out));
		assert_int_equal(mfa_base32_decode(rows[i].in, strlen(rows[i].in),
						   out, rows[i].size, &len), rows[i].expect);
		assert_int_equal(out[rows[i].size], GUARD);
		assert_int_equal(len, rows[i].expect == 0 ? rows[i].size : 0);
	}
}

static void test_encode_size_overflow(void **state)
{
	const uint8_t in[1] = { 0 };
	char out[8];

	/* The needed size, computed modulo 2^64, would be small. */
	assert_int_equal(mfa_base32_encode(in, SIZE_MAX / 8 + 1, out, sizeof(out)), -ENOBUFS);
	assert_int_equal(mfa_base32_encode(in, 0, out, 0), -ENOBUFS);
}

static void test_round_trip_of_each_byte(void **state)
{
	uint8_t in[2], out[2];
	char text[MFA_BASE32_SIZE(2)];
	size_t len;
	unsigned v;

	for (v = 0; v < 65536; v++) {
		in[0] = (uint8_t)(v >> 8);
		in[1] = (uint8_t)v;
		assert_int_equal(mfa_base32_encode(in, 2, text, sizeof(text)), 0);
		assert_int_equal(mfa_base32_decode(text, strlen(text), out, 2, &len), 0);
		assert_int_equal(len, 2);
		assert_memory_equal(in, out, 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rfc4648_decode),
		cmocka_unit_test(test_rfc4648_encode),
		cmocka_unit_test(test_typed_by_people),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_encode_size_overflow),
		cmocka_unit_test(test_round_trip_of_each_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
