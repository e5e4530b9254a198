/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "alice.h"
#include "conf/conf.h"
#include "otp/totp.h"

/* Digits that are right at no time near now. */
static const char *wrong_code(const struct mfa_account *a, int64_t time)
{
	static char text[8];
	unsigned n, ok;
	int64_t i;

	for (n = 0, ok = 0; !ok; n++) {
		(void)snprintf(text, sizeof(text), "%06u", n);
		for (ok = 1, i = -12; ok && i <= 12; i++)
			ok = strcmp(text, code(a, time, i)) != 0;
	}
	return text;
}

static void test_once(void **state)
{
	struct mfa_account *a = *state;
	struct mfa_judgement j = judge(a, code(a, NOW, 0), NOW);

	assert_int_equal(j.verdict, MFA_VERDICT_RIGHT);
	assert_true(j.changed);
	assert_string_equal(j.method, "totp");
	assert_string_equal(j.label, "Phone");
	assert_int_equal(a->devices[0].used, NOW);
	j = judge(a, code(a, NOW, 0), NOW);
	assert_int_equal(j.verdict, MFA_VERDICT_USED);
	assert_false(j.changed);
	/* Nor one from before it, which is still in the window. */
	expect(a, code(a, NOW, -1), NOW, MFA_VERDICT_USED);
	expect(a, code(a, NOW, 1), NOW, MFA_VERDICT_RIGHT);
	assert_int_equal(a->throttles[MFA_BUDGET_CODE].failures, 0);
}

static void test_window(void **state)
{
	static const struct { int steps; enum mfa_verdict expect; } rows[] = {
		{ -2, MFA_VERDICT_WRONG }, { -1, MFA_VERDICT_RIGHT }, { 0, MFA_VERDICT_RIGHT },
		{ 1, MFA_VERDICT_RIGHT }, { 2, MFA_VERDICT_WRONG },
	};
	struct mfa_account *a = *state, fresh = *a;
	size_t i;

	for (i = 0; i < ROWS(rows); i++) {
		*a = fresh;
		expect(a, code(a, NOW, rows[i].steps), NOW, rows[i].expect);
	}
}

static void test_spellings(void **state)
{
	struct mfa_account *a = *state, fresh = *a;
	char right[8], text[32];

	(void)snprintf(right, sizeof(right), "%s", code(a, NOW, 0));
	(void)snprintf(text, sizeof(text), " %.3s %s ", right, right + 3);
	expect(a, text, NOW, MFA_VERDICT_RIGHT);
	*a = fresh;
	(void)snprintf(text, sizeof(text), "%.3s-%s", right, right + 3);
	expect(a, text, NOW, MFA_VERDICT_RIGHT);
	*a = fresh;
	(void)snprintf(text, sizeof(text), "%s0", right);
	expect(a, text, NOW, MFA_VERDICT_WRONG);
	(void)snprintf(text, sizeof(text), "%.5s", right);
	expect(a, text, NOW, MFA_VERDICT_WRONG);
	(void)snprintf(text, sizeof(text), "+%.5s", right);
	expect(a, text, NOW, MFA_VERDICT_UNCLEAR);
}

