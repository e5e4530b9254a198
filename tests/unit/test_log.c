/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <string.h>

#include "log/log.h"

static void test_fields(void **state)
{
	static const struct { const char *value, *expect; } rows[] = {
		{ "alice", "event=e k=alice" },
		{ "192.0.2.1", "event=e k=192.0.2.1" },
		{ "fe80::1%eth0", "event=e k=fe80::1%eth0" },
		{ "", "event=e" },
		{ NULL, "event=e" },
		{ "two words", "event=e k=\"two words\"" },
		{ "a=b", "event=e k=\"a=b\"" },
		{ "x\" result=ok y=\"", "event=e k=\"x\\\" result=ok y=\\\"\"" },
		{ "a\nevent=signin result=ok", "event=e k=\"a\\x0aevent=signin result=ok\"" },
		{ "\x1b[2J", "event=e k=\"\\x1b[2J\"" },
		{ "Zo\xc3\xab", "event=e k=\"Zo\\xc3\\xab\"" },
		{ "back\\slash", "event=e k=\"back\\\\slash\"" },
	};
	struct mfa_log_line line;
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		mfa_log_begin(&line, "e");
		mfa_log_text(&line, "k", rows[i].value);
		assert_string_equal(line.text, rows[i].expect);
	}
	mfa_log_begin(&line, "e");
	mfa_log_number(&line, "n", -7);
	assert_string_equal(line.text, "event=e n=-7");
}

/* However long, the line ends where it must, with whole fields. */
static void test_long(void **state)
{
	struct mfa_log_line line;
	char value[3000];
	int i;

	(void)state;
	memset(value, '\n', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	mfa_log_begin(&line, "e");
	for (i = 0; i < 100; i++)
		mfa_log_text(&line, "key", value);
	assert_in_range(line.len, 600, sizeof(line.text) - 1);
	assert_int_equal(strlen(line.text), line.len);
	assert_int_equal(line.text[line.len - 1], '"');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
