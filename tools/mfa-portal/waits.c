/* SPDX-License-Identifier: BSD-2-Clause */
#include "waits.h"

#include <errno.h>
#include <event2/buffer.h>
#include <stdlib.h>
#include <string.h>

#include "reply.h"

#define WAIT_MS 50000		/* less than what proxies cut */
#define EACH_MAX 4		/* of a device: the oldest is answered */
#define TICK_MS 250
#define WAKE_MOST 250		/* in a tick, of all: each asks mfad for its list then */

struct wait {
	struct wait *next, *prev;
	struct waits *all;
	struct evhttp_request *req;
	uint64_t device;
	int64_t until;
};

struct waits {
	struct portal *portal;
	struct wait ring;		/* the oldest first */
	size_t count;
	size_t behind;			/* so many of the oldest are to be woken */
	struct event *tick;
};

static void forget(struct wait *wait)
{
	wait->next->prev = wait->prev;
	wait->prev->next = wait->next;
	wait->all->count--;
	free(wait);
}

static void on_gone(struct evhttp_connection *evcon, void *ctx)
{
	(void)evcon;
	forget(ctx);
}

static void answer(struct wait *wait, bool changed)
{
	struct evhttp_request *req = wait->req;

	evhttp_connection_set_closecb(evhttp_request_get_connection(req), NULL, NULL);
	reply_json(wait->all->portal, req, 200, json_pack("{s:b}", "changed", changed));
	forget(wait);
}

static void wake_some(struct waits *all)
{
	struct wait *wait, *next;
	unsigned n = 0;

	if (all->behind > all->count)
		all->behind = all->count;
	for (wait = all->ring.next; n < WAKE_MOST && all->behind > 0; wait = next) {
		next = wait->next;
		answer(wait, true);
		all->behind--;
		n++;
	}
}

static void on_tick(evutil_socket_t fd, short what, void *ctx)
{
	struct waits *all = ctx;
	struct wait *wait, *next;
	int64_t now = portal_ms();

	(void)fd, (void)what;
	wake_some(all);
	for (wait = all->ring.next; wait != &all->ring && wait->until <= now; wait = next) {
		next = wait->next;
		answer(wait, false);
	}
}

int waits_new(struct portal *portal, struct waits **out)
{
	static const struct timeval often = { .tv_usec = TICK_MS * 1000 };
	struct waits *all = calloc(1, sizeof(*all));

	*out = all;
	if (all == NULL)
		return -ENOMEM;
	all->portal = portal;
	all->ring.next = all->ring.prev = &all->ring;
	all->tick = event_new(portal->base, -1, EV_PERSIST, on_tick, all);
	if (all->tick != NULL && event_add(all->tick, &often) == 0)
		return 0;
	waits_free(out);
	return -ENOMEM;
}

void waits_free(struct waits **waits)
{
	struct waits *all = *waits;
	struct wait *wait, *next;

	if (all == NULL)
		return;
	for (wait = all->ring.next; wait != &all->ring; wait = next) {
		next = wait->next;
		evhttp_connection_set_closecb(evhttp_request_get_connection(wait->req), NULL, NULL);
		forget(wait);
	}
	if (all->tick != NULL)
		event_free(all->tick);
	free(all);
	*waits = NULL;
}

static void make_room(struct waits *all, uint64_t device)
{
	struct wait *wait, *oldest = NULL;
	unsigned count = 0;

	for (wait = all->ring.prev; wait != &all->ring; wait = wait->prev) {
		if (wait->device != device)
			continue;
		count++;
		oldest = wait;
	}
	if (count >= EACH_MAX)
		answer(oldest, false);
}

/* What a browser says of itself is a good part of what a wait takes up. */
static void slim(struct evhttp_request *req)
{
	struct evbuffer *input = evhttp_request_get_input_buffer(req);
	struct evkeyvalq *headers = evhttp_request_get_input_headers(req);
	const char *found = evhttp_find_header(headers, "Connection");
	char *connection = found != NULL ? strdup(found) : NULL;

	(void)evbuffer_drain(input, evbuffer_get_length(input));
	if (found != NULL && connection == NULL)
		return;
	evhttp_clear_headers(headers);
	if (connection != NULL)
		(void)evhttp_add_header(headers, "Connection", connection);
	free(connection);
}

void waits_add(struct waits *all, struct evhttp_request *req, const struct mfa_ticket *ticket)
{
	struct wait *wait;

	/* Between being told and asking again. */
	if (mfa_ring_has(&all->portal->ring, ticket->device, ticket->serial)) {
		reply_json(all->portal, req, 200, json_pack("{s:b}", "changed", true));
		return;
	}
	make_room(all, ticket->device);
	wait = calloc(1, sizeof(*wait));
	if (wait == NULL) {
		reply_refuse(all->portal, req, 503, "unavailable");
		return;
	}
	slim(req);
	*wait = (struct wait){ .next = &all->ring, .prev = all->ring.prev, .all = all, .req = req,
			       .device = ticket->device, .until = portal_ms() + WAIT_MS };
	wait->prev->next = wait;
	all->ring.prev = wait;
	all->count++;
	evhttp_connection_set_closecb(evhttp_request_get_connection(req), on_gone, wait);
}

void waits_wake(struct waits *all, uint64_t device)
{
	struct wait *wait, *next;

	for (wait = all->ring.next; wait != &all->ring; wait = next) {
		next = wait->next;
		if (wait->device == device)
			answer(wait, true);
	}
}

void waits_wake_all(struct waits *all)
{
	all->behind = all->count;
	wake_some(all);
}
