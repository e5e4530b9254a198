/* SPDX-License-Identifier: BSD-2-Clause */
/* Choosing another way to sign in: the menu, and the words that stand for a way at any question for a code
 * (method/list.h, WORD).  What is offered goes by rules and configuration alone, so that it is the same for every account
 * and for names without one. */
#ifndef MFAD_WAYS_H
#define MFAD_WAYS_H

#include "mfad/ask/ask.h"

#define WAYS_MAX MFA_METHOD_COUNT

/* The ways that the rules take, in the order in which they are tried.  Returns how many. */
size_t ways_allowed(const struct mfa_policy *policy, const struct ask *out[WAYS_MAX]);
/* Those of them that can be used just now: what the menu has. */
size_t ways_offered(const struct conversation *c, const struct mfa_policy *policy, const struct ask *out[WAYS_MAX]);

/* Whether the account has a way that the rules take (ask.h, has). */
bool ways_has(const struct challenge *ch, const struct ask *row);
/* Whether it is codes on paper: no device, and no reason to begin nothing. */
bool ways_is_paper(const struct ask *row);
/* The only way of these that the account has, besides codes on paper; NULL: there are others, or none. */
const struct ask *ways_only(const struct challenge *ch, const struct ask *const *rows, size_t count);
/* How a way stands for the account, in a word for `mfa-admin explain`: "first", "offered", "not-set-up" (offered, but the
 * account has it not), "not-ready" (what it needs is not there), "not-allowed".  ch: c, policy, record and hopeless
 * count; the record may be without an account. */
const char *ways_standing(const struct challenge *ch, const struct ask *row);

/* Ways on one line, as a question: "1 phone, 2 app or token: ". */
void ways_line(const struct conversation *c, const struct ask *const *rows, size_t count,
	       char prompt[CHALLENGE_PROMPT_MAX]);

/* Says the menu, and writes the question that goes with it.  Where texts may come late or not at all that is the menu
 * itself.  Returns 0 or a negative errno of the conversation. */
int ways_say_menu(struct conversation *c, const struct mfa_policy *policy, char prompt[CHALLENGE_PROMPT_MAX]);

enum ways_answer {
	WAYS_OTHER,		/* none of these: a code, or nothing that makes sense */
	WAYS_MENU,		/* the menu is asked for */
	WAYS_BACK,		/* nothing of the menu */
	WAYS_NO_SUCH,		/* a number that the menu does not have: too short to be a code, and so no guess */
	WAYS_CHOICE,		/* *out; NULL: a way that is not offered */
};
/* What an answer means.  menu: it was given where the menu is the question, so that numbers stand for ways. */
enum ways_answer ways_read(const struct conversation *c, const struct mfa_policy *policy, const char *answer, bool menu,
			   const struct ask **out);

#endif
