/* SPDX-License-Identifier: BSD-2-Clause */
/* What is done for a method in a conversation, beyond reading an answer: a row each, a file each.  method/list.h (ASK)
 * has them in the order in which they are begun and offered.  What is known of a method as data is method/method.h's,
 * how an answer is judged lib/factor's. */
#ifndef MFAD_ASK_H
#define MFAD_ASK_H

#include "mfad/ask/challenge.h"
#include "mfad/change/change.h"
#include "mfad/change/enrolment.h"

/* Whatever is not said to be needed may be NULL. */
struct ask {
	enum mfa_method_id method;

	/* Adding a device: all but `enrolled` are there, or none. */

	const char *choice;		/* in the menu, */
	const char *brief;		/* and where the menu is the question itself; */
	const char *word;		/* what people type there, besides the number and the method's own word */
	/* Whether one can be added just now: the rules take it, and whatever it needs is there. */
	bool (*offered)(const struct conversation *c, const struct mfa_policy *policy);
	/* Leads to a device that has proven itself, in e->device, with a label.  Returns whether it did; otherwise
	 * change_stop or change_fail was called.  Nothing is saved. */
	bool (*enrol)(struct change *change, struct enrolment *e);
	/* It is saved now, or can't be. */
	void (*enrolled)(struct change *change, const struct enrolment *e);
	const char *proven;		/* what the device has done, said when it is saved */
	const char *not_offered;	/* to whoever asked for just this one; NULL: then they get another */
	bool names_itself;		/* a device brings a label along */
	bool shows_page;		/* what enrolment shows is the address of a page, and no key */

	/* Signing in: with begin, all down to `end` are there. */

	/* Begins it, where it can be: then ch->begun is the row, and ch->state its own.  Where it can't, it says why.
	 * Returns 0 or a negative errno of the conversation; *error: of the store. */
	int (*begin)(struct challenge *ch, int *error);
	/* The question once it was begun, in the conversation's language, of less than CHALLENGE_PROMPT_MAX bytes: one
	 * line, with all that must be read to answer it where the client does not wait.  recovery: of codes only one of
	 * those is of use, since there are no others, or they are refused just now. */
	void (*prompt)(const struct challenge *ch, bool recovery, char out[CHALLENGE_PROMPT_MAX]);
	/* With a client that can wait: until it is answered or the person would rather type something.  Returns whether
	 * that was the end, and of which result. */
	bool (*wait)(struct challenge *ch, enum mfa_result *result, int *error);
	/* After a prompt was answered: with "" the person says that it was.  Returns whether that was the end;
	 * *judge: the answer is one to be judged as a code. */
	bool (*answered)(struct challenge *ch, const char *answer, enum mfa_result *result, int *error, bool *judge);
	/* A typed answer was right, of whichever method; within the change of the account that this makes. */
	void (*settle)(struct challenge *ch, struct mfa_account *account);
	/* Whatever came of it.  ch->state is let go, and ch->begun NULL. */
	void (*end)(struct challenge *ch);
	/* This way was right, and it is durable: what is to be said of it. */
	void (*told)(struct conversation *c, const struct mfa_account *account);
	/* After everything was told, and wrong answers were given. */
	void (*after_wrong)(const struct challenge *ch);
};

/* The rows in their order; NULL behind the last. */
const struct ask *ask_row(size_t at);
/* The row of a method; NULL: it has none. */
const struct ask *ask_of(enum mfa_method_kind kind);
/* The row by its method's word, of those that devices can be added with.  NULL: there is none. */
const struct ask *ask_by_word(const char *word);

#endif
