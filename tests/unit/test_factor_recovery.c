/* SPDX-License-Identifier: BSD-2-Clause */
/* Recovery codes. */
#include "unit.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "alice.h"
#include "factor/judging.h"

static void test_recovery(void **state)
{
	struct mfa_account *a = *state;
	char codes[MFA_RECOVERY_COUNT][MFA_RECOVERY_CODE_SIZE], typed[32];
	struct mfa_judgement j;
	size_t i, k;

	assert_int_equal(mfa_recovery_generate(a, codes), 0);
	assert_int_equal(a->recovery_count, MFA_RECOVERY_COUNT);
	for (i = 0; i < MFA_RECOVERY_COUNT; i++) {
		/* Twelve letters of 32: 60 bits. */
		assert_int_equal(strlen(codes[i]), MFA_RECOVERY_CODE_SIZE - 1);
		for (k = 0; codes[i][k] != '\0'; k++)
			assert_non_null(strchr(k % 5 == 4 ? "-" : "abcdefghijklmnopqrstuvwxyz234567",
					       codes[i][k]));
		for (k = 0; k < i; k++)
			assert_string_not_equal(codes[i], codes[k]);
	}
	for (i = 0; i < MFA_RECOVERY_COUNT; i++) {
		/* As people type them: capitals, without hyphens, digits for the letters they look like. */
		for (k = 0; codes[i][k] != '\0'; k++) {
			char c = (char)toupper((unsigned char)codes[i][k]);

			typed[k] = c == 'O' ? '0' : c == 'L' ? '1' : c == 'B' ? '8' : c == '-' ? ' ' : c;
		}
		typed[k] = '\0';
		j = judge(a, typed, NOW);
		assert_int_equal(j.verdict, MFA_VERDICT_RIGHT);
		assert_string_equal(j.method, "recovery");
		assert_int_equal(a->recovery_count, MFA_RECOVERY_COUNT - 1 - i);
		expect(a, codes[i], NOW, MFA_VERDICT_WRONG);
	}
}

/* Guessing at one kind does not lock out the other. */
static void test_recovery_budget(void **state)
{
	struct mfa_account *a = *state;
	char codes[MFA_RECOVERY_COUNT][MFA_RECOVERY_CODE_SIZE];
	int64_t now = NOW;
	char guess[16];
	int i;

	assert_int_equal(mfa_recovery_generate(a, codes), 0);
	for (i = 0; i < 100; i++, now += 900) {
		(void)snprintf(guess, sizeof(guess), "%06d", i);
		expect(a, guess, now, MFA_VERDICT_WRONG);
	}
	expect(a, code(a, now, 0), now, MFA_VERDICT_STOPPED);
	expect(a, "aaaa-aaaa-aaaa", now, MFA_VERDICT_WRONG);
	expect(a, codes[3], now, MFA_VERDICT_RIGHT);
	expect(a, code(a, now, 0), now, MFA_VERDICT_RIGHT);
	for (i = 0; i < 5; i++)
		expect(a, "aaaa-aaaa-aaaa", now, MFA_VERDICT_WRONG);
	expect(a, codes[4], now, MFA_VERDICT_WAIT);
	expect(a, code(a, now, 1), now, MFA_VERDICT_RIGHT);
	expect(a, codes[4], now, MFA_VERDICT_RIGHT);
}

/* One that is digits has the form of an app's codes, too.  What only those were asked of, while recovery codes had to
 * wait, was no recovery code's mistake: it is right afterwards. */
static void test_recovery_of_digits(void **state)
{
	struct mfa_account *a = *state;
	char codes[MFA_RECOVERY_COUNT][MFA_RECOVERY_CODE_SIZE];
	int64_t wait;
	int i;

	assert_int_equal(mfa_recovery_generate(a, codes), 0);
	assert_int_equal(mfa_letters_hash(a->recovery_salt, "234567234567", 12, a->recovery[0]), 0);
	for (i = 0; i < MFA_THROTTLE_FREE; i++)
		expect(a, "aaaa-aaaa-aaaa", NOW, MFA_VERDICT_WRONG);
	wait = mfa_throttle_wait(&a->throttles[MFA_BUDGET_RECOVERY], NOW);
	assert_true(wait > 0);
	expect(a, "2345-6723-4567", NOW, MFA_VERDICT_WRONG);
	expect(a, "2345-6723-4567", NOW + wait + MFA_KNOWN_AFTER_SECONDS, MFA_VERDICT_RIGHT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_recovery),
		TEST(test_recovery_budget),
		TEST(test_recovery_of_digits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
