/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "address/email.h"

#define TEN "abcdefghij"
#define SIXTY TEN TEN TEN TEN TEN TEN
#define L63 SIXTY "abc"

static void test_valid(void **state)
{
	static const struct { const char *text; bool valid; } rows[] = {
		{ "jan@example.org", true },
		{ "j@x.nl", true },
		{ "jan.van.den.berg@mail.school.example", true },
		{ "jan+mfa@example.org", true },
		{ "o'neill@example.org", true },
		{ "!#$%&'*+-/=?^_`{|}~@example.org", true },
		{ "JAN@EXAMPLE.ORG", true },
		{ "jan@xn--caf-dma.example", true },
		{ "jan@3com.com", true },
		{ "jan@a-b.c-d", true },
		{ SIXTY "abcd@example.org", true },
		{ SIXTY "abcde@example.org", false },
		{ "jan@" L63 ".nl", true },
		{ "jan@" L63 "d.nl", false },
		/* 254 bytes, and one more. */
		{ SIXTY "@" L63 "." L63 "." L63 ".n", true },
		{ SIXTY "a@" L63 "." L63 "." L63 ".n", false },
		{ "", false },
		{ "@", false },
		{ "jan", false },
		{ "@example.org", false },
		{ "jan@", false },
		{ "jan@localhost", false },
		{ "jan@example.", false },
		{ "jan@.org", false },
		{ "jan@example..org", false },
		{ "jan@-example.org", false },
		{ "jan@example-.org", false },
		{ "jan@example.org-", false },
		{ "jan@192.0.2.1", false },
		{ "jan@[192.0.2.1]", false },
		{ "jan@[IPv6:2001:db8::1]", false },
		{ "jan@exa_mple.org", false },
		{ ".jan@example.org", false },
		{ "jan.@example.org", false },
		{ "jan..p@example.org", false },
		/* It may become an argument. */
		{ "-jan@example.org", false },
		{ "jan@example.org@example.org", false },
		{ "\"jan\"@example.org", false },
		{ "\"jan van\"@example.org", false },
		{ "jan(x)@example.org", false },
		{ "Jan <jan@example.org>", false },
		{ "<jan@example.org>", false },
		{ "jan@example.org>\r\nRCPT TO:<evil@example.org", false },
		{ "jan@example.org> NOTIFY=NEVER", false },
		{ "jan@example.org\r\n", false },
		{ "jan@example.org\n", false },
		{ " jan@example.org", false },
		{ "jan@example.org ", false },
		{ "jan @example.org", false },
		{ "jan,piet@example.org", false },
		{ "jan@example.org,piet@example.org", false },
		{ "jan;piet@example.org", false },
		{ "j\xc3\xa0n@example.org", false },
		{ "jan@caf\xc3\xa9.example", false },
		{ "jan\x01@example.org", false },
		{ "jan\x7f@example.org", false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++)
		if (mfa_email_valid(rows[i].text) != rows[i].valid)
			fail_msg("%s (%zu bytes)", rows[i].text, strlen(rows[i].text));
	assert_string_equal(mfa_email_domain("jan@example.org"), "example.org");
}

/* Byte for byte: what is allowed before the @, and behind it. */
static void test_each_byte(void **state)
{
	static const char atext[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-/=?^_`{|}~.";
	static const char ldh[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.";
	char text[32];
	int c;

	(void)state;
	for (c = 1; c < 256; c++) {
		(void)snprintf(text, sizeof(text), "a%ca@example.org", c);
		if (mfa_email_valid(text) != (strchr(atext, c) != NULL))
			fail_msg("byte %d before the @", c);
		(void)snprintf(text, sizeof(text), "a@exa%cmple.org", c);
		if (mfa_email_valid(text) != (strchr(ldh, c) != NULL))
			fail_msg("byte %d behind the @", c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_valid),
		cmocka_unit_test(test_each_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
