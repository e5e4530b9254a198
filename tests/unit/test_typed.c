/* SPDX-License-Identifier: BSD-2-Clause */
/* Codes as phones, mail and other keyboards give them. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "alice.h"

static void test_plain(void **state)
{
	static const struct { const char *name, *typed, *expect; } rows[] = {
		{ "as it is", "123456", "123456" },
		{ "in groups", "123 456", "123456" },
		{ "with hyphens", "abcd-efgh-2345", "abcdefgh2345" },
		{ "nothing", "", "" },
		{ "a tab and CR LF around", "\t123456\r\n", "123456" },
		{ "no-break space", "123\u00a0456", "123456" },
		{ "en quad", "123\u2000456", "123456" },
		{ "thin space", "123\u2009456", "123456" },
		{ "zero width space", "\u200b123456", "123456" },
		{ "left-to-right mark", "\u200e123456\u200f", "123456" },
		{ "narrow no-break space", "123\u202f456", "123456" },
		{ "word joiner", "123\u2060456", "123456" },
		{ "isolates", "\u2066123456\u2069", "123456" },
		{ "ideographic space", "123\u3000456", "123456" },
		{ "byte order mark", "\ufeff123456", "123456" },
		{ "soft hyphen", "abcd\u00adefgh", "abcdefgh" },
		{ "hyphen", "abcd\u2010efgh", "abcdefgh" },
		{ "no-break hyphen", "abcd\u2011efgh", "abcdefgh" },
		{ "en dash", "abcd\u2013efgh", "abcdefgh" },
		{ "horizontal bar", "abcd\u2015efgh", "abcdefgh" },
		{ "minus", "abcd\u2212efgh", "abcdefgh" },
		{ "full-width hyphen", "abcd\uff0defgh", "abcdefgh" },
		{ "full-width digits", "\uff10\uff11\uff12\uff17\uff18\uff19", "012789" },
		{ "full-width letters", "\uff21\uff3a\uff41\uff5a", "AZaz" },
		{ "Arabic digits", "\u0660\u0661\u0662\u0667\u0668\u0669", "012789" },
		{ "extended Arabic digits", "\u06f0\u06f1\u06f2\u06f7\u06f8\u06f9", "012789" },
		{ "all at once", "\ufeff \uff11\u06f2\u0663\u00a04-\uff15\u20116\t", "123456" },
		/* Neighbours of these stay what they are. */
		{ "Arabic percent", "\u066a", "\u066a" },
		{ "before the Arabic ones", "\u065f", "\u065f" },
		{ "full-width slash and colon", "\uff0f\uff1a", "\uff0f\uff1a" },
		{ "full-width brackets", "\uff3b\uff3d", "\uff3b\uff3d" },
		{ "double vertical line", "\u2016", "\u2016" },
		{ "Devanagari", "\u0967\u0968", "\u0967\u0968" },
		{ "superscript", "\u00b2", "\u00b2" },
		{ "what is no UTF-8", "12\xff\xa0" "34", "12\xff\xa0" "34" },
		{ "half a character", "12\xc2", "12\xc2" },
		{ "control characters", "12\x01\x7f", "12\x01\x7f" },
	};
	char out[MFA_ANSWER_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		mfa_typed_plain(rows[i].typed, out);
		if (strcmp(out, rows[i].expect) != 0)
			fail_msg("%s: \"%s\"", rows[i].name, out);
	}
	mfa_typed_plain(NULL, out);
	assert_string_equal(out, "");
}

/* What does not fit is nothing, and not its beginning. */
static void test_long(void **state)
{
	char typed[4 * MFA_ANSWER_MAX], out[MFA_ANSWER_MAX];

	(void)state;
	memset(typed, '1', sizeof(typed));
	typed[MFA_ANSWER_MAX - 1] = '\0';
	mfa_typed_plain(typed, out);
	assert_string_equal(out, typed);
	typed[MFA_ANSWER_MAX - 1] = '1';
	typed[MFA_ANSWER_MAX] = '\0';
	mfa_typed_plain(typed, out);
	assert_string_equal(out, "");
	memset(typed, ' ', sizeof(typed));
	(void)strcpy(typed + sizeof(typed) - 7, "123456");
	mfa_typed_plain(typed, out);
	assert_string_equal(out, "123456");
}

