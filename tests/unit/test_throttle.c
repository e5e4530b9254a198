/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <string.h>

#include "throttle/throttle.h"
#include "throttle/total.h"

#define NOW 1000000

static void test_waits(void **state)
{
	static const struct { uint32_t failures; int64_t wait; } rows[] = {
		{ 1, 0 }, { 4, 0 }, { 5, 30 }, { 6, 60 }, { 7, 120 }, { 8, 240 }, { 9, 480 },
		{ 10, 900 }, { 11, 900 }, { 50, 900 }, { 99, 900 },
	};
	struct mfa_throttle t = { 0, 0 };
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		while (t.failures < rows[i].failures)
			mfa_throttle_fail(&t, NOW);
		assert_int_equal(mfa_throttle_wait(&t, NOW), rows[i].wait);
		assert_int_equal(mfa_throttle_wait(&t, NOW + rows[i].wait), 0);
		assert_false(mfa_throttle_stopped(&t));
	}
	mfa_throttle_fail(&t, NOW);
	assert_true(mfa_throttle_stopped(&t));
	mfa_throttle_clear(&t);
	assert_false(mfa_throttle_stopped(&t));
	assert_int_equal(mfa_throttle_wait(&t, NOW), 0);
}

/* The clock was a year ahead when the mistakes were made, and then set right. */
static void test_clock_set_back(void **state)
{
	struct mfa_throttle t = { 0, 0 };
	int i;

	(void)state;
	for (i = 0; i < 10; i++)
		mfa_throttle_fail(&t, NOW + 31536000);
	assert_int_equal(mfa_throttle_wait(&t, NOW), 900);
	assert_true(mfa_throttle_mend(&t, NOW));
	assert_int_equal(mfa_throttle_wait(&t, NOW + 899), 1);
	assert_int_equal(mfa_throttle_wait(&t, NOW + 900), 0);
	assert_false(mfa_throttle_mend(&t, NOW));
}

static void test_does_not_overflow(void **state)
{
	struct mfa_throttle t = { UINT32_MAX, 0 };

	(void)state;
	mfa_throttle_fail(&t, NOW);
	assert_int_equal(t.failures, UINT32_MAX);
	assert_int_equal(mfa_throttle_wait(&t, NOW), 900);
}

