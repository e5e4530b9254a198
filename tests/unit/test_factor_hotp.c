/* SPDX-License-Identifier: BSD-2-Clause */
/* Tokens that count, and what nobody may learn from a refusal of theirs. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codes.h"
#include "factor/factor.h"
#include "otp/totp.h"

#define NOW 1800000000
#define LAST_AHEAD (MFA_HOTP_WINDOW + MFA_HOTP_RESYNC - 1)	/* of one that is at counter 0 */

static int set_up(void **state)
{
	return mfa_account_new("alice", (struct mfa_account **)state) == 0 ? 0 : -1;
}

static int tear_down(void **state)
{
	mfa_account_free((struct mfa_account **)state);
	return 0;
}

/* RFC 4226 appendix D's secret and codes, as a token that is at counter 0; others by their number. */
static struct mfa_device *add_token(struct mfa_account *a, unsigned number)
{
	struct mfa_device device = { .type = MFA_DEVICE_HOTP, .digits = 6, .secret_len = 20 };

	(void)snprintf(device.label, sizeof(device.label), "Token %u", number);
	memcpy(device.secret, "12345678901234567890", 20);
	memcpy(device.secret, &number, number != 0 ? sizeof(number) : 0);
	assert_int_equal(mfa_account_add_device(a, &device), 0);
	return mfa_account_device(a, device.label);
}

static struct mfa_judgement judge(struct mfa_account *a, const char *answer)
{
	struct mfa_attempt attempt = { .methods = ALL_METHODS, .window = 1, .answer = answer, .now = NOW };
	struct mfa_judgement j;

	mfa_factor_judge(a, &attempt, &j);
	return j;
}

static void expect(struct mfa_account *a, const char *answer, enum mfa_verdict verdict)
{
	struct mfa_judgement j = judge(a, answer);

	if (j.verdict != verdict)
		fail_msg("%s: %d, not %d", answer, (int)j.verdict, (int)verdict);
}

static void test_hotp(void **state)
{
	struct mfa_account *a = *state;
	struct mfa_device *token = add_token(a, 0);
	struct mfa_judgement j;

	j = judge(a, "755224");
	assert_int_equal(j.verdict, MFA_VERDICT_RIGHT);
	assert_string_equal(j.method, "hotp");
	assert_string_equal(j.label, "Token 0");
	assert_int_equal(token->counter, 1);
	assert_int_equal(token->used, NOW);
	j = judge(a, "755224");
	assert_int_equal(j.verdict, MFA_VERDICT_USED);
	assert_false(j.changed);
	/* Presses that nobody saw: up to the end of the window. */
	expect(a, counter_code_of(token, 1 + MFA_HOTP_WINDOW - 1), MFA_VERDICT_RIGHT);
	assert_int_equal(token->counter, 1 + MFA_HOTP_WINDOW);
	expect(a, counter_code_of(token, 5), MFA_VERDICT_USED);
}

static void test_resync(void **state)
{
	struct mfa_account *a = *state;
	struct mfa_device *token = add_token(a, 0);
	struct mfa_judgement j;

	/* Far ahead: that code opens nothing, nor does any but the one right after it. */
	j = judge(a, counter_code_of(token, 500));
	assert_int_equal(j.verdict, MFA_VERDICT_NEXT);
	assert_true(j.changed);
	assert_int_equal(a->throttles[MFA_BUDGET_CODE].failures, 1);
	assert_int_equal(token->counter, 0);
	expect(a, counter_code_of(token, 500), MFA_VERDICT_NEXT);
	expect(a, counter_code_of(token, 502), MFA_VERDICT_NEXT);
	expect(a, counter_code_of(token, 503), MFA_VERDICT_RIGHT);
	assert_int_equal(token->counter, 504);
	assert_int_equal(token->resync, 0);
	assert_int_equal(token->far_count, 0);
	assert_int_equal(a->throttles[MFA_BUDGET_CODE].failures, 0);
	/* What was passed over is not good again. */
	expect(a, counter_code_of(token, 501), MFA_VERDICT_USED);
	/* Out of reach. */
	expect(a, counter_code_of(token, 504 + LAST_AHEAD), MFA_VERDICT_NEXT);
	expect(a, counter_code_of(token, 504 + LAST_AHEAD + 2), MFA_VERDICT_WRONG);
	/* At the last counter there is nothing to overflow. */
	token->counter = INT64_MAX - 1;
	expect(a, counter_code_of(token, INT64_MAX - 1), MFA_VERDICT_RIGHT);
	assert_int_equal(token->counter, INT64_MAX);
}

