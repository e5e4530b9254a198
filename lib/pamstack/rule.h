/* SPDX-License-Identifier: BSD-2-Clause */
/* A parsed stack; for the two halves of this room. */
#ifndef MFA_PAMSTACK_RULE_H
#define MFA_PAMSTACK_RULE_H

#include "pamstack/pamstack.h"

/* What a module may return, numbered as in Linux-PAM; the names are in parse.c. */
enum {
	CODE_SUCCESS = 0,
	CODE_AUTH_ERR = 7,
	CODE_NEW_AUTHTOK_REQD = 12,
	CODE_IGNORE = 25,
	CODE_INCOMPLETE = 31,
	CODE_COUNT = 32
};

/* What a control makes of it: one of these, or a positive number of rules to jump. */
enum { ACTION_IGNORE = 0, ACTION_OK = -1, ACTION_DONE = -2, ACTION_BAD = -3, ACTION_DIE = -4,
       ACTION_RESET = -5, ACTION_UNDEFINED = -6 };

/* As Linux-PAM keeps them: one list for all files, where the rules of a substack follow the rule
 * that names it and stand a level deeper. */
struct rule {
	struct mfa_pam_where where;
	int actions[CODE_COUNT];
	unsigned level;
	bool substack;		/* names one; does nothing itself */
	bool after_publickey;
	bool splits;		/* forward_pass: takes a code off the password, and asks nobody */
	char option[128];	/* of pam_mfa's, that is no good, "": none; cut where it is too long */
	struct mfa_option_fault fault;
};

#define MFA_PAM_MODULE "pam_mfa.so"
#define RULES_MAX 128
#define LEVELS_MAX 4

struct mfa_pam_stack {
	size_t count;
	struct rule rules[RULES_MAX];
};

#endif
