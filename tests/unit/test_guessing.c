/* SPDX-License-Identifier: BSD-2-Clause */
/* Guessing at codes over months, by somebody who knows the password, while the owner signs in each day. */
#include "unit.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codes.h"
#include "factor/factor.h"
#include "otp/totp.h"

#define DAY 86400
#define NOW 1800000000
#define NIGHTS 250
/* Nobody here has a token, and each refusal would look for a thousand of its codes. */
#define ALL (ALL_METHODS & ~MFA_METHOD_HOTP)

/* Random, and the same in each run. */
static uint32_t next_random(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005U + 1442695040888963407U;
	return (uint32_t)(*seed >> 33);
}

static struct mfa_account *account_with(unsigned apps, int drift)
{
	struct mfa_account *a;
	uint64_t seed = 1;
	unsigned i, k;

	assert_int_equal(mfa_account_new("alice", &a), 0);
	for (i = 0; i < apps; i++) {
		struct mfa_device d = { .hash = MFA_HASH_SHA1, .digits = 6, .period = 30, .secret_len = 20,
					.drift = drift };

		for (k = 0; k < 20; k++)
			d.secret[k] = (uint8_t)next_random(&seed);
		(void)snprintf(d.label, sizeof(d.label), "App %u", i);
		assert_int_equal(mfa_account_add_device(a, &d), 0);
	}
	return a;
}

/* mistakes: of the conversation; one more, if this is one. */
static enum mfa_verdict judge_in(struct mfa_account *a, const char *answer, enum mfa_voice voice, int64_t now,
				 uint32_t *mistakes)
{
	struct mfa_attempt attempt = { .methods = ALL, .window = 1, .now = now, .throttle = true,
				       .voice = voice, .answer = answer, .mistakes = *mistakes };
	struct mfa_judgement j;

	mfa_factor_judge(a, &attempt, &j);
	*mistakes += j.counted;
	return j.verdict;
}

static enum mfa_verdict judge(struct mfa_account *a, const char *answer, enum mfa_voice voice, int64_t now)
{
	uint32_t mistakes = 0;

	return judge_in(a, answer, voice, now, &mistakes);
}

enum owner {
	BY_CODE,		/* signs in by a code; when these are refused, has an administrator unlock the
				 * account each morning */
	BY_PUSH,		/* by number matching, ten times a day */
	BY_RECOVERY,		/* by a code, or else by a recovery code; gets ten new ones when they are used up */
};

static void show_other(struct mfa_account *a, enum mfa_method_kind kind, int64_t now)
{
	struct mfa_attempt attempt = { .methods = ALL_METHODS, .window = 1, .now = now, .throttle = true };
	char codes[MFA_RECOVERY_COUNT][MFA_RECOVERY_CODE_SIZE];
	struct mfa_device none = { .label = "Pixel" };
	struct mfa_judgement j;

	if (kind == MFA_METHOD_PUSH) {
		mfa_push_accept(a, &none, &attempt, &j);
		return;
	}
	assert_int_equal(mfa_recovery_generate(a, codes), 0);
	assert_int_equal(judge(a, codes[0], MFA_VOICE_ROOT, now), MFA_VERDICT_RIGHT);
}

/* The morning of the owner. */
static void sign_in(struct mfa_account *a, enum owner owner, enum mfa_voice voice, int64_t now)
{
	int64_t wait;
	int i;

	for (i = 0; i < 10 && owner == BY_PUSH; i++)
		show_other(a, MFA_METHOD_PUSH, now + (int64_t)i * 600);
	if (owner == BY_PUSH)
		return;
	if (mfa_factor_codes_blocked(a, voice, now, &wait) == MFA_VERDICT_STOPPED) {
		if (owner == BY_RECOVERY) {
			show_other(a, MFA_METHOD_RECOVERY, now);
			return;
		}
		mfa_factor_unlock(a, now, 1);
	}
	assert_int_equal(judge(a, code_of(&a->devices[0], now, a->devices[0].drift), voice, now),
			 MFA_VERDICT_RIGHT);
}

/* A night of guesses, each as soon as the throttle lets it.  Returns how many were judged, and so could have been
 * right. */
