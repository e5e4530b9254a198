/* Number matching within a challenge: the terminal shows a number, the phone asks for it. */
#ifndef MFAD_MATCHING_H
#define MFAD_MATCHING_H

#include <stdbool.h>

#include "mfad/ask/challenge.h"

/* Asks the account's phones, where there are any that may be asked, and says what must be read before
 * the first prompt.  Returns 0 or a negative errno of the conversation; *error: of the store. */
int matching_begin(struct challenge *ch, int *error);

/* With a client that can wait: until a phone has answered or the person would rather type something.
 * Returns whether that was the end, and of which result. */
bool matching_wait(struct challenge *ch, enum mfa_result *result, int *error);

/* After a prompt was answered: with "" the person says that the phone was.  Returns whether that was
 * the end; *judge: the answer is one to be judged as a code. */
bool matching_answered(struct challenge *ch, const char *answer, enum mfa_result *result, int *error,
		       bool *judge);

/* Whatever came of it: phones forget of it. */
void matching_end(struct challenge *ch);

#endif
