/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "account/alert.h"

#define WEEK MFA_ALERT_SECONDS

struct made { const char *label; int64_t created; };

static struct mfa_account *account_with(int64_t told, const struct made *made, size_t count)
{
	struct mfa_account *a;
	size_t i;

	assert_int_equal(mfa_account_new("alice", &a), 0);
	a->told = told;
	for (i = 0; i < count && made[i].label != NULL; i++) {
		struct mfa_device d = { .type = MFA_DEVICE_TOTP, .created = made[i].created };

		(void)snprintf(d.label, sizeof(d.label), "%s", made[i].label);
		assert_int_equal(mfa_account_add_device(a, &d), 0);
	}
	return a;
}

static void test_which(void **state)
{
	static const struct {
		int64_t told;
		struct made made[3];
		const char *alerts[3];
		int64_t until;
	} rows[] = {
		{ 0, { { NULL, 0 } }, { NULL }, 0 },
		{ 0, { { "Phone", 10 } }, { "Phone" }, 10 },
		{ 10, { { "Phone", 10 } }, { NULL }, 0 },
		{ 9, { { "Phone", 10 } }, { "Phone" }, 10 },
		{ 10, { { "Phone", 10 }, { "Tablet", 11 } }, { "Tablet" }, 11 },
		{ 5, { { "Phone", 12 }, { "Old", 5 }, { "Tablet", 11 } }, { "Phone", "Tablet" }, 12 },
	};
	size_t i, n, at;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		struct mfa_account *a = account_with(rows[i].told, rows[i].made, 3);
		const struct mfa_device *d;

		for (n = 0, at = 0; (d = mfa_alert_next(a, &at)) != NULL; n++) {
			assert_non_null(rows[i].alerts[n]);
			assert_string_equal(d->label, rows[i].alerts[n]);
		}
		assert_true(n == 3 || rows[i].alerts[n] == NULL);
		assert_int_equal(mfa_alert_until(a), rows[i].until);
		mfa_account_free(&a);
	}
}

