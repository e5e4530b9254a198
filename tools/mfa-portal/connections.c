/* SPDX-License-Identifier: BSD-2-Clause */
#include "connections.h"

#include <errno.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "log/log.h"
#include "portal/forwarded.h"

#define REQUEST_MS 10000	/* for a whole request, TLS's handshake included */
#define IDLE_MS 60000		/* between two requests */
#define PER_ADDRESS 512	/* a school is one: a page that is open has one or two */
#define CONNECTIONS_MAX 20000
#define CROWDED 32		/* so small a part of them is cut at a time where there is no room */
#define OTHERS 200		/* descriptors for all else: mfad, push services, resolving their names */
#define LISTEN_MAX 16
#define SWEEP_MS 500

/* evhttp neither tells of a connection before its first request is whole, nor bounds how long
 * that takes.  So each is held here too, until evhttp has let go of it. */
struct connection {
	struct connection *next, *prev;
	struct connections *all;
	struct bufferevent *bev;	/* with a reference of our own */
	struct address *address;
	struct connection *sibling;	/* of the same address */
	int64_t deadline;		/* 0: none, a request is being answered */
};

/* How many there are from an address. */
struct address {
	struct mfa_address of;
	struct connection *first;
	unsigned count;
};

struct connections {
	struct portal *portal;
	struct connection ring;
	unsigned count, most;
	void *by_bev, *by_address;	/* of tsearch(3) */
	struct evconnlistener *listeners[LISTEN_MAX];
	size_t listening;
	struct event *sweep;
};

static int compare_bev(const void *a, const void *b)
{
	const struct bufferevent *x = ((const struct connection *)a)->bev, *y = ((const struct connection *)b)->bev;

	return x < y ? -1 : x > y;
}

static int compare_address(const void *a, const void *b)
{
	return memcmp(&((const struct address *)a)->of, &((const struct address *)b)->of,
		      sizeof(struct mfa_address));
}

static void count_address(struct connection *conn, const struct mfa_address *of)
{
	struct address *address = calloc(1, sizeof(*address));
	void **found;

	if (address == NULL)
		return;
	memcpy(&address->of, of, sizeof(*of));
	found = tsearch(address, &conn->all->by_address, compare_address);
	if (found == NULL || *found != address)
		free(address);
	if (found == NULL)
		return;
	conn->address = *found;
	conn->sibling = conn->address->first;
	conn->address->first = conn;
	conn->address->count++;
}

static void forget_address(struct connection *conn)
{
	struct address *address = conn->address;
	struct connection **at;

	if (address == NULL)
		return;
	for (at = &address->first; *at != conn; at = &(*at)->sibling)
		;
	*at = conn->sibling;
	conn->address = NULL;
	if (--address->count > 0)
		return;
	(void)tdelete(address, &conn->all->by_address, compare_address);
	free(address);
}

static void forget(struct connection *conn)
{
	struct connections *all = conn->all;

	(void)tdelete(conn, &all->by_bev, compare_bev);
	conn->next->prev = conn->prev;
	conn->prev->next = conn->next;
	all->count--;
	forget_address(conn);
	(void)bufferevent_disable(conn->bev, EV_READ | EV_WRITE);
	(void)bufferevent_decref(conn->bev);
	free(conn);
}

static void cut(const struct connection *conn)
{
	evutil_socket_t fd = bufferevent_getfd(conn->bev);

	if (fd >= 0)
		(void)shutdown(fd, SHUT_RDWR);
}

static bool let_go(const struct connection *conn)
{
	bufferevent_data_cb on_read, on_write;
	bufferevent_event_cb on_event;
	void *ctx;

	bufferevent_getcb(conn->bev, &on_read, &on_write, &on_event, &ctx);
	return on_read == NULL && on_write == NULL && on_event == NULL;
}

/* Where there is no room, whoever comes waits in the kernel until the next sweep. */
static void accept_more(struct connections *all, bool more)
{
	size_t i;

	for (i = 0; i < all->listening; i++)
		(void)(more ? evconnlistener_enable(all->listeners[i]) : evconnlistener_disable(all->listeners[i]));
}

