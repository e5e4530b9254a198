/* SPDX-License-Identifier: BSD-2-Clause */
/* Codes that an account has seen: the last that were right, and the last that were wrong within four weeks; of each
 * kind the one goes that was longest not seen.  A mail client that sends yesterday's code again and again guesses at
 * nothing, nor does whoever types a password of digits only where a code is asked for. */
#ifndef MFA_KNOWN_H
#define MFA_KNOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MFA_KNOWN_MAX 8			/* of each kind */
#define MFA_KNOWN_SALT_SIZE 16
#define MFA_KNOWN_WRONG_SECONDS (28 * 86400)	/* how long a wrong one is known that does not come again */
/* For so long one is not known yet: it may become right (a phone whose clock is ahead), or be right for another
 * device, so that it is looked at as any other, and one that was wrong counts as any other. */
#define MFA_KNOWN_AFTER_SECONDS 60

struct mfa_known_code {
	int64_t time;			/* when it was last seen; of one that came again, MFA_KNOWN_AFTER_SECONDS
					 * before that, so that it stays known */
	uint32_t hash;			/* salted; the record that it is in is sealed */
};

struct mfa_known_list {
	size_t count;
	struct mfa_known_code codes[MFA_KNOWN_MAX];	/* the one that was seen last at the end */
};

struct mfa_known {
	uint8_t salt[MFA_KNOWN_SALT_SIZE];	/* all zero: there is none yet */
	struct mfa_known_list right;
	struct mfa_known_list wrong;
};

enum mfa_known_as {
	MFA_KNOWN_NOT,
	MFA_KNOWN_RIGHT_NOW,	/* it was right a moment ago: looked at, but it counts nowhere */
	MFA_KNOWN,		/* it was right or wrong before: no guess, so it must not be right now */
};

/* apart, of each: one that was wrong is known only where the same number is given, so that it stays good where it
 * would have been looked at otherwise. */

/* As what an answer is known.  Where it can't be told (the cryptographic library fails) it is not. */
enum mfa_known_as mfa_known_find(const struct mfa_known *known, const char *answer, uint64_t apart, int64_t now);
/* The same of those that were right alone. */
enum mfa_known_as mfa_known_was_right(const struct mfa_known *known, const char *answer, int64_t now);
/* Notes one that was right, or wrong.  Where that fails it is left out. */
void mfa_known_add_right(struct mfa_known *known, const char *answer, int64_t now);
void mfa_known_add_wrong(struct mfa_known *known, const char *answer, uint64_t apart, int64_t now);
/* Notes that one came again that is MFA_KNOWN: others go before it. */
void mfa_known_again(struct mfa_known *known, const char *answer, uint64_t apart, int64_t now);

#endif
