/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include "mfad/base/caller_limit.h"

#define NOW 1800000000

/* How many of so many tries are looked at. */
static unsigned take(const char *caller, unsigned tries, int64_t now)
{
	unsigned taken = 0;

	while (tries-- > 0)
		taken += caller_limit_take(caller, now);
	return taken;
}

static void test_hour(void **state)
{
	static const struct { const char *name; int64_t later; unsigned tries, taken; } rows[] = {
		{ "at once", 0, 1000, CALLER_LIMIT_MOST },
		{ "then", 0, 1, 0 },
		{ "a minute", 60, 10, 1 },
		{ "ten minutes", 660, 20, 10 },
		{ "a clock that is set back", 30, 10, 0 },
		{ "a day", 86400, 1000, CALLER_LIMIT_MOST },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++)
		if (take("hour", rows[i].tries, NOW + rows[i].later) != rows[i].taken)
			fail_msg("%s", rows[i].name);
}

/* However it spreads them, it has so many in a day. */
static void test_day(void **state)
{
	unsigned taken = 0, second;

	(void)state;
	for (second = 0; second < 86400; second += 7)
		taken += take("day", 3, NOW + second);
	assert_in_range(taken, 24 * CALLER_LIMIT_HOUR, CALLER_LIMIT_MOST + 24 * CALLER_LIMIT_HOUR);
}

static void test_given_back(void **state)
{
	(void)state;
	assert_int_equal(take("back", 1000, NOW), CALLER_LIMIT_MOST);
	caller_limit_give_back("back", 2, NOW);
	assert_int_equal(take("back", 1000, NOW), 2);
	/* It is never more than at first. */
	caller_limit_give_back("back", 1000, NOW);
	assert_int_equal(take("back", 1000, NOW), CALLER_LIMIT_MOST);
	caller_limit_give_back("never seen", 1000, NOW);
	assert_int_equal(take("never seen", 1000, NOW), CALLER_LIMIT_MOST);
}

/* Whoever gets in makes room for one mistake an hour, however often. */
static void test_room(void **state)
{
	static const struct { const char *account; int64_t later; unsigned taken; } rows[] = {
		{ "alice", 0, 1 }, { "alice", 0, 0 }, { "bob", 0, 1 }, { "alice", 20, 0 }, { "bob", 59, 0 },
		/* 60 minutes have brought 60 by themselves. */
		{ "alice", 3600, CALLER_LIMIT_HOUR }, { "carol", 3600, 1 }, { "alice", 3600, 0 },
	};
	size_t i;

	(void)state;
	assert_int_equal(take("room", 1000, NOW), CALLER_LIMIT_MOST);
	for (i = 0; i < ROWS(rows); i++) {
		caller_limit_make_room("room", rows[i].account, NOW + rows[i].later);
		if (take("room", 1000, NOW + rows[i].later) != rows[i].taken)
			fail_msg("row %zu", i);
	}
}

static void test_apart(void **state)
{
	(void)state;
	assert_int_equal(take("one", 1000, NOW), CALLER_LIMIT_MOST);
	assert_int_equal(take("other", 1000, NOW), CALLER_LIMIT_MOST);
	caller_limit_give_back("one", 1, NOW);
	assert_int_equal(take("other", 1, NOW), 0);
	assert_int_equal(take("one", 1, NOW), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hour),
		cmocka_unit_test(test_day),
		cmocka_unit_test(test_given_back),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
