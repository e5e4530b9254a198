/* SPDX-License-Identifier: BSD-2-Clause */
/* Methods whose answers have one form: each pair of them, one of which is not to be asked.  Built with tests/methods'
 * rows, where one more method takes any word that is as long as the account's name. */
#include "../unit/unit.h"

#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "factor/factor.h"
#include "factor/sent.h"
#include "otp/totp.h"

#define NOW 1800000000
#define SECRET "12345678901234567890"

static const uint8_t place[MFA_PLACE_SIZE] = "here";

/* An account with one of them, and a mirror.  right: an answer that is right for the other method. */
struct pair {
	const char *name;		/* of the account: as long as the other's answers */
	enum mfa_budget budget;		/* of the other method */
	void (*add)(struct mfa_account *a, char *right);
};

static void add_device(struct mfa_account *a, enum mfa_device_type type, uint64_t at, char *right)
{
	struct mfa_device d = { .type = type, .hash = MFA_HASH_SHA1, .digits = 6, .period = 30, .secret_len = 20,
				.label = "Other" };
	struct mfa_hotp *hotp;
	uint32_t code;

	memcpy(d.secret, SECRET, d.secret_len);
	assert_int_equal(mfa_account_add_device(a, &d), 0);
	assert_int_equal(mfa_hotp_new(d.hash, d.secret, d.secret_len, d.digits, &hotp), 0);
	assert_int_equal(mfa_hotp_code(hotp, at, &code), 0);
	mfa_hotp_free(&hotp);
	(void)snprintf(right, 16, "%06u", code);
}

static void add_totp(struct mfa_account *a, char *right)
{
	add_device(a, MFA_DEVICE_TOTP, mfa_totp_step(NOW, 30), right);
}

static void add_hotp(struct mfa_account *a, char *right)
{
	add_device(a, MFA_DEVICE_HOTP, 0, right);
}

static void add_scratch(struct mfa_account *a, char *right)
{
	(void)strcpy(right, "13572468");
	assert_int_equal(mfa_recovery_add_scratch(a, right), 0);
}

static void add_recovery(struct mfa_account *a, char *right)
{
	char codes[MFA_RECOVERY_COUNT][MFA_RECOVERY_CODE_SIZE];

	assert_int_equal(mfa_recovery_generate(a, codes), 0);
	(void)strcpy(right, codes[0]);
}

static void add_pass(struct mfa_account *a, char *right)
{
	assert_int_equal(mfa_pass_generate(a, NOW, NOW + 3600, 5, right), 0);
}

/* Of a code that was sent, to a mailbox or to a telephone. */
static void add_sent(struct mfa_account *a, enum mfa_recipient_kind kind, char *address, char *right)
{
	struct mfa_sent_ask ask = { .place = place, .now = NOW };
	struct mfa_device d;

	mfa_device_from_recipient(kind, address, 1, NOW, &d);
	assert_int_equal(mfa_account_add_device(a, &d), 0);
	ask.method = (enum mfa_method_id)d.type;
	ask.device = a->devices[0].id;
	assert_int_equal(mfa_sent_new(a, &ask, 600, right), 0);
	/* Not by chance a mirror's. */
	if (strcmp(right, "100006") == 0)
		right[0] = a->sent[MFA_VOICE_ROOT].code[0] = '2';
}

static void add_email(struct mfa_account *a, char *right)
{
	char address[] = "jan@example.org";

	add_sent(a, MFA_RECIPIENT_EMAIL, address, right);
}

static void add_sms(struct mfa_account *a, char *right)
{
	char address[] = "+31612345678";

	add_sent(a, MFA_RECIPIENT_NUMBER, address, right);
}

static const struct pair pairs[] = {
	{ "600001", MFA_BUDGET_CODE, add_totp },
	{ "600001", MFA_BUDGET_CODE, add_hotp },
	{ "80000001", MFA_BUDGET_CODE, add_scratch },
	{ "abcdefghijkm", MFA_BUDGET_RECOVERY, add_recovery },
	{ "abcdefghijpat", MFA_BUDGET_PASS, add_pass },
	{ "600001", MFA_BUDGET_SENT, add_email },
	{ "600001", MFA_BUDGET_SENT, add_sms },
};

static struct mfa_account *account_of(const struct pair *pair, char right[32])
{
	struct mfa_device mirror = { .type = MFA_DEVICE_REVERSED, .label = "Mirror" };
	struct mfa_account *a;

	assert_int_equal(mfa_account_new(pair->name, &a), 0);
	pair->add(a, right);
	assert_int_equal(mfa_account_add_device(a, &mirror), 0);
	return a;
}

static void reverse(const char *name, char out[32])
{
	size_t i, len = strlen(name);

	for (i = 0; i < len; i++)
		out[i] = name[len - 1 - i];
	out[len] = '\0';
}

/* Both methods of a pair, and no third: what is sent has the form of an app's codes, too. */
static unsigned methods_of(const struct mfa_account *a)
{
	unsigned methods = mfa_account_methods(a);

	return (methods & (MFA_METHOD_EMAIL | MFA_METHOD_SMS)) != 0 ? methods : ALL_METHODS;
}

static struct mfa_judgement judge(struct mfa_account *a, const char *answer)
{
	struct mfa_attempt attempt = { .answer = answer, .now = NOW, .methods = methods_of(a), .window = 1,
				       .throttle = true, .place = place };
	struct mfa_judgement out;

	mfa_factor_judge(a, &attempt, &out);
	return out;
}

