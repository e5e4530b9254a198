/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <string.h>

#include "module/authtok.h"

static void test_split(void **state)
{
	static const struct { const char *typed; unsigned digits; const char *password, *code; } rows[] = {
		{ "secret123456", 6, "secret", "123456" },
		{ "secret12345678", 8, "secret", "12345678" },
		{ "secret12345678", 6, "secret12", "345678" },
		{ "secret1234567", 7, "secret", "1234567" },
		{ "123456", 6, "", "123456" },
		{ "secret12345", 6, "secret12345", "" },
		{ "secret 123456", 6, "secret ", "123456" },
		{ "secret123 456", 6, "secret123 456", "" },
		{ "secret", 6, "secret", "" },
		{ "", 6, "", "" },
		{ "secretabcd-efgh-2345", 6, "secret", "abcd-efgh-2345" },
		{ "secretABCD-EFGH-2345", 6, "secret", "ABCD-EFGH-2345" },
		{ "secrettap-abcde-23456", 6, "secret", "tap-abcde-23456" },
		{ "secretTAP-ABCDE-FGHIJ", 6, "secret", "TAP-ABCDE-FGHIJ" },
		/* A password may well have hyphens. */
		{ "my-own-pass123456", 6, "my-own-pass", "123456" },
		{ "abcd-efgh-234", 6, "abcd-efgh-234", "" },
		{ "s\xc3\xa9" "cret123456", 6, "s\xc3\xa9" "cret", "123456" },
		{ "secret\xd9\xa1\xd9\xa2\xd9\xa3\xd9\xa4\xd9\xa5\xd9\xa6", 6,
		  "secret\xd9\xa1\xd9\xa2\xd9\xa3\xd9\xa4\xd9\xa5\xd9\xa6", "" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		size_t at = mfa_authtok_split(rows[i].typed, rows[i].digits);

		if (at != strlen(rows[i].password) || strcmp(rows[i].typed + at, rows[i].code) != 0)
			fail_msg("%s: at %zu", rows[i].typed, at);
	}
}

static void test_split_word(void **state)
{
	static const struct { const char *typed; unsigned digits; const char *password, *code; } rows[] = {
		{ "secret,app", 6, "secret", "app" },
		{ "secret,?", 6, "secret", "?" },
		{ ",push", 6, "", "push" },
		{ "secret,recovery", 6, "secret", "recovery" },
		/* What is no word is part of the password, and so is a comma that nothing stands behind. */
		{ "secret,horse", 6, "secret,horse", "" },
		{ "secret,App", 6, "secret,App", "" },
		{ "secret,app ", 6, "secret,app ", "" },
		{ "secretapp", 6, "secretapp", "" },
		{ "secret,", 6, "secret,", "" },
		{ "secret,??", 6, "secret,??", "" },
		{ "app", 6, "app", "" },
		{ "", 6, "", "" },
		/* Whose password ends like that types the word, or a comma, once more. */
		{ "secret,app,app", 6, "secret,app", "app" },
		{ "secret,app,123456", 6, "secret,app", "123456" },
		{ "secret,,123456", 6, "secret,", "123456" },
		{ "secret,horse,push", 6, "secret,horse", "push" },
		/* A code, with or without a comma. */
		{ "secret123456", 6, "secret", "123456" },
		{ "secret,123456", 6, "secret", "123456" },
		{ "secret,12345678", 8, "secret", "12345678" },
		{ "secret,12345", 6, "secret,12345", "" },
		{ ",123456", 6, "", "123456" },
		{ "123456", 6, "", "123456" },
		{ "secret,abcd-efgh-2345", 6, "secret", "abcd-efgh-2345" },
		{ "secrettap-abcde-23456", 6, "secret", "tap-abcde-23456" },
		{ "secret,app123456", 6, "secret,app", "123456" },
	};
	size_t i, at, code;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		at = mfa_authtok_split_word(rows[i].typed, rows[i].digits, &code);
		if (at != strlen(rows[i].password) || strcmp(rows[i].typed + code, rows[i].code) != 0)
			fail_msg("%s: at %zu, %zu", rows[i].typed, at, code);
	}
}

/* Each word of the list is one; those of both sides are the same by that. */
static void test_each_word(void **state)
{
	static const char *const words[] = {
#define WORD(METHOD, text) "secret," text,
#include "method/list.h"
	};
	size_t i, code;

	(void)state;
	for (i = 0; i < ROWS(words); i++)
		assert_int_equal(mfa_authtok_split_word(words[i], 6, &code), strlen("secret"));
}

static void test_equal(void **state)
{
	(void)state;
	assert_true(mfa_authtok_equal("secret", "secret"));
	assert_true(mfa_authtok_equal("", ""));
	assert_false(mfa_authtok_equal("secret", "secreu"));
	assert_false(mfa_authtok_equal("secret", "secre"));
	assert_false(mfa_authtok_equal("secre", "secret"));
	assert_false(mfa_authtok_equal("abab", "ab"));
	assert_false(mfa_authtok_equal("secret", ""));
	assert_false(mfa_authtok_equal("", "secret"));
	assert_false(mfa_authtok_equal(NULL, "secret"));
	assert_false(mfa_authtok_equal("secret", NULL));
	assert_false(mfa_authtok_equal(NULL, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_split_word),
		cmocka_unit_test(test_each_word),
		cmocka_unit_test(test_equal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
