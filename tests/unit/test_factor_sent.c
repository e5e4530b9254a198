/* SPDX-License-Identifier: BSD-2-Clause */
/* Codes that were sent, judged beside an app's codes. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "alice.h"
#include "sent_codes.h"

/* The first, and none that is her app's by chance. */
static void send_first(struct mfa_account *a, const struct mfa_device *device, int64_t now, char out[MFA_SENT_SIZE])
{
	do {
		memset(a->sent, 0, sizeof(a->sent));
		memset(a->asked_sent, 0, sizeof(a->asked_sent));
		send_to(a, device, here, now, out);
	} while (is_apps(a, out, now) || is_apps(a, out, now + MFA_KNOWN_AFTER_SECONDS + 30));
}

/* --- right ------------------------------------------------------------------------------- */

static void test_right_once(void **state)
{
	static const struct { enum mfa_recipient_kind kind; const char *address, *method, *label; } rows[] = {
		{ MFA_RECIPIENT_EMAIL, MAILBOX, "email", "E-mail" },
		{ MFA_RECIPIENT_NUMBER, MOBILE, "sms", "Text message" },
	};
	struct mfa_account *a = *state;
	char sent[MFA_SENT_SIZE];
	struct mfa_judgement j;
	size_t i;

	for (i = 0; i < ROWS(rows); i++) {
		const struct mfa_device *device = add_address(a, rows[i].kind, rows[i].address);

		send_to(a, device, here, NOW, sent);
		assert_int_equal(a->asked_sent[MFA_VOICE_ROOT].count, 1);
		j = judge_at(a, sent, AT(here, NOW + 1));
		assert_int_equal(j.verdict, MFA_VERDICT_RIGHT);
		assert_string_equal(j.method, rows[i].method);
		assert_string_equal(j.label, rows[i].label);
		assert_true(j.changed);
		assert_int_equal(device->used, NOW + 1);
		/* What was used was not asked for in vain. */
		assert_int_equal(a->asked_sent[MFA_VOICE_ROOT].count, 0);
		assert_string_equal(a->sent[MFA_VOICE_ROOT].code, "");
		j = judge_at(a, sent, AT(here, NOW + 2));
		assert_int_equal(j.verdict, MFA_VERDICT_WRONG);
		assert_true(j.repeated);
		assert_int_equal(a->throttles[MFA_BUDGET_CODE].failures, 0);
		assert_int_equal(a->throttles[MFA_BUDGET_SENT].failures, 0);
		assert_int_equal(a->throttles[MFA_BUDGET_REPEAT].failures, 1);
		mfa_throttle_clear(&a->throttles[MFA_BUDGET_REPEAT]);
	}
}

static void test_as_it_is_typed(void **state)
{
	struct mfa_account *a = *state;
	const struct mfa_device *device = add_mobile(a);
	char sent[MFA_SENT_SIZE], typed[16];

	send_to(a, device, here, NOW, sent);
	(void)snprintf(typed, sizeof(typed), " %.3s-%s ", sent, sent + 3);
	assert_int_equal(judge_at(a, typed, AT(here, NOW)).verdict, MFA_VERDICT_RIGHT);
}

/* Where each thing must be as it was when the code was sent. */
static void test_where_it_is_good(void **state)
{
	static const struct {
		const char *name;
		struct mfa_attempt attempt;
		enum mfa_verdict expect;
	} rows[] = {
		{ "here", { .place = here, .now = NOW + 1 }, MFA_VERDICT_RIGHT },
		{ "in its last second", { .place = here, .now = NOW + LIFETIME - 1 }, MFA_VERDICT_RIGHT },
		{ "too late", { .place = here, .now = NOW + LIFETIME }, MFA_VERDICT_WRONG },
		{ "a clock that was set back", { .place = here, .now = NOW - LIFETIME + 1 }, MFA_VERDICT_RIGHT },
		{ "further back", { .place = here, .now = NOW - LIFETIME }, MFA_VERDICT_WRONG },
		{ "elsewhere", { .place = there, .now = NOW + 1 }, MFA_VERDICT_WRONG },
		{ "nowhere", { .now = NOW + 1 }, MFA_VERDICT_WRONG },
		{ "on the word of one's own program", { .place = here, .now = NOW + 1, .voice = MFA_VOICE_OWN },
		  MFA_VERDICT_WRONG },
		{ "on a caller's word", { .place = here, .now = NOW + 1, .voice = MFA_VOICE_CALLER }, MFA_VERDICT_WRONG },
		{ "where the method does not count", { .place = here, .now = NOW + 1,
		  .methods = ALL_METHODS & ~MFA_METHOD_SMS }, MFA_VERDICT_WRONG },
		{ "where another that sends does", { .place = here, .now = NOW + 1, .methods = MFA_METHOD_EMAIL },
		  MFA_VERDICT_WRONG },
		{ "where nothing else does", { .place = here, .now = NOW + 1, .methods = MFA_METHOD_SMS },
		  MFA_VERDICT_RIGHT },
	};
	char sent[MFA_SENT_SIZE];
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		struct mfa_account *a;
		const struct mfa_device *device;
		struct mfa_judgement j;

		assert_int_equal(set_up((void **)&a), 0);
		device = add_mobile(a);
		send_first(a, device, NOW, sent);
		j = judge_at(a, sent, rows[i].attempt);
		if (j.verdict != rows[i].expect)
			fail_msg("%s: %d", rows[i].name, (int)j.verdict);
		/* Where it is not compared, nothing of it is lost. */
		if (j.verdict != MFA_VERDICT_RIGHT) {
			assert_int_equal(a->sent[MFA_VOICE_ROOT].left, MFA_SENT_TRIES);
			assert_int_equal(a->throttles[MFA_BUDGET_SENT].failures, 0);
		}
		mfa_account_free(&a);
	}
}

