/* SPDX-License-Identifier: BSD-2-Clause */
/* What is known of each method of proving who one is, as data.  How its answers are judged is lib/factor's, what is
 * done for it in a conversation tools/mfad/ask's; the list of all three is method/list.h.  Pure. */
#ifndef MFA_METHOD_H
#define MFA_METHOD_H

#include <stdbool.h>
#include <stddef.h>

/* A method by its place in the table. */
enum mfa_method_id {
#define METHOD(NAME, ...) MFA_METHOD_ID_##NAME,
#include "method/list.h"
	MFA_METHOD_COUNT
};

/* The same as a bit, for sets of them. */
enum mfa_method_kind {
	MFA_METHOD_NONE = 0,
#define METHOD(NAME, ...) MFA_METHOD_##NAME = 1U << MFA_METHOD_ID_##NAME,
#include "method/list.h"
};

/* A device is for one method.  Those of methods that have no devices occur in none. */
enum mfa_device_type {
#define METHOD(NAME, ...) MFA_DEVICE_##NAME = MFA_METHOD_ID_##NAME,
#include "method/list.h"
};

/* What a device is made of, and so what a record has of it. */
enum mfa_device_form {
	MFA_HOLDS_NOTHING = 0,		/* the method has no devices */
	MFA_HOLDS_CLOCK,		/* a secret, and how far its clock has come (RFC 6238) */
	MFA_HOLDS_COUNTER,		/* a secret, and a counter (RFC 4226) */
	MFA_HOLDS_PHONE,		/* a phone with our page */
	MFA_HOLDS_NAME,			/* no more than what every device has */
	MFA_HOLDS_EMAIL,		/* the address of a mailbox */
	MFA_HOLDS_NUMBER,		/* a telephone number */
	MFA_HOLDS_COUNT
};

#define MFA_ONLY "only_"		/* before a method's word, in a report: accounts with nothing else */

struct mfa_method {
	const char *word;		/* in mfa.conf, records, log, lists; the same for its devices */
	unsigned format;		/* of the record that can first have its devices */
	enum mfa_device_form holds;
	bool typed;			/* its answers may be typed at any prompt; false: only where it was begun */
	bool alone;			/* a device of it is enough for an account, where mfa.conf does not say (`alone`) */
	bool stands_in;			/* it counts for an account without a device, and leads through enrolment */
	bool spares;			/* once shown it may spare the next sign-ins (`remember`), */
	bool spares_if_said;		/* or it may where `remember_sent` says so, too */
	bool lifts_total;		/* once shown, app codes may be wrong again (mfa_total_lift) */
	bool clears_own;		/* once shown, no mistakes are forgotten but those of its own budget, and none is
					 * taken out of the total: it is weaker than the methods of the others */
	bool ends_push_stop;		/* once shown, phones that said "it's not me" are asked again */
	const char *label;		/* of a device that nobody gave one */
	const char *counted;		/* accounts that have it, in a report, */
	const char *counted_only;	/* and those that have nothing else, where that is told; NULL: it is not */
	const char *option;		/* help of mfa-enroll's option --<word>; NULL: people can't add one */
};

/* The row.  id is below MFA_METHOD_COUNT. */
const struct mfa_method *mfa_method(enum mfa_method_id id);
/* By a single bit.  NULL: it is not one. */
const struct mfa_method *mfa_method_of(enum mfa_method_kind kind);
/* By its word.  Returns 0 or -ENOENT. */
int mfa_method_by_word(const char *word, enum mfa_method_id *out);
/* Its word; "none" for what is not one. */
const char *mfa_method_word(enum mfa_method_kind kind);
/* Those of `allowed` that an answer may be of: what is typed anywhere, and what was begun (MFA_METHOD_NONE: nothing). */
unsigned mfa_methods_open(unsigned allowed, enum mfa_method_kind begun);
/* Those with a member of the table that is true. */
unsigned mfa_methods_typed(void);
unsigned mfa_methods_alone(void);
unsigned mfa_methods_lifting_total(void);

/* On whose word somebody is signed in.  What is counted, and what phones are asked, is counted apart for each. */
enum mfa_voice {
	MFA_VOICE_ROOT = 0,
	MFA_VOICE_OWN,			/* the account owner's own programs */
	MFA_VOICE_CALLER,		/* a user whom [policy SERVICE] callers names */
	MFA_VOICE_COUNT
};

/* Wrong answers are counted by who asked and by what was tried, so that guessing at one can't lock out another
 * (doc/THREATS): on root's word, (LOCAL) by the user's own programs, and by callers. */
enum mfa_budget {
#define BUDGET(NAME, ...) MFA_BUDGET_##NAME, MFA_BUDGET_LOCAL_##NAME, MFA_BUDGET_CALLER_##NAME,
#include "method/list.h"
	MFA_BUDGET_COUNT,
	MFA_BUDGET_NONE = MFA_BUDGET_COUNT,	/* nothing is counted */
	MFA_BUDGET_LOCAL_NONE = MFA_BUDGET_COUNT,
	MFA_BUDGET_CALLER_NONE = MFA_BUDGET_COUNT,
};

struct mfa_budget_row {
	const char *word;		/* in records and lists */
	unsigned format;		/* of the record that can first have it */
	bool stops;			/* after MFA_THROTTLE_STOP mistakes only another method helps, and they count in
					 * the total of four weeks */
	const char *words;		/* what was wrong, for people */
};

/* budget is below MFA_BUDGET_COUNT. */
const struct mfa_budget_row *mfa_budget(enum mfa_budget budget);

#endif