static void test_said(void **state)
{
	static const struct {
		const char *name;
		int64_t told;
		struct made made[3];
		int64_t until;
		const char *label;
		int64_t now;
		int64_t expect;
	} rows[] = {
		{ "by the only device", 0, { { "Phone", 10 } }, 10, "Phone", 20, 10 },
		{ "by an older one", 5, { { "Phone", 5 }, { "Thief", 10 } }, 10, "Phone", 20, 10 },
		{ "by itself", 5, { { "Phone", 5 }, { "Thief", 10 } }, 10, "Thief", 20, 5 },
		{ "by itself, a second too early", 5, { { "Phone", 5 }, { "Mine", 10 } }, 10, "Mine",
		  10 + WEEK - 1, 5 },
		{ "by itself, long after", 5, { { "Phone", 5 }, { "Mine", 10 } }, 10, "Mine", 10 + WEEK, 10 },
		{ "by one of two that are both new", 0, { { "Phone", 8 }, { "Thief", 10 } }, 10, "Thief", 20, 10 },
		{ "by a recovery code", 5, { { "Phone", 5 }, { "Thief", 10 } }, 10, "", 20, 10 },
		{ "by one that has gone", 5, { { "Phone", 5 }, { "Thief", 10 } }, 10, "Gone", 20, 10 },
		{ "one came after it was said", 5, { { "Phone", 5 }, { "Late", 30 } }, 10, "Phone", 40, 10 },
		{ "nothing was said", 5, { { "Phone", 5 }, { "Late", 30 } }, 0, "Phone", 40, 5 },
		{ "somebody said more meanwhile", 12, { { "Phone", 5 }, { "Tablet", 12 } }, 10, "Phone", 20, 12 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		struct mfa_account *a = account_with(rows[i].told, rows[i].made, 3);

		mfa_alert_said(a, rows[i].until, rows[i].label, rows[i].now);
		if (a->told != rows[i].expect)
			fail_msg("%s: %lld", rows[i].name, (long long)a->told);
		mfa_account_free(&a);
	}
}

/* Wrong answers: told once, to who shows a device that is no alerts itself. */
static void test_wrong(void **state)
{
	static const struct {
		const char *name;
		int64_t told;
		struct made made[3];
		struct mfa_unheard unheard;
		uint32_t own;
		const char *label;
		int64_t now;
		uint32_t count;		/* that are told */
		uint32_t left;		/* for the next time */
		bool unshown;
	} rows[] = {
		{ "where it may not be shown", 5, { { "Phone", 5 } }, { 7, 10, 20, 0 }, 0, "Phone", 100, 7, 7, true },
		{ "there with her own mistakes", 5, { { "Phone", 5 } }, { 7, 10, 20, 0 }, 2, "Phone", 100, 5, 5, true },
		{ "there, her own alone", 5, { { "Phone", 5 } }, { 2, 10, 20, 0 }, 2, "Phone", 100, 0, 0, true },
		{ "there, old", 5, { { "Phone", 5 } }, { 7, 10, 20, 0 }, 0, "Phone", 20 + WEEK, 0, 0, true },
		{ "nothing", 5, { { "Phone", 5 } }, { 0, 0, 0, 0 }, 0, "Phone", 100, 0, 0 },
		{ "by the owner", 5, { { "Phone", 5 } }, { 7, 10, 20, 0 }, 0, "Phone", 100, 7, 0 },
		{ "with her own mistakes", 5, { { "Phone", 5 } }, { 7, 10, 20, 0 }, 2, "Phone", 100, 5, 0 },
		{ "her own alone", 5, { { "Phone", 5 } }, { 2, 10, 20, 0 }, 2, "Phone", 100, 0, 0 },
		{ "more than are there", 5, { { "Phone", 5 } }, { 2, 10, 20, 0 }, 3, "Phone", 100, 0, 0 },
		{ "by a recovery code", 5, { { "Phone", 5 }, { "Thief", 10 } }, { 7, 10, 20, 0 }, 0, "", 100, 7, 0 },
		{ "by a thief's new phone", 5, { { "Phone", 5 }, { "Thief", 10 } }, { 7, 10, 20, 0 }, 0, "Thief",
		  100, 7, 7 },
		{ "by a first device", 0, { { "Phone", 10 } }, { 7, 10, 20, 0 }, 0, "Phone", 100, 7, 0 },
		{ "a second too early to be old", 5, { { "Phone", 5 } }, { 7, 10, 20, 0 }, 0, "Phone",
		  20 + WEEK - 1, 7, 0 },
		{ "old", 5, { { "Phone", 5 } }, { 7, 10, 20, 0 }, 0, "Phone", 20 + WEEK, 0, 0 },
		{ "a clock set back", 5, { { "Phone", 5 } }, { 7, 10, 20, 0 }, 0, "Phone", 7, 7, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		struct mfa_account *a = account_with(rows[i].told, rows[i].made, 3);
		struct mfa_unheard out;

		a->unheard = rows[i].unheard;
		mfa_alert_take_wrong(a, rows[i].own, rows[i].label, !rows[i].unshown, rows[i].now, &out);
		if (out.count != rows[i].count || a->unheard.count != rows[i].left ||
		    (out.count > 0 && (out.first != 10 || out.last != 20)))
			fail_msg("%s: %u, %u", rows[i].name, out.count, a->unheard.count);
		mfa_account_free(&a);
	}
}

static void test_wrong_counted(void **state)
{
	static const struct { int64_t now; uint32_t count; int64_t first, last; } rows[] = {
		{ 100, 1, 100, 100 }, { 150, 2, 100, 150 }, { 150 + WEEK - 1, 3, 100, 150 + WEEK - 1 },
		{ 150 + 2 * WEEK - 1, 1, 150 + 2 * WEEK - 1, 150 + 2 * WEEK - 1 },
		{ 50, 2, 50, 50 },	/* a clock set back */
	};
	struct mfa_account *a = account_with(0, NULL, 0);
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		mfa_alert_wrong(a, rows[i].now);
		if (a->unheard.count != rows[i].count || a->unheard.first != rows[i].first ||
		    a->unheard.last != rows[i].last)
			fail_msg("row %zu: %u", i, a->unheard.count);
	}
	mfa_account_free(&a);
}

static void test_places(void **state)
{
	static const struct { int64_t since; size_t size; const char *expect; } rows[] = {
		{ 0, 100, "sudo, sshd 192.0.2.2, sshd 192.0.2.1" },
		{ 2, 100, "sudo, sshd 192.0.2.2" },
		{ 9, 100, "" },
		/* As much as fits with the mark. */
		{ 0, 42, "sudo, sshd 192.0.2.2, sshd 192.0.2.1" },
		{ 0, 41, "sudo, sshd 192.0.2.2, ..." },
		{ 0, 26, "sudo, sshd 192.0.2.2, ..." },
		{ 0, 25, "sudo, ..." },
		{ 0, 9, "..." },
	};
	struct mfa_account *a = account_with(0, NULL, 0);
	char out[100];
	size_t i;

	(void)state;
	mfa_account_add_event(a, 1, "sshd", "192.0.2.1", "totp", "wrong");
	mfa_account_add_event(a, 2, "sshd", "192.0.2.2", "totp", "wrong");
	mfa_account_add_event(a, 3, "sshd", "192.0.2.3", "totp", "ok");
	mfa_account_add_event(a, 4, "local:i3lock", "", "totp", "wrong");
	mfa_account_add_event(a, 4, "caller:radiusd (freerad)", "192.0.2.9", "totp", "wrong");
	mfa_account_add_event(a, 5, "sudo", "", "totp", "wrong");
	for (i = 0; i < ROWS(rows); i++) {
		mfa_alert_places(a, rows[i].since, out, rows[i].size);
		assert_string_equal(out, rows[i].expect);
	}
	/* What was put together has no place. */
	mfa_account_add_event(a, 6, MFA_ELSEWHERE, MFA_ELSEWHERE, "totp", "wrong");
	mfa_account_add_event(a, 7, "login", "", "totp", "wrong");
	mfa_alert_places(a, 0, out, sizeof(out));
	assert_string_equal(out, "login, ...");
	mfa_account_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_which),
		cmocka_unit_test(test_said),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_wrong_counted),
		cmocka_unit_test(test_places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
