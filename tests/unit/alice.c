/* SPDX-License-Identifier: BSD-2-Clause */
#include "alice.h"

#include <stdio.h>
#include <string.h>

#include "unit.h"

void add_device(struct mfa_account *a, const char *label, const char *key, unsigned digits,
		enum mfa_hash hash)
{
	struct mfa_device d = { .hash = hash, .digits = digits, .period = PERIOD, .secret_len = 20 };

	memcpy(d.secret, key, 20);
	(void)snprintf(d.label, sizeof(d.label), "%s", label);
	assert_int_equal(mfa_account_add_device(a, &d), 0);
}

int set_up(void **state)
{
	struct mfa_account *a;

	if (mfa_account_new("alice", &a) != 0)
		return -1;
	add_device(a, "Phone", "12345678901234567890", 6, MFA_HASH_SHA1);
	*state = a;
	return 0;
}

int tear_down(void **state)
{
	mfa_account_free((struct mfa_account **)state);
	return 0;
}

const char *code(const struct mfa_account *a, int64_t time, int64_t steps)
{
	return code_of(&a->devices[0], time, steps);
}

struct mfa_judgement judge(struct mfa_account *a, const char *answer, int64_t now)
{
	struct mfa_attempt attempt = { .methods = ALL_METHODS, .window = 1, .answer = answer, .now = now,
				       .throttle = true };
	struct mfa_judgement j;

	mfa_factor_judge(a, &attempt, &j);
	return j;
}

void expect(struct mfa_account *a, const char *answer, int64_t now, enum mfa_verdict verdict)
{
	struct mfa_judgement j = judge(a, answer, now);

	if (j.verdict != verdict)
		fail_msg("%s: %d, not %d", answer != NULL ? answer : "(null)", (int)j.verdict, (int)verdict);
}
