/* What each method implements; factor.c has the table. */
#ifndef MFA_METHOD_H
#define MFA_METHOD_H

#include "factor/factor.h"

struct mfa_method {
	const char *name;
	enum mfa_budget budget;		/* of wrong answers, on root's word */
	enum mfa_budget local_budget;	/* the same for the user's own programs */
	bool stops;			/* after MFA_THROTTLE_STOP mistakes only another method helps */
	/* Whether an answer (without spaces and hyphens) has this method's form. */
	bool (*recognises)(const char *answer);
	/* Judges it; marks as used what it accepts and sets verdict, label and drift. */
	void (*check)(struct mfa_account *account, const char *answer, int64_t now,
		      struct mfa_judgement *out);
	/* Mends what a clock that once was wrong has left behind; may be NULL. */
	void (*mend)(struct mfa_account *account, int64_t now);
};

extern const struct mfa_method mfa_method_totp;
extern const struct mfa_method mfa_method_recovery;

#endif
