/* SPDX-License-Identifier: BSD-2-Clause */
/* Who is at the program that a module is loaded into, as the kernel knows it: whose word an address
 * that is not there can't be.  libc only: the module links this. */
#ifndef MFA_PRESENCE_H
#define MFA_PRESENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/frame.h"

struct mfa_presence {
	bool told;		/* by the module; one of the version before says nothing */
	bool own_terminal;	/* the program reads from the terminal of the session that it was started in */
	uint32_t uid;		/* the real uid: who started it */
};

/* Looks at the calling process.  tty: what the application says its terminal is, with or without
 * /dev/; NULL: nothing.  A terminal counts if it is the controlling one, the process is in its
 * foreground and reads from it, and tty is no other.  Where root started the program, tty must be
 * it: a daemon that an administrator tries out in his shell has a terminal, but not the one of
 * whoever signs in. */
void mfa_presence_look(const char *tty, struct mfa_presence *out);

/* OWN_TERMINAL of a request (doc/PROTOCOL). */
void mfa_presence_put(struct mfa_frame *frame, const struct mfa_presence *presence);
/* Without the field nothing was told.  One that makes no sense is told, and is nobody who could
 * count: no terminal, and a uid that nobody has. */
void mfa_presence_read(const struct mfa_frame *frame, struct mfa_presence *out);

#endif
