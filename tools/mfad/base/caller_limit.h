/* SPDX-License-Identifier: BSD-2-Clause */
/* How many wrong answers a caller (mfa.conf(5)) may hand over within an hour, over all accounts.  throttle/throttle.h
 * says what else is counted.
 *
 * Each account has its own end to guessing; this is against who tries a few at each of many.  Who signs in many people
 * has many mistakes, too, so whoever gets in makes room for one, but once an hour: else a guesser's own account would.
 * In memory: it begins anew with mfad, which a caller can't end. */
#ifndef MFAD_CALLER_LIMIT_H
#define MFAD_CALLER_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#define CALLER_LIMIT_MOST 60		/* wrong answers at once, */
#define CALLER_LIMIT_HOUR 60		/* and so many more each hour */

/* Takes one try; false: there is none left, and the answer is not to be looked at (which is logged, once a minute). */
bool caller_limit_take(const char *caller, int64_t now);
/* Gives tries back: the answers were no guesses.  There are never more than CALLER_LIMIT_MOST. */
void caller_limit_give_back(const char *caller, unsigned tries, int64_t now);
/* An account's answer was right: makes room for one more, unless it has done so within the hour. */
void caller_limit_make_room(const char *caller, const char *account, int64_t now);

#endif
