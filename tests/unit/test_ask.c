/* SPDX-License-Identifier: BSD-2-Clause */
/* The rows of methods, as far as they must agree with each other. */
#include "unit.h"

#include <stdbool.h>
#include <string.h>

#include "mfad/ask/ask.h"

/* A way that is begun is gone through to its end. */
static void test_begun_has_all(void **state)
{
	const struct ask *row;
	size_t i, begun = 0;

	(void)state;
	for (i = 0; (row = ask_row(i)) != NULL; i++) {
		if (row->begin == NULL)
			continue;
		begun++;
		assert_non_null(row->prompt);
		assert_non_null(row->wait);
		assert_non_null(row->answered);
		assert_non_null(row->settle);
		assert_non_null(row->end);
	}
	assert_true(begun > 0);
}

/* What mfa-enroll has an option for can be added, and the other way round. */
static void test_options_can_be_added(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < MFA_METHOD_COUNT; i++) {
		const struct mfa_method *method = mfa_method((enum mfa_method_id)i);
		const struct ask *row = ask_by_word(method->word);

		assert_int_equal(row != NULL, method->option != NULL);
		if (row == NULL)
			continue;
		assert_int_equal(row->method, i);
		assert_non_null(row->choice);
		assert_non_null(row->brief);
		assert_non_null(row->offered);
		assert_non_null(row->proven);
		assert_non_null(method->label);
		assert_non_null(method->counted);
		assert_int_not_equal(method->holds, MFA_HOLDS_NOTHING);
	}
}

/* Something can always be added: it needs nothing that may be missing. */
static void test_last_resort(void **state)
{
	const struct ask *row;
	size_t i, n = 0;

	(void)state;
	for (i = 0; (row = ask_row(i)) != NULL; i++)
		n += row->enrol != NULL && row->not_offered == NULL && mfa_method(row->method)->alone;
	assert_true(n > 0);
}

static void test_each_once(void **state)
{
	enum mfa_method_id id;
	size_t i;

	(void)state;
	for (i = 0; i < MFA_METHOD_COUNT; i++) {
		const struct mfa_method *method = mfa_method((enum mfa_method_id)i);

		assert_int_equal(mfa_method_by_word(method->word, &id), 0);
		assert_int_equal(id, i);
		assert_ptr_equal(mfa_method_of((enum mfa_method_kind)(1U << i)), method);
		assert_int_equal(method->holds != MFA_HOLDS_NOTHING, method->format > 0);
	}
	assert_null(mfa_method_of(MFA_METHOD_NONE));
	assert_null(mfa_method_of((enum mfa_method_kind)3));
}

/* What is not typed anywhere is right only where it was begun. */
static void test_open(void **state)
{
	static const struct {
		unsigned methods;
		enum mfa_method_kind begun;
		unsigned open;
	} rows[] = {
		{ MFA_METHOD_TOTP | MFA_METHOD_PUSH, MFA_METHOD_NONE, MFA_METHOD_TOTP },
		{ MFA_METHOD_TOTP | MFA_METHOD_PUSH, MFA_METHOD_PUSH, MFA_METHOD_TOTP | MFA_METHOD_PUSH },
		{ MFA_METHOD_TOTP, MFA_METHOD_PUSH, MFA_METHOD_TOTP },
		{ MFA_METHOD_PUSH, MFA_METHOD_NONE, 0 },
		{ MFA_METHOD_RECOVERY | MFA_METHOD_PASS, MFA_METHOD_NONE, MFA_METHOD_RECOVERY | MFA_METHOD_PASS },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++)
		assert_int_equal(mfa_methods_open(rows[i].methods, rows[i].begun), rows[i].open);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_begun_has_all),
		cmocka_unit_test(test_options_can_be_added),
		cmocka_unit_test(test_last_resort),
		cmocka_unit_test(test_each_once),
		cmocka_unit_test(test_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