/* One that was typed where it was not good is right where it is, also when it is known there by now. */
static void test_first_at_the_wrong_place(void **state)
{
	struct mfa_account *a = *state;
	const struct mfa_device *device = add_mobile(a);
	char sent[MFA_SENT_SIZE];
	int64_t later = NOW + MFA_KNOWN_AFTER_SECONDS + 30;

	send_first(a, device, NOW, sent);
	assert_int_equal(judge_at(a, sent, AT(there, NOW)).verdict, MFA_VERDICT_WRONG);
	assert_true(judge_at(a, sent, AT(there, later)).known);
	assert_int_equal(judge_at(a, sent, AT(here, later)).verdict, MFA_VERDICT_RIGHT);
}

/* And one that was wrong before it was sent: it is another code's guess. */
static void test_wrong_before_it_was_sent(void **state)
{
	struct mfa_account *a = *state;
	const struct mfa_device *device = add_mobile(a);
	char first[MFA_SENT_SIZE], guess[MFA_SENT_SIZE];
	int64_t later = NOW + LIFETIME + 1;

	send_to(a, device, here, NOW, first);
	wrong(a, first, 0, guess);
	assert_int_equal(judge_at(a, guess, AT(here, NOW)).verdict, MFA_VERDICT_WRONG);
	send_to(a, device, here, later, first);
	(void)strcpy(a->sent[MFA_VOICE_ROOT].code, guess);
	assert_int_equal(judge_at(a, guess, AT(here, later)).verdict, MFA_VERDICT_RIGHT);
}

/* It is gone with its device, which need not be a phone's. */
static void test_its_device_is_gone(void **state)
{
	struct mfa_account *a = *state;
	char sent[MFA_SENT_SIZE];
	uint64_t id = add_mobile(a)->id;
	struct mfa_sent_ask ask = { .method = MFA_METHOD_ID_SMS, .device = id, .place = here, .now = NOW,
				    .voice = MFA_VOICE_OWN };

	send_to(a, mfa_account_device_by_id(a, id), here, NOW, sent);
	assert_int_equal(mfa_sent_new(a, &ask, LIFETIME, sent), 0);
	mfa_account_remove_device(a, mfa_account_device(a, "Phone"));
	assert_string_not_equal(a->sent[MFA_VOICE_ROOT].code, "");
	mfa_account_remove_device(a, mfa_account_device_by_id(a, id));
	assert_string_equal(a->sent[MFA_VOICE_ROOT].code, "");
	assert_string_equal(a->sent[MFA_VOICE_OWN].code, "");
}

/* At a decoy there is nobody to whom it was sent, and it is not right, though all else is as with one. */
static void test_of_no_device(void **state)
{
	struct mfa_account *a = *state;
	struct mfa_sent_ask ask = { .method = MFA_METHOD_ID_SMS, .place = here, .now = NOW };
	char sent[MFA_SENT_SIZE];
	struct mfa_judgement j;

	do {
		memset(a->sent, 0, sizeof(a->sent));
		assert_int_equal(mfa_sent_new(a, &ask, LIFETIME, sent), 0);
	} while (is_apps(a, sent, NOW));
	j = judge_at(a, sent, AT(here, NOW));
	assert_int_equal(j.verdict, MFA_VERDICT_WRONG);
	assert_int_equal(a->sent[MFA_VOICE_ROOT].left, MFA_SENT_TRIES - 1);
	assert_int_equal(a->throttles[MFA_BUDGET_SENT].failures, 1);
	assert_int_equal(a->throttles[MFA_BUDGET_CODE].failures, 1);
}

