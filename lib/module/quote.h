/* SPDX-License-Identifier: BSD-2-Clause */
/* Words of a command line, written so that a person sees where each begins and ends.  libc only: the module links this.
 *
 * A word of letters, digits, and signs that say nothing by themselves stands as it is; any other one between ' and ',
 * and in there \' \\ \n \t, \x7f, \u202e and \U000e0041 are what can't be shown as it is: each character
 * that is not seen or moves what is beside it, and of blanks that follow each other all but the first. */
#ifndef MFA_QUOTE_H
#define MFA_QUOTE_H

#include <stdbool.h>
#include <stddef.h>

struct mfa_quote {
	char *text;		/* NULL: nothing yet */
	size_t len, size;
	bool failed;		/* memory ran out */
};

/* Adds a text as it is. */
void mfa_quote_add(struct mfa_quote *quote, const char *text);
/* Adds a word, with a blank before it where there is something already. */
void mfa_quote_word(struct mfa_quote *quote, const char *word);
/* The same, between quotes in any case. */
void mfa_quote_quoted(struct mfa_quote *quote, const char *word);
/* Wipes, frees, empties. */
void mfa_quote_release(struct mfa_quote *quote);

#define MFA_QUOTE_CUT " \xe2\x80\xa6 "	/* what no word has in it: there it is \u2026 */

/* Leaves the middle out of a text of whole words, so that it has at most `most` bytes (at least 16), with MFA_QUOTE_CUT
 * in its place.  Cuts no character and no \u2026 in two. */
void mfa_quote_cut(char *text, size_t most);

#endif
