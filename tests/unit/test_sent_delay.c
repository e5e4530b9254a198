/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include "mfad/ask/sent_delay.h"

static void test_made_up(void **state)
{
	enum sender_state said;
	unsigned i;

	(void)state;
	for (i = 0; i < 100; i++) {
		assert_in_range(sent_delay_draw(MFA_METHOD_ID_SMS, &said), 0, 1499);
		assert_int_equal(said, SENDER_SENT);
	}
}

/* Those of each method, the last of them, and each with what was told then. */
static void test_as_others(void **state)
{
	bool seen[32] = { false };
	enum sender_state said;
	int64_t ms;
	unsigned i;

	(void)state;
	sent_delay_note(MFA_METHOD_ID_EMAIL, 9999, SENDER_SENT);
	for (i = 0; i < 32; i++)
		sent_delay_note(MFA_METHOD_ID_EMAIL, 5000 + i, i % 2 == 0 ? SENDER_SENT : SENDER_UNDERWAY);
	sent_delay_note(MFA_METHOD_ID_EMAIL, 1, SENDER_FAILED);
	for (i = 0; i < 3200; i++) {
		ms = sent_delay_draw(MFA_METHOD_ID_EMAIL, &said);
		assert_in_range(ms, 5000, 5031);
		assert_int_equal(said, ms % 2 == 0 ? SENDER_SENT : SENDER_UNDERWAY);
		seen[ms - 5000] = true;
	}
	for (i = 0; i < 32; i++)
		assert_true(seen[i]);
	assert_in_range(sent_delay_draw(MFA_METHOD_ID_SMS, &said), 0, 1499);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_made_up),
		cmocka_unit_test(test_as_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
