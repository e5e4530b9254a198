/* SPDX-License-Identifier: BSD-2-Clause */
/* What is shown of an address, made-up ones too; and how files of accounts name them. */
#include "unit.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "address/mask.h"
#include "address/recipient.h"

static void test_emails(void **state)
{
	static const struct { const char *email, *as; } rows[] = {
		{ "jan@school.example.nl", "j***@s***.nl" }, { "j@s.nl", "j***@s***.nl" },
		{ "jan.van.den.berg@sch.a-very-long-name.example.nl", "j***@s***.nl" },
		{ "9@9a.museum", "9***@9***.museum" }, { "jan", "***" }, { "", "***" }, { "j\xc3\xa0n@x.nl", "***" },
		{ "\x1b[2J@x.nl", "***" },
	};
	char out[MFA_MASK_SIZE];
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		mfa_mask_email(rows[i].email, out);
		assert_string_equal(out, rows[i].as);
	}
}

static void test_numbers(void **state)
{
	static const struct { const char *number, *as; } rows[] = {
		{ "+31612345678", "+31 ** **** *78" }, { "+12025550123", "+1 ** **** *23" },
		{ "+358401234567", "+358 ** **** *67" }, { "+1234567", "+1 ** **** *67" },
		{ "+123456789012345", "+1 ** **** *45" }, { "0612345678", "***" }, { "", "***" },
	};
	char out[MFA_MASK_SIZE];
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		mfa_mask_number(rows[i].number, out);
		assert_string_equal(out, rows[i].as);
	}
}

/* Whether text is as a pattern has it, where a is a small letter and 9 a digit. */
static bool looks_like(const char *text, const char *pattern)
{
	for (; *pattern != '\0'; pattern++, text++)
		if (*pattern == 'a' ? *text < 'a' || *text > 'z' : *pattern == '9' ? *text < '0' || *text > '9'
								 : *text != *pattern)
			return false;
	return *text == '\0';
}

/* They look as those that somebody has, stay what they are, and are not all the same. */
static void test_made_up(void **state)
{
	char email[MFA_MASK_SIZE], number[MFA_MASK_SIZE], again[MFA_MASK_SIZE], first[2][MFA_MASK_SIZE] = { "", "" };
	size_t i, differ[2] = { 0, 0 }, belgian = 0;

	(void)state;
	for (i = 0; i < 1000; i++) {
		uint32_t name = (uint32_t)(2654435761U * i) | 1;

		mfa_mask_made_up_email(name, email);
		assert_true(looks_like(email, "a***@a***.com"));
		mfa_mask_made_up_number(name, 31, "+316, +324", number);
		assert_true(looks_like(number, "+31 ** **** *99") || looks_like(number, "+32 ** **** *99"));
		belgian += number[2] == '2';
		mfa_mask_made_up_email(name, again);
		assert_string_equal(again, email);
		mfa_mask_made_up_number(name, 31, "+316, +324", again);
		assert_string_equal(again, number);
		if (i == 0) {
			(void)strcpy(first[0], email);
			(void)strcpy(first[1], number);
		}
		differ[0] += strcmp(first[0], email) != 0;
		differ[1] += strcmp(first[1], number) != 0;
	}
	assert_true(differ[0] > 800 && differ[1] > 900 && belgian > 300 && belgian < 700);
}

static void test_made_up_of_odd_lists(void **state)
{
	static const struct { const char *prefixes; unsigned country; const char *as; } rows[] = {
		{ "", 31, "+31 ** **** *99" }, { "nonsense", 32, "+32 ** **** *99" }, { "+1", 31, "+1 ** **** *99" },
		{ "+31612345678", 31, "+31 ** **** *99" }, { "+316123456789012", 31, "+31 ** **** *99" },
		{ "+35840", 31, "+358 ** **** *99" }, { "", 0, "***" },
	};
	char out[MFA_MASK_SIZE];
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		mfa_mask_made_up_number(0x9e3779b9, rows[i].country, rows[i].prefixes, out);
		if (!looks_like(out, rows[i].as))
			fail_msg("\"%s\": %s", rows[i].prefixes, out);
	}
}

