/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <stdbool.h>
#include <string.h>

#include "name/name.h"

static void test_fold(void **state)
{
	static const struct { const char *name, *folded; bool plain; } rows[] = {
		{ "alice", "alice", true }, { "Alice", "alice", true }, { "ALICE", "alice", true },
		{ "A.B-c_9@School.NL", "a.b-c_9@school.nl", true },
		/* AD takes each of these for another name; we can't know which. */
		{ "\xc3\xa5\xc3\xa5\xc3\xa5", "\xc3\xa5\xc3\xa5\xc3\xa5", false },
		{ "\xc3\x85lice", "\xc3\x85lice", false },
		{ "\xe2\x84\xaa" "im", "\xe2\x84\xaa" "im", false },	/* KELVIN SIGN */
		{ "EXAMPLE\\alice", "example\\alice", false }, { "alice$", "alice$", false },
		{ "alice+vpn", "alice+vpn", false }, { "", "", true },
	};
	char out[64];
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		mfa_name_fold(rows[i].name, out);
		assert_string_equal(out, rows[i].folded);
		assert_int_equal(mfa_name_is_folded(rows[i].name), strcmp(rows[i].name, rows[i].folded) == 0);
		assert_true(mfa_name_is_folded(out));
		assert_int_equal(mfa_name_is_plain(out), rows[i].plain);
		strcpy(out, rows[i].name);
		mfa_name_fold(out, out);
		assert_string_equal(out, rows[i].folded);
	}
}

static void test_realms(void **state)
{
	static const char *const list[] = { "EXAMPLE.ORG", "example" };
	static const struct mfa_realms realms = { list, 2 };
	static const struct { const char *name, *out; bool taken; } rows[] = {
		{ "alice", "alice", false }, { "alice@EXAMPLE.ORG", "alice", true },
		{ "alice@example.org", "alice", true }, { "EXAMPLE\\alice", "alice", true },
		{ "Example\\Alice", "Alice", true }, { "alice@example", "alice", true },
		/* One of them, once. */
		{ "alice@example.org@example.org", "alice@example.org", true },
		{ "EXAMPLE\\alice@EXAMPLE.ORG", "EXAMPLE\\alice", true },
		{ "example\\example\\alice", "example\\alice", true },
		/* Not these. */
		{ "alice@other.org", "alice@other.org", false }, { "alice@xexample.org", "alice@xexample.org", false },
		{ "alice@example.or", "alice@example.or", false }, { "@example.org", "@example.org", false },
		{ "EXAMPLE\\", "EXAMPLE\\", false }, { "\\alice", "\\alice", false }, { "alice@", "alice@", false },
		{ "alice\\example", "alice\\example", false }, { "example.org@alice", "example.org@alice", false },
		{ "", "", false },
	};
	static const struct mfa_realms none = { NULL, 0 };
	char out[64];
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		if (mfa_name_take_realm(rows[i].name, &realms, out) != rows[i].taken)
			fail_msg("%s: taken", rows[i].name);
		assert_string_equal(out, rows[i].out);
		assert_false(mfa_name_take_realm(rows[i].name, &none, out));
		assert_string_equal(out, rows[i].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fold),
		cmocka_unit_test(test_realms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