static void test_enter(void **state)
{
	static const char *const enter[] = { "", " ", "\u00a0", "\t", "ok", "OK", " ok ", "y", "Yes", "j", "ja", "o", "oui" };
	static const char *const other[] = { "n", "no", "0", "okay", "123456", "yy", "?" };
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(enter); i++)
		if (!mfa_typed_is_enter(enter[i]))
			fail_msg("\"%s\"", enter[i]);
	for (i = 0; i < ROWS(other); i++)
		if (mfa_typed_is_enter(other[i]))
			fail_msg("\"%s\"", other[i]);
}

static void test_word(void **state)
{
	static const struct { const char *typed; enum mfa_typed_word expect; } rows[] = {
		{ "", MFA_TYPED_NOTHING }, { " \t", MFA_TYPED_NOTHING }, { NULL, MFA_TYPED_NOTHING },
		{ "y", MFA_TYPED_YES }, { "Yes", MFA_TYPED_YES }, { "j", MFA_TYPED_YES }, { "JA", MFA_TYPED_YES },
		{ "o", MFA_TYPED_YES }, { "oui ", MFA_TYPED_YES }, { "ok", MFA_TYPED_YES },
		{ "n", MFA_TYPED_NO }, { "N", MFA_TYPED_NO }, { "no", MFA_TYPED_NO }, { " nee\r", MFA_TYPED_NO },
		{ "Non", MFA_TYPED_NO },
		{ "maybe", MFA_TYPED_OTHER }, { "?", MFA_TYPED_OTHER }, { "yn", MFA_TYPED_OTHER }, { "nein", MFA_TYPED_OTHER },
		{ "not now", MFA_TYPED_OTHER }, { "1", MFA_TYPED_OTHER }, { "267 257", MFA_TYPED_OTHER },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++)
		if (mfa_typed_word(rows[i].typed) != rows[i].expect)
			fail_msg("%s", rows[i].typed);
}

/* Whatever its kind, where it is judged. */
static void test_judged(void **state)
{
	char recovery[MFA_RECOVERY_COUNT][MFA_RECOVERY_CODE_SIZE], pass[MFA_PASS_SIZE], typed[MFA_ANSWER_MAX], *out;
	struct mfa_account *a = *state;
	const char *digits, *at;

	/* In full width. */
	for (digits = code(a, NOW, 0), out = typed; *digits != '\0'; digits++, out += 3)
		(void)sprintf(out, "\xef\xbc%c", (char)(0x90 + (*digits - '0')));
	expect(a, typed, NOW, MFA_VERDICT_RIGHT);
	assert_int_equal(mfa_recovery_generate(a, recovery), 0);
	(void)sprintf(typed, "\u00a0%.4s\u2011%.4s\u2011%.4s\r", recovery[0], recovery[0] + 5, recovery[0] + 10);
	expect(a, typed, NOW, MFA_VERDICT_RIGHT);
	assert_int_equal(a->recovery_count, MFA_RECOVERY_COUNT - 1);
	assert_int_equal(mfa_pass_generate(a, NOW, NOW + 60, 1, pass), 0);
	for (at = pass, out = typed; *at != '\0'; at++)
		if (*at == '-')
			out += sprintf(out, "\u2013");
		else
			*out++ = *at;
	*out = '\0';
	expect(a, typed, NOW, MFA_VERDICT_RIGHT);
	/* And where a phone is added. */
	(void)sprintf(typed, "%s\u202f", code(a, NOW, 1));
	assert_int_equal(mfa_totp_first_code(&a->devices[0], typed, NOW), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_enter),
		cmocka_unit_test(test_word),
		TEST(test_judged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