static void test_recipients(void **state)
{
	static const struct { const char *uri; int r; enum mfa_recipient_kind kind; const char *as; } rows[] = {
		{ "mailto:jan@example.org", 0, MFA_RECIPIENT_EMAIL, "jan@example.org" },
		{ "MAILTO:jan@example.org", 0, MFA_RECIPIENT_EMAIL, "jan@example.org" },
		{ "mailto:jan+mfa@example.org", 0, MFA_RECIPIENT_EMAIL, "jan+mfa@example.org" },
		{ "mailto:", -EINVAL, MFA_RECIPIENT_EMAIL, "" },
		{ "mailto:jan@example.org?subject=x", -EINVAL, MFA_RECIPIENT_EMAIL, "" },
		{ "mailto:jan?@example.org", -EINVAL, MFA_RECIPIENT_EMAIL, "" },
		{ "mailto:jan@example.org,piet@example.org", -EINVAL, MFA_RECIPIENT_EMAIL, "" },
		{ "mailto:jan%2Bmfa@example.org", -EINVAL, MFA_RECIPIENT_EMAIL, "" },
		{ "mailto:jan%0d%0a@example.org", -EINVAL, MFA_RECIPIENT_EMAIL, "" },
		{ "mailto:a&b@example.org", -EINVAL, MFA_RECIPIENT_EMAIL, "" },
		{ "mailto:a/b@example.org", -EINVAL, MFA_RECIPIENT_EMAIL, "" },
		{ "mailto: jan@example.org", -EINVAL, MFA_RECIPIENT_EMAIL, "" },
		{ "mailto://jan@example.org", -EINVAL, MFA_RECIPIENT_EMAIL, "" },
		{ "tel:+31612345678", 0, MFA_RECIPIENT_NUMBER, "+31612345678" },
		{ "Tel:+31612345678", 0, MFA_RECIPIENT_NUMBER, "+31612345678" },
		{ "tel:+31-6-1234.5678", 0, MFA_RECIPIENT_NUMBER, "+31612345678" },
		{ "tel:+31(6)12345678", 0, MFA_RECIPIENT_NUMBER, "+31612345678" },
		{ "tel:0612345678", -EINVAL, MFA_RECIPIENT_NUMBER, "" },
		{ "tel:0031612345678", -EINVAL, MFA_RECIPIENT_NUMBER, "" },
		{ "tel:+31 612345678", -EINVAL, MFA_RECIPIENT_NUMBER, "" },
		{ "tel:+31612345678;ext=5", -EINVAL, MFA_RECIPIENT_NUMBER, "" },
		{ "tel:+31612345678;phone-context=+31", -EINVAL, MFA_RECIPIENT_NUMBER, "" },
		{ "tel://+31612345678", -EINVAL, MFA_RECIPIENT_NUMBER, "" },
		{ "tel:", -EINVAL, MFA_RECIPIENT_NUMBER, "" },
		{ "sms:+31612345678", -ENOENT, 0, "" },
		{ "otpauth://totp/x?secret=AAAA", -ENOENT, 0, "" },
		{ "te", -ENOENT, 0, "" },
		{ "", -ENOENT, 0, "" },
	};
	char out[MFA_RECIPIENT_SIZE];
	enum mfa_recipient_kind kind;
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		int r = mfa_recipient_parse(rows[i].uri, strlen(rows[i].uri), &kind, out);

		if (r != rows[i].r || strcmp(out, rows[i].as) != 0 || (r != -ENOENT && kind != rows[i].kind))
			fail_msg("%s: %d, %s", rows[i].uri, r, out);
	}
	/* It need not end there; a NUL within it is none of it. */
	assert_int_equal(mfa_recipient_parse("tel:+316123456789", 16, &kind, out), 0);
	assert_string_equal(out, "+31612345678");
	assert_int_equal(mfa_recipient_parse("tel:+31612345678\0;ext=5", 23, &kind, out), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_emails),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_made_up),
		cmocka_unit_test(test_made_up_of_odd_lists),
		cmocka_unit_test(test_recipients),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
