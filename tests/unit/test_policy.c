#include "unit.h"

#include <string.h>

#include "policy/policy.h"

static void test_decide(void **state)
{
	static const struct {
		const char *name; enum mfa_unenrolled unenrolled; bool enrolled;
		enum mfa_decision_kind kind; const char *rule;
	} rows[] = {
		{ "enrolled", MFA_UNENROLLED_DENY, true, MFA_DECISION_REQUIRE, "enrolled" },
		/* What is said of others spares nobody who has a device. */
		{ "enrolled, others may pass", MFA_UNENROLLED_ALLOW, true, MFA_DECISION_REQUIRE,
		  "enrolled" },
		{ "nothing enrolled", MFA_UNENROLLED_DENY, false, MFA_DECISION_REFUSE,
		  "unenrolled=deny" },
		{ "nothing enrolled, may pass", MFA_UNENROLLED_ALLOW, false, MFA_DECISION_ALLOW,
		  "unenrolled=allow" },
	};
	size_t i;
	int nss;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		/* How names are looked up and who may enrol has no say in it. */
		for (nss = 0; nss < 2; nss++) {
			struct mfa_policy policy = { .unenrolled = rows[i].unenrolled, .nss = nss != 0,
						     .enrol_local = nss == 0 };
			struct mfa_policy_facts facts = { .enrolled = rows[i].enrolled };
			struct mfa_decision d = mfa_policy_decide(&policy, &facts);

			if (d.kind != rows[i].kind || strcmp(d.rule, rows[i].rule) != 0)
				fail_msg("%s: %d %s", rows[i].name, (int)d.kind, d.rule);
		}
	}
}

/* A decision, a rule or a fact that nobody filled in lets nobody in. */
static void test_default_deny(void **state)
{
	struct mfa_policy policy;
	struct mfa_policy_facts facts;

	(void)state;
	memset(&policy, 0, sizeof(policy));
	memset(&facts, 0, sizeof(facts));
	assert_int_equal(mfa_policy_decide(&policy, &facts).kind, MFA_DECISION_REFUSE);
	assert_int_equal(MFA_DECISION_REFUSE, 0);
	/* Nor does a value that is none of those there are. */
	policy.unenrolled = (enum mfa_unenrolled)7;
	assert_int_equal(mfa_policy_decide(&policy, &facts).kind, MFA_DECISION_REFUSE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decide),
		cmocka_unit_test(test_default_deny),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
