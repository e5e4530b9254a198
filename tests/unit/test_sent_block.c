/* SPDX-License-Identifier: BSD-2-Clause */
/* How often one may ask for a code that is sent, and when not at all. */
#include "unit.h"

#include <string.h>

#include "alice.h"
#include "sent_codes.h"

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
	char code[MFA_SENT_SIZE];
	uint64_t mailbox = add_address(a, MFA_RECIPIENT_EMAIL, MAILBOX)->id;
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limits), TEST(test_often), TEST(test_too_soon), TEST(test_stopped),
		cmocka_unit_test(test_familiar),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
