/* SPDX-License-Identifier: BSD-2-Clause */
/* The way to mfad: a few connections for phones' calls, and one on which it tells of events. */
#ifndef PORTAL_UPSTREAM_H
#define PORTAL_UPSTREAM_H

#include <jansson.h>

#include "portal.h"

/* on_event: each event of mfad's; NULL: it listens anew, and may have missed some.  Connects by itself, now and
 * whenever mfad has come back.  Returns 0 or a negative errno. */
int upstream_new(struct portal *portal, const char *socket,
		 void (*on_event)(struct portal *portal, const json_t *event), struct upstream **out);
void upstream_free(struct upstream **upstream);

/* Asks mfad; done gets a status of HTTP and a body (its own; NULL with 503: mfad did not answer), later
 * or at once.  ctx may be NULL where nobody waits for it any more: upstream_forget.
 * call is a JSON text, which is taken over. */
typedef void upstream_done(void *ctx, int status, json_t *body);
void upstream_call(struct upstream *upstream, char *call, upstream_done *done, void *ctx);
/* Whoever waits with this ctx no longer does. */
void upstream_forget(struct upstream *upstream, const void *ctx);

#endif