/* A record of the version before, which did not keep what was far ahead but for what must follow: the code that was
 * told then is not good by itself either, whatever was far ahead since. */
static void test_kept_before(void **state)
{
	static const uint64_t others[] = { 0, 700, 30 };
	struct mfa_account *a = *state;
	size_t i;

	for (i = 0; i < ROWS(others); i++) {
		struct mfa_device *token = add_token(a, (unsigned)i);

		token->counter = 22;
		token->resync = 31;
		token->far_count = 0;
		if (others[i] != 0)
			expect(a, counter_code_of(token, others[i]), MFA_VERDICT_NEXT);
		expect(a, counter_code_of(token, 30), MFA_VERDICT_NEXT);
		expect(a, counter_code_of(token, 23), MFA_VERDICT_RIGHT);
		assert_int_equal(token->counter, 24);
		mfa_account_remove_device(a, token);
	}
}

/* An account's tokens share what is looked at. */
static void test_two_tokens(void **state)
{
	struct mfa_account *a = *state;
	struct mfa_device *one, *two;

	(void)add_token(a, 1);
	two = add_token(a, 2);
	one = mfa_account_device(a, "Token 1");
	expect(a, counter_code_of(one, MFA_HOTP_WINDOW + MFA_HOTP_RESYNC / 2), MFA_VERDICT_WRONG);
	expect(a, counter_code_of(one, MFA_HOTP_WINDOW + MFA_HOTP_RESYNC / 2 - 2), MFA_VERDICT_NEXT);
	expect(a, counter_code_of(two, 100), MFA_VERDICT_NEXT);
	expect(a, counter_code_of(one, MFA_HOTP_WINDOW + MFA_HOTP_RESYNC / 2 - 1), MFA_VERDICT_RIGHT);
	expect(a, counter_code_of(two, 101), MFA_VERDICT_RIGHT);
}

/* What is typed, by its counter, and what comes of it; -1: digits of no counter near. */
struct typed {
	int64_t counter;
	enum mfa_verdict expect;
};

