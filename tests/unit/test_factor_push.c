/* SPDX-License-Identifier: BSD-2-Clause */
/* Requests to phones. */
#include "unit.h"

#include <string.h>

#include "alice.h"

static void test_push_limits(void **state)
{
	struct mfa_account *a = *state;
	unsigned i;

	for (i = 0; i < 5; i++) {
		assert_int_equal(mfa_push_blocked(a, false, 5, NOW + i), MFA_PUSH_FREE);
		mfa_push_ask(a, false, NOW + i);
	}
	assert_int_equal(mfa_push_blocked(a, false, 5, NOW + 5), MFA_PUSH_LIMITED);
	/* A user's own programs have less, and of their own. */
	mfa_push_ask(a, true, NOW);
	assert_int_equal(mfa_push_blocked(a, true, 5, NOW), MFA_PUSH_FREE);
	mfa_push_ask(a, true, NOW);
	assert_int_equal(mfa_push_blocked(a, true, 5, NOW), MFA_PUSH_LIMITED);
	/* What was answered does not count, and nothing after an hour. */
	mfa_push_settle(a, false, NOW + 2);
	assert_int_equal(mfa_push_blocked(a, false, 5, NOW + 5), MFA_PUSH_FREE);
	mfa_push_ask(a, false, NOW + 5);
	assert_int_equal(mfa_push_blocked(a, false, 5, NOW + 3599), MFA_PUSH_LIMITED);
	assert_int_equal(mfa_push_blocked(a, false, 5, NOW + 3600), MFA_PUSH_FREE);
	/* A clock that was ahead does not keep phones quiet for ever, and the list is bounded. */
	assert_int_equal(mfa_push_blocked(a, false, 5, NOW - 1), MFA_PUSH_FREE);
	for (i = 0; i < 3 * MFA_ASKED_MAX; i++)
		mfa_push_ask(a, false, NOW + 7200);
	assert_int_equal(a->push.asked.count, MFA_ASKED_MAX);
	mfa_push_ask(a, false, NOW + 20000);
	assert_int_equal(a->push.asked.count, 1);
	/* Asking where the clock is slow makes no room where it is right. */
	for (i = 0; i < 5; i++)
		mfa_push_ask(a, false, NOW + 20000);
	mfa_push_ask(a, false, NOW);
	assert_int_equal(mfa_push_blocked(a, false, 5, NOW + 20000), MFA_PUSH_LIMITED);
}

static void test_push_stops(void **state)
{
	struct mfa_account *a = *state;
	struct mfa_attempt attempt = { .methods = ALL_METHODS, .window = 1, .now = NOW, .throttle = true };
	struct mfa_judgement j;

	mfa_push_mistake(a, NOW);
	assert_int_equal(mfa_push_blocked(a, false, 5, NOW), MFA_PUSH_FREE);
	mfa_push_mistake(a, NOW + 3600);	/* an hour later it is a first one again */
	assert_int_equal(mfa_push_blocked(a, false, 5, NOW + 3600), MFA_PUSH_FREE);
	mfa_push_mistake(a, NOW + 3700);
	assert_int_equal(mfa_push_blocked(a, false, 5, NOW + 3700), MFA_PUSH_STOPPED);
	assert_int_equal(mfa_push_blocked(a, true, 5, NOW + 99999), MFA_PUSH_STOPPED);
	/* Also where the second is typed on a system whose clock is slow. */
	memset(&a->push, 0, sizeof(a->push));
	mfa_push_mistake(a, NOW + 600);
	mfa_push_mistake(a, NOW);
	assert_int_equal(mfa_push_blocked(a, false, 5, NOW), MFA_PUSH_STOPPED);
	/* A right code clears it, but not one that a user's own program has shown. */
	attempt.local = true;
	attempt.answer = code(a, NOW, 0);
	mfa_factor_judge(a, &attempt, &j);
	assert_int_equal(j.verdict, MFA_VERDICT_RIGHT);
	assert_int_equal(mfa_push_blocked(a, false, 5, NOW), MFA_PUSH_STOPPED);
	attempt.local = false;
	attempt.now = NOW + 2 * PERIOD;
	attempt.answer = code(a, attempt.now, 0);
	mfa_factor_judge(a, &attempt, &j);
	assert_int_equal(j.verdict, MFA_VERDICT_RIGHT);
	assert_int_equal(mfa_push_blocked(a, false, 5, NOW), MFA_PUSH_FREE);
	mfa_push_refuse(a, NOW);
	assert_int_equal(mfa_push_blocked(a, false, 5, NOW), MFA_PUSH_STOPPED);
	mfa_factor_unlock(a, NOW, 1);
	assert_int_equal(mfa_push_blocked(a, false, 5, NOW), MFA_PUSH_FREE);
}

static void test_push_accept(void **state)
{
	struct mfa_account *a = *state;
	struct mfa_attempt attempt = { .now = NOW, .window = 1 };
	struct mfa_phone phone = { .language = "nl" };
	struct mfa_device d = { .type = MFA_DEVICE_PUSH, .label = "Pixel", .phone = &phone };
	struct mfa_judgement j;

	assert_int_equal(mfa_account_add_device(a, &d), 0);
	a->throttles[MFA_BUDGET_CODE] = (struct mfa_throttle){ 7, NOW + 100 };
	a->throttles[MFA_BUDGET_LOCAL_CODE] = (struct mfa_throttle){ 7, NOW + 100 };
	a->push.wrong = NOW - 1;
	mfa_push_accept(a, mfa_account_device(a, "Pixel"), &attempt, &j);
	assert_int_equal(j.verdict, MFA_VERDICT_RIGHT);
	assert_int_equal(j.kind, MFA_METHOD_PUSH);
	assert_string_equal(j.method, "push");
	assert_string_equal(j.label, "Pixel");
	assert_int_equal(mfa_account_device(a, "Pixel")->used, NOW);
	assert_int_equal(a->throttles[MFA_BUDGET_CODE].failures, 0);
	assert_int_equal(a->throttles[MFA_BUDGET_LOCAL_CODE].failures, 7);
	assert_int_equal(a->push.wrong, 0);
	/* A program of the user's own clears nothing. */
	a->push.wrong = NOW - 1;
	attempt.local = true;
	mfa_push_accept(a, mfa_account_device(a, "Pixel"), &attempt, &j);
	assert_int_equal(a->push.wrong, NOW - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_push_limits),
		TEST(test_push_stops),
		TEST(test_push_accept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
