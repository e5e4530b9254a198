#include "policy/policy.h"

struct mfa_decision mfa_policy_decide(const struct mfa_policy *policy,
				      const struct mfa_policy_facts *facts)
{
	if (facts->enrolled)
		return (struct mfa_decision){ MFA_DECISION_REQUIRE, "enrolled" };
	if (policy->unenrolled == MFA_UNENROLLED_ALLOW)
		return (struct mfa_decision){ MFA_DECISION_ALLOW, "unenrolled=allow" };
	return (struct mfa_decision){ MFA_DECISION_REFUSE, "unenrolled=deny" };
}
