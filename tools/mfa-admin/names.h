/* SPDX-License-Identifier: BSD-2-Clause */
/* Names in the store that differ in capital letters. */
#ifndef MFA_ADMIN_NAMES_H
#define MFA_ADMIN_NAMES_H

#include <stdbool.h>

#include "site.h"

struct names_counts {
	bool folded;		/* the store is (account/spelling.h) */
	unsigned rename;	/* names that folding changes */
	unsigned renamed;	/* that it has changed */
	unsigned conflicts;	/* names that fold into another account's, or another person's */
	unsigned kept;		/* that the system knows so */
	unsigned unreadable;	/* records that can't be read, and so not renamed */
	unsigned lost;		/* that can't sign in where names are folded: a realm that is taken off, other letters */
	bool damaged;		/* what says whether the store is folded */
};

/* Looks, and says nothing.  Returns 0 or a negative errno of key or store. */
int names_look(const struct site *site, struct names_counts *out);

#endif
