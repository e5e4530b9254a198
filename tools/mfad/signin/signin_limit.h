/* SPDX-License-Identifier: BSD-2-Clause */
/* How many sign-ins of one account may stand at the prompt at the same time.  throttle/throttle.h says what else is
 * counted.
 *
 * Root's programs speak for everybody, so a limit by whoever connects says nothing of them: somebody
 * with one password could take every place at root's socket with su, and keep root out. */
#ifndef MFAD_SIGNIN_LIMIT_H
#define MFAD_SIGNIN_LIMIT_H

#include "account/account.h"

#define SIGNIN_LIMIT 256	/* sign-ins of an account, on root's word, */
#define SIGNIN_LIMIT_CALLER 16	/* and by callers, who have fewer places at the door (mfad/door/server.c) */

struct signin_limit_place {
	struct signin_limit_place *next, *prev;	/* in their row, the oldest first */
	int fd;			/* -1: it was sent away */
	enum mfa_voice voice;
	char name[MFA_ACCOUNT_NAME_MAX + 1];
};

/* Takes a place among the sign-ins of a name on the same word, for the conversation on fd.  At the limit the
 * oldest of them loses its connection.  Without a name (""), and for a user's own programs, which have their limit at
 * the door, it is not counted.  Give the place back with signin_limit_leave before fd is closed. */
void signin_limit_enter(struct signin_limit_place *place, enum mfa_voice voice, const char *name, int fd);
void signin_limit_leave(struct signin_limit_place *place);

#endif
