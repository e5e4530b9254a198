/* SPDX-License-Identifier: BSD-2-Clause */
/* Which of the names that share a decoy had wrong answers lately: what is said of one name must not follow from
 * guesses at another.  Pure: the time is handed in.  throttle.h says what else is counted. */
#ifndef MFA_LATELY_H
#define MFA_LATELY_H

#include <stddef.h>
#include <stdint.h>

#define MFA_LATELY_MAX 32	/* names; the one goes that was longest not tried */
#define MFA_LATELY_SPANS 2	/* of MFA_TOTAL_SPAN: as mfa_total_lately */

struct mfa_lately_name {
	uint32_t name;		/* of a keyed hash; never 0 */
	int64_t span;		/* the newest: its number since 1970 */
	uint32_t wrong[MFA_LATELY_SPANS];
};

struct mfa_lately {
	size_t count;
	struct mfa_lately_name names[MFA_LATELY_MAX];	/* the one that was tried last at the end */
};

/* Counts a mistake. */
void mfa_lately_fail(struct mfa_lately *lately, uint32_t name, int64_t now);
/* Those of the last four to eight days, as mfa_total_lately has them of an account. */
uint32_t mfa_lately_wrong(const struct mfa_lately *lately, uint32_t name, int64_t now);

#endif