/* A mail client that repeats itself makes others wait, but stops nobody. */
static void test_repeat(void **state)
{
	static const struct { uint32_t failures, then; int64_t wait; } rows[] = {
		{ 0, 1, 0 }, { 4, 5, 30 }, { 98, 99, 900 }, { 99, 99, 900 }, { 100, 101, 900 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		struct mfa_throttle t = { rows[i].failures, 0 };

		mfa_throttle_repeat(&t, NOW);
		assert_int_equal(t.failures, rows[i].then);
		assert_int_equal(mfa_throttle_wait(&t, NOW), rows[i].wait);
	}
}

/* The total of four weeks. */

#define DAY 86400
#define BEGUN ((int64_t)5000 * MFA_TOTAL_SPAN)	/* when a span begins */

static void fail_often(struct mfa_total *t, unsigned count, int64_t now)
{
	while (count-- > 0)
		mfa_total_fail(t, 0, now);
}

/* What 60 and then 30 mistakes are at a time, and whether it has stopped then. */
static void test_total(void **state)
{
	static const struct { const char *name; int64_t first, then, at; uint32_t beside, wrong; bool stopped; } rows[] = {
		{ "at once", 0, 0, 0, 0, 90, false },
		{ "with what counts beside", 0, 0, 0, 10, 90, true },
		{ "one fewer beside", 0, 0, 0, 9, 90, false },
		{ "over 28 days", 0, 28 * DAY - 1, 28 * DAY, 10, 90, true },
		{ "to the end of the span", 0, DAY, 32 * DAY - 1, 10, 90, true },
		{ "both are over", 0, DAY, 32 * DAY, 10, 0, false },
		{ "the first is over", 0, 5 * DAY, 32 * DAY, 10, 30, false },
		{ "long after", 0, 5 * DAY, 4000 * DAY, 99, 0, false },
		{ "a clock set back for the second", 20 * DAY, 0, 0, 10, 90, true },
		{ "a clock set back afterwards", 20 * DAY, 21 * DAY, 0, 10, 90, true },
		{ "by ten years: what is old by then stays", 3650 * DAY, 0, 31 * DAY, 10, 90, true },
		{ "by ten years, and four weeks more", 3650 * DAY, 0, 32 * DAY, 10, 0, false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		struct mfa_total t = { 0 };

		fail_often(&t, 60, BEGUN + rows[i].first);
		fail_often(&t, 30, BEGUN + rows[i].then);
		if (mfa_total_wrong(&t, BEGUN + rows[i].at) != rows[i].wrong ||
		    mfa_total_stopped(&t, rows[i].beside, BEGUN + rows[i].at) != rows[i].stopped ||
		    (mfa_total_left(&t, rows[i].beside, BEGUN + rows[i].at) == 0) != rows[i].stopped)
			fail_msg("%s: %u", rows[i].name, mfa_total_wrong(&t, BEGUN + rows[i].at));
	}
}

static void test_total_lately(void **state)
{
	static const struct { int64_t at; uint32_t lately; } rows[] = {
		{ 0, 7 }, { 4 * DAY, 7 }, { 8 * DAY - 1, 7 }, { 8 * DAY, 0 }, { 400 * DAY, 0 }, { -10 * DAY, 7 },
	};
	struct mfa_total t = { 0 };
	size_t i;

	(void)state;
	fail_often(&t, 7, BEGUN);
	for (i = 0; i < ROWS(rows); i++)
		assert_int_equal(mfa_total_lately(&t, BEGUN + rows[i].at), rows[i].lately);
}

/* How many more are looked at after it was lifted, at these days after it had stopped. */
static void test_total_lifted(void **state)
{
	static const struct { const char *name; struct { bool by_word; int64_t day; unsigned more; } lifts[4]; } rows[] = {
		{ "by another method", { { false, 0, 20 }, { false, 0, 0 }, { false, 1, 3 }, { false, 1, 0 } } },
		{ "by an administrator", { { true, 0, 20 }, { true, 0, 3 }, { true, 0, 3 }, { true, 1, 3 } } },
		{ "by both", { { true, 0, 20 }, { false, 0, 0 }, { true, 0, 3 }, { false, 1, 3 } } },
		{ "a clock set back", { { true, 20, 20 }, { false, 0, 0 }, { false, 1, 3 }, { true, 0, 3 } } },
	};
	size_t i, k;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		struct mfa_total t = { 0 };

		fail_often(&t, MFA_TOTAL_LIMIT, BEGUN);
		for (k = 0; k < ROWS(rows[i].lifts); k++) {
			int64_t now = BEGUN + rows[i].lifts[k].day * DAY;
			unsigned n, left;

			mfa_total_lift(&t, 0, rows[i].lifts[k].by_word, now);
			left = mfa_total_left(&t, 0, now);
			for (n = 0; !mfa_total_stopped(&t, 0, now); n++)
				mfa_total_fail(&t, 0, now);
			if (n != rows[i].lifts[k].more || n != left)
				fail_msg("%s, %zu: %u, foretold %u", rows[i].name, k, n, left);
		}
	}
}

/* What has not stopped needs no lifting, and gets nothing beforehand. */
static void test_total_not_stopped(void **state)
{
	struct mfa_total t = { 0 };

	(void)state;
	fail_often(&t, MFA_TOTAL_LIMIT - 1, BEGUN);
	mfa_total_lift(&t, 0, true, BEGUN);
	assert_int_equal(t.more, 0);
	mfa_total_fail(&t, 0, BEGUN);
	assert_true(mfa_total_stopped(&t, 0, BEGUN));
	/* What was not used of it does not go while fewer than the limit are counted. */
	mfa_total_lift(&t, 0, true, BEGUN);
	assert_int_equal(t.more, MFA_TOTAL_LIFT);
	mfa_total_fail(&t, 0, BEGUN + 100 * DAY);
	assert_int_equal(t.more, MFA_TOTAL_LIFT);
	t.wrong[0] = UINT32_MAX;
	t.wrong[1] = UINT32_MAX;
	mfa_total_fail(&t, UINT32_MAX, BEGUN + 100 * DAY);
	assert_int_equal(mfa_total_wrong(&t, BEGUN + 100 * DAY), UINT32_MAX);
}

/* What was wrong in a conversation that ended well. */
static void test_total_given_back(void **state)
{
	static const struct { const char *name; uint32_t before, more, wrong, then_more; } rows[] = {
		{ "below the limit", 97, 0, 97, 0 },
		{ "to the limit", 98, 0, 98, 0 },
		{ "of those that are looked at nevertheless", 100, 20, 100, 20 },
		{ "one of them", 99, 5, 99, 5 },
	};
	struct mfa_total t = { .more = MFA_TOTAL_LIFT, .wrong = { 0, 1 } };
	size_t i;

	(void)state;
	mfa_total_give_back(&t, 200, 3, BEGUN);
	assert_int_equal(mfa_total_wrong(&t, 0), 0);
	assert_int_equal(t.more, MFA_TOTAL_LIFT);
	for (i = 0; i < ROWS(rows); i++) {
		memset(&t, 0, sizeof(t));
		fail_often(&t, rows[i].before, BEGUN);
		t.more = rows[i].more;
		fail_often(&t, 2, BEGUN);
		mfa_total_give_back(&t, 0, 2, BEGUN + MFA_TOTAL_SPAN);
		if (mfa_total_wrong(&t, BEGUN) != rows[i].wrong || t.more != rows[i].then_more)
			fail_msg("%s: %u, %u", rows[i].name, mfa_total_wrong(&t, BEGUN), t.more);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_waits),
		cmocka_unit_test(test_clock_set_back),
		cmocka_unit_test(test_does_not_overflow),
		cmocka_unit_test(test_repeat),
		cmocka_unit_test(test_total),
		cmocka_unit_test(test_total_lately),
		cmocka_unit_test(test_total_lifted),
		cmocka_unit_test(test_total_not_stopped),
		cmocka_unit_test(test_total_given_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