/* A counter that was shown when it was far ahead is never good by itself. */
static void test_kept(void **state)
{
	static const struct {
		const char *name;
		uint64_t counter;		/* where the token stands, */
		uint64_t kept[MFA_FAR_MAX];	/* and what was shown before */
		size_t kept_count;
		struct typed typed[6];
		size_t kept_after;
	} rows[] = {
		{ "the token has come to it: once more", 60, { 60 }, 1,
		  { { 60, MFA_VERDICT_NEXT }, { 61, MFA_VERDICT_RIGHT } }, 0 },
		{ "typed again and again", 60, { 60 }, 1,
		  { { 60, MFA_VERDICT_NEXT }, { 60, MFA_VERDICT_NEXT }, { 60, MFA_VERDICT_NEXT } }, 1 },
		{ "near the end of the window", 60, { 69 }, 1, { { 69, MFA_VERDICT_NEXT } }, 1 },
		{ "others of the window are good", 60, { 61 }, 1,
		  { { 60, MFA_VERDICT_RIGHT }, { 61, MFA_VERDICT_NEXT }, { 62, MFA_VERDICT_RIGHT } }, 0 },
		{ "passed over: it is gone", 60, { 61, 300 }, 2,
		  { { 65, MFA_VERDICT_RIGHT }, { 61, MFA_VERDICT_USED } }, 1 },
		{ "both were shown: in a row they count", 60, { 60, 61 }, 2,
		  { { 61, MFA_VERDICT_NEXT }, { 60, MFA_VERDICT_NEXT }, { 61, MFA_VERDICT_RIGHT } }, 0 },
		{ "a token that ran ahead, to one that was shown", 60, { 500 }, 1,
		  { { 500, MFA_VERDICT_NEXT }, { 501, MFA_VERDICT_RIGHT } }, 0 },
		{ "that ran on from one that was shown", 60, { 500 }, 1,
		  { { 502, MFA_VERDICT_NEXT }, { 504, MFA_VERDICT_NEXT }, { 505, MFA_VERDICT_RIGHT } }, 0 },
		{ "a wrong one between", 60, { 500 }, 1,
		  { { 500, MFA_VERDICT_NEXT }, { -1, MFA_VERDICT_WRONG }, { 501, MFA_VERDICT_RIGHT } }, 0 },
		/* Sixteen are kept: nothing further is looked at, but what is kept, and the window. */
		{ "no room for another", 60,
		  { 500, 501, 502, 503, 504, 505, 506, 507, 508, 509, 510, 511, 512, 513, 514, 515 }, 16,
		  { { 700, MFA_VERDICT_WRONG }, { 701, MFA_VERDICT_WRONG }, { 60, MFA_VERDICT_RIGHT },
		    { 516, MFA_VERDICT_WRONG } }, 16 },
		{ "but from one that is kept", 60,
		  { 500, 501, 502, 503, 504, 505, 506, 507, 508, 509, 510, 511, 512, 513, 514, 520 }, 16,
		  { { 520, MFA_VERDICT_NEXT }, { 521, MFA_VERDICT_RIGHT } }, 0 },
		{ "room again, when the token has passed some", 60,
		  { 61, 62, 502, 503, 504, 505, 506, 507, 508, 509, 510, 511, 512, 513, 514, 515 }, 16,
		  { { 63, MFA_VERDICT_RIGHT }, { 700, MFA_VERDICT_NEXT }, { 701, MFA_VERDICT_RIGHT } }, 0 },
	};
	struct mfa_account *a = *state;
	struct mfa_device *token = add_token(a, 0), fresh = *token;
	size_t i, k;

	for (i = 0; i < ROWS(rows); i++) {
		*token = fresh;
		token->counter = rows[i].counter;
		token->far_count = rows[i].kept_count;
		memcpy(token->far, rows[i].kept, sizeof(token->far));
		for (k = 0; k < ROWS(rows[i].typed); k++) {
			const struct typed *t = &rows[i].typed[k];
			struct mfa_judgement j;

			if (t->counter == 0)
				break;
			j = judge(a, counter_code_of(token, t->counter > 0 ? (uint64_t)t->counter : 1000000));
			if (j.verdict != t->expect)
				fail_msg("%s: %zu: %d, not %d", rows[i].name, k, (int)j.verdict, (int)t->expect);
		}
		if (token->far_count != rows[i].kept_after)
			fail_msg("%s: %zu are kept", rows[i].name, token->far_count);
	}
}

/* What somebody sees of a refusal who knows the password, or whose program asks for the account's state: all but the
 * verdict's name (for the log) and what the sealed record keeps. */
static void assert_seen_as_wrong(const struct mfa_account *before, const struct mfa_account *after,
				 const struct mfa_judgement *j)
{
	const struct mfa_throttle *t = &after->throttles[MFA_BUDGET_CODE];

	assert_true(j->verdict == MFA_VERDICT_WRONG || j->verdict == MFA_VERDICT_NEXT);
	assert_true(j->changed);
	assert_int_equal(j->wait, 0);
	assert_int_equal(j->drift, 0);
	assert_int_equal(t->failures, before->throttles[MFA_BUDGET_CODE].failures + 1);
	assert_int_equal(after->devices[0].counter, before->devices[0].counter);
	assert_int_equal(after->devices[0].used, before->devices[0].used);
	assert_memory_equal(&after->push, &before->push, sizeof(after->push));
}

