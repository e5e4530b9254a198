/* SPDX-License-Identifier: BSD-2-Clause */
/* Codes that are sent: made, limited, judged beside an app's codes. */
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "alice.h"
#include "factor/sent.h"

#define LIFETIME 600
#define MAILBOX "jan@example.org"
#define MOBILE "+31612345678"
#define LIMIT 5

static const uint8_t here[MFA_PLACE_SIZE] = "here", there[MFA_PLACE_SIZE] = "there";

static const struct mfa_device *add_address(struct mfa_account *a, enum mfa_recipient_kind kind, char *address)
{
	struct mfa_device d;

	mfa_device_from_recipient(kind, address, 1, NOW, &d);
	assert_int_equal(mfa_account_add_device(a, &d), 0);
	return &a->devices[a->device_count - 1];
}

static const struct mfa_device *add_mobile(struct mfa_account *a)
{
	char address[] = MOBILE;

	return add_address(a, MFA_RECIPIENT_NUMBER, address);
}

static struct mfa_sent_ask ask_of_device(const struct mfa_device *device, const uint8_t *place, int64_t now)
{
	return (struct mfa_sent_ask){ .method = (enum mfa_method_id)device->type, .device = device->id, .place = place,
				      .now = now };
}

/* Sends one on root's word. */
static void send_to(struct mfa_account *a, const struct mfa_device *device, const uint8_t *place, int64_t now,
		    char out[MFA_SENT_SIZE])
{
	struct mfa_sent_ask ask = ask_of_device(device, place, now);

	assert_int_equal(mfa_sent_new(a, &ask, LIFETIME, out), 0);
	assert_int_equal(strspn(out, "0123456789"), MFA_SENT_DIGITS);
}

/* Whether it is right for her app, then or about then. */
static bool is_apps(const struct mfa_account *a, const char *text, int64_t now)
{
	int64_t step;

	for (step = -2; step <= 2; step++)
		if (strcmp(code(a, now, step), text) == 0)
			return true;
	return false;
}

/* The first, and none that is her app's by chance. */
static void send_first(struct mfa_account *a, const struct mfa_device *device, int64_t now, char out[MFA_SENT_SIZE])
{
	do {
		memset(a->sent, 0, sizeof(a->sent));
		memset(a->asked_sent, 0, sizeof(a->asked_sent));
		send_to(a, device, here, now, out);
	} while (is_apps(a, out, now) || is_apps(a, out, now + MFA_KNOWN_AFTER_SECONDS + 30));
}

/* Of what an attempt has by itself here: everything counts. */
static struct mfa_judgement judge_at(struct mfa_account *a, const char *answer, struct mfa_attempt attempt)
{
	struct mfa_judgement j;

	attempt.answer = answer;
	attempt.methods = attempt.methods != 0 ? attempt.methods : ALL_METHODS;
	attempt.window = 1;
	attempt.throttle = true;
	mfa_factor_judge(a, &attempt, &j);
	return j;
}
#define AT(Place, Now) ((struct mfa_attempt){ .place = (Place), .now = (Now) })

/* The nth of those that are neither it nor right for her app. */
static void wrong(const struct mfa_account *a, const char *sent, unsigned nth, char out[MFA_SENT_SIZE])
{
	unsigned at = 0, seen = 0;

	do {
		(void)snprintf(out, MFA_SENT_SIZE, "%06u", 7 * at++);
		seen += strcmp(out, sent) != 0 && !is_apps(a, out, NOW);
	} while (seen <= nth);
}

/* --- right --------------------------------------------------------------------------- */