static void on_sweep(evutil_socket_t fd, short what, void *ctx)
{
	struct connections *all = ctx;
	struct connection *conn, *next;
	int64_t now = portal_ms();
	/* Where strangers hold all there is, those who came first and are asking nothing give way. */
	unsigned give_way = all->count >= all->most ? all->most / CROWDED + 1 : 0;

	(void)fd, (void)what;
	for (conn = all->ring.next; conn != &all->ring; conn = next) {
		next = conn->next;
		if (let_go(conn)) {
			forget(conn);
		} else if (conn->deadline > 0 && (now > conn->deadline || give_way > 0)) {
			cut(conn);
			give_way -= give_way > 0;
		}
	}
	if (all->count < all->most)
		accept_more(all, true);
}

static int peer_address(evutil_socket_t fd, struct mfa_address *out)
{
	struct sockaddr_storage from;
	socklen_t len = sizeof(from);
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&from;
	const struct sockaddr_in *in = (const struct sockaddr_in *)&from;

	memset(out, 0, sizeof(*out));
	memset(&from, 0, sizeof(from));
	if (fd < 0 || getpeername(fd, (struct sockaddr *)&from, &len) != 0)
		return -EINVAL;
	if (from.ss_family == AF_INET) {
		out->v4 = true;
		memcpy(out->bytes, &in->sin_addr, 4);
	} else if (from.ss_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr)) {
		out->v4 = true;
		memcpy(out->bytes, in6->sin6_addr.s6_addr + 12, 4);
	} else if (from.ss_family == AF_INET6) {
		memcpy(out->bytes, in6->sin6_addr.s6_addr, 16);
	}
	return 0;
}

/* Of IPv6 somebody has a /64. */
static int peer_site(evutil_socket_t fd, struct mfa_address *out)
{
	int r = peer_address(fd, out);

	if (!out->v4)
		memset(out->bytes + 8, 0, 8);
	return r;
}

/* Whether its address has too many without it.  Those that have ended since the last sweep are none. */
static bool is_too_many(const struct connection *conn)
{
	struct connection *other, *next;

	if (conn->address == NULL || conn->address->count <= PER_ADDRESS)
		return false;
	for (other = conn->address->first; other != NULL; other = next) {
		next = other->sibling;
		if (other != conn && let_go(other))
			forget(other);
	}
	return conn->address->count > PER_ADDRESS;
}

/* The connection has its descriptor by now. */
static void on_accepted(evutil_socket_t fd, short what, void *ctx)
{
	struct connections *all = ctx;
	struct connection *conn;
	struct mfa_address of;

	(void)fd, (void)what;
	for (conn = all->ring.next; conn != &all->ring && conn->deadline < 0; conn = conn->next) {
		conn->deadline = portal_ms() + REQUEST_MS;
		/* A proxy's connections are everybody's. */
		if (all->portal->tls && peer_site(bufferevent_getfd(conn->bev), &of) == 0)
			count_address(conn, &of);
		if (is_too_many(conn)) {
			forget_address(conn);
			cut(conn);
		}
	}
}

static struct bufferevent *on_connection(struct event_base *base, void *ctx)
{
	static const struct timeval now = { 0 };
	struct connections *all = ctx;
	struct connection *conn = calloc(1, sizeof(*conn));
	SSL *ssl = all->portal->tls ? SSL_new(all->portal->ssl) : NULL;

	if (conn == NULL || (all->portal->tls && ssl == NULL)) {
		free(conn);
		SSL_free(ssl);
		return NULL;
	}
	conn->bev = ssl != NULL
		? bufferevent_openssl_socket_new(base, -1, ssl, BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE)
		: bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
	if (conn->bev == NULL) {
		free(conn);
		return NULL;
	}
	if (ssl != NULL)
		bufferevent_openssl_set_allow_dirty_shutdown(conn->bev, 1);
	bufferevent_incref(conn->bev);
	conn->all = all;
	conn->deadline = -1;		/* new: on_accepted */
	conn->next = all->ring.next;
	conn->prev = &all->ring;
	conn->next->prev = conn;
	all->ring.next = conn;
	if (++all->count >= all->most)
		accept_more(all, false);
	(void)tsearch(conn, &all->by_bev, compare_bev);
	(void)event_base_once(base, -1, EV_TIMEOUT, on_accepted, all, &now);
	return conn->bev;
}