/* Nor of one that was made to something else meanwhile. */
static void test_of_another_kind_of_device(void **state)
{
	struct mfa_account *a = *state;
	char sent[MFA_SENT_SIZE];

	send_first(a, add_mobile(a), NOW, sent);
	a->sent[MFA_VOICE_ROOT].device = a->devices[0].id;
	assert_int_equal(judge_at(a, sent, AT(here, NOW)).verdict, MFA_VERDICT_WRONG);
}

/* --- wrong ------------------------------------------------------------------------------- */

/* Each is a guess at her app's codes as well, and counts there. */
static void test_void_after_its_tries(void **state)
{
	struct mfa_account *a = *state;
	char sent[MFA_SENT_SIZE], guess[MFA_SENT_SIZE];
	const struct mfa_sent *found;
	unsigned i;

	send_first(a, add_mobile(a), NOW, sent);
	for (i = 0; i < MFA_SENT_TRIES; i++) {
		struct mfa_judgement j;

		assert_int_equal(mfa_sent_find(a, MFA_VOICE_ROOT, here, NOW, &found), MFA_SENT_HERE);
		assert_int_equal(found->left, MFA_SENT_TRIES - i);
		wrong(a, sent, i, guess);
		j = judge_at(a, guess, AT(here, NOW));
		assert_int_equal(j.verdict, MFA_VERDICT_WRONG);
		assert_true(j.counted);
		assert_int_equal(a->throttles[MFA_BUDGET_SENT].failures, i + 1);
		assert_int_equal(a->throttles[MFA_BUDGET_CODE].failures, i + 1);
	}
	assert_int_equal(mfa_sent_find(a, MFA_VOICE_ROOT, here, NOW, &found), MFA_SENT_NOWHERE);
	assert_null(found);
	mfa_throttle_clear(&a->throttles[MFA_BUDGET_SENT]);
	mfa_throttle_clear(&a->throttles[MFA_BUDGET_CODE]);
	assert_int_equal(judge_at(a, sent, AT(here, NOW)).verdict, MFA_VERDICT_WRONG);
}

/* One that comes again is no guess, and takes no try; nor what is no code. */
static void test_what_takes_no_try(void **state)
{
	static const char *const others[] = { "", "12345", "1234567", "abcdef", "abcd-efgh-ijkl", "tap-aaaaa-aaaaa" };
	struct mfa_account *a = *state;
	char sent[MFA_SENT_SIZE], guess[MFA_SENT_SIZE];
	const unsigned *left = &a->sent[MFA_VOICE_ROOT].left;
	size_t i;

	send_to(a, add_mobile(a), here, NOW, sent);
	for (i = 0; i < ROWS(others); i++)
		assert_int_not_equal(judge_at(a, others[i], AT(here, NOW)).verdict, MFA_VERDICT_RIGHT);
	assert_int_equal(*left, MFA_SENT_TRIES);
	wrong(a, sent, 0, guess);
	(void)judge_at(a, guess, AT(here, NOW));
	assert_int_equal(*left, MFA_SENT_TRIES - 1);
	for (i = 0; i < 10; i++)
		assert_true(judge_at(a, guess, AT(here, NOW + MFA_KNOWN_AFTER_SECONDS + (int64_t)i)).known);
	assert_int_equal(*left, MFA_SENT_TRIES - 1);
	assert_int_equal(a->throttles[MFA_BUDGET_SENT].failures, 1);
}

