/* SPDX-License-Identifier: BSD-2-Clause */
/* All that is counted against somebody has one of two names.
 *
 * A throttle counts wrong answers of an account:
 *   throttle.h    in a row, of one kind (enum mfa_budget: what was tried, on whose word).  Brings waits, then a stop;
 *                 ends with a right answer, or when an administrator unlocks the account
 *   total.h       codes within 28 days, whatever was right meanwhile.  Brings a stop; ends when they are that old, in
 *                 part by another method or an administrator
 *   lately.h      codes of the last days, for each name that shares a decoy.  Brings no stop: only what is said
 * A limit counts what is asked for, right or wrong:
 *   lib/ratelimit                     calls of an address to mfa-portal, tests of a new phone of an account; refills
 *   factor/factor.h, mfa_push_*       requests to an account's phones that nobody answered, for an hour: [push] limit
 *   factor/sent.h, mfa_sent_blocked   codes that were sent to an account and not used, for an hour
 *   mfad/base/caller_limit.h          wrong answers that a caller hands over, of all accounts together; refills
 *   mfad/signin/signin_limit.h        sign-ins of an account at the prompt; the oldest makes room
 *   mfad/door, mfa-portal/connections.h   connections of a user, of an address; the oldest silent one makes room */

/* How often one may be wrong in a row.  Pure: the time is handed in.
 *
 * After MFA_THROTTLE_FREE wrong answers in a row, each further one brings a wait that doubles, from
 * MFA_THROTTLE_FIRST to MFA_THROTTLE_LONGEST seconds, in which answers are refused without being
 * looked at.  The wait never ends later than MFA_THROTTLE_LONGEST from now, whatever the clock did. */
#ifndef MFA_THROTTLE_H
#define MFA_THROTTLE_H

#include <stdbool.h>
#include <stdint.h>

#define MFA_THROTTLE_FREE 5		/* the fifth brings the first wait */
#define MFA_THROTTLE_FIRST 30		/* seconds */
#define MFA_THROTTLE_LONGEST 900
#define MFA_THROTTLE_STOP 100		/* in a row: nothing more until cleared */

struct mfa_throttle {
	uint32_t failures;	/* in a row */
	int64_t until;		/* answers before this second are refused; 0: none */
};

/* Seconds still to wait, 0 if an answer may be judged. */
int64_t mfa_throttle_wait(const struct mfa_throttle *throttle, int64_t now);
/* Whether so many were wrong that only another method or an administrator helps. */
bool mfa_throttle_stopped(const struct mfa_throttle *throttle);
/* Whether the stored end lies further ahead than it may (the clock was set back); then
 * *throttle is corrected, and must be stored. */
bool mfa_throttle_mend(struct mfa_throttle *throttle, int64_t now);
/* Counts a wrong answer. */
void mfa_throttle_fail(struct mfa_throttle *throttle, int64_t now);
/* Counts one that was no guess, but might be the first of many: it brings waits, but never the stop. */
void mfa_throttle_repeat(struct mfa_throttle *throttle, int64_t now);
void mfa_throttle_clear(struct mfa_throttle *throttle);

#endif
