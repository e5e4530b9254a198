/* SPDX-License-Identifier: BSD-2-Clause */
/* A code that is sent: drawn, asked for again, replaced, and what ends it. */
#include "unit.h"

#include <string.h>

#include "alice.h"
#include "sent_codes.h"

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
	char first[MFA_SENT_SIZE], next[MFA_SENT_SIZE];
	const struct mfa_device *mailbox = add_address(a, MFA_RECIPIENT_EMAIL, MAILBOX);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_asked_for_again), TEST(test_failed), TEST(test_replaced), TEST(test_drawn),
		TEST(test_unlocked_and_restored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
