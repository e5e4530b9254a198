/* SPDX-License-Identifier: BSD-2-Clause */
/* Within the wing: what is on its way to mfa-sender. */
#ifndef MFAD_SENDER_LINK_H
#define MFAD_SENDER_LINK_H

#include "mfad/sender/sender.h"

/* A sender begins to listen, for these methods (a bit for each of enum mfa_order_method), and is woken through fd
 * (eventfd).  Returns 0 or -EEXIST: another one does. */
int link_join(unsigned methods, int fd);
/* It has gone: what was on its way is settled. */
void link_leave(void);
/* The next row for it; wipe and free() it.  NULL: none just now. */
char *link_take(void);
void link_free_row(char *row);
/* What it says of a message. */
void link_report(const struct mfa_order_report *report);
/* Settles what it has said nothing of for too long; now: seconds since 1970. */
void link_expire(int64_t now);

#endif