/* So that it lets nothing be looked at: stopped, or waiting where it never stops. */
static void shut(struct mfa_account *a, enum mfa_budget budget)
{
	a->throttles[budget].failures = mfa_budget(budget)->stops ? MFA_THROTTLE_STOP : 20;
	a->throttles[budget].until = NOW + 600;
}

static void assert_shut(const struct mfa_account *a, enum mfa_budget budget)
{
	assert_int_equal(a->throttles[budget].failures, mfa_budget(budget)->stops ? MFA_THROTTLE_STOP : 20);
}

static void test_right_for_either(void **state)
{
	char right[32], mirrored[32];
	size_t i;

	for (i = 0; i < ROWS(pairs); i++) {
		struct mfa_account *a = account_of(&pairs[i], right);

		reverse(a->name, mirrored);
		assert_int_equal(judge(a, right).verdict, MFA_VERDICT_RIGHT);
		assert_int_equal(judge(a, mirrored).verdict, MFA_VERDICT_RIGHT);
		mfa_account_free(&a);
	}
}

/* A method that is not to be asked is not right behind the other's back, and nothing clears it. */
static void test_one_shut(void **state)
{
	char right[32], mirrored[32];
	size_t i;

	for (i = 0; i < ROWS(pairs); i++) {
		enum mfa_budget other = pairs[i].budget;
		struct mfa_account *a = account_of(&pairs[i], right);
		struct mfa_judgement j;

		shut(a, other);
		j = judge(a, right);
		assert_int_equal(j.verdict, MFA_VERDICT_WRONG);
		assert_string_equal(j.method, "reversed");
		assert_shut(a, other);
		assert_int_equal(a->throttles[MFA_BUDGET_REVERSED].failures, 1);
		mfa_account_free(&a);

		a = account_of(&pairs[i], right);
		reverse(a->name, mirrored);
		shut(a, MFA_BUDGET_REVERSED);
		assert_int_equal(judge(a, mirrored).verdict, MFA_VERDICT_WRONG);
		assert_shut(a, MFA_BUDGET_REVERSED);
		assert_int_equal(a->throttles[other].failures, 1);
		assert_int_equal(judge(a, right).verdict, MFA_VERDICT_RIGHT);
		mfa_account_free(&a);
	}
}

static void test_both_shut(void **state)
{
	char right[32];
	size_t i;

	for (i = 0; i < ROWS(pairs); i++) {
		struct mfa_account *a = account_of(&pairs[i], right);
		struct mfa_judgement j;

		shut(a, pairs[i].budget);
		shut(a, MFA_BUDGET_REVERSED);
		j = judge(a, right);
		assert_int_equal(j.verdict, mfa_budget(pairs[i].budget)->stops ? MFA_VERDICT_STOPPED : MFA_VERDICT_WAIT);
		assert_shut(a, pairs[i].budget);
		assert_shut(a, MFA_BUDGET_REVERSED);
		mfa_account_free(&a);
	}
}

/* A wrong answer counts in the budget of each method that was asked, and where both have one, once. */
static void test_wrong_counts_in_each(void **state)
{
	char right[32], wrong[32];
	size_t i;

	for (i = 0; i < ROWS(pairs); i++) {
		struct mfa_account *a = account_of(&pairs[i], right);
		char *last = &right[strlen(right) - 1];

		(void)strcpy(wrong, right);
		wrong[strlen(wrong) - 1] = *last == '2' ? '3' : '2';
		assert_int_equal(judge(a, wrong).verdict, MFA_VERDICT_WRONG);
		assert_int_equal(a->throttles[pairs[i].budget].failures, 1);
		assert_int_equal(a->throttles[MFA_BUDGET_REVERSED].failures, 1);
		mfa_account_free(&a);
	}
}

/* What `methods` does not name is not asked, and is not right. */
static void test_one_not_named(void **state)
{
	struct mfa_attempt attempt = { .now = NOW, .methods = ALL_METHODS & ~MFA_METHOD_REVERSED, .window = 1,
				       .place = place };
	char right[32], mirrored[32];
	struct mfa_judgement j;
	size_t i;

	for (i = 0; i < ROWS(pairs); i++) {
		struct mfa_account *a = account_of(&pairs[i], right);

		reverse(a->name, mirrored);
		attempt.answer = mirrored;
		mfa_factor_judge(a, &attempt, &j);
		assert_int_equal(j.verdict, MFA_VERDICT_WRONG);
		assert_int_equal(a->throttles[MFA_BUDGET_REVERSED].failures, 0);
		assert_int_equal(a->throttles[pairs[i].budget].failures, 1);
		mfa_account_free(&a);
	}
}

/* Its record comes back as it was, in the format that first has it. */
static void test_record(void **state)
{
	struct mfa_account *a, *b;
	char right[32], *text;
	size_t len;

	a = account_of(&pairs[0], right);
	a->throttles[MFA_BUDGET_REVERSED].failures = 3;
	assert_int_equal(mfa_account_format(a, &text, &len), 0);
	assert_non_null(strstr(text, "\"v\":4"));
	assert_int_equal(mfa_account_parse(text, len, &b), 0);
	assert_int_equal(b->device_count, 2);
	assert_int_equal(b->devices[1].type, MFA_DEVICE_REVERSED);
	assert_int_equal(b->throttles[MFA_BUDGET_REVERSED].failures, 3);
	free(text);
	mfa_account_free(&a);
	mfa_account_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_right_for_either),
		cmocka_unit_test(test_one_shut),
		cmocka_unit_test(test_both_shut),
		cmocka_unit_test(test_wrong_counts_in_each),
		cmocka_unit_test(test_one_not_named),
		cmocka_unit_test(test_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
