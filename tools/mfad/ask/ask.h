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
	/* One with an address was taken out of the account, or another took its place, and that is durable. */
	void (*removed)(struct conversation *c, const char *account, const char *address);
	const char *not_offered;	/* to whoever asked for just this one; NULL: then they get another */
	bool names_itself;		/* a device brings a label along */
	bool shows_page;		/* what enrolment shows is the address of a page, and no key */

	/* Signing in, where somebody chooses another way (ways.h). */

	const char *way;		/* what it is called in the menu; NULL: it is none of the ways there, */
	const char *way_brief;		/* and where the menu is the question itself */
	unsigned covers;		/* methods besides its own that are the same way to people: enum mfa_method_kind */
	bool sends;			/* it costs somebody something: begun when it is asked for, or where the account
					 * has no other way, and never because a password alone was right */
	/* Whether what it needs is there.  Depends on nothing that is an account's.  NULL: it needs nothing. */
	bool (*ready)(const struct conversation *c, const struct mfa_policy *policy);
	/* Whether the account has it.  Where ch->hopeless nobody can get in, and nobody may see that: then what
	 * it says is made up, and the same each time for a name.  NULL: if it has a device of those methods. */
	bool (*has)(const struct challenge *ch);

	/* Before the first question, once it was seen what can be begun: what somebody must know who would type an answer
	 * of this method.  The same for names without an account.  Returns 0 or a negative errno of the conversation. */
	int (*notice)(struct challenge *ch);

	/* Signing in by what is begun: with begin, prompt, answered and end are there. */

	/* Begins it, where it can be: then ch->begun is the row, ch->state its own, and ch->begun_at the time under
	 * which settle takes it back.  Where it can't, it says why.  It is called once the account has it, at the
	 * start or in the middle, and then what was begun before has ended; also where ch->hopeless, and then nobody
	 * is asked and nothing sent.  Returns 0, 1 (the account can't use it: nothing was said) or a negative errno of
	 * the conversation; *error: of the store. */
	int (*begin)(struct challenge *ch, int *error);
	/* The question once it was begun, in the conversation's language, of less than CHALLENGE_PROMPT_MAX bytes: one
	 * line, with all that must be read to answer it where the client does not wait; where challenge_hints, it names
	 * the `?`.  recovery: of codes only one of those is of use, since there are no others, or they are refused just
	 * now. */
	void (*prompt)(const struct challenge *ch, bool recovery, char out[CHALLENGE_PROMPT_MAX]);
	/* With a client that can wait, each time that it was begun or chosen: until it is answered or the person would
	 * rather type something.  Returns whether that was the end, and of which result.  NULL: there is nothing to
	 * wait for. */
	bool (*wait)(struct challenge *ch, enum mfa_result *result, int *error);
	/* After a prompt was answered: with "" the person says that it was.  Returns whether that was the end;
	 * *judge: the answer is one to be judged as a code, or a word. */
	bool (*answered)(struct challenge *ch, const char *answer, enum mfa_result *result, int *error, bool *judge);
	/* A typed answer was right, of whichever method; within the change of the account that this makes.  at: the
	 * begun_at of one that was begun, and goes on or was left for another way.  NULL: nothing is taken back. */
	void (*settle)(const struct challenge *ch, struct mfa_account *account, int64_t at);
	/* Whatever came of it.  ch->state is let go, and ch->begun NULL. */
	void (*end)(struct challenge *ch);
	/* An answer of this method was right, and it is durable. */
	void (*used)(const struct challenge *ch);
	/* The same of a sign-in: what is to be said of it. */
	void (*told)(struct conversation *c, const struct mfa_account *account);
	/* After everything was told, and wrong answers were given. */
	void (*after_wrong)(const struct challenge *ch);
};

/* The rows in their order; NULL behind the last. */
const struct ask *ask_row(size_t at);
/* The row of a method; NULL: it has none. */
const struct ask *ask_of(enum mfa_method_kind kind);
/* The row that people sign in with by a method: its own, or one that covers it.  NULL: there is none. */
const struct ask *ask_way_of(enum mfa_method_id method);
/* Whether rules (methods: enum mfa_method_kind) take one of the row's methods. */
bool ask_is_allowed(const struct ask *row, unsigned methods);
/* Once it is durable that a device is gone: whoever has it is told, where it has an address. */
void ask_tell_gone(struct conversation *c, const char *account, const struct gone *gone);
/* The row by its method's word, of those that devices can be added with.  NULL: there is none. */
const struct ask *ask_by_word(const char *word);

#endif