static unsigned guess(struct mfa_account *a, enum mfa_voice voice, bool repeats, int64_t from, int64_t to, uint64_t *seed)
{
	unsigned judged = 0;
	char text[16];
	int64_t wait, now;

	for (now = from; now < to; now++) {
		enum mfa_verdict v = mfa_factor_codes_blocked(a, voice, now, &wait);

		if (v == MFA_VERDICT_STOPPED)
			break;
		if (v == MFA_VERDICT_WAIT) {
			now += wait - 1;
			continue;
		}
		/* Each time step makes other digits right, so that the same ones are new guesses. */
		(void)snprintf(text, sizeof(text), "%06u", repeats ? 7 : next_random(seed) % 1000000);
		if (mfa_known_find(&a->known, text, MFA_METHOD_HOTP, now) != MFA_KNOWN)
			judged++;
		else
			now += 599;	/* it brings no wait, but no guess either */
		v = judge(a, text, voice, now);
		assert_true(v == MFA_VERDICT_WRONG || v == MFA_VERDICT_USED);
	}
	return judged;
}

/* Entry within a year, in a hundred; MFA_TOTAL_LIMIT and what lifts it are chosen for this. */
static void test_nights(void **state)
{
	static const struct {
		const char *name;
		unsigned apps;
		int drift;
		enum owner owner;
		enum mfa_voice voice;
		bool repeats;
		double most;		/* in a hundred */
	} rows[] = {
		{ "one app, unlocked each morning", 1, 0, BY_CODE, MFA_VOICE_ROOT, false, 0.4 },
		{ "three apps, unlocked each morning", 3, 2, BY_CODE, MFA_VOICE_ROOT, false, 2 },
		{ "one app, the owner uses push", 1, 0, BY_PUSH, MFA_VOICE_ROOT, false, 0.4 },
		{ "three apps, the owner uses push", 3, 2, BY_PUSH, MFA_VOICE_ROOT, false, 2 },
		{ "three apps, recovery codes", 3, 2, BY_RECOVERY, MFA_VOICE_ROOT, false, 2 },
		{ "the same digits again and again", 3, 2, BY_PUSH, MFA_VOICE_ROOT, true, 2 },
		{ "by the user's own programs", 3, 2, BY_CODE, MFA_VOICE_OWN, false, 2 },
		{ "by a caller", 3, 2, BY_CODE, MFA_VOICE_CALLER, false, 2 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		struct mfa_account *a = account_with(rows[i].apps, rows[i].drift);
		int64_t day = NOW - NOW % DAY;
		uint64_t seed = 42;
		double none = 1;
		unsigned judged = 0, k;

		for (k = 0; k < NIGHTS; k++, day += DAY) {
			judged += guess(a, rows[i].voice, rows[i].repeats, day - 5 * 3600, day + 7 * 3600, &seed);
			sign_in(a, rows[i].owner, rows[i].voice, day + 8 * 3600);
		}
		/* Three steps around the clock, three around the device's. */
		for (k = 0; k < judged; k++)
			none *= 1 - rows[i].apps * (rows[i].drift != 0 ? 6 : 3) * 1e-6;
		print_message("%s: %u guesses, %.2f%%\n", rows[i].name, judged, 100 * (1 - none));
		if (100 * (1 - none) >= rows[i].most)
			fail_msg("%s: %.2f%%", rows[i].name, 100 * (1 - none));
		mfa_account_free(&a);
	}
}

/* What a code is that was wrong or right before, when it comes again and is in the window. */
static void test_again(void **state)
{
	static const struct {
		const char *name;
		int64_t steps;		/* of the code, from the first time on */
		int64_t again;		/* seconds later */
		enum mfa_verdict first, then;
		unsigned wrong;		/* in total, afterwards */
	} rows[] = {
		{ "wrong, and right soon after: a phone's clock", 2, 59, MFA_VERDICT_WRONG, MFA_VERDICT_RIGHT, 1 },
		{ "wrong, and wrong soon after: counts as any", 4, 59, MFA_VERDICT_WRONG, MFA_VERDICT_WRONG, 2 },
		{ "a minute later it is no guess", 2, 60, MFA_VERDICT_WRONG, MFA_VERDICT_WRONG, 1 },
		{ "right an hour later", 120, 3600, MFA_VERDICT_WRONG, MFA_VERDICT_WRONG, 1 },
		{ "right when four weeks are over", 28 * DAY / 30 - 1, 28 * DAY - 30, MFA_VERDICT_WRONG, MFA_VERDICT_WRONG, 1 },
		{ "and then", 28 * DAY / 30, 28 * DAY, MFA_VERDICT_WRONG, MFA_VERDICT_RIGHT, 1 },
		{ "wrong when four weeks are over", 100, 28 * DAY, MFA_VERDICT_WRONG, MFA_VERDICT_WRONG, 2 },
		{ "right, and used at once", 0, 0, MFA_VERDICT_RIGHT, MFA_VERDICT_USED, 0 },
		{ "right, used, of the step before", -1, 30, MFA_VERDICT_RIGHT, MFA_VERDICT_USED, 0 },
		{ "right, and out of the window an hour later", 0, 3600, MFA_VERDICT_RIGHT, MFA_VERDICT_WRONG, 0 },
		{ "right, used a minute later", 1, 60, MFA_VERDICT_RIGHT, MFA_VERDICT_USED, 0 },
		{ "right, and sent again the next day", 0, DAY, MFA_VERDICT_RIGHT, MFA_VERDICT_WRONG, 0 },
		{ "the clock was set back", 0, -2 * DAY, MFA_VERDICT_RIGHT, MFA_VERDICT_WRONG, 1 },
		{ "the clock was set back a little", 4, -60, MFA_VERDICT_WRONG, MFA_VERDICT_WRONG, 2 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		struct mfa_account *a = account_with(1, 0);
		char code[16];

		(void)snprintf(code, sizeof(code), "%s", code_of(&a->devices[0], NOW, rows[i].steps));
		if (judge(a, code, MFA_VOICE_ROOT, NOW) != rows[i].first ||
		    judge(a, code, MFA_VOICE_ROOT, NOW + rows[i].again) != rows[i].then ||
		    mfa_factor_wrong_codes(a, MFA_VOICE_ROOT, NOW + rows[i].again) != rows[i].wrong)
			fail_msg("%s: %u", rows[i].name, mfa_factor_wrong_codes(a, MFA_VOICE_ROOT, NOW + rows[i].again));
		mfa_account_free(&a);
	}
}

/* A code that was wrong where not each method counts, and comes again elsewhere. */
static void test_elsewhere(void **state)
{
	static const struct {
		const char *name;
		enum mfa_device_type type;
		unsigned first, then;	/* methods that count */
		int64_t steps;		/* of the code, then */
		enum mfa_verdict verdict;
		unsigned wrong;		/* in total, afterwards */
	} rows[] = {
		{ "an app's, typed where recovery codes count", MFA_DEVICE_TOTP, MFA_METHOD_RECOVERY, ALL_METHODS,
		  0, MFA_VERDICT_RIGHT, 1 },
		{ "a token's", MFA_DEVICE_HOTP, MFA_METHOD_RECOVERY, ALL_METHODS, 0, MFA_VERDICT_RIGHT, 1 },
		{ "a token's, where apps count", MFA_DEVICE_HOTP, MFA_METHOD_TOTP, ALL_METHODS, 0, MFA_VERDICT_RIGHT, 1 },
		{ "an app's, where tokens count", MFA_DEVICE_TOTP, MFA_METHOD_HOTP, MFA_METHOD_TOTP, 0, MFA_VERDICT_RIGHT, 1 },
		{ "a wrong one there counts once more", MFA_DEVICE_TOTP, MFA_METHOD_RECOVERY, ALL_METHODS, 9,
		  MFA_VERDICT_WRONG, 2 },
		{ "where the same count it is known", MFA_DEVICE_TOTP, MFA_METHOD_TOTP, MFA_METHOD_TOTP, 9,
		  MFA_VERDICT_WRONG, 1 },
		{ "and right no more", MFA_DEVICE_TOTP, MFA_METHOD_TOTP, MFA_METHOD_TOTP, 0, MFA_VERDICT_WRONG, 1 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		struct mfa_account *a = account_with(1, 0);
		struct mfa_attempt attempt = { .methods = rows[i].first, .window = 1, .now = NOW, .throttle = true };
		struct mfa_judgement j;
		char code[16];

		a->devices[0].type = rows[i].type;
		a->devices[0].counter = mfa_totp_step(NOW + 60, 30);
		(void)snprintf(code, sizeof(code), "%s", code_of(&a->devices[0], NOW + 60, rows[i].steps));
		attempt.answer = code;
		mfa_factor_judge(a, &attempt, &j);
		assert_int_equal(j.verdict, MFA_VERDICT_WRONG);
		attempt.methods = rows[i].then;
		attempt.now += 60;
		mfa_factor_judge(a, &attempt, &j);
		if (j.verdict != rows[i].verdict || mfa_factor_wrong_codes(a, MFA_VOICE_ROOT, NOW + 60) != rows[i].wrong)
			fail_msg("%s: %u, %u", rows[i].name, j.verdict, mfa_factor_wrong_codes(a, MFA_VOICE_ROOT, NOW + 60));
		mfa_account_free(&a);
	}
}

/* A code that was right before is right for no device, and nothing of it is used. */
static void test_right_again(void **state)
{
	struct mfa_account *a = account_with(2, 0);
	char code[16];

	(void)state;
	(void)snprintf(code, sizeof(code), "%s", code_of(&a->devices[1], NOW + 300, 0));
	mfa_known_add_right(&a->known, code, NOW);
	assert_int_equal(judge(a, code, MFA_VOICE_ROOT, NOW + 300), MFA_VERDICT_WRONG);
	assert_int_equal(a->devices[1].last_step, 0);
	assert_int_equal(a->devices[1].used, 0);
	assert_int_equal(mfa_factor_wrong_codes(a, MFA_VOICE_ROOT, NOW + 300), 0);
	assert_int_equal(a->throttles[MFA_BUDGET_CODE].failures, 0);
	assert_int_equal(judge(a, code_of(&a->devices[1], NOW + 300, 1), MFA_VOICE_ROOT, NOW + 300), MFA_VERDICT_RIGHT);
	mfa_account_free(&a);
}

/* What a program has kept, and sends again and again behind the right password: it is refused, counts by itself, and
 * stops nothing of its owner's. */
static void test_repeats(void **state)
{
	static const struct { const char *name; int after; bool local; } rows[] = {
		{ "at once", 0, false }, { "a second later", 1, false }, { "a day later", DAY, false },
		{ "by the user's own program", 1, true },
	};
	char recovery[MFA_RECOVERY_COUNT][MFA_RECOVERY_CODE_SIZE], pass[MFA_PASS_SIZE], token[8];
	struct mfa_device d = { .type = MFA_DEVICE_HOTP, .hash = MFA_HASH_SHA1, .digits = 6, .secret_len = 20, .label = "T" };
	size_t i, k, b;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		struct mfa_account *a = account_with(1, 0);
		struct mfa_attempt attempt = { .methods = ALL_METHODS, .window = 1, .throttle = true,
					       .voice = rows[i].local ? MFA_VOICE_OWN : MFA_VOICE_ROOT };
		const char *kept[] = { token, recovery[0], pass };
		enum mfa_budget repeats = rows[i].local ? MFA_BUDGET_LOCAL_REPEAT : MFA_BUDGET_REPEAT;
		struct mfa_judgement j;

		memset(d.secret, 7, sizeof(d.secret));
		assert_int_equal(mfa_account_add_device(a, &d), 0);
		assert_int_equal(mfa_recovery_generate(a, recovery), 0);
		assert_int_equal(mfa_pass_generate(a, NOW, NOW + 90 * DAY, 2, pass), 0);
		(void)snprintf(token, sizeof(token), "%s", counter_code_of(&a->devices[1], 0));
		attempt.now = NOW;
		for (k = 0; k < ROWS(kept); k++) {
			attempt.answer = kept[k];
			mfa_factor_judge(a, &attempt, &j);
			assert_int_equal(j.verdict, MFA_VERDICT_RIGHT);
			assert_false(j.repeated);
		}
		/* A pass that is for twice is right twice. */
		mfa_factor_judge(a, &attempt, &j);
		assert_int_equal(j.verdict, MFA_VERDICT_RIGHT);
		for (k = 0; k < 150; k++) {
			attempt.now = NOW + rows[i].after * (int64_t)(k / 3 + 1);
			attempt.answer = kept[k % ROWS(kept)];
			mfa_factor_judge(a, &attempt, &j);
			/* A token's last code is one that was used. */
			if ((j.verdict != MFA_VERDICT_WRONG && j.verdict != MFA_VERDICT_USED) || !j.repeated || !j.known || j.counted)
				fail_msg("%s: %s, %zu: %d", rows[i].name, attempt.answer, k, (int)j.verdict);
		}
		for (b = 0; b < MFA_BUDGET_COUNT; b++)
			assert_int_equal(a->throttles[b].failures > 0, b == repeats);
		assert_in_range(a->throttles[repeats].failures, MFA_THROTTLE_FREE, MFA_THROTTLE_STOP - 1);
		assert_int_equal(mfa_factor_wrong_codes(a, rows[i].local, attempt.now), 0);
		attempt.answer = counter_code_of(&a->devices[1], 1);
		mfa_factor_judge(a, &attempt, &j);
		assert_int_equal(j.verdict, MFA_VERDICT_RIGHT);
		attempt.answer = recovery[1];
		mfa_factor_judge(a, &attempt, &j);
		assert_int_equal(j.verdict, MFA_VERDICT_RIGHT);
		assert_int_equal(a->throttles[repeats].failures, 0);
		mfa_account_free(&a);
	}
}

/* Digits that were right a moment ago may be right again by chance; not for whoever tries that on and on. */
static void test_repeats_end(void **state)
{
	struct mfa_account *a = account_with(2, 0);
	char code[16];

	(void)state;
	(void)snprintf(code, sizeof(code), "%s", code_of(&a->devices[1], NOW, 0));
	mfa_known_add_right(&a->known, code, NOW - 1);
	a->throttles[MFA_BUDGET_REPEAT] = (struct mfa_throttle){ .failures = 9, .until = NOW + 100 };
	assert_int_equal(judge(a, code, false, NOW), MFA_VERDICT_WRONG);
	assert_int_equal(a->devices[1].last_step, 0);
	a->throttles[MFA_BUDGET_REPEAT].until = NOW;
	assert_int_equal(judge(a, code, false, NOW), MFA_VERDICT_RIGHT);
	mfa_account_free(&a);
}

/* Where no code is asked for, one that came along is used up, and that is all. */
static void test_spend(void **state)
{
	struct mfa_account *a = account_with(1, 0), before;
	struct mfa_attempt attempt = { .now = NOW, .methods = ALL_METHODS, .window = 1, .throttle = true };
	char recovery[MFA_RECOVERY_COUNT][MFA_RECOVERY_CODE_SIZE];
	static const char *const wrong[] = { "", "x", "hello world", "12345678", "abcd-efgh-2345", "tap-abcde-fghij" };
	struct mfa_judgement j;
	size_t i;

	(void)state;
	assert_int_equal(mfa_recovery_generate(a, recovery), 0);
	a->throttles[MFA_BUDGET_CODE] = (struct mfa_throttle){ .failures = MFA_THROTTLE_STOP, .until = NOW + 500 };
	before = *a;
	for (i = 0; i < ROWS(wrong); i++) {
		attempt.answer = wrong[i];
		assert_false(mfa_factor_spend(a, &attempt, &j));
		assert_memory_equal(a, &before, sizeof(before));
	}
	attempt.answer = code_of(&a->devices[0], NOW, 0);
	assert_true(mfa_factor_spend(a, &attempt, &j));
	assert_memory_equal(a->throttles, before.throttles, sizeof(before.throttles));
	assert_false(mfa_factor_spend(a, &attempt, &j));
	a->throttles[MFA_BUDGET_CODE] = (struct mfa_throttle){ .failures = 0 };
	assert_int_equal(judge(a, attempt.answer, false, NOW), MFA_VERDICT_USED);
	attempt.answer = recovery[3];
	assert_true(mfa_factor_spend(a, &attempt, &j));
	assert_int_equal(a->recovery_count, MFA_RECOVERY_COUNT - 1);
	attempt.methods = MFA_METHOD_TOTP;
	attempt.answer = recovery[4];
	assert_false(mfa_factor_spend(a, &attempt, &j));
	mfa_account_free(&a);
}

/* Programs that repeat themselves for 28 days, and the owner, who signs in by a code at hours that have nothing to do
 * with them: nothing keeps the owner out or waiting. */
static void test_mail_client(void **state)
{
	static const struct {
		const char *name;
		int period;		/* seconds */
		bool right;		/* it was, when it came first */
		int owner;		/* how often the owner signs in, in seconds */
		unsigned most;		/* wrong codes that count */
	} rows[] = {
		{ "a right one, each minute", 60, true, 5 * 3600 + 17, 0 },
		{ "a right one, each five minutes", 300, true, 5 * 3600 + 17, 0 },
		{ "a right one, each quarter of an hour", 900, true, 5 * 3600 + 17, 0 },
		{ "a wrong one, each minute", 60, false, 5 * 3600 + 17, 1 },
		{ "a wrong one, each five minutes", 300, false, 5 * 3600 + 17, 1 },
		{ "a wrong one, each quarter of an hour", 900, false, 5 * 3600 + 17, 1 },
		{ "each half hour, the owner each day", 1800, false, DAY + 31, 1 },
		{ "each quarter of an hour, the owner each week", 900, true, 7 * DAY - 31, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		struct mfa_account *a = account_with(1, 0);
		int64_t wait, now, next = NOW + rows[i].owner;
		char code[16];

		(void)snprintf(code, sizeof(code), "%s", code_of(&a->devices[0], NOW, rows[i].right ? 0 : -90));
		for (now = NOW; now < NOW + 28 * DAY; now += rows[i].period) {
			(void)judge(a, code, MFA_VOICE_ROOT, now);
			if (now < next)
				continue;
			next += rows[i].owner;
			if (mfa_factor_codes_blocked(a, false, now + 1, &wait) != MFA_VERDICT_RIGHT ||
			    judge(a, code_of(&a->devices[0], now + 1, 0), MFA_VOICE_ROOT, now + 1) != MFA_VERDICT_RIGHT)
				fail_msg("%s: refused after %lld s", rows[i].name, (long long)(now - NOW));
		}
		if (mfa_factor_wrong_codes(a, MFA_VOICE_ROOT, now) > rows[i].most)
			fail_msg("%s: %u", rows[i].name, mfa_factor_wrong_codes(a, MFA_VOICE_ROOT, now));
		mfa_account_free(&a);
	}
}

/* What the owner types before the right code in each of 1000 sign-ins, ten a day. */
static void test_owner(void **state)
{
	static const struct {
		const char *name;
		bool same;		/* each time, as a password of digits only */
		unsigned mistakes;	/* in each sign-in */
		enum mfa_voice voice;
		unsigned guesses;	/* of somebody else beforehand; they stay */
	} rows[] = {
		{ "a password of digits only", true, 1, MFA_VOICE_ROOT, 0 },
		{ "the same, by the user's own programs", true, 1, MFA_VOICE_OWN, 0 },
		{ "the same, by a caller", true, 1, MFA_VOICE_CALLER, 0 },
		{ "a mistake", false, 1, MFA_VOICE_ROOT, 0 },
		{ "the same, by a caller", false, 1, MFA_VOICE_CALLER, 0 },
		{ "two", false, 2, MFA_VOICE_ROOT, 0 },
		{ "two, after guesses of somebody", false, 2, MFA_VOICE_ROOT, 90 },
	};
	int64_t now, wait;
	size_t i, k, m;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		struct mfa_account *a = account_with(1, 0);
		uint64_t seed = 7;
		char text[24] = "48151623";

		for (k = 0, now = NOW; k < rows[i].guesses; k++, now += 900) {
			(void)snprintf(text, sizeof(text), "%06zu", k);
			assert_int_equal(judge(a, text, MFA_VOICE_ROOT, now), MFA_VERDICT_WRONG);
		}
		assert_int_equal(judge(a, code_of(&a->devices[0], now, 0), rows[i].voice, now), MFA_VERDICT_RIGHT);
		for (k = 0, now += 3600; k < 1000; k++, now += DAY / 10) {
			uint32_t mistakes = 0;

			for (m = 0; m < rows[i].mistakes; m++) {
				if (!rows[i].same)
					(void)snprintf(text, sizeof(text), "%06u", next_random(&seed) % 1000000);
				assert_int_equal(judge_in(a, text, rows[i].voice, now, &mistakes), MFA_VERDICT_WRONG);
			}
			if (mfa_factor_codes_blocked(a, rows[i].voice, now, &wait) != MFA_VERDICT_RIGHT ||
			    judge_in(a, code_of(&a->devices[0], now, 0), rows[i].voice, now, &mistakes) !=
			    MFA_VERDICT_RIGHT)
				fail_msg("%s: refused the %zuth time", rows[i].name, k);
			if (now < NOW + 20 * DAY &&
			    mfa_factor_wrong_codes(a, rows[i].voice, now) != rows[i].guesses)
				fail_msg("%s: %u", rows[i].name, mfa_factor_wrong_codes(a, rows[i].voice, now));
		}
		mfa_account_free(&a);
	}
}

/* The one goes that was longest not seen. */
static void test_eight(void **state)
{
	struct mfa_known known = { .right = { 0 } };
	char code[16];
	int i, k;

	(void)state;
	for (k = 0; k < 2; k++) {
		for (i = 0; i < 12; i++) {
			(void)snprintf(code, sizeof(code), "%06d", i);
			mfa_known_add_right(&known, code, NOW + i);
			mfa_known_add_wrong(&known, code, 0, NOW + i);
		}
	}
	assert_int_equal(known.right.count, MFA_KNOWN_MAX);
	assert_int_equal(known.wrong.count, MFA_KNOWN_MAX);
	for (i = 0; i < 12; i++) {
		(void)snprintf(code, sizeof(code), "%06d", i);
		assert_int_equal(mfa_known_find(&known, code, 0, NOW + 7200), i < 4 ? MFA_KNOWN_NOT : MFA_KNOWN);
	}
	mfa_known_again(&known, "000004", 0, NOW + 7200);
	assert_int_equal(mfa_known_find(&known, "000004", 0, NOW + 7200), MFA_KNOWN);
	mfa_known_add_right(&known, "777777", NOW + 7200);
	mfa_known_add_wrong(&known, "888888", 0, NOW + 7200);
	assert_int_equal(mfa_known_find(&known, "000004", 0, NOW + 7200), MFA_KNOWN);
	assert_int_equal(mfa_known_find(&known, "000005", 0, NOW + 7200), MFA_KNOWN_NOT);
	assert_int_equal(mfa_known_find(&known, "123456", 0, NOW + 7200), MFA_KNOWN_NOT);
}

/* What is said before a prompt does not tell whether the owner has been there since. */
static void test_lately(void **state)
{
	struct mfa_account *a = account_with(1, 0), *decoy = account_with(1, 0);
	int64_t now;
	char text[16];
	int i;

	(void)state;
	for (i = 0; i < 3; i++) {
		assert_false(mfa_factor_guessed_lately(a, 0, NOW));
		(void)snprintf(text, sizeof(text), "%d", 100000 + i);
		(void)judge(a, text, MFA_VOICE_ROOT, NOW);
		(void)judge(decoy, text, MFA_VOICE_ROOT, NOW);
	}
	assert_int_equal(judge(a, code_of(&a->devices[0], NOW, 0), MFA_VOICE_ROOT, NOW), MFA_VERDICT_RIGHT);
	for (now = NOW - 2 * DAY; now < NOW + 10 * DAY; now += DAY / 2)
		assert_int_equal(mfa_factor_guessed_lately(a, 0, now), mfa_factor_guessed_lately(decoy, 0, now));
	assert_true(mfa_factor_guessed_lately(a, 0, NOW + 3 * DAY));
	assert_false(mfa_factor_guessed_lately(a, 0, NOW + 8 * DAY));
	mfa_account_free(&a);
	mfa_account_free(&decoy);
}

/* What was guessed at one name is not said of another that has the same decoy. */
static void test_lately_decoy(void **state)
{
	static const struct { uint32_t name; unsigned wrong, days; bool same, lately; } rows[] = {
		{ 1, 2, 0, false, false }, { 1, 1, 0, false, true },
		{ 3, 0, 0, false, false }, { 3, 3, 0, true, true },
		{ 5, 3, 0, true, true },	/* the very codes of 3 */
		{ 1, 0, 9, false, false }, { 7, 2, 0, false, false }, { 7, 1, 3, false, true },
	};
	struct mfa_account *decoy = account_with(1, 0);
	unsigned k, n = 0;
	int64_t now = NOW;
	size_t i;
	char text[16];

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		now += (int64_t)rows[i].days * DAY + 60;
		for (k = 0; k < rows[i].wrong; k++) {
			struct mfa_attempt attempt = { .methods = ALL, .window = 1, .now = now, .answer = text,
						       .name = rows[i].name };
			struct mfa_judgement j;

			(void)snprintf(text, sizeof(text), "%06u", 700000 + (rows[i].same ? k : 10 + n++));
			mfa_factor_judge(decoy, &attempt, &j);
			assert_true(j.counted);
		}
		if (mfa_factor_guessed_lately(decoy, rows[i].name, now) != rows[i].lately)
			fail_msg("row %zu", i);
	}
	/* As an account's, whatever the time is. */
	for (now = NOW - 2 * DAY; now < NOW + 20 * DAY; now += DAY / 2)
		assert_int_equal(mfa_factor_guessed_lately(decoy, 1, now),
				 now < (NOW / MFA_TOTAL_SPAN + 2) * MFA_TOTAL_SPAN);
	/* The name goes that was longest not tried. */
	for (i = 0; i < 2 * (size_t)MFA_LATELY_MAX; i++)
		mfa_lately_fail(&decoy->lately, 101 + 2 * (uint32_t)i, NOW);
	assert_int_equal(decoy->lately.count, MFA_LATELY_MAX);
	assert_int_equal(mfa_lately_wrong(&decoy->lately, 101 + 2 * (MFA_LATELY_MAX - 1), NOW), 0);
	assert_int_equal(mfa_lately_wrong(&decoy->lately, 101 + 2 * MFA_LATELY_MAX, NOW), 1);
	mfa_account_free(&decoy);
}

/* Neither the user's own programs nor callers use up root's, lift what is stopped there, or the other way round. */
static void test_voices(void **state)
{
	static const enum mfa_voice voices[] = { MFA_VOICE_OWN, MFA_VOICE_CALLER };
	int64_t wait, now = NOW;
	char codes[MFA_RECOVERY_COUNT][MFA_RECOVERY_CODE_SIZE], text[16];
	size_t k;
	int i;

	(void)state;
	for (k = 0; k < ROWS(voices); k++) {
		enum mfa_voice voice = voices[k], other = voices[1 - k];
		struct mfa_account *a = account_with(1, 0);

		assert_int_equal(mfa_recovery_generate(a, codes), 0);
		for (i = 0; i < 99; i++) {
			(void)snprintf(text, sizeof(text), "%d", 100000 + i);
			assert_int_equal(judge(a, text, voice, now += 900), MFA_VERDICT_WRONG);
		}
		/* A fifth counts on root's word. */
		assert_int_equal(mfa_factor_wrong_codes(a, voice, now), 99);
		assert_int_equal(mfa_factor_wrong_codes(a, MFA_VOICE_ROOT, now), 19);
		assert_int_equal(mfa_factor_wrong_codes(a, other, now), 0);
		assert_int_equal(judge(a, "200000", voice, now += 900), MFA_VERDICT_WRONG);
		assert_int_equal(mfa_factor_codes_blocked(a, voice, now, &wait), MFA_VERDICT_STOPPED);
		assert_int_equal(mfa_factor_codes_blocked(a, MFA_VOICE_ROOT, now, &wait), MFA_VERDICT_RIGHT);
		assert_int_equal(mfa_factor_codes_blocked(a, other, now, &wait), MFA_VERDICT_RIGHT);
		for (i = 0; i < 80; i++) {
			(void)snprintf(text, sizeof(text), "%d", 300000 + i);
			assert_int_equal(judge(a, text, MFA_VOICE_ROOT, now += 900), MFA_VERDICT_WRONG);
		}
		assert_int_equal(mfa_factor_codes_blocked(a, MFA_VOICE_ROOT, now, &wait), MFA_VERDICT_STOPPED);
		assert_int_equal(judge(a, codes[0], voice, now), MFA_VERDICT_RIGHT);
		assert_int_equal(mfa_factor_codes_blocked(a, voice, now, &wait), MFA_VERDICT_RIGHT);
		assert_int_equal(mfa_factor_codes_blocked(a, MFA_VOICE_ROOT, now, &wait), MFA_VERDICT_STOPPED);
		assert_int_equal(judge(a, codes[1], MFA_VOICE_ROOT, now), MFA_VERDICT_RIGHT);
		assert_int_equal(mfa_factor_codes_blocked(a, MFA_VOICE_ROOT, now, &wait), MFA_VERDICT_RIGHT);
		assert_int_equal(judge(a, code_of(&a->devices[0], now, 0), MFA_VOICE_ROOT, now), MFA_VERDICT_RIGHT);
		mfa_account_free(&a);
	}
}

/* Both at their ends take no more of root's than one does; and an administrator's word lifts all three. */
static void test_all_stopped(void **state)
{
	static const enum mfa_voice voices[] = { MFA_VOICE_OWN, MFA_VOICE_CALLER, MFA_VOICE_ROOT };
	struct mfa_account *a = account_with(1, 0);
	int64_t wait, now = NOW;
	char text[16];
	size_t k;
	int i;

	(void)state;
	for (k = 0; k < ROWS(voices); k++) {
		for (i = 0; i < (voices[k] == MFA_VOICE_ROOT ? 80 : 100); i++) {
			assert_int_equal(mfa_factor_codes_blocked(a, voices[k], now + 900, &wait), MFA_VERDICT_RIGHT);
			(void)snprintf(text, sizeof(text), "%zu", 100000 * (k + 1) + (size_t)i);
			assert_int_equal(judge(a, text, voices[k], now += 900), MFA_VERDICT_WRONG);
		}
		assert_int_equal(mfa_factor_codes_blocked(a, voices[k], now, &wait), MFA_VERDICT_STOPPED);
	}
	(void)mfa_factor_unlock(a, now, 1);
	for (k = 0; k < ROWS(voices); k++) {
		assert_int_equal(mfa_factor_codes_blocked(a, voices[k], now, &wait), MFA_VERDICT_RIGHT);
		assert_int_equal(mfa_factor_codes_left(a, voices[k], now), MFA_TOTAL_LIFT);
	}
	mfa_account_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nights),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_elsewhere),
		cmocka_unit_test(test_right_again),
		cmocka_unit_test(test_repeats),
		cmocka_unit_test(test_repeats_end),
		cmocka_unit_test(test_spend),
		cmocka_unit_test(test_mail_client),
		cmocka_unit_test(test_owner),
		cmocka_unit_test(test_eight),
		cmocka_unit_test(test_lately),
		cmocka_unit_test(test_lately_decoy),
		cmocka_unit_test(test_voices),
		cmocka_unit_test(test_all_stopped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
