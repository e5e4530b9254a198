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
		assert_int_equal(mfa_push_blocked(a, MFA_VOICE_ROOT, 5, NOW + i), MFA_PUSH_FREE);
		mfa_push_ask(a, MFA_VOICE_ROOT, NOW + i);
	}
	assert_int_equal(mfa_push_blocked(a, MFA_VOICE_ROOT, 5, NOW + 5), MFA_PUSH_LIMITED);
	/* A user's own programs have less, and of their own. */
	mfa_push_ask(a, MFA_VOICE_OWN, NOW);
	assert_int_equal(mfa_push_blocked(a, MFA_VOICE_OWN, 5, NOW), MFA_PUSH_FREE);
	mfa_push_ask(a, MFA_VOICE_OWN, NOW);
	assert_int_equal(mfa_push_blocked(a, MFA_VOICE_OWN, 5, NOW), MFA_PUSH_LIMITED);
	/* So have callers. */
	for (i = 0; i < 2; i++) {
		assert_int_equal(mfa_push_blocked(a, MFA_VOICE_CALLER, 5, NOW), MFA_PUSH_FREE);
		mfa_push_ask(a, MFA_VOICE_CALLER, NOW);
	}
	assert_int_equal(mfa_push_blocked(a, MFA_VOICE_CALLER, 5, NOW), MFA_PUSH_LIMITED);
	assert_int_equal(mfa_push_blocked(a, MFA_VOICE_CALLER, 5, NOW + 3600), MFA_PUSH_FREE);
	assert_int_equal(a->push.asked.count, 5);
	assert_int_equal(a->push.asked_local.count, 2);
	mfa_push_settle(a, MFA_VOICE_CALLER, NOW);
	assert_int_equal(a->push.asked_caller.count, 1);
	/* What was answered does not count, and nothing after an hour. */
	mfa_push_settle(a, MFA_VOICE_ROOT, NOW + 2);
	assert_int_equal(mfa_push_blocked(a, MFA_VOICE_ROOT, 5, NOW + 5), MFA_PUSH_FREE);
	mfa_push_ask(a, MFA_VOICE_ROOT, NOW + 5);
	assert_int_equal(mfa_push_blocked(a, MFA_VOICE_ROOT, 5, NOW + 3599), MFA_PUSH_LIMITED);
	assert_int_equal(mfa_push_blocked(a, MFA_VOICE_ROOT, 5, NOW + 3600), MFA_PUSH_FREE);
	/* A clock that was ahead does not keep phones quiet for ever, and the list is bounded. */
	assert_int_equal(mfa_push_blocked(a, MFA_VOICE_ROOT, 5, NOW - 1), MFA_PUSH_FREE);
	for (i = 0; i < 3 * MFA_ASKED_MAX; i++)
		mfa_push_ask(a, MFA_VOICE_ROOT, NOW + 7200);
	assert_int_equal(a->push.asked.count, MFA_ASKED_MAX);
	mfa_push_ask(a, MFA_VOICE_ROOT, NOW + 20000);
	assert_int_equal(a->push.asked.count, 1);
	/* Asking where the clock is slow makes no room where it is right. */
	for (i = 0; i < 5; i++)
		mfa_push_ask(a, MFA_VOICE_ROOT, NOW + 20000);
	mfa_push_ask(a, MFA_VOICE_ROOT, NOW);
	assert_int_equal(mfa_push_blocked(a, MFA_VOICE_ROOT, 5, NOW + 20000), MFA_PUSH_LIMITED);
}

static void test_push_stops(void **state)
{
	struct mfa_account *a = *state;
	struct mfa_attempt attempt = { .methods = ALL_METHODS, .window = 1, .now = NOW, .throttle = true };
	struct mfa_judgement j;

	mfa_push_mistake(a, MFA_VOICE_ROOT, NOW);
	assert_int_equal(mfa_push_blocked(a, MFA_VOICE_ROOT, 5, NOW), MFA_PUSH_FREE);
	mfa_push_mistake(a, MFA_VOICE_ROOT, NOW + 3600);	/* an hour later it is a first one again */
	assert_int_equal(mfa_push_blocked(a, MFA_VOICE_ROOT, 5, NOW + 3600), MFA_PUSH_FREE);
	mfa_push_mistake(a, MFA_VOICE_ROOT, NOW + 3700);
	assert_int_equal(mfa_push_blocked(a, MFA_VOICE_ROOT, 5, NOW + 3700), MFA_PUSH_STOPPED);
	assert_int_equal(mfa_push_blocked(a, MFA_VOICE_OWN, 5, NOW + 99999), MFA_PUSH_STOPPED);
	/* Also where the second is typed on a system whose clock is slow. */
	memset(&a->push, 0, sizeof(a->push));
	mfa_push_mistake(a, MFA_VOICE_ROOT, NOW + 600);
	mfa_push_mistake(a, MFA_VOICE_ROOT, NOW);
	assert_int_equal(mfa_push_blocked(a, MFA_VOICE_ROOT, 5, NOW), MFA_PUSH_STOPPED);
	/* A right code clears it, but not one that a user's own program has shown. */
	attempt.voice = MFA_VOICE_OWN;
	attempt.answer = code(a, NOW, 0);
	mfa_factor_judge(a, &attempt, &j);
	assert_int_equal(j.verdict, MFA_VERDICT_RIGHT);
	assert_int_equal(mfa_push_blocked(a, MFA_VOICE_ROOT, 5, NOW), MFA_PUSH_STOPPED);
	attempt.voice = MFA_VOICE_ROOT;
	attempt.now = NOW + 2 * PERIOD;
	attempt.answer = code(a, attempt.now, 0);
	mfa_factor_judge(a, &attempt, &j);
	assert_int_equal(j.verdict, MFA_VERDICT_RIGHT);
	assert_int_equal(mfa_push_blocked(a, MFA_VOICE_ROOT, 5, NOW), MFA_PUSH_FREE);
	mfa_push_refuse(a, MFA_VOICE_ROOT, NOW);
	assert_int_equal(mfa_push_blocked(a, MFA_VOICE_ROOT, 5, NOW), MFA_PUSH_STOPPED);
	mfa_factor_unlock(a, NOW, 1);
	assert_int_equal(mfa_push_blocked(a, MFA_VOICE_ROOT, 5, NOW), MFA_PUSH_FREE);
}

