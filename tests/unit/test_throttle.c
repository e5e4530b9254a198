#include "unit.h"

#include "throttle/throttle.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_waits),
		cmocka_unit_test(test_clock_set_back),
		cmocka_unit_test(test_does_not_overflow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
