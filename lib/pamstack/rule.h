/* A parsed stack; for the two halves of this room. */
#ifndef MFA_PAMSTACK_RULE_H
#define MFA_PAMSTACK_RULE_H

#include "pamstack/pamstack.h"

/* What a module may answer, as far as controls tell them apart. */
enum outcome {
	OUTCOME_SUCCESS,
	OUTCOME_REFUSED,	/* auth_err and the like */
	OUTCOME_UNKNOWN,	/* user_unknown */
	OUTCOME_UNAVAILABLE,	/* authinfo_unavail */
	OUTCOME_IGNORE,
	OUTCOME_COUNT
};

/* What a control makes of it: one of these, or a positive number of rules to jump. */
enum { ACTION_IGNORE = 0, ACTION_OK = -1, ACTION_DONE = -2, ACTION_BAD = -3, ACTION_DIE = -4,
       ACTION_RESET = -5 };

struct rule {
	struct mfa_pam_where where;
	int actions[OUTCOME_COUNT];
	bool after_publickey;
	struct mfa_pam_stack *substack;	/* in place of a module */
};

#define RULES_MAX 128

struct mfa_pam_stack {
	size_t count;
	struct rule rules[RULES_MAX];
};

#endif
