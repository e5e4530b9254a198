/* SPDX-License-Identifier: BSD-2-Clause */
/* Phones whose page is open, and that wait to hear of something. */
#ifndef PORTAL_WAITS_H
#define PORTAL_WAITS_H

#include "portal.h"

/* Returns 0 or -ENOMEM. */
int waits_new(struct portal *portal, struct waits **out);
void waits_free(struct waits **waits);

/* Answers when something has changed for the device since the ticket, or after a while. */
void waits_add(struct waits *waits, struct evhttp_request *req, const struct mfa_ticket *ticket);
/* Something has. */
void waits_wake(struct waits *waits, uint64_t device);
/* It may have, for anybody: mfad was away.  A thousand a second, or it would be away again. */
void waits_wake_all(struct waits *waits);

#endif