static void test_right_once(void **state)
{
	static const struct { enum mfa_recipient_kind kind; const char *address, *method, *label; } rows[] = {
		{ MFA_RECIPIENT_EMAIL, MAILBOX, "email", "E-mail" },
		{ MFA_RECIPIENT_NUMBER, MOBILE, "sms", "Text message" },
	};
	struct mfa_account *a = *state;
	char sent[MFA_SENT_SIZE], address[32];
	struct mfa_judgement j;
	size_t i;

	for (i = 0; i < ROWS(rows); i++) {
		const struct mfa_device *device;

		(void)strcpy(address, rows[i].address);
		device = add_address(a, rows[i].kind, address);
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

/* --- wrong --------------------------------------------------------------------------- */

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

/* --- beside an app's codes ----------------------------------------------------------- */

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

/* --- asking for one ------------------------------------------------------------------ */

/* The same for as long as half of its life is left, so that what is still under way is right. */
static void test_asked_for_again(void **state)
{
	struct mfa_account *a = *state;
	const struct mfa_device *device = add_mobile(a);
	const struct mfa_sent *one = &a->sent[MFA_VOICE_ROOT];
	char first[MFA_SENT_SIZE], again[MFA_SENT_SIZE], guess[MFA_SENT_SIZE];

	send_to(a, device, here, NOW, first);
	wrong(a, first, 0, guess);
	(void)judge_at(a, guess, AT(here, NOW));
	send_to(a, device, here, NOW + LIFETIME / 2, again);
	assert_string_equal(again, first);
	assert_int_equal(one->until, NOW + LIFETIME);
	assert_int_equal(one->created, NOW);
	assert_int_equal(one->said_at, NOW + LIFETIME / 2);
	assert_int_equal(one->left, MFA_SENT_TRIES - 1);
	assert_int_equal(a->asked_sent[MFA_VOICE_ROOT].count, 2);
	send_to(a, device, here, NOW + LIFETIME / 2 + 1, again);
	assert_int_equal(one->created, NOW + LIFETIME / 2 + 1);
	assert_int_equal(one->left, MFA_SENT_TRIES);
	assert_int_equal(a->asked_sent[MFA_VOICE_ROOT].count, 3);
	/* All that were asked for since are settled with it, the one before is not. */
	assert_int_equal(judge_at(a, again, AT(here, NOW + LIFETIME / 2 + 2)).verdict, MFA_VERDICT_RIGHT);
	assert_int_equal(a->asked_sent[MFA_VOICE_ROOT].count, 2);
}

/* A first code that may be on its way stays good, whatever became of a second message with it. */
static void test_failed(void **state)
{
	struct mfa_account *a = *state;
	const struct mfa_device *device = add_mobile(a);
	char first[MFA_SENT_SIZE], again[MFA_SENT_SIZE];
	struct mfa_sent_ask here_first = ask_of_device(device, here, NOW), here_again = ask_of_device(device, here, NOW + 60),
			    elsewhere = ask_of_device(device, there, NOW + 90);
	const struct mfa_sent *found;

	send_to(a, device, here, NOW, first);
	send_to(a, device, here, NOW + 60, again);
	assert_string_equal(again, first);
	mfa_sent_failed(a, &here_again);
	assert_int_equal(a->asked_sent[MFA_VOICE_ROOT].count, 1);
	assert_int_equal(mfa_sent_find(a, MFA_VOICE_ROOT, here, NOW + 60, &found), MFA_SENT_HERE);
	/* Nor is one that was asked for elsewhere meanwhile taken back. */
	send_to(a, device, there, NOW + 90, again);
	mfa_sent_failed(a, &here_first);
	assert_int_equal(mfa_sent_find(a, MFA_VOICE_ROOT, there, NOW + 90, &found), MFA_SENT_HERE);
	mfa_sent_failed(a, &elsewhere);
	assert_int_equal(mfa_sent_find(a, MFA_VOICE_ROOT, there, NOW + 90, &found), MFA_SENT_NOWHERE);
	assert_int_equal(a->asked_sent[MFA_VOICE_ROOT].count, 0);
}

/* What takes the place of another code: which is then good no more. */
static void test_replaced(void **state)
{
	struct mfa_account *a = *state;
	const struct mfa_device *mobile = add_mobile(a);
	char address[] = MAILBOX, first[MFA_SENT_SIZE], next[MFA_SENT_SIZE];
	const struct mfa_device *mailbox = add_address(a, MFA_RECIPIENT_EMAIL, address);
	const struct mfa_sent *found;

	send_to(a, mobile, here, NOW, first);
	send_to(a, mobile, there, NOW, next);
	assert_int_equal(mfa_sent_find(a, MFA_VOICE_ROOT, here, NOW, &found), MFA_SENT_ELSEWHERE);
	assert_int_equal(mfa_sent_find(a, MFA_VOICE_ROOT, there, NOW, &found), MFA_SENT_HERE);
	assert_int_equal(mfa_sent_find(a, MFA_VOICE_OWN, there, NOW, &found), MFA_SENT_NOWHERE);
	send_to(a, mailbox, there, NOW, next);
	assert_int_equal(mfa_sent_find(a, MFA_VOICE_ROOT, there, NOW, &found), MFA_SENT_HERE);
	assert_int_equal(found->method, MFA_METHOD_ID_EMAIL);
	assert_int_equal(a->asked_sent[MFA_VOICE_ROOT].count, 3);
	assert_int_equal(mfa_sent_find(a, MFA_VOICE_ROOT, there, NOW + LIFETIME, &found), MFA_SENT_NOWHERE);
	mfa_sent_drop(a);
	assert_int_equal(mfa_sent_find(a, MFA_VOICE_ROOT, there, NOW, &found), MFA_SENT_NOWHERE);
	assert_int_equal(a->asked_sent[MFA_VOICE_ROOT].count, 3);
}

/* Codes begin with any digit, and do not repeat themselves. */
static void test_drawn(void **state)
{
	struct mfa_account *a = *state;
	const struct mfa_device *device = add_mobile(a);
	unsigned firsts[10] = { 0 }, same = 0, i;
	char code[MFA_SENT_SIZE], before[MFA_SENT_SIZE] = "";

	for (i = 0; i < 5000; i++) {
		memset(a->sent, 0, sizeof(a->sent));
		send_to(a, device, here, NOW, code);
		firsts[code[0] - '0']++;
		same += strcmp(code, before) == 0;
		(void)strcpy(before, code);
	}
	/* 500 of each, and the deviation of 21. */
	for (i = 0; i < 10; i++)
		assert_in_range(firsts[i], 300, 700);
	assert_in_range(same, 0, 3);
}

/* limit_by: how often, a minute apart, before the limit is there. */
static void test_limits(void **state)
{
	static const struct { unsigned limit; enum mfa_voice voice; bool familiar; unsigned limit_by; } rows[] = {
		{ 5, MFA_VOICE_ROOT, true, 5 }, { 5, MFA_VOICE_ROOT, false, 3 },
		{ 4, MFA_VOICE_ROOT, false, 2 }, { 3, MFA_VOICE_ROOT, false, 2 }, { 2, MFA_VOICE_ROOT, false, 1 },
		{ 1, MFA_VOICE_ROOT, false, 1 }, { 1, MFA_VOICE_ROOT, true, 1 }, { 0, MFA_VOICE_ROOT, true, 0 },
		{ 5, MFA_VOICE_OWN, true, 2 }, { 5, MFA_VOICE_OWN, false, 2 }, { 5, MFA_VOICE_CALLER, false, 2 },
		{ 1, MFA_VOICE_CALLER, false, 1 }, { 2, MFA_VOICE_OWN, false, 2 }, { 2, MFA_VOICE_CALLER, true, 2 },
		{ 10, MFA_VOICE_ROOT, true, 10 }, { 50, MFA_VOICE_ROOT, true, 10 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		struct mfa_account *a;
		struct mfa_sent_ask ask;
		char code[MFA_SENT_SIZE];
		unsigned n;

		assert_int_equal(set_up((void **)&a), 0);
		ask = ask_of_device(add_mobile(a), here, NOW);
		ask.voice = rows[i].voice;
		for (n = 0; n < 20 && mfa_sent_blocked(a, &ask, rows[i].limit, rows[i].familiar) == MFA_SENT_FREE; n++) {
			assert_int_equal(mfa_sent_new(a, &ask, LIFETIME, code), 0);
			ask.now += 60;
		}
		if (n != rows[i].limit_by)
			fail_msg("row %zu: %u", i, n);
		assert_int_equal(mfa_sent_blocked(a, &ask, rows[i].limit, rows[i].familiar), MFA_SENT_LIMITED);
		/* Others have theirs. */
		ask.voice = rows[i].voice == MFA_VOICE_OWN ? MFA_VOICE_CALLER : MFA_VOICE_OWN;
		assert_int_equal(mfa_sent_blocked(a, &ask, 2, false), MFA_SENT_FREE);
		ask.voice = rows[i].voice;
		ask.now += 3600;
		if (rows[i].limit > 0)
			assert_int_equal(mfa_sent_blocked(a, &ask, rows[i].limit, rows[i].familiar), MFA_SENT_FREE);
		mfa_account_free(&a);
	}
}

/* What was not used an hour ago is held against nobody. */
static void test_often(void **state)
{
	struct mfa_account *a = *state;
	const struct mfa_device *mobile = add_mobile(a);
	char code[MFA_SENT_SIZE];

	send_to(a, mobile, here, NOW, code);
	assert_false(mfa_sent_often(a, MFA_VOICE_ROOT, NOW));
	send_to(a, mobile, here, NOW + 60, code);
	assert_true(mfa_sent_often(a, MFA_VOICE_ROOT, NOW + 60));
	assert_false(mfa_sent_often(a, MFA_VOICE_OWN, NOW + 60));
	assert_true(mfa_sent_often(a, MFA_VOICE_ROOT, NOW + 3599));
	assert_false(mfa_sent_often(a, MFA_VOICE_ROOT, NOW + 3600));
}

static void test_too_soon(void **state)
{
	struct mfa_account *a = *state;
	const struct mfa_device *mobile = add_mobile(a);
	char address[] = MAILBOX, code[MFA_SENT_SIZE];
	uint64_t mailbox = add_address(a, MFA_RECIPIENT_EMAIL, address)->id;
	const struct { const char *name; struct mfa_sent_ask ask; enum mfa_sent_block expect; } rows[] = {
		{ "at once", { MFA_METHOD_ID_SMS, mobile->id, here, 0, NOW }, MFA_SENT_TOO_SOON },
		{ "a second too soon", { MFA_METHOD_ID_SMS, mobile->id, here, 0, NOW + MFA_SENT_AGAIN - 1 }, MFA_SENT_TOO_SOON },
		{ "not", { MFA_METHOD_ID_SMS, mobile->id, here, 0, NOW + MFA_SENT_AGAIN }, MFA_SENT_FREE },
		{ "a clock that was set back", { MFA_METHOD_ID_SMS, mobile->id, here, 0, NOW - 1 }, MFA_SENT_FREE },
		{ "another way", { MFA_METHOD_ID_EMAIL, mailbox, here, 0, NOW }, MFA_SENT_FREE },
		{ "elsewhere", { MFA_METHOD_ID_SMS, mobile->id, there, 0, NOW }, MFA_SENT_FREE },
		{ "another's word", { MFA_METHOD_ID_SMS, mobile->id, here, MFA_VOICE_OWN, NOW }, MFA_SENT_FREE },
	};
	size_t i;

	send_to(a, mobile, here, NOW, code);
	for (i = 0; i < ROWS(rows); i++)
		if (mfa_sent_blocked(a, &rows[i].ask, LIMIT, true) != rows[i].expect)
			fail_msg("%s: %d", rows[i].name, (int)mfa_sent_blocked(a, &rows[i].ask, LIMIT, true));
	/* Whoever has typed it wrong too often has nothing to wait for. */
	a->sent[MFA_VOICE_ROOT].left = 0;
	assert_int_equal(mfa_sent_blocked(a, &rows[0].ask, LIMIT, true), MFA_SENT_FREE);
}

static void test_stopped(void **state)
{
	static const enum mfa_budget budgets[] = { MFA_BUDGET_SENT, MFA_BUDGET_LOCAL_SENT, MFA_BUDGET_CALLER_SENT };
	struct mfa_account *a = *state;
	struct mfa_sent_ask ask = ask_of_device(add_mobile(a), here, NOW);
	char code[MFA_SENT_SIZE];
	unsigned v, w;

	for (v = 0; v < MFA_VOICE_COUNT; v++) {
		a->throttles[budgets[v]].failures = MFA_THROTTLE_STOP;
		for (w = 0; w < MFA_VOICE_COUNT; w++) {
			ask.voice = (enum mfa_voice)w;
			assert_int_equal(mfa_sent_blocked(a, &ask, LIMIT, true), v == w ? MFA_SENT_STOPPED : MFA_SENT_FREE);
		}
		a->throttles[budgets[v]].failures = 0;
	}
	/* Where wrong answers hold nobody up the limits are all that there is. */
	ask.voice = MFA_VOICE_ROOT;
	ask.unthrottled = true;
	a->throttles[MFA_BUDGET_SENT].failures = MFA_THROTTLE_STOP;
	assert_int_equal(mfa_sent_blocked(a, &ask, LIMIT, true), MFA_SENT_FREE);
	assert_int_equal(mfa_sent_new(a, &ask, LIFETIME, code), 0);
	assert_int_equal(mfa_sent_blocked(a, &ask, LIMIT, true), MFA_SENT_TOO_SOON);
	ask.now += MFA_SENT_AGAIN;
	assert_int_equal(mfa_sent_blocked(a, &ask, 1, true), MFA_SENT_LIMITED);
	memset(a->asked_sent, 0, sizeof(a->asked_sent));
	a->throttles[MFA_BUDGET_SENT].failures = 0;
	/* An end to app codes is none of theirs. */
	a->throttles[MFA_BUDGET_CODE].failures = MFA_THROTTLE_STOP;
	assert_int_equal(mfa_sent_blocked(a, &ask, LIMIT, true), MFA_SENT_FREE);
}

static void test_familiar(void **state)
{
	static const struct {
		const char *name;
		int64_t age;
		const char *service, *was, *result, *is;
		bool expect;
	} rows[] = {
		{ "the same address", 1, "sshd", "192.0.2.7", "ok", "192.0.2.7", true },
		{ "its network", 1, "sshd", "192.0.2.7", "ok", "192.0.2.250", true },
		{ "the next one", 1, "sshd", "192.0.2.7", "ok", "192.0.3.7", false },
		{ "of IPv6", 1, "sshd", "2001:db8:0:1::7", "ok", "2001:db8:0:1:ffff::1", true },
		{ "of IPv6, the next", 1, "sshd", "2001:db8:0:1::7", "ok", "2001:db8:0:2::7", false },
		{ "mapped", 1, "sshd", "192.0.2.7", "ok", "::ffff:192.0.2.9", true },
		{ "of the other kind", 1, "sshd", "192.0.2.7", "ok", "2001:db8::1", false },
		{ "the last second", 90 * 86400 - 1, "sshd", "192.0.2.7", "ok", "192.0.2.7", true },
		{ "too long ago", 90 * 86400, "sshd", "192.0.2.7", "ok", "192.0.2.7", false },
		{ "of the future", -1, "sshd", "192.0.2.7", "ok", "192.0.2.7", false },
		{ "refused", 1, "sshd", "192.0.2.7", "used", "192.0.2.7", false },
		{ "its own program's claim", 1, "local:sshd", "192.0.2.7", "ok", "192.0.2.7", false },
		{ "a caller's claim", 1, "caller:vpn", "192.0.2.7", "ok", "192.0.2.7", false },
		{ "here", 1, "login", "", "ok", "", true },
		{ "here, and elsewhere", 1, "login", "", "ok", "192.0.2.7", false },
		{ "a name", 1, "vpn", "host.example.org", "ok", "host.example.org", true },
		{ "another name", 1, "vpn", "host.example.org", "ok", "host.example.net", false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		struct mfa_account *a;

		assert_int_equal(set_up((void **)&a), 0);
		assert_false(mfa_sent_familiar(a, rows[i].is, NOW));
		mfa_account_add_event(a, NOW - rows[i].age, rows[i].service, rows[i].was, "totp", rows[i].result);
		mfa_account_add_event(a, NOW, "sshd", "198.51.100.1", "totp", "ok");
		if (mfa_sent_familiar(a, rows[i].is, NOW) != rows[i].expect)
			fail_msg("%s", rows[i].name);
		mfa_account_free(&a);
	}
}

/* --- what else is done to an account ------------------------------------------------- */

static void test_unlocked_and_restored(void **state)
{
	struct mfa_account *a = *state;
	const struct mfa_device *device = add_mobile(a);
	char code[MFA_SENT_SIZE];

	send_to(a, device, here, NOW, code);
	assert_int_equal(mfa_factor_restore(a, NOW, false), 0);
	assert_string_equal(a->sent[MFA_VOICE_ROOT].code, "");
	assert_int_equal(a->asked_sent[MFA_VOICE_ROOT].count, 1);
	send_to(a, device, here, NOW, code);
	(void)mfa_factor_unlock(a, NOW, 1);
	assert_string_equal(a->sent[MFA_VOICE_ROOT].code, "");
	assert_int_equal(a->asked_sent[MFA_VOICE_ROOT].count, 0);
}

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
	char address[] = MAILBOX, out[MFA_DESCRIPTION_MAX];

	mfa_factor_describe(add_mobile(a), out);
	assert_string_equal(out, "+31 ** **** *78");
	mfa_factor_describe(add_address(a, MFA_RECIPIENT_EMAIL, address), out);
	assert_string_equal(out, "j***@e***.org");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_right_once), TEST(test_as_it_is_typed), cmocka_unit_test(test_where_it_is_good),
		TEST(test_first_at_the_wrong_place), TEST(test_wrong_before_it_was_sent), TEST(test_its_device_is_gone),
		TEST(test_of_no_device), TEST(test_of_another_kind_of_device), TEST(test_void_after_its_tries),
		TEST(test_what_takes_no_try), TEST(test_each_voice_has_its_own), TEST(test_one_is_stopped),
		TEST(test_an_apps_code_meanwhile), TEST(test_what_it_clears), TEST(test_the_total),
		TEST(test_nothing_was_sent), TEST(test_asked_for_again), TEST(test_failed), TEST(test_drawn),
		TEST(test_replaced), TEST(test_too_soon),
		cmocka_unit_test(test_limits), TEST(test_often), TEST(test_stopped), cmocka_unit_test(test_familiar),
		TEST(test_unlocked_and_restored), TEST(test_spent), TEST(test_described),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
