/* SPDX-License-Identifier: BSD-2-Clause */
/* Temporary access passes. */
#include "unit.h"

#include <string.h>

#include "alice.h"

static void test_pass(void **state)
{
	struct mfa_account *a = *state;
	char pass[MFA_PASS_SIZE], other[MFA_PASS_SIZE];
	struct mfa_judgement j;

	expect(a, "tap-abcde-fghij", NOW, MFA_VERDICT_WRONG);
	assert_int_equal(a->throttles[MFA_BUDGET_PASS].failures, 1);
	assert_int_equal(mfa_pass_generate(a, NOW, NOW + 100, 2, pass), 0);
	assert_int_equal(strlen(pass), MFA_PASS_SIZE - 1);
	assert_null(strstr((const char *)&a->pass, pass));
	j = judge(a, pass, NOW);
	assert_int_equal(j.verdict, MFA_VERDICT_RIGHT);
	assert_string_equal(j.method, "pass");
	assert_int_equal(j.kind, MFA_METHOD_PASS);
	assert_int_equal(a->throttles[MFA_BUDGET_PASS].failures, 0);
	assert_int_equal(a->pass.uses, 1);
	expect(a, pass, NOW + 99, MFA_VERDICT_RIGHT);
	assert_false(mfa_account_has_pass(a, NOW));
	expect(a, pass, NOW + 99, MFA_VERDICT_WRONG);
	/* It ends. */
	assert_int_equal(mfa_pass_generate(a, NOW, NOW + 100, 1, pass), 0);
	expect(a, pass, NOW + 100, MFA_VERDICT_WRONG);
	/* A new one takes the place of the one before. */
	assert_int_equal(mfa_pass_generate(a, NOW, NOW + 100, 1, other), 0);
	expect(a, pass, NOW, MFA_VERDICT_WRONG);
	expect(a, other, NOW, MFA_VERDICT_RIGHT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_pass),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