static void test_unclear(void **state)
{
	struct mfa_account *a = *state;
	char longest[1000];
	struct mfa_judgement j;

	memset(longest, '1', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	expect(a, NULL, NOW, MFA_VERDICT_UNCLEAR);
	expect(a, "", NOW, MFA_VERDICT_UNCLEAR);
	expect(a, "   ", NOW, MFA_VERDICT_UNCLEAR);
	expect(a, "my password", NOW, MFA_VERDICT_UNCLEAR);
	expect(a, longest, NOW, MFA_VERDICT_UNCLEAR);
	expect(a, "\u0967\u0968\u0969", NOW, MFA_VERDICT_UNCLEAR);
	j = judge(a, "hello", NOW);
	assert_false(j.changed);
	assert_int_equal(a->throttles[MFA_BUDGET_CODE].failures, 0);
}

/* A phone whose clock runs three steps ahead is followed a step at a time, and no further than
 * the bound; when its clock is set right it is not locked out. */
static void test_drift(void **state)
{
	struct mfa_account *a = *state;
	int64_t now = NOW;
	int i;

	expect(a, code(a, now, 3), now, MFA_VERDICT_WRONG);
	for (i = 1; i <= MFA_TOTP_DRIFT_MAX + 3; i++) {
		int ahead = i < MFA_TOTP_DRIFT_MAX + 1 ? i : MFA_TOTP_DRIFT_MAX + 1;

		now += 10 * PERIOD;
		expect(a, code(a, now, ahead), now, MFA_VERDICT_RIGHT);
		assert_int_equal(a->devices[0].drift, i < MFA_TOTP_DRIFT_MAX ? i : MFA_TOTP_DRIFT_MAX);
	}
	now += 10 * PERIOD;
	expect(a, code(a, now, MFA_TOTP_DRIFT_MAX + 2), now, MFA_VERDICT_WRONG);
	expect(a, code(a, now, 2), now, MFA_VERDICT_WRONG);
	expect(a, code(a, now, 0), now, MFA_VERDICT_RIGHT);
	assert_int_equal(a->devices[0].drift, MFA_TOTP_DRIFT_MAX - 1);
	/* The code of the far window is later than the one that was used: good, once. */
	expect(a, code(a, now, MFA_TOTP_DRIFT_MAX), now, MFA_VERDICT_RIGHT);
	expect(a, code(a, now, 0), now, MFA_VERDICT_USED);
}

/* However far a code is from what was learned, one code moves it by one step. */
static void test_drift_steps(void **state)
{
	static const struct { int drift; int steps; int expect; } rows[] = {
		{ 0, 1, 1 }, { 0, 0, 0 }, { 0, -1, -1 },
		{ -4, 1, -3 }, { -4, 0, -3 }, { -4, -4, -4 }, { -4, -5, -4 }, { -4, -3, -3 },
		{ 4, -1, 3 }, { 4, 0, 3 }, { 4, 4, 4 }, { 4, 5, 4 }, { 4, 3, 3 },
	};
	struct mfa_account *a = *state, fresh = *a;
	size_t i;

	for (i = 0; i < ROWS(rows); i++) {
		*a = fresh;
		a->devices[0].drift = rows[i].drift;
		expect(a, code(a, NOW, rows[i].steps), NOW, MFA_VERDICT_RIGHT);
		if (a->devices[0].drift != rows[i].expect)
			fail_msg("row %zu: %d", i, a->devices[0].drift);
	}
}

static void test_throttle(void **state)
{
	struct mfa_account *a = *state;
	struct mfa_attempt attempt = { .methods = ALL_METHODS, .window = 1, .now = NOW, .throttle = true };
	struct mfa_judgement j;
	uint64_t last;
	int64_t wait;
	int i;

	for (i = 0; i < 5; i++)
		expect(a, wrong_code(a, NOW), NOW, MFA_VERDICT_WRONG);
	j = judge(a, code(a, NOW, 0), NOW);
	assert_int_equal(j.verdict, MFA_VERDICT_WAIT);
	assert_int_equal(j.wait, 30);
	assert_false(j.changed);
	assert_int_equal(mfa_factor_codes_blocked(a, MFA_VOICE_ROOT, NOW, &wait), MFA_VERDICT_WAIT);
	assert_int_equal(mfa_factor_codes_blocked(a, MFA_VOICE_OWN, NOW, &wait), MFA_VERDICT_RIGHT);
	/* Who was let through before is judged, but a used code stays used. */
	attempt.admitted = true;
	attempt.answer = code(a, NOW, 0);
	last = a->devices[0].last_step;
	mfa_factor_judge(a, &attempt, &j);
	assert_int_equal(j.verdict, MFA_VERDICT_RIGHT);
	assert_true(a->devices[0].last_step > last);
	mfa_factor_judge(a, &attempt, &j);
	assert_int_equal(j.verdict, MFA_VERDICT_USED);
	assert_int_equal(a->throttles[MFA_BUDGET_CODE].failures, 0);
	/* Switched off, mistakes are counted and nothing waits. */
	attempt = (struct mfa_attempt){ .now = NOW, .methods = ALL_METHODS, .window = 1 };
	for (i = 0; i < 200; i++) {
		attempt.answer = wrong_code(a, NOW);
		mfa_factor_judge(a, &attempt, &j);
		assert_int_equal(j.verdict, MFA_VERDICT_WRONG);
	}
	assert_int_equal(a->throttles[MFA_BUDGET_CODE].failures, 200);
	assert_int_equal(judge(a, code(a, NOW, 1), NOW + 3600).verdict, MFA_VERDICT_STOPPED);
}

/* A thousand sign-ins whose wrong codes were let through at the same instant are a thousand
 * guesses, unless the hundredth is the last. */
static void test_burst_ends_at_stop(void **state)
{
	struct mfa_account *a = *state;
	struct mfa_attempt attempt = { .methods = ALL_METHODS, .window = 1, .now = NOW, .throttle = true,
				       .admitted = true };
	struct mfa_judgement j;
	int i, looked_at = 0;

	for (i = 0; i < 1000; i++) {
		attempt.answer = wrong_code(a, NOW);
		mfa_factor_judge(a, &attempt, &j);
		looked_at += j.verdict == MFA_VERDICT_WRONG;
	}
	assert_int_equal(looked_at, MFA_THROTTLE_STOP);
	attempt.answer = code(a, NOW, 0);
	mfa_factor_judge(a, &attempt, &j);
	assert_int_equal(j.verdict, MFA_VERDICT_STOPPED);
	assert_false(j.changed);
}

/* The clock was ahead by a year when the mistakes were made: nobody waits longer than the
 * longest wait from now, and the record is changed. */
static void test_throttle_clock_set_back(void **state)
{
	struct mfa_account *a = *state;
	struct mfa_judgement j;
	int i;

	a->devices[0].last_step = 0;
	for (i = 0; i < 5; i++)
		expect(a, wrong_code(a, NOW + 31536000), NOW + 31536000, MFA_VERDICT_WRONG);
	j = judge(a, code(a, NOW, 0), NOW);
	assert_int_equal(j.verdict, MFA_VERDICT_WAIT);
	assert_int_equal(j.wait, 900);
	assert_true(j.changed);
	j = judge(a, code(a, NOW + 899, 0), NOW + 899);
	assert_int_equal(j.verdict, MFA_VERDICT_WAIT);
	assert_int_equal(j.wait, 1);
	assert_false(j.changed);
	expect(a, code(a, NOW + 900, 0), NOW + 900, MFA_VERDICT_RIGHT);
}

/* What is not looked at uses nothing up, counts nowhere, and tells nothing. */
static void test_not_looked_at(void **state)
{
	static const struct { uint32_t failures; int64_t until; enum mfa_verdict expect; } rows[] = {
		{ 5, NOW + 30, MFA_VERDICT_WAIT },
		{ 5, NOW + 1, MFA_VERDICT_WAIT },
		{ 100, 0, MFA_VERDICT_STOPPED },
		{ 100, NOW + 30, MFA_VERDICT_STOPPED },
		{ UINT32_MAX, 0, MFA_VERDICT_STOPPED },
	};
	struct mfa_account *a = *state, before;
	char codes[MFA_RECOVERY_COUNT][MFA_RECOVERY_CODE_SIZE], wrong[8];
	size_t i, k;

	assert_int_equal(mfa_recovery_generate(a, codes), 0);
	(void)snprintf(wrong, sizeof(wrong), "%s", wrong_code(a, NOW));
	for (i = 0; i < ROWS(rows); i++) {
		const char *answers[] = { code(a, NOW, 0), wrong };

		a->throttles[MFA_BUDGET_CODE] =
			(struct mfa_throttle){ rows[i].failures, rows[i].until };
		before = *a;
		for (k = 0; k < ROWS(answers); k++) {
			struct mfa_judgement j = judge(a, answers[k], NOW);

			assert_int_equal(j.verdict, rows[i].expect);
			assert_false(j.changed);
			assert_string_equal(j.label, "");
			assert_memory_equal(a, &before, sizeof(before));
		}
	}
	/* A recovery code is taken all the same, and clears the way. */
	expect(a, codes[0], NOW, MFA_VERDICT_RIGHT);
	expect(a, code(a, NOW, 0), NOW, MFA_VERDICT_RIGHT);
}

/* What is said on one word is counted there, and a right answer clears no more than that. */
static void test_budgets_apart(void **state)
{
	static const struct { enum mfa_voice voice; enum mfa_budget codes; } voices[] = {
		{ MFA_VOICE_ROOT, MFA_BUDGET_CODE }, { MFA_VOICE_OWN, MFA_BUDGET_LOCAL_CODE },
		{ MFA_VOICE_CALLER, MFA_BUDGET_CALLER_CODE },
	};
	struct mfa_account *a = *state;
	struct mfa_judgement j;
	size_t i, k;
	int n;

	for (i = 0; i < ROWS(voices); i++) {
		struct mfa_attempt attempt = { .methods = ALL_METHODS, .window = 1, .throttle = true,
					       .now = NOW + (int64_t)i * 10 * PERIOD, .voice = voices[i].voice };

		memset(a->throttles, 0, sizeof(a->throttles));
		memset(&a->known, 0, sizeof(a->known));
		for (k = 0; k < ROWS(voices); k++)
			if (k != i)
				a->throttles[voices[k].codes] = (struct mfa_throttle){ 7, attempt.now + 100 };
		attempt.answer = wrong_code(a, attempt.now);
		for (n = 0; n < 6; n++)
			mfa_factor_judge(a, &attempt, &j);
		assert_int_equal(j.verdict, MFA_VERDICT_WAIT);
		attempt.now += 2 * PERIOD;
		attempt.answer = code(a, attempt.now, 0);
		mfa_factor_judge(a, &attempt, &j);
		assert_int_equal(j.verdict, MFA_VERDICT_RIGHT);
		for (k = 0; k < ROWS(voices); k++)
			assert_int_equal(a->throttles[voices[k].codes].failures, k == i ? 0 : 7);
	}
}

/* A restored backup notes as used what may have been, with the widest window that there is: for so long a code was used,
 * whatever the window is, and no clock was wrong. */
static void test_noted_as_used(void **state)
{
	static const struct { int steps; enum mfa_verdict verdict; } rows[] = {
		{ 0, MFA_VERDICT_USED }, { 6, MFA_VERDICT_USED },
		{ MFA_TOTP_DRIFT_MAX + MFA_CONF_TOTP_WINDOW_MAX - 1, MFA_VERDICT_USED },
		{ MFA_TOTP_DRIFT_MAX + MFA_CONF_TOTP_WINDOW_MAX, MFA_VERDICT_RESTORED },
		{ MFA_TOTP_DRIFT_MAX + MFA_CONF_TOTP_WINDOW_MAX + 1, MFA_VERDICT_AHEAD },
	};
	struct mfa_account *a = *state;
	size_t i;

	a->devices[0].used = NOW;
	for (i = 0; i < ROWS(rows); i++) {
		a->devices[0].last_step = mfa_totp_step(NOW, 30) + (uint64_t)rows[i].steps;
		expect(a, code(a, NOW, 0), NOW, rows[i].verdict);
	}
}

/* After a restore fresh codes are refused for some minutes, and not called used; nor is anything told of a wrong one. */
static void test_restored(void **state)
{
	/* When a code was last right, before it: never, just then, long ago. */
	static const int64_t used[] = { 0, NOW, NOW - 86400 };
	struct mfa_account *a = *state, fresh = *a;
	int64_t end = NOW + 60 * MFA_TOTP_RESTORED_MINUTES, now;
	size_t i;

	for (i = 0; i < ROWS(used); i++) {
		*a = fresh;
		if (used[i] != 0)
			expect(a, code(a, used[i], 0), used[i], MFA_VERDICT_RIGHT);
		assert_int_equal(mfa_factor_restore(a, NOW, false), 0);
		for (now = NOW; now < end - PERIOD; now += PERIOD)
			expect(a, code(a, now, 0), now, MFA_VERDICT_RESTORED);
		expect(a, wrong_code(a, now), now, MFA_VERDICT_WRONG);
		expect(a, code(a, end, 0), end, MFA_VERDICT_RIGHT);
		expect(a, code(a, end, 0), end, MFA_VERDICT_USED);
	}
}

/* Which recovery codes were used nobody knows: they are good again, or there are none. */
static void test_restored_recovery(void **state)
{
	struct mfa_account *a = *state;
	char codes[MFA_RECOVERY_COUNT][MFA_RECOVERY_CODE_SIZE];

	assert_int_equal(mfa_recovery_generate(a, codes), 0);
	assert_int_equal(mfa_factor_restore(a, NOW, false), 0);
	assert_int_equal(a->recovery_count, MFA_RECOVERY_COUNT);
	expect(a, codes[0], NOW, MFA_VERDICT_RIGHT);
	assert_int_equal(mfa_factor_restore(a, NOW, true), 0);
	assert_int_equal(a->recovery_count, 0);
	expect(a, codes[1], NOW, MFA_VERDICT_WRONG);
}

static void test_clock_once_ahead(void **state)
{
	struct mfa_account *a = *state, spoilt;
	int64_t future = NOW + 86400 * 365;
	char codes[MFA_RECOVERY_COUNT][MFA_RECOVERY_CODE_SIZE];
	struct mfa_judgement j;

	assert_int_equal(mfa_recovery_generate(a, codes), 0);
	expect(a, code(a, future, 0), future, MFA_VERDICT_RIGHT);
	j = judge(a, code(a, NOW, 0), NOW);
	assert_int_equal(j.verdict, MFA_VERDICT_AHEAD);
	assert_false(j.changed);
	assert_int_equal(mfa_totp_ahead(&a->devices[0], NOW, 1), 86400 * 365);
	assert_int_equal(mfa_totp_ahead(&a->devices[0], future, 1), 0);
	assert_int_equal(mfa_totp_ahead(&a->devices[0], future - 5 * PERIOD, 1), 0);
	assert_int_equal(mfa_totp_ahead(&a->devices[0], future - 6 * PERIOD, 1), 6 * PERIOD);
	spoilt = *a;

	assert_true(mfa_factor_unlock(a, NOW, 1));
	assert_false(mfa_factor_unlock(a, NOW, 1));
	/* Whatever could have been used in this minute is not good again ... */
	expect(a, code(a, NOW, -1), NOW, MFA_VERDICT_USED);
	expect(a, code(a, NOW, 1), NOW, MFA_VERDICT_USED);
	/* ... and what comes next is. */
	expect(a, code(a, NOW + 60, 0), NOW + 60, MFA_VERDICT_RIGHT);

	/* The clock alone. */
	*a = spoilt;
	a->throttles[MFA_BUDGET_CODE] = (struct mfa_throttle){ 4, 0 };
	mfa_push_refuse(a, MFA_VOICE_ROOT, NOW);
	assert_true(mfa_factor_mend_clocks(a, NOW, 1));
	assert_false(mfa_factor_mend_clocks(a, NOW, 1));
	assert_int_equal(a->throttles[MFA_BUDGET_CODE].failures, 4);
	assert_int_equal(mfa_push_blocked(a, MFA_VOICE_ROOT, 5, NOW), MFA_PUSH_STOPPED);
	expect(a, code(a, NOW, 1), NOW, MFA_VERDICT_USED);
	expect(a, code(a, NOW + 60, 0), NOW + 60, MFA_VERDICT_RIGHT);

	/* Its owner gets in by another method, and mends nothing. */
	*a = spoilt;
	expect(a, codes[0], NOW, MFA_VERDICT_RIGHT);
	expect(a, code(a, NOW + 60, 0), NOW + 60, MFA_VERDICT_AHEAD);
}

/* Whatever is shown where this system's clock, or another's of the same store, is wrong: a code that was used is
 * not right again. */
static void test_used_stays_used(void **state)
{
	enum { RECOVERY, PASS, TOKEN, PHONE, OTHER_APP, OWN_APP, WAYS };
	static const int64_t offs[] = { -600, -3600, -86400, -86400 * 365, 0, 600, 86400 };
	struct mfa_account *a = *state, fresh;
	struct mfa_phone phone = { .language = "nl" };
	struct mfa_device device = { .type = MFA_DEVICE_PUSH, .label = "Pixel", .phone = &phone };
	struct mfa_device token = { .type = MFA_DEVICE_HOTP, .label = "Token", .digits = 6, .secret_len = 20,
				    .secret = "abcdefghijklmnopqrst" };
	char codes[MFA_RECOVERY_COUNT][MFA_RECOVERY_CODE_SIZE], pass[MFA_PASS_SIZE], used[16], text[16];
	struct mfa_judgement j;
	uint32_t counted;
	struct mfa_hotp *hotp;
	size_t i;
	int way;

	assert_int_equal(mfa_recovery_generate(a, codes), 0);
	assert_int_equal(mfa_pass_generate(a, NOW - 86400 * 400, NOW + 86400 * 400, 5, pass), 0);
	assert_int_equal(mfa_account_add_device(a, &device), 0);
	assert_int_equal(mfa_account_add_device(a, &token), 0);
	add_device(a, "Other", "ABCDEFGHIJKLMNOPQRST", 7, MFA_HASH_SHA1);
	assert_int_equal(mfa_hotp_new(MFA_HASH_SHA1, token.secret, 20, 6, &hotp), 0);
	assert_int_equal(mfa_hotp_code(hotp, 0, &counted), 0);
	mfa_hotp_free(&hotp);
	(void)snprintf(text, sizeof(text), "%06u", counted);
	(void)snprintf(used, sizeof(used), "%s", code(a, NOW, 0));
	expect(a, used, NOW, MFA_VERDICT_RIGHT);
	fresh = *a;
	for (i = 0; i < ROWS(offs); i++) {
		for (way = 0; way < WAYS; way++) {
			struct mfa_attempt there = { .methods = ALL_METHODS, .window = 1, .now = NOW + offs[i],
						     .throttle = true };

			*a = fresh;
			switch (way) {
			case RECOVERY: there.answer = codes[0]; break;
			case PASS: there.answer = pass; break;
			case TOKEN: there.answer = text; break;
			case OTHER_APP: there.answer = code_of(mfa_account_device(a, "Other"), there.now, 0); break;
			case OWN_APP: there.answer = code(a, there.now, 0); break;
			default: mfa_push_accept(a, mfa_account_device(a, "Pixel"), &there, &j);
			}
			if (way != PHONE)
				mfa_factor_judge(a, &there, &j);
			if (j.verdict != MFA_VERDICT_RIGHT && way != OWN_APP)
				fail_msg("way %d at %lld: %d", way, (long long)offs[i], (int)j.verdict);
			if (judge(a, used, NOW + 5).verdict == MFA_VERDICT_RIGHT)
				fail_msg("way %d at %lld: a used code is right", way, (long long)offs[i]);
			assert_true(a->devices[0].last_step >= fresh.devices[0].last_step);
		}
	}
	/* a has the token's and the phone's own copies. */
	*a = fresh;
}

/* What the user's own programs or callers prove repairs nothing: their word is a claim. */
static void test_local_repairs_nothing(void **state)
{
	static const enum mfa_voice voices[] = { MFA_VOICE_OWN, MFA_VOICE_CALLER };
	struct mfa_account *a = *state;
	int64_t future = NOW + 86400 * 365;
	char codes[MFA_RECOVERY_COUNT][MFA_RECOVERY_CODE_SIZE];
	struct mfa_attempt attempt = { .methods = ALL_METHODS, .window = 1, .now = NOW, .throttle = true };
	struct mfa_judgement j;
	size_t i;

	assert_int_equal(mfa_recovery_generate(a, codes), 0);
	expect(a, code(a, future, 0), future, MFA_VERDICT_RIGHT);
	for (i = 0; i < ROWS(voices); i++) {
		a->throttles[MFA_BUDGET_CODE] = (struct mfa_throttle){ 4, 0 };
		attempt.voice = voices[i];
		attempt.answer = codes[i];
		mfa_factor_judge(a, &attempt, &j);
		assert_int_equal(j.verdict, MFA_VERDICT_RIGHT);
		assert_int_equal(a->throttles[MFA_BUDGET_CODE].failures, 4);
		expect(a, code(a, NOW, 0), NOW, MFA_VERDICT_AHEAD);
	}
}

/* Only a step that no code could be right for is mended: a code of this very minute stays
 * used, whoever unlocks and however far the device is ahead. */
static void test_unlock_keeps_used(void **state)
{
	struct mfa_account *a = *state, fresh = *a;
	int drift, steps;

	for (drift = -MFA_TOTP_DRIFT_MAX; drift <= MFA_TOTP_DRIFT_MAX; drift++) {
		for (steps = drift - 1; steps <= drift + 1; steps++) {
			*a = fresh;
			a->devices[0].drift = drift;
			expect(a, code(a, NOW, steps), NOW, MFA_VERDICT_RIGHT);
			mfa_factor_unlock(a, NOW, 1);
			expect(a, code(a, NOW, steps), NOW, MFA_VERDICT_USED);
			/* The clock jumped ahead after that, and was set right before the unlock. */
			a->devices[0].last_step += 1000000;
			mfa_factor_unlock(a, NOW, 1);
			expect(a, code(a, NOW, steps), NOW, MFA_VERDICT_USED);
		}
	}
}

static void test_several_devices(void **state)
{
	struct mfa_account *a = *state;
	struct mfa_judgement j;

	add_device(a, "Eight", "abcdefghijklmnopqrst", 8, MFA_HASH_SHA256);
	add_device(a, "Seven", "ABCDEFGHIJKLMNOPQRST", 7, MFA_HASH_SHA512);
	add_device(a, "Twin", (const char *)a->devices[0].secret, 6, MFA_HASH_SHA1);
	j = judge(a, code_of(&a->devices[1], NOW, 0), NOW);
	assert_int_equal(j.verdict, MFA_VERDICT_RIGHT);
	assert_string_equal(j.label, "Eight");
	j = judge(a, code_of(&a->devices[2], NOW, 0), NOW);
	assert_string_equal(j.label, "Seven");
	assert_int_equal(a->devices[0].last_step, 0);
	/* Digits that two devices have in common are good once on each. */
	assert_string_equal(judge(a, code(a, NOW, 0), NOW).label, "Phone");
	assert_string_equal(judge(a, code(a, NOW, 0), NOW).label, "Twin");
	expect(a, code(a, NOW, 0), NOW, MFA_VERDICT_USED);
}

static void test_first_code(void **state)
{
	static const struct { int steps; int expect; } rows[] = {
		{ 0, 0 }, { MFA_TOTP_DRIFT_MAX, 0 }, { -MFA_TOTP_DRIFT_MAX, 0 },
		{ MFA_TOTP_DRIFT_MAX + 1, -ENOENT }, { -MFA_TOTP_DRIFT_MAX - 1, -ENOENT },
	};
	struct mfa_account *a = *state;
	char typed[16];
	size_t i;

	for (i = 0; i < ROWS(rows); i++) {
		struct mfa_device d = a->devices[0];

		assert_int_equal(mfa_totp_first_code(&d, code(a, NOW, rows[i].steps), NOW), rows[i].expect);
		assert_int_equal(d.drift, rows[i].expect == 0 ? rows[i].steps : 0);
		assert_int_equal(d.last_step != 0, rows[i].expect == 0);
	}
	(void)snprintf(typed, sizeof(typed), " %.3s-%s", code(a, NOW, 0), code(a, NOW, 0) + 3);
	assert_int_equal(mfa_totp_first_code(&a->devices[0], typed, NOW), 0);
	assert_int_equal(mfa_totp_first_code(&a->devices[0], "", NOW), -ENOENT);
	assert_int_equal(mfa_totp_first_code(&a->devices[0], "12 34", NOW), -ENOENT);
}

/* Codes of a clock that is wrong, and what one guess must not tell. */
static void test_far(void **state)
{
	/* Steps that the codes are ahead, and seconds after the first when each was typed. */
	static const struct { int64_t steps[3]; int64_t times[3]; size_t count; int expect; int64_t found; } rows[] = {
		{ { 120, 120 }, { 0, 30 }, 2, 0, 120 },
		{ { -120, -120 }, { 0, 30 }, 2, 0, -120 },
		{ { 120, 120, 120 }, { 0, 30, 60 }, 3, 0, 120 },
		{ { 2880, 2880 }, { 0, 30 }, 2, 0, 2880 },
		{ { -2880, -2880 }, { 0, 30 }, 2, 0, -2880 },
		/* One that was typed when the next was shown. */
		{ { 120, 119 }, { 0, 60 }, 2, 0, 119 },
		{ { 120, 121 }, { 0, 30 }, 2, 0, 121 },
		/* A slip of the finger between: no code of any time near. */
		{ { 120, 50000, 120 }, { 0, 20, 40 }, 3, 0, 120 },
		/* One alone, */
		{ { 120 }, { 0 }, 1, -ENOENT, 0 },
		{ { 120, 50000, 60000 }, { 0, 10, 20 }, 3, -ENOENT, 0 },
		/* the same one again, */
		{ { 120, 120, 120 }, { 0, 10, 20 }, 3, -ENOENT, 0 },
		{ { 120, 119 }, { 0, 30 }, 2, -ENOENT, 0 },
		/* and two of different clocks say nothing. */
		{ { 120, 122 }, { 0, 30 }, 2, -ENOENT, 0 },
		{ { 120, -120 }, { 0, 30 }, 2, -ENOENT, 0 },
		{ { 2882, 2882 }, { 0, 30 }, 2, -ENOENT, 0 },
		{ { 0 }, { 0 }, 0, -ENOENT, 0 },
	};
	struct mfa_account *a = *state;
	char label[MFA_LABEL_MAX + 1];
	size_t i, k;

	for (i = 0; i < ROWS(rows); i++) {
		struct mfa_wrong_code codes[3] = { { .text = "" } };
		int64_t seconds = 0;
		int r;

		for (k = 0; k < rows[i].count; k++) {
			const char *right = code(a, NOW + rows[i].times[k], rows[i].steps[k]);

			codes[k].time = NOW + rows[i].times[k];
			/* As they are typed. */
			(void)snprintf(codes[k].text, sizeof(codes[k].text), "%.3s%s%s", right, k == 1 ? " " : "", right + 3);
		}
		r = mfa_totp_find_far(a, codes, rows[i].count, &seconds, label);
		if (r != rows[i].expect || seconds != rows[i].found * PERIOD)
			fail_msg("row %zu: %d, %lld", i, r, (long long)seconds);
		if (r == 0)
			assert_string_equal(label, "Phone");
	}
}

static void test_methods(void **state)
{
	struct mfa_account *a = *state;
	struct mfa_attempt attempt = { .methods = ALL_METHODS & ~MFA_METHOD_TOTP, .window = 1,
				       .now = NOW, .throttle = true };
	struct mfa_judgement j;

	/* A right answer by a method that does not count is a wrong one, and nothing of it is used. */
	attempt.answer = code(a, NOW, 0);
	mfa_factor_judge(a, &attempt, &j);
	assert_int_equal(j.verdict, MFA_VERDICT_WRONG);
	assert_true(j.changed);
	assert_int_equal(a->throttles[MFA_BUDGET_CODE].failures, 1);
	assert_int_equal(a->devices[0].last_step, 0);
	attempt.methods = MFA_METHOD_TOTP;
	mfa_factor_judge(a, &attempt, &j);
	assert_int_equal(j.verdict, MFA_VERDICT_RIGHT);
	/* A window of none, and a wide one. */
	attempt.now += 100 * PERIOD;
	attempt.window = 0;
	attempt.answer = code(a, attempt.now, 1);
	mfa_factor_judge(a, &attempt, &j);
	assert_int_equal(j.verdict, MFA_VERDICT_WRONG);
	attempt.window = 5;
	attempt.answer = code(a, attempt.now, 5);
	mfa_factor_judge(a, &attempt, &j);
	assert_int_equal(j.verdict, MFA_VERDICT_RIGHT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_once), TEST(test_window), TEST(test_spellings), TEST(test_unclear),
		TEST(test_drift), TEST(test_drift_steps), TEST(test_throttle), TEST(test_budgets_apart),
		TEST(test_throttle_clock_set_back), TEST(test_burst_ends_at_stop), TEST(test_not_looked_at),
		TEST(test_noted_as_used), TEST(test_restored), TEST(test_restored_recovery),
		TEST(test_clock_once_ahead),
		TEST(test_used_stays_used), TEST(test_unlock_keeps_used),
		TEST(test_local_repairs_nothing),
		TEST(test_several_devices), TEST(test_first_code), TEST(test_far), TEST(test_methods),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
