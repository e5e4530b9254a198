/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <errno.h>
#include <string.h>

#include "address/number.h"

#define NL 31

/* as: NULL for what is refused. */
static const struct { const char *text; unsigned country; const char *as; } numbers[] = {
	/* Ways in which people write theirs. */
	{ "+31612345678", NL, "+31612345678" },
	{ "0612345678", NL, "+31612345678" },
	{ "06 12345678", NL, "+31612345678" },
	{ "06-12345678", NL, "+31612345678" },
	{ "06 - 12 34 56 78", NL, "+31612345678" },
	{ "06.12.34.56.78", NL, "+31612345678" },
	{ "06/12345678", NL, "+31612345678" },
	{ "(06) 12345678", NL, "+31612345678" },
	{ "0031612345678", NL, "+31612345678" },
	{ "0031 (0)6 12345678", NL, "+31612345678" },
	{ "+31 (0)6 12345678", NL, "+31612345678" },
	{ "+31(0)612345678", NL, "+31612345678" },
	{ "(+31) 6 1234 5678", NL, "+31612345678" },
	{ " +31 6 1234 5678 ", NL, "+31612345678" },
	{ "(0)612345678", NL, "+31612345678" },
	{ "+358 (0)40 1234567", NL, "+358401234567" },
	/* Another country's, and theirs there: nobody guesses which is meant. */
	{ "+32475123456", NL, "+32475123456" },
	{ "0475 12 34 56", 32, "+32475123456" },
	{ "0475 12 34 56", NL, "+31475123456" },
	{ "+1 202 555 0123", NL, "+12025550123" },
	{ "0612345678", 999, "+999612345678" },
	/* Without a country. */
	{ "0612345678", 0, NULL },
	{ "+31612345678", 0, "+31612345678" },
	{ "0031612345678", 0, "+31612345678" },
	{ "0612345678", 1000, NULL },
	/* Digits that could be of either. */
	{ "31612345678", NL, NULL },
	{ "612345678", NL, NULL },
	/* Lengths. */
	{ "+1234567", NL, "+1234567" },
	{ "+123456", NL, NULL },
	{ "+123456789012345", NL, "+123456789012345" },
	{ "+1234567890123456", NL, NULL },
	{ "001234567", NL, "+1234567" },
	{ "012345", NL, "+3112345" },
	{ "01234", NL, NULL },
	{ "0123456789012", 999, "+999123456789012" },
	{ "01234567890123", 999, NULL },
	/* What is nothing. */
	{ "", NL, NULL },
	{ "+", NL, NULL },
	{ "0", NL, NULL },
	{ "00", NL, NULL },
	{ "( ) - / .", NL, NULL },
	{ "+0612345678", NL, NULL },
	{ "000612345678", NL, NULL },
	{ "++31612345678", NL, NULL },
	{ "+31+612345678", NL, NULL },
	{ "06+12345678", NL, NULL },
	{ "+31 (0)(0)6 12345678", NL, NULL },
	{ "+31612(0)345678", NL, NULL },
	{ "+(0)31612345678", NL, NULL },
	{ "06(0)12345678", NL, NULL },
	{ "+31 (1)6 12345678", NL, "+311612345678" },
	{ "06o2345678", NL, NULL },
	/* What comes along with numbers elsewhere. */
	{ "+31612345678 ext 5", NL, NULL },
	{ "+31612345678x5", NL, NULL },
	{ "+31612345678;ext=5", NL, NULL },
	{ "+31612345678;phone-context=example.org", NL, NULL },
	{ "+31612345678;drop", NL, NULL },
	{ "+31612345678,5", NL, NULL },
	{ "+31612345678#", NL, NULL },
	{ "*21*0612345678#", NL, NULL },
	{ "tel:+31612345678", NL, NULL },
	{ "0800-BELMIJ", NL, NULL },
	{ "06\t12345678", NL, NULL },
	{ "0612345678\n", NL, NULL },
	{ "0612345678\r\nX-Header: 1", NL, NULL },
	{ "06\xc2\xa0" "12345678", NL, NULL },
	{ "\xd9\xa0\xd9\xa6" "12345678", NL, NULL },
	{ "-rf 0612345678", NL, NULL },
	{ "-0612345678", NL, "+31612345678" },
	{ "0612345678                                                      ", NL, "+31612345678" },
	{ "0612345678                                                       ", NL, NULL },
	{ "9999999999999999999999999999999999999999999999999999999999999999", NL, NULL },
	{ "+999999999999999999999999999999999999999999999999999999999999999", NL, NULL },
	{ "0999999999999999999999999999999999999999999999999999999999999999", NL, NULL },
};