/* Over many secrets: whoever guessed a code that the token shows later sees what he sees after any wrong one, and
 * it lets him in at no time, wherever the owner's token stands when he comes back with it. */
static void test_guess_is_never_good_later(void **state)
{
	static const uint64_t ahead[] = { MFA_HOTP_WINDOW, MFA_HOTP_WINDOW + 1, 40, 500, LAST_AHEAD };
	struct mfa_account *a = *state, before, later;
	unsigned secret;
	size_t i;

	for (secret = 1; secret <= 40; secret++) {
		const uint64_t counter = 1000 * (uint64_t)secret;
		struct mfa_device *token = add_token(a, secret);
		char guess[16];

		token->counter = counter;
		for (i = 0; i < ROWS(ahead); i++) {
			struct mfa_account fresh = *a;
			uint64_t at;
			struct mfa_judgement j;

			before = *a;
			(void)snprintf(guess, sizeof(guess), "%s", counter_code_of(token, counter + ahead[i]));
			j = judge(a, guess);
			assert_seen_as_wrong(&before, a, &j);
			before = *a;
			for (at = counter + ahead[i] - MFA_HOTP_WINDOW - 2; at <= counter + ahead[i] + 1; at++) {
				later = before;
				later.devices[0].counter = at;
				if (judge(&later, guess).verdict == MFA_VERDICT_RIGHT)
					fail_msg("secret %u: %zu: let in at %llu", secret, i, (unsigned long long)at);
				explicit_bzero(&later, sizeof(later));
			}
			/* The owner, who comes to it press by press, is never asked for more than one more. */
			for (at = counter + ahead[i] - 3; at <= counter + ahead[i] + 3; at++) {
				a->devices[0].counter = at;
				j = judge(a, counter_code_of(token, at));
				if (j.verdict == MFA_VERDICT_NEXT)
					j = judge(a, counter_code_of(token, ++at));
				assert_int_equal(j.verdict, MFA_VERDICT_RIGHT);
			}
			assert_int_equal(token->far_count, 0);
			*a = fresh;
		}
		mfa_account_remove_device(a, token);
	}
}

/* It is there after a restart; and a record without it stays as it was. */
static void test_what_is_kept_rests(void **state)
{
	struct mfa_account *a = *state, *read;
	struct mfa_device *token = add_token(a, 0);
	char *text;
	size_t len, i;

	assert_int_equal(mfa_account_format(a, &text, &len), 0);
	assert_null(strstr(text, "\"far\""));
	free(text);
	for (i = 0; i < MFA_FAR_MAX; i++)
		expect(a, counter_code_of(token, 20 + 3 * i), MFA_VERDICT_NEXT);
	assert_int_equal(token->far_count, MFA_FAR_MAX);
	assert_int_equal(mfa_account_format(a, &text, &len), 0);
	assert_int_equal(mfa_account_parse(text, len, &read), 0);
	assert_int_equal(read->devices[0].far_count, MFA_FAR_MAX);
	assert_memory_equal(read->devices[0].far, token->far, sizeof(token->far));
	free(text);
	/* And gone when the token has passed them. */
	assert_null(read->unknown);
	read->devices[0].counter = 20 + 3 * MFA_FAR_MAX;
	expect(read, counter_code_of(token, 20 + 3 * MFA_FAR_MAX), MFA_VERDICT_RIGHT);
	assert_int_equal(mfa_account_format(read, &text, &len), 0);
	assert_null(strstr(text, "\"far\""));
	free(text);
	mfa_account_free(&read);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_hotp), TEST(test_resync), TEST(test_two_tokens), TEST(test_kept), TEST(test_kept_before),
		TEST(test_guess_is_never_good_later), TEST(test_what_is_kept_rests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
