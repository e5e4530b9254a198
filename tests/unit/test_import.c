/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "import/import.h"

#define URI "otpauth://totp/x?secret=GEZDGNBVGY3TQOJQ"
#define URI2 "otpauth://totp/x?secret=GEZDGNBVGY3TQOJR"

struct complaints {
	size_t count;
	uint32_t first;
	char why[128];
};

static void complain(void *ctx, uint32_t number, const char *why)
{
	struct complaints *c = ctx;

	if (c->count++ == 0) {
		c->first = number;
		(void)snprintf(c->why, sizeof(c->why), "%s", why);
	}
	/* Whatever was wrong with it, a line holds a secret. */
	assert_null(strstr(why, "GEZD"));
}

static void test_good(void **state)
{
	static const char text[] = "# two phones\n\nbob\t" URI "\r\nalice\t" URI "\nbob\t" URI2;
	struct complaints c = { 0 };
	struct mfa_import import;

	(void)state;
	assert_int_equal(mfa_import_parse(text, strlen(text), complain, &c, &import), 0);
	assert_int_equal(import.count, 3);
	assert_memory_equal(import.lines[0].user, "alice", 5);
	assert_int_equal(import.lines[0].number, 4);
	assert_memory_equal(import.lines[1].user, "bob", 3);
	assert_int_equal(import.lines[1].number, 3);
	assert_int_equal(import.lines[1].uri_len, strlen(URI));
	assert_int_equal(import.lines[2].number, 5);
	assert_memory_equal(import.lines[2].uri, URI2, strlen(URI2));
	mfa_import_release(&import);
	assert_int_equal(mfa_import_parse("", 0, complain, &c, &import), 0);
	assert_int_equal(import.count, 0);
}

static void test_addresses(void **state)
{
	static const char text[] = "alice\ttel:+31612345678\r\nalice\tmailto:alice@example.org\nalice\t" URI;
	struct complaints c = { 0 };
	struct mfa_import import;

	(void)state;
	assert_int_equal(mfa_import_parse(text, strlen(text), complain, &c, &import), 0);
	assert_int_equal(import.count, 3);
	assert_int_equal(import.lines[0].uri_len, strlen("tel:+31612345678"));
	mfa_import_release(&import);
}

static void test_bad(void **state)
{
	static const struct { const char *text; uint32_t line; const char *why; } rows[] = {
		{ "alice " URI "\n", 1, "there is no tab between the name and the URI" },
		{ "\t" URI "\n", 1, "what stands before the tab is not an account name" },
		{ "a/b\t" URI "\n", 1, "what stands before the tab is not an account name" },
		{ "a b\t" URI "\n", 1, "what stands before the tab is not an account name" },
		{ "\nalice\thttps://x\n", 2, NULL },
		{ "alice\totpauth://totp/x?secret=\n", 1, NULL },
		{ "alice\totpauth://totp/x?secret=GEZDGNB!\n", 1, NULL },
		{ "alice\totpauth://hotp/x?secret=GEZDGNBV&counter=9223372036854775808\n", 1,
		  "the counter is too large" },
		{ "alice\t" URI "\nbob\t" URI "\nalice\t" URI "\n", 3, "it repeats line 1" },
		{ "alice\ttel:0612345678\n", 1,
		  "not a telephone number with + and its country's code, such as tel:+31612345678" },
		{ "alice\ttel:+31612345678;ext=5\n", 1,
		  "not a telephone number with + and its country's code, such as tel:+31612345678" },
		{ "alice\ttel:+31612345678 \n", 1,
		  "not a telephone number with + and its country's code, such as tel:+31612345678" },
		{ "alice\tmailto:alice@localhost\n", 1, "not an e-mail address that codes can be sent to" },
		{ "alice\tmailto:alice@example.org?bcc=eve@example.org\n", 1, "not an e-mail address that codes can be sent to" },
		{ "alice\tmailto:alice@example.org\nalice\tmailto:alice@example.org\n", 2, "it repeats line 1" },
	};
	struct mfa_import import;
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		struct complaints c = { 0 };

		assert_int_equal(mfa_import_parse(rows[i].text, strlen(rows[i].text), complain, &c, &import),
				 -EINVAL);
		assert_int_equal(c.count, 1);
		assert_int_equal(c.first, rows[i].line);
		assert_null(import.lines);
		if (rows[i].why != NULL)
			assert_string_equal(c.why, rows[i].why);
	}
}

static void test_too_many_devices(void **state)
{
	char text[8192];
	struct complaints c = { 0 };
	struct mfa_import import;
	size_t n = 0, i;

	(void)state;
	for (i = 0; i < 17; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
				      "alice\totpauth://totp/x%zu?secret=GEZDGNBV\n", i);
	assert_int_equal(mfa_import_parse(text, n, complain, &c, &import), -EINVAL);
	assert_int_equal(c.first, 17);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_too_many_devices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