/* What a user's own programs and callers ask for, and get wrong, takes nothing from anybody else's. */
static void test_each_voice_has_its_own(void **state)
{
	struct mfa_account *a = *state;
	const struct mfa_device *device = add_mobile(a);
	char sent[MFA_VOICE_COUNT][MFA_SENT_SIZE], guess[MFA_SENT_SIZE];
	struct mfa_sent_ask ask = ask_of_device(device, here, NOW);
	unsigned v, i;

	for (v = 0; v < MFA_VOICE_COUNT; v++) {
		ask.voice = (enum mfa_voice)v;
		assert_int_equal(mfa_sent_new(a, &ask, LIFETIME, sent[v]), 0);
	}
	for (v = 1; v < MFA_VOICE_COUNT; v++) {
		for (i = 0; i < MFA_SENT_TRIES; i++) {
			struct mfa_attempt attempt = { .place = here, .now = NOW, .voice = (enum mfa_voice)v };

			wrong(a, sent[v], i, guess);
			assert_int_equal(judge_at(a, guess, attempt).verdict, MFA_VERDICT_WRONG);
		}
		assert_int_equal(a->sent[v].left, 0);
	}
	assert_int_equal(a->sent[MFA_VOICE_ROOT].left, MFA_SENT_TRIES);
	assert_int_equal(judge_at(a, sent[MFA_VOICE_ROOT], AT(here, NOW)).verdict, MFA_VERDICT_RIGHT);
	assert_int_equal(a->asked_sent[MFA_VOICE_ROOT].count, 0);
	assert_int_equal(a->asked_sent[MFA_VOICE_OWN].count, 1);
	assert_int_equal(a->asked_sent[MFA_VOICE_CALLER].count, 1);
}

/* --- beside an app's codes --------------------------------------------------------------- */

/* Either is right behind neither's back: the other's budget is shut, and stays so. */
static void test_one_is_stopped(void **state)
{
	struct mfa_account *a = *state;
	char sent[MFA_SENT_SIZE];
	struct mfa_judgement j;

	send_first(a, add_mobile(a), NOW, sent);
	a->throttles[MFA_BUDGET_SENT].failures = MFA_THROTTLE_STOP;
	j = judge_at(a, sent, AT(here, NOW));
	assert_int_equal(j.verdict, MFA_VERDICT_WRONG);
	assert_string_equal(j.method, "totp");
	assert_int_equal(a->throttles[MFA_BUDGET_SENT].failures, MFA_THROTTLE_STOP);
	assert_int_equal(a->sent[MFA_VOICE_ROOT].left, MFA_SENT_TRIES);
	a->throttles[MFA_BUDGET_SENT].failures = 0;
	a->throttles[MFA_BUDGET_CODE].failures = MFA_THROTTLE_STOP;
	assert_int_equal(judge_at(a, code(a, NOW, 0), AT(here, NOW)).verdict, MFA_VERDICT_WRONG);
	assert_int_equal(a->throttles[MFA_BUDGET_CODE].failures, MFA_THROTTLE_STOP);
	assert_int_equal(a->throttles[MFA_BUDGET_SENT].failures, 1);
	assert_int_equal(judge_at(a, sent, AT(here, NOW)).verdict, MFA_VERDICT_RIGHT);
	assert_int_equal(a->throttles[MFA_BUDGET_CODE].failures, MFA_THROTTLE_STOP);
	assert_int_equal(a->throttles[MFA_BUDGET_SENT].failures, 0);
}

/* An app's code uses up no code that was sent, and takes none of its tries. */
static void test_an_apps_code_meanwhile(void **state)
{
	struct mfa_account *a = *state;
	char sent[MFA_SENT_SIZE];
	struct mfa_judgement j;

	send_first(a, add_mobile(a), NOW, sent);
	j = judge_at(a, code(a, NOW, 0), AT(here, NOW));
	assert_int_equal(j.verdict, MFA_VERDICT_RIGHT);
	assert_string_equal(j.method, "totp");
	assert_int_equal(a->sent[MFA_VOICE_ROOT].left, MFA_SENT_TRIES);
	assert_int_equal(judge_at(a, sent, AT(here, NOW)).verdict, MFA_VERDICT_RIGHT);
}

/* It is the weakest: it ends its own mistakes and nobody else's, and gives none back. */
static void test_what_it_clears(void **state)
{
	struct mfa_account *a = *state;
	char sent[MFA_SENT_SIZE];
	struct mfa_attempt attempt = { .place = here, .now = NOW, .mistakes = 2 };
	uint32_t wrong_before;
	unsigned b;

	send_to(a, add_mobile(a), here, NOW, sent);
	for (b = 0; b < MFA_BUDGET_COUNT; b++)
		a->throttles[b].failures = 4;
	a->push.stopped = a->push.wrong = a->push.caller_stopped = a->push.caller_wrong = NOW - 1;
	a->totals[MFA_TOTAL_CODE] = (struct mfa_total){ .span = NOW / MFA_TOTAL_SPAN, .wrong = { 40 } };
	wrong_before = mfa_total_wrong(&a->totals[MFA_TOTAL_CODE], NOW);
	assert_int_equal(judge_at(a, sent, attempt).verdict, MFA_VERDICT_RIGHT);
	for (b = 0; b < MFA_BUDGET_COUNT; b++)
		assert_int_equal(a->throttles[b].failures, b == MFA_BUDGET_SENT ? 0 : 4);
	assert_int_equal(a->push.stopped, NOW - 1);
	assert_int_equal(a->push.wrong, NOW - 1);
	assert_int_equal(a->push.caller_stopped, NOW - 1);
	assert_int_equal(a->push.caller_wrong, NOW - 1);
	assert_int_equal(mfa_total_wrong(&a->totals[MFA_TOTAL_CODE], NOW), wrong_before);
	/* An app's does, as it always did. */
	attempt.mistakes = 0;
	attempt.place = NULL;
	assert_int_equal(judge_at(a, code(a, NOW, 0), attempt).verdict, MFA_VERDICT_RIGHT);
	assert_int_equal(a->throttles[MFA_BUDGET_CODE].failures, 0);
	assert_int_equal(a->push.stopped, 0);
}

