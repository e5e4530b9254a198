#include "waits.h"

#include <errno.h>
#include <stdlib.h>

#include "reply.h"

#define WAIT_MS 50000		/* less than what proxies cut */
#define EACH_MAX 4		/* of a device: the oldest is answered */

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

static void on_tick(evutil_socket_t fd, short what, void *ctx)
{
	struct waits *all = ctx;
	struct wait *wait, *next;
	int64_t now = portal_ms();

	(void)fd, (void)what;
	for (wait = all->ring.next; wait != &all->ring && wait->until <= now; wait = next) {
		next = wait->next;
		answer(wait, false);
	}
}

int waits_new(struct portal *portal, struct waits **out)
{
	static const struct timeval second = { .tv_sec = 1 };
	struct waits *all = calloc(1, sizeof(*all));

	*out = all;
	if (all == NULL)
		return -ENOMEM;
	all->portal = portal;
	all->ring.next = all->ring.prev = &all->ring;
	all->tick = event_new(portal->base, -1, EV_PERSIST, on_tick, all);
	if (all->tick != NULL && event_add(all->tick, &second) == 0)
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
	struct wait *wait, *next;

	for (wait = all->ring.next; wait != &all->ring; wait = next) {
		next = wait->next;
		answer(wait, true);
	}
}
