/* SPDX-License-Identifier: BSD-2-Clause */
/* How many codes are sent within an hour, over all accounts: by the address that asks, and by each method.  What one
 * account may ask for stands in its record (factor/factor.h); throttle/throttle.h says what else is counted.
 *
 * Each message costs money, and a stolen list of passwords must not spend it.  A code that was used was no thief's: it
 * is given back, so that a school that signs in at nine o'clock is not held up by its own pupils.  In memory: it begins
 * anew with mfad, which nobody who signs in can end. */
#ifndef MFAD_SENT_LIMIT_H
#define MFAD_SENT_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "method/method.h"

#define SENT_LIMIT_ENROLS 10
#define SENT_LIMIT_ACCOUNT 60	/* used or not */
#define SENT_LIMIT_STRANGER 5	/* to an address that nobody has proven to be his */

enum sent_limit {
	SENT_LIMIT_FREE = 0,		/* it may be sent, and was counted */
	SENT_LIMIT_ADDRESS,		/* too many were sent for this address, */
	SENT_LIMIT_HOUSE,		/* or by this method for everybody, */
	SENT_LIMIT_ENROLMENT,		/* or to addresses that were to be added to the account, */
	SENT_LIMIT_STRANGER_TO,		/* or to this one, whoever wants to add it, */
	SENT_LIMIT_ALL_OF,		/* or for this account, though it used them */
	SENT_LIMIT_COUNT
};

struct sent_limit_ask {
	enum mfa_method_id method;
	const char *address;		/* a literal (of IPv6, its /64 counts), or a place in its stead */
	bool known_address;		/* the rules exempt from there, or let enrol there: it is not counted */
	const char *enrols;		/* the account that an address is added to: it may have SENT_LIMIT_ENROLS of these an
					 * hour; NULL: none is */
	const char *to;			/* with enrols: that address, which may be a stranger's, so that it gets no more than
					 * SENT_LIMIT_STRANGER an hour, from however many accounts */
	const char *account;		/* that signs in: what it uses is given back, and so it is the one that has an end to
					 * it nowhere else; NULL: none does */
	bool made_up;			/* at a name without an account: nothing is sent, and the method has as many as
					 * before, or whoever has no password could use them up; all else is as if */
	bool heavy;			/* the account was sent some within the hour that it did not use: half of what the
					 * method has is kept for the others */
	unsigned address_hour;		/* [sender] */
	unsigned hour;
	int64_t now;
};

enum sent_limit sent_limit_take(const struct sent_limit_ask *ask);
/* It was used, and what an account has in any case (SENT_LIMIT_ACCOUNT, SENT_LIMIT_ENROLS) is not given back; or it was
 * not sent after all. */
void sent_limit_give_back(const struct sent_limit_ask *ask, bool used);

#endif