static unsigned room(void)
{
	struct rlimit rl;

	if (getrlimit(RLIMIT_NOFILE, &rl) != 0)
		return OTHERS;
	if (rl.rlim_cur < 2 * (rlim_t)OTHERS)
		return (unsigned)rl.rlim_cur / 2;
	return rl.rlim_cur - OTHERS < CONNECTIONS_MAX ? (unsigned)(rl.rlim_cur - OTHERS) : CONNECTIONS_MAX;
}

/* It would fail again at once, and for ever. */
static void on_accept_failed(struct evconnlistener *listener, void *http)
{
	(void)http;
	mfa_log_message(LOG_ERR, "accept", "no more connections are taken until some have ended", -errno);
	(void)evconnlistener_disable(listener);
}

int connections_listen(struct connections *all, int fd)
{
	struct evhttp_bound_socket *bound = NULL;

	if (all->listening < LISTEN_MAX)
		bound = evhttp_accept_socket_with_handle(all->portal->http, fd);
	if (bound == NULL)
		return -EIO;
	all->listeners[all->listening] = evhttp_bound_socket_get_listener(bound);
	evconnlistener_set_error_cb(all->listeners[all->listening++], on_accept_failed);
	return 0;
}

int connections_new(struct portal *portal, struct connections **out)
{
	static const struct timeval often = { .tv_usec = SWEEP_MS * 1000 };
	struct connections *all = calloc(1, sizeof(*all));

	*out = all;
	if (all == NULL)
		return -ENOMEM;
	all->portal = portal;
	all->most = room();
	all->ring.next = all->ring.prev = &all->ring;
	all->sweep = event_new(portal->base, -1, EV_PERSIST, on_sweep, all);
	if (all->sweep == NULL || event_add(all->sweep, &often) != 0) {
		connections_free(out);
		return -ENOMEM;
	}
	evhttp_set_bevcb(portal->http, on_connection, all);
	return 0;
}

void connections_free(struct connections **connections)
{
	struct connections *all = *connections;
	struct connection *conn, *next;

	if (all == NULL)
		return;
	for (conn = all->ring.next; conn != &all->ring; conn = next) {
		next = conn->next;
		forget(conn);
	}
	if (all->sweep != NULL)
		event_free(all->sweep);
	free(all);
	*connections = NULL;
}

static struct connection *find(struct connections *all, struct evhttp_connection *evcon)
{
	struct connection key = { .bev = evhttp_connection_get_bufferevent(evcon) };
	void **found = tfind(&key, &all->by_bev, compare_bev);

	return found != NULL ? *found : NULL;
}

void connections_busy(struct connections *all, struct evhttp_connection *evcon)
{
	struct connection *conn = find(all, evcon);

	if (conn != NULL)
		conn->deadline = 0;
}

void connections_idle(struct connections *all, struct evhttp_connection *evcon)
{
	struct connection *conn = find(all, evcon);

	if (conn != NULL)
		conn->deadline = portal_ms() + IDLE_MS;
}

int connections_address(const struct portal *portal, struct evhttp_request *req, struct mfa_address *out)
{
	struct evhttp_connection *evcon = evhttp_request_get_connection(req);
	const char *forwarded = NULL;
	const struct evkeyval *header;

	/* A proxy may add a line of its own below the client's. */
	TAILQ_FOREACH(header, evhttp_request_get_input_headers(req), next)
		if (evutil_ascii_strcasecmp(header->key, "X-Forwarded-For") == 0)
			forwarded = header->value;
	if (!portal->tls && forwarded != NULL)
		return mfa_forwarded_for(forwarded, out);
	return peer_address(bufferevent_getfd(evhttp_connection_get_bufferevent(evcon)), out);
}
