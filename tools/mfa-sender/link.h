/* SPDX-License-Identifier: BSD-2-Clause */
/* The line to mfad, which comes and goes. */
#ifndef SENDER_LINK_H
#define SENDER_LINK_H

#include "job.h"

struct link;

/* socket must outlive it.  NULL: memory ran out. */
struct link *link_new(struct sender *sender, const char *socket);
void link_free(struct link **link);
/* The descriptor to wait for; -1: there is no line just now. */
int link_fd(const struct link *link);
/* It is readable. */
void link_hear(struct link *link);
/* Calls mfad where there is no line, and hangs up on one that is silent.  Returns the milliseconds until it wants to be
 * called again. */
int link_tick(struct link *link);
/* Says what came of a message; without a line nobody hears it. */
void link_say(struct link *link, const struct mfa_order_report *report);

#endif
