/* SPDX-License-Identifier: BSD-2-Clause */
/* How often one may be wrong within four weeks, whatever was right meanwhile: the owner's own
 * sign-ins, which end a row of mistakes, are not to give a guesser new ones each day.  Pure: the time is
 * handed in.  throttle.h says what else is counted.
 *
 * At MFA_TOTAL_LIMIT of 28 days answers stop.  Proof by another method or an administrator's word lifts that for
 * a bounded number of further mistakes, so that in any 28 days no more are looked at than the limit, MFA_TOTAL_LIFT,
 * and MFA_TOTAL_LIFT_AGAIN for each day or word: some 104 on average, however often it is lifted. */
#ifndef MFA_TOTAL_H
#define MFA_TOTAL_H

#include <stdbool.h>
#include <stdint.h>

#define MFA_TOTAL_LIMIT 100
#define MFA_TOTAL_SECONDS (28 * 86400)
#define MFA_TOTAL_SPAN (4 * 86400)	/* what is counted together */
#define MFA_TOTAL_SPANS 8		/* seven whole ones, and the one that has begun */
#define MFA_TOTAL_LIFT 20		/* once in MFA_TOTAL_SECONDS */
#define MFA_TOTAL_LIFT_AGAIN 3		/* as one sign-in has tries */
#define MFA_TOTAL_AGAIN_SECONDS 86400	/* how often, unless an administrator says so */

struct mfa_total {
	int64_t span;			/* the newest: its number since 1970 */
	uint32_t wrong[MFA_TOTAL_SPANS];	/* within it, and within those before it */
	uint32_t more;			/* that are looked at nevertheless */
	int64_t lifted;			/* when MFA_TOTAL_LIFT was given; 0: never */
	int64_t lifted_again;		/* when it was last lifted at all */
};

/* beside, of each: what else counts, by another total. */

/* Mistakes of the last 28 days (up to four more, for they are counted by spans).  A clock that is set back
 * forgets none; one that jumps ahead by weeks does. */
uint32_t mfa_total_wrong(const struct mfa_total *total, int64_t now);
/* Those of the last four to eight days. */
uint32_t mfa_total_lately(const struct mfa_total *total, int64_t now);
/* Whether so many were wrong that only another method or an administrator helps. */
bool mfa_total_stopped(const struct mfa_total *total, uint32_t beside, int64_t now);
/* How many more are looked at before that; 0: it has stopped. */
uint32_t mfa_total_left(const struct mfa_total *total, uint32_t beside, int64_t now);
/* Counts a mistake. */
void mfa_total_fail(struct mfa_total *total, uint32_t beside, int64_t now);
/* Takes so many back that were counted a moment ago: whoever made them was right then. */
void mfa_total_give_back(struct mfa_total *total, uint32_t beside, uint32_t count, int64_t now);
/* Lifts it, if it has stopped: proof by another method, or (by_word) an administrator's word. */
void mfa_total_lift(struct mfa_total *total, uint32_t beside, bool by_word, int64_t now);

#endif
