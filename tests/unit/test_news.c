#include "unit.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "account/news.h"

#define WEEK MFA_NEWS_SECONDS

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
		const char *news[3];
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

		for (n = 0, at = 0; (d = mfa_news_next(a, &at)) != NULL; n++) {
			assert_non_null(rows[i].news[n]);
			assert_string_equal(d->label, rows[i].news[n]);
		}
		assert_true(n == 3 || rows[i].news[n] == NULL);
		assert_int_equal(mfa_news_until(a), rows[i].until);
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

		mfa_news_said(a, rows[i].until, rows[i].label, rows[i].now);
		if (a->told != rows[i].expect)
			fail_msg("%s: %lld", rows[i].name, (long long)a->told);
		mfa_account_free(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_which),
		cmocka_unit_test(test_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