static void test_parse(void **state)
{
	char out[MFA_NUMBER_SIZE];
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(numbers); i++) {
		const char *as = numbers[i].as;
		int r;

		(void)strcpy(out, "left");
		r = mfa_number_parse(numbers[i].text, numbers[i].country, out);
		if (r != (as != NULL ? 0 : -EINVAL) || strcmp(out, as != NULL ? as : "") != 0)
			fail_msg("%s: %d, %s", numbers[i].text, r, out);
		if (as != NULL)
			assert_true(mfa_number_valid(out));
	}
}

static void test_valid(void **state)
{
	static const struct { const char *text; bool valid; } rows[] = {
		{ "+31612345678", true }, { "+1234567", true }, { "+123456", false }, { "+123456789012345", true },
		{ "+1234567890123456", false }, { "", false }, { "+", false }, { "31612345678", false },
		{ "+0612345678", false }, { "+31 612345678", false }, { "+31612345678\n", false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++)
		if (mfa_number_valid(rows[i].text) != rows[i].valid)
			fail_msg("%s", rows[i].text);
}

static void test_prefixes(void **state)
{
	static const struct { const char *list; size_t count; const char *number; bool allowed; } rows[] = {
		{ "+316, +324", 2, "+31612345678", true },
		{ "+316, +324", 2, "+32475123456", true },
		{ "+316 +324", 2, "+32475123456", true },
		{ "+316,+324,", 2, "+32475123456", true },
		{ "+316, +324", 2, "+31701234567", false },
		{ "+316, +324", 2, "+3161", false },
		{ "+316, +324", 2, "0612345678", false },
		{ "+31612345678", 1, "+31612345678", true },
		{ "+31612345678", 1, "+31612345679", false },
		{ "+316123456789", 1, "+31612345678", false },
		{ "", 0, "+31612345678", false },
		{ " , ", 0, "+31612345678", false },
		{ "+", 0, "+31612345678", false },
		{ "316", 0, "+31612345678", false },
		{ "+316, 0475", 0, "+31612345678", false },
		{ "+316; +324", 0, "+31612345678", false },
		{ "+0", 0, "+31612345678", false },
		{ "+316*", 0, "+31612345678", false },
		{ "+1234567890123456", 0, "+31612345678", false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++)
		if (mfa_number_prefixes_count(rows[i].list) != rows[i].count ||
		    mfa_number_allowed(rows[i].number, rows[i].list) != rows[i].allowed)
			fail_msg("\"%s\", %s", rows[i].list, rows[i].number);
}

static void test_the_nth_prefix(void **state)
{
	static const struct { const char *list; size_t at; const char *as; } rows[] = {
		{ "+316, +324", 0, "+316" }, { "+316, +324", 1, "+324" }, { " +31", 0, "+31" }, { "+1 +2,+3 ", 2, "+3" },
	};
	const char *at;
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		assert_int_equal(mfa_number_prefix(rows[i].list, rows[i].at, &at), strlen(rows[i].as));
		assert_memory_equal(at, rows[i].as, strlen(rows[i].as));
	}
}

static void test_country_digits(void **state)
{
	static const struct { const char *number; size_t digits; } rows[] = {
		{ "+12025550123", 1 }, { "+79161234567", 1 }, { "+31612345678", 2 }, { "+32475123456", 2 },
		{ "+447911123456", 2 }, { "+358401234567", 3 }, { "+352621123456", 3 }, { "+5999123456", 3 },
		{ "+8801712345678", 3 }, { "+9989012345", 3 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++)
		if (mfa_number_country_digits(rows[i].number) != rows[i].digits)
			fail_msg("%s: %zu", rows[i].number, mfa_number_country_digits(rows[i].number));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_valid),
		cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_the_nth_prefix),
		cmocka_unit_test(test_country_digits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
