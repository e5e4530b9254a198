/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages to push services, by a thread of their own. */
#ifndef PORTAL_PUSHER_H
#define PORTAL_PUSHER_H

#include <jansson.h>

#include "portal.h"

/* done: in the portal's thread, what came of each: a status of HTTP, 0: no answer.  Returns 0 or a negative errno. */
int pusher_new(struct portal *portal, void (*done)(struct portal *portal, const char *id, int status),
	       struct pusher **out);
/* An event of mfad's. */
void pusher_send(struct pusher *pusher, const json_t *event);
void pusher_free(struct pusher **pusher);

#endif
