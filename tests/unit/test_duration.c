/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <errno.h>

#include "clock/duration.h"

static void test_parse(void **state)
{
	static const struct { const char *text; int r; int64_t seconds; } rows[] = {
		{ "1s", 0, 1 }, { "90s", 0, 90 }, { "30m", 0, 1800 }, { "8h", 0, 28800 },
		{ "7d", 0, 604800 }, { "2w", 0, 1209600 }, { "90d", 0, 7776000 },
		{ "", -EINVAL, 0 }, { "8", -EINVAL, 0 }, { "h", -EINVAL, 0 }, { "8 h", -EINVAL, 0 },
		{ "8H", -EINVAL, 0 }, { "8hh", -EINVAL, 0 }, { "-8h", -EINVAL, 0 }, { "1.5h", -EINVAL, 0 },
		{ "8h30m", -EINVAL, 0 }, { "8y", -EINVAL, 0 },
		{ "0s", -ERANGE, 0 }, { "91d", -ERANGE, 0 }, { "7776001s", -ERANGE, 0 },
		{ "99999999999999999999h", -ERANGE, 0 },
	};
	int64_t seconds;
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		int r = mfa_duration_parse(rows[i].text, 90 * 86400, &seconds);

		if (r != rows[i].r || seconds != rows[i].seconds)
			fail_msg("%s: %d, %lld", rows[i].text, r, (long long)seconds);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_parse) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
