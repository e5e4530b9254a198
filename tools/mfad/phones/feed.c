/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfad/phones/feed.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/queue.h>
#include <unistd.h>

#include "json/fields.h"
#include "log/log.h"
#include "mfad/phones/handlers.h"
#include "phone/pairing.h"

#define QUEUE_MAX 4096		/* a portal that is so far behind is hung up on: it connects and asks again */
#define PING_MS 20000

struct item {
	STAILQ_ENTRY(item) others;
	char *json;
};

/* A portal that listens. */
struct listener {
	LIST_ENTRY(listener) others;
	STAILQ_HEAD(items, item) items;
	size_t count;
	bool lost;			/* it did not keep up */
	int fd;				/* eventfd: there is something to tell */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
/* The newest first: an old one may be gone without a word. */
static LIST_HEAD(listeners, listener) listeners = LIST_HEAD_INITIALIZER(listeners);

static int tell(struct listener *l, const char *json)
{
	static const uint64_t one = 1;
	struct item *item;

	if (l->lost || l->count >= QUEUE_MAX) {
		l->lost = true;
		return -ENOTCONN;
	}
	item = malloc(sizeof(*item));
	if (item == NULL)
		return -ENOMEM;
	*item = (struct item){ .json = strdup(json) };
	if (item->json == NULL) {
		free(item);
		return -ENOMEM;
	}
	STAILQ_INSERT_TAIL(&l->items, item, others);
	l->count++;
	(void)!write(l->fd, &one, sizeof(one));
	return 0;
}

bool feed_heard(void)
{
	bool heard;

	(void)pthread_mutex_lock(&lock);
	heard = !LIST_EMPTY(&listeners);
	(void)pthread_mutex_unlock(&lock);
	return heard;
}

static int send_text(char *text, bool all)
{
	struct listener *l;
	int r = -ENOTCONN;

	if (text == NULL)
		return -ENOMEM;
	(void)pthread_mutex_lock(&lock);
	LIST_FOREACH(l, &listeners, others) {
		r = tell(l, text);
		if (r == 0 && !all)
			break;
	}
	(void)pthread_mutex_unlock(&lock);
	free(text);
	return r;
}

void feed_changed(uint64_t device)
{
	char id[MFA_DEVICE_ID_SIZE];

	mfa_device_id_format(device, id);
	(void)send_text(mfa_json_dump(json_pack("{s:s, s:s}", "event", "changed", "device", id)), true);
}

int feed_send(json_t *event)
{
	return send_text(mfa_json_dump(event), false);
}

static void join(struct listener *l)
{
	STAILQ_INIT(&l->items);
	(void)pthread_mutex_lock(&lock);
	LIST_INSERT_HEAD(&listeners, l, others);
	(void)pthread_mutex_unlock(&lock);
}

static void leave(struct listener *l)
{
	struct item *item;

	(void)pthread_mutex_lock(&lock);
	LIST_REMOVE(l, others);
	(void)pthread_mutex_unlock(&lock);
	while ((item = STAILQ_FIRST(&l->items)) != NULL) {
		STAILQ_REMOVE_HEAD(&l->items, others);
		free(item->json);
		free(item);
	}
}

static struct item *take(struct listener *l)
{
	struct item *item;

	(void)pthread_mutex_lock(&lock);
	item = l->lost ? NULL : STAILQ_FIRST(&l->items);
	if (item != NULL) {
		STAILQ_REMOVE_HEAD(&l->items, others);
		l->count--;
	}
	(void)pthread_mutex_unlock(&lock);
	return item;
}

/* All that there is to tell. */
static int tell_all(struct conversation *c, struct listener *l)
{
	struct item *item;
	int r = 0;

	while (r == 0 && (item = take(l)) != NULL) {
		r = conversation_row(c, item->json);
		free(item->json);
		free(item);
	}
	(void)pthread_mutex_lock(&lock);
	r = l->lost ? -EOVERFLOW : r;
	(void)pthread_mutex_unlock(&lock);
	return r;
}

void request_events(struct conversation *c)
{
	struct listener l = { .fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK) };
	struct pollfd fds[2] = { { .fd = l.fd, .events = POLLIN }, { .fd = c->fd, .events = POLLIN } };
	uint64_t count;
	int n, r = 0;

	if (l.fd < 0) {
		conversation_done(c, MFA_RESULT_BUSY, NULL);
		return;
	}
	join(&l);
	mfa_log_message(LOG_INFO, "portal", "mfa-portal listens", 0);
	while (r == 0) {
		n = poll(fds, 2, PING_MS);
		if (n == 0)
			r = conversation_row(c, "{\"event\":\"ping\"}");
		if (n > 0 && fds[0].revents != 0) {
			(void)!read(l.fd, &count, sizeof(count));
			r = tell_all(c, &l);
		}
		/* It has nothing to say here, and so it has gone. */
		if (n > 0 && fds[1].revents != 0)
			r = -EPIPE;
		if (n < 0 && errno != EINTR)
			r = -errno;
	}
	leave(&l);
	(void)close(l.fd);
	mfa_log_message(LOG_NOTICE, "portal", r == -EOVERFLOW ? "mfa-portal did not keep up and was hung up on"
			: "mfa-portal no longer listens", 0);
}
