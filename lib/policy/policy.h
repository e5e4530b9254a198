/* What a service asks of whom: the rules of mfa.conf, and the one place where
 * they are weighed.  Pure: no I/O. */
#ifndef MFA_POLICY_H
#define MFA_POLICY_H

#include <stdbool.h>

/* Whether an account without a factor gets in. */
enum mfa_unenrolled { MFA_UNENROLLED_DENY, MFA_UNENROLLED_ALLOW };
/* Whether a sign-in leads through enrolment. */
enum mfa_enrolment { MFA_ENROLMENT_OFF };

struct mfa_policy {
	char *service;			/* NULL: every service without rules of its own */
	bool nss;			/* names must be known to the system */
	enum mfa_unenrolled unenrolled;
	enum mfa_enrolment enrolment;
	bool enrol_local;		/* mfa-enroll may add a first device without a pass */
};

enum mfa_decision_kind {
	MFA_DECISION_REFUSE = 0,	/* no entry; ask all the same, so that it does not show */
	MFA_DECISION_REQUIRE,		/* a factor must be shown */
	MFA_DECISION_ALLOW,		/* no factor asked */
};

struct mfa_decision {
	enum mfa_decision_kind kind;
	const char *rule;	/* constant, for the log: which rule decided */
};

/* What the decision is about. */
struct mfa_policy_facts {
	bool enrolled;		/* the account has at least one device */
};

struct mfa_decision mfa_policy_decide(const struct mfa_policy *policy,
				      const struct mfa_policy_facts *facts);

#endif
