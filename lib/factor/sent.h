/* SPDX-License-Identifier: BSD-2-Clause */
/* Codes that are sent to an account's address: made here, and judged with all else that is typed (factor.h).  How they
 * get there is no matter of this room. */
#ifndef MFA_SENT_H
#define MFA_SENT_H

#include <stdbool.h>
#include <stdint.h>

#include "account/account.h"
#include "address/recipient.h"

#define MFA_SENT_SIZE (MFA_SENT_DIGITS + 1)	/* with the NUL */
#define MFA_SENT_TRIES 5		/* wrong answers, and then the code is void */
#define MFA_SENT_AGAIN 30		/* seconds, before it may be sent again */
#define MFA_SENT_OFTEN 2		/* unused codes of an hour */
#define MFA_SENT_KEPT 2			/* of an account's limit, for places where its owner got in */
#define MFA_SENT_FAMILIAR (90 * 86400)	/* for how long it is such a place, in seconds */

/* What somebody asks for. */
struct mfa_sent_ask {
	enum mfa_method_id method;
	uint64_t device;		/* of the account; at a decoy the name (mfa_record.name), and no answer is right then */
	/* Where: MFA_PLACE_SIZE bytes that are the same for all that the code may be typed at, and for nothing else.  A
	 * hash of the account's name (a decoy has several), the host, the service, and the address's network or the
	 * login session. */
	const uint8_t *place;
	enum mfa_voice voice;		/* on whose word: for each, one code at a time */
	int64_t now;
	bool unthrottled;	/* wrong answers hold nobody up: they stop none from being sent either */
};

enum mfa_sent_block {
	MFA_SENT_FREE,		/* one may be sent */
	MFA_SENT_LIMITED,	/* too many of the last hour were not used */
	MFA_SENT_TOO_SOON,	/* it was sent a moment ago */
	MFA_SENT_STOPPED	/* so many were wrong that none would be looked at: not until a sign-in by another method
				 * or an administrator's word */
};
/* limit: how many of an hour may be unused, up to MFA_ASKED_MAX; where it is not root's word there are less.  familiar:
 * as mfa_sent_familiar; elsewhere MFA_SENT_KEPT of them are left alone, if the limit has as many to spare. */
enum mfa_sent_block mfa_sent_blocked(const struct mfa_account *account, const struct mfa_sent_ask *ask, unsigned limit,
				     bool familiar);
/* Whether the owner got in from rhost, or from its network (of IPv4 a /24, of IPv6 a /64), within MFA_SENT_FAMILIAR, on
 * root's word.  "" is this system itself. */
bool mfa_sent_familiar(const struct mfa_account *account, const char *rhost, int64_t now);
/* Whether MFA_SENT_OFTEN were sent within the hour, on a voice's word, that were not used. */
bool mfa_sent_often(const struct mfa_account *account, enum mfa_voice voice, int64_t now);

/* Makes the code that is to be sent, and counts it: the one that is there already where it was asked for by the same
 * device at the same place, and at least half of its life is left; else a new one, good for `lifetime` seconds.
 * account->sent[ask->voice].until says how long.  The caller saves the account before anything is sent, and wipes
 * code.  Returns 0 or -EIO: then nothing was changed. */
int mfa_sent_new(struct mfa_account *account, const struct mfa_sent_ask *ask, unsigned lifetime,
		 char code[MFA_SENT_SIZE]);

enum mfa_sent_where {
	MFA_SENT_NOWHERE = 0,	/* none is good */
	MFA_SENT_HERE,		/* one is, at this place */
	MFA_SENT_ELSEWHERE	/* one is, and at another */
};
/* Where a code is good at `now` that was sent on a voice's word.  *out is it, within the account; NULL with NOWHERE. */
enum mfa_sent_where mfa_sent_find(const struct mfa_account *account, enum mfa_voice voice,
				  const uint8_t place[MFA_PLACE_SIZE], int64_t now, const struct mfa_sent **out);
/* What mfa_sent_new made could not be sent: it is not counted, and the code is no longer good, unless it was sent
 * before (it may be on its way) or another has taken its place. */
void mfa_sent_failed(struct mfa_account *account, const struct mfa_sent_ask *ask);
/* Whoever asked for one at `at` has shown who he is by something else: it is not counted, and the code is no longer
 * good. */
void mfa_sent_settle(struct mfa_account *account, enum mfa_voice voice, int64_t at);
/* Draws a code that stands in no account: for an address that is being added.  Each of them with the same chance, but
 * those that were right at the account a while ago.  The caller wipes it.  Returns 0 or -EIO. */
int mfa_sent_draw(const struct mfa_account *account, int64_t now, char code[MFA_SENT_SIZE]);
/* No code that was sent is good any more.  Those that were counted stay so. */
void mfa_sent_drop(struct mfa_account *account);

/* A device with an address from elsewhere, under the label that it has as the number-th of its kind.  The address stays
 * the caller's, and is one of its kind (address/recipient.h). */
void mfa_device_from_recipient(enum mfa_recipient_kind kind, char *address, size_t number, int64_t now,
			       struct mfa_device *out);

#endif
