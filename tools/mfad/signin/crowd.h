/* SPDX-License-Identifier: BSD-2-Clause */
/* How many sign-ins of one account may stand at the prompt at the same time.
 *
 * Root's programs speak for everybody, so a limit by who connects says nothing of them: somebody
 * with one password could take every place at root's socket with su, and keep root out. */
#ifndef MFAD_CROWD_H
#define MFAD_CROWD_H

#include "account/account.h"

#define CROWD_MAX 256		/* sign-ins of an account */

struct crowd_place {
	struct crowd_place *next, *prev;	/* in their row, the oldest first */
	int fd;			/* -1: it was sent away */
	char name[MFA_ACCOUNT_NAME_MAX + 1];
};

/* Takes a place among the sign-ins of a name, for the conversation on fd.  At CROWD_MAX the
 * oldest loses its connection.  Without a name (NULL, "") it is not counted.  Give the place
 * back with crowd_leave before fd is closed. */
void crowd_enter(struct crowd_place *place, const char *name, int fd);
void crowd_leave(struct crowd_place *place);

#endif