/* What its owner says of a caller's request stops callers alone; what stops all stops them, too. */
static void test_push_stops_of_callers(void **state)
{
	struct mfa_account *a = *state;
	static const struct {
		const char *name;
		enum mfa_voice refused, shown;	/* of whose request it was said, and where a code was right then */
		enum mfa_push_block root, own, caller, root_then, caller_then;
	} rows[] = {
		{ "a caller's, and a code there", MFA_VOICE_CALLER, MFA_VOICE_CALLER, MFA_PUSH_FREE, MFA_PUSH_FREE,
		  MFA_PUSH_STOPPED, MFA_PUSH_FREE, MFA_PUSH_FREE },
		{ "a caller's, and root's word", MFA_VOICE_CALLER, MFA_VOICE_ROOT, MFA_PUSH_FREE, MFA_PUSH_FREE,
		  MFA_PUSH_STOPPED, MFA_PUSH_FREE, MFA_PUSH_FREE },
		{ "a caller's, and her own program", MFA_VOICE_CALLER, MFA_VOICE_OWN, MFA_PUSH_FREE, MFA_PUSH_FREE,
		  MFA_PUSH_STOPPED, MFA_PUSH_FREE, MFA_PUSH_STOPPED },
		{ "root's, and a caller", MFA_VOICE_ROOT, MFA_VOICE_CALLER, MFA_PUSH_STOPPED, MFA_PUSH_STOPPED,
		  MFA_PUSH_STOPPED, MFA_PUSH_STOPPED, MFA_PUSH_STOPPED },
		{ "her own program's, and a caller", MFA_VOICE_OWN, MFA_VOICE_CALLER, MFA_PUSH_STOPPED, MFA_PUSH_STOPPED,
		  MFA_PUSH_STOPPED, MFA_PUSH_STOPPED, MFA_PUSH_STOPPED },
	};
	size_t i, way;

	/* By a word, or by two wrong numbers. */
	for (i = 0; i < 2 * ROWS(rows); i++) {
		struct mfa_attempt attempt = { .methods = ALL_METHODS, .window = 1, .throttle = true,
					       .now = NOW + (int64_t)i * 4 * PERIOD, .voice = rows[i / 2].shown };
		struct mfa_judgement j;

		memset(&a->push, 0, sizeof(a->push));
		way = i % 2;
		if (way == 0)
			mfa_push_refuse(a, rows[i / 2].refused, attempt.now);
		else
			mfa_push_mistake(a, rows[i / 2].refused, attempt.now);
		if (way == 1 && mfa_push_blocked(a, rows[i / 2].refused, 5, attempt.now) != MFA_PUSH_FREE)
			fail_msg("%s: one wrong number", rows[i / 2].name);
		if (way == 1)
			mfa_push_mistake(a, rows[i / 2].refused, attempt.now);
		if (mfa_push_blocked(a, MFA_VOICE_ROOT, 5, attempt.now) != rows[i / 2].root ||
		    mfa_push_blocked(a, MFA_VOICE_OWN, 5, attempt.now) != rows[i / 2].own ||
		    mfa_push_blocked(a, MFA_VOICE_CALLER, 5, attempt.now) != rows[i / 2].caller)
			fail_msg("%s", rows[i / 2].name);
		attempt.answer = code(a, attempt.now, 0);
		mfa_factor_judge(a, &attempt, &j);
		assert_int_equal(j.verdict, MFA_VERDICT_RIGHT);
		if (mfa_push_blocked(a, MFA_VOICE_ROOT, 5, attempt.now) != rows[i / 2].root_then ||
		    mfa_push_blocked(a, MFA_VOICE_CALLER, 5, attempt.now) != rows[i / 2].caller_then)
			fail_msg("%s, then", rows[i / 2].name);
	}
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
	attempt.voice = MFA_VOICE_OWN;
	mfa_push_accept(a, mfa_account_device(a, "Pixel"), &attempt, &j);
	assert_int_equal(a->push.wrong, NOW - 1);
	/* Nor does a caller, but what was said of its own requests. */
	a->push.caller_wrong = NOW - 1;
	attempt.voice = MFA_VOICE_CALLER;
	mfa_push_accept(a, mfa_account_device(a, "Pixel"), &attempt, &j);
	assert_int_equal(a->push.wrong, NOW - 1);
	assert_int_equal(a->push.caller_wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_push_limits),
		TEST(test_push_stops),
		TEST(test_push_stops_of_callers),
		TEST(test_push_accept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