/* Guesses of weeks are counted together, whichever of both they were at, and stop both. */
static void test_the_total(void **state)
{
	struct mfa_account *a = *state;
	char sent[MFA_SENT_SIZE];
	struct mfa_sent_ask ask;
	struct mfa_judgement j;

	send_to(a, add_mobile(a), here, NOW, sent);
	ask = ask_of_device(&a->devices[1], here, NOW + MFA_SENT_AGAIN);
	a->totals[MFA_TOTAL_CODE] = (struct mfa_total){ .span = NOW / MFA_TOTAL_SPAN, .wrong = { MFA_TOTAL_LIMIT } };
	j = judge_at(a, sent, AT(here, NOW));
	assert_int_equal(j.verdict, MFA_VERDICT_STOPPED);
	assert_int_equal(mfa_sent_blocked(a, &ask, LIMIT, true), MFA_SENT_STOPPED);
	/* Which ends as it does for app codes. */
	mfa_factor_unlock(a, NOW, 1);
	assert_int_equal(mfa_sent_blocked(a, &ask, LIMIT, true), MFA_SENT_FREE);
}

/* Where nothing was sent, answers are asked of what they always were: also of accounts with an address. */
static void test_nothing_was_sent(void **state)
{
	struct mfa_account *a = *state;
	struct mfa_judgement j;
	char guess[MFA_SENT_SIZE];

	(void)add_mobile(a);
	wrong(a, "", 0, guess);
	j = judge_at(a, guess, AT(here, NOW));
	assert_string_equal(j.method, "totp");
	assert_int_equal(a->throttles[MFA_BUDGET_SENT].failures, 0);
	assert_int_equal(a->throttles[MFA_BUDGET_CODE].failures, 1);
}

/* --- what else is done with one ---------------------------------------------------------- */

static void test_spent(void **state)
{
	struct mfa_account *a = *state;
	char sent[MFA_SENT_SIZE], guess[MFA_SENT_SIZE];
	struct mfa_attempt attempt = { .answer = guess, .methods = ALL_METHODS, .window = 1, .now = NOW, .place = here };
	struct mfa_judgement j;

	send_to(a, add_mobile(a), here, NOW, sent);
	wrong(a, sent, 0, guess);
	assert_false(mfa_factor_spend(a, &attempt, &j));
	assert_int_equal(a->sent[MFA_VOICE_ROOT].left, MFA_SENT_TRIES);
	attempt.answer = sent;
	assert_true(mfa_factor_spend(a, &attempt, &j));
	assert_string_equal(a->sent[MFA_VOICE_ROOT].code, "");
}

static void test_described(void **state)
{
	struct mfa_account *a = *state;
	char out[MFA_DESCRIPTION_MAX];

	mfa_factor_describe(add_mobile(a), out);
	assert_string_equal(out, "+31 ** **** *78");
	mfa_factor_describe(add_address(a, MFA_RECIPIENT_EMAIL, MAILBOX), out);
	assert_string_equal(out, "j***@e***.org");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_right_once), TEST(test_as_it_is_typed), cmocka_unit_test(test_where_it_is_good),
		TEST(test_first_at_the_wrong_place), TEST(test_wrong_before_it_was_sent),
		TEST(test_its_device_is_gone), TEST(test_of_no_device), TEST(test_of_another_kind_of_device),
		TEST(test_void_after_its_tries), TEST(test_what_takes_no_try), TEST(test_each_voice_has_its_own),
		TEST(test_one_is_stopped), TEST(test_an_apps_code_meanwhile), TEST(test_what_it_clears),
		TEST(test_the_total), TEST(test_nothing_was_sent), TEST(test_spent), TEST(test_described),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
