/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfad/door/server.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "log/log.h"
#include "mfad/base/conversation.h"
#include "mfad/base/peer.h"
#include "mfad/door/listener.h"
#include "mfad/requests/requests.h"
#include "table/table.h"

#define STACK_SIZE (256 * 1024)
#define REFUSE_MS 100		/* for the request of one who is turned away */
#define REFUSALS_MAX 32		/* at once; more than that are turned away without a word */
#define DESCRIPTORS 16384	/* for all seats of both doors, and the store */
#define CALLER_SEATS 256	/* connections of a user whom some service's rules name as a caller */
#define IDLE_MAX 16		/* threads of a door that wait for work; more than that end */

/* A conversation that holds a place. */
struct seat {
	TAILQ_ENTRY(seat) others;
	struct door *door;
	int fd;
	uid_t uid;
	unsigned most;		/* connections of that user */
	bool silent;		/* the client has not said what it wants */
	bool lasts;		/* it stays for as long as we do: mfa-portal's, mfa-sender's */
};

/* One of the two sockets. */
struct door {
	struct server *server;
	int fd;
	unsigned seats_max;		/* of all users together */
	unsigned seats_each;		/* of one user */
	unsigned seats, threads, idle, refusals;
	TAILQ_HEAD(seats, seat) taken;	/* the oldest first */
};

struct server {
	struct listener listener;
	struct verifier *verifier;
	pthread_mutex_t lock;
	pthread_cond_t left;		/* a conversation ended */
	bool stopping;
	struct door doors[2];
};

static void *serve_door(void *arg);

static int start_thread(struct door *door)
{
	pthread_attr_t attr;
	pthread_t thread;
	int r;

	(void)pthread_attr_init(&attr);
	(void)pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	(void)pthread_attr_setstacksize(&attr, STACK_SIZE);
	door->threads++;
	door->idle++;
	r = pthread_create(&thread, &attr, serve_door, door);
	(void)pthread_attr_destroy(&attr);
	if (r != 0) {
		door->threads--;
		door->idle--;
	}
	return -r;
}

/* A user who is at the limit makes room by losing the oldest connection that has
 * not said a word; one whose every connection is talking waits. */
static bool make_room(struct door *door, const struct seat *next)
{
	struct seat *seat, *silent_own = NULL, *silent = NULL;
	unsigned own = 0;

	TAILQ_FOREACH(seat, &door->taken, others) {
		if (seat->silent && silent == NULL)
			silent = seat;
		if (seat->uid != next->uid)
			continue;
		own++;
		if (seat->silent && silent_own == NULL)
			silent_own = seat;
	}
	if (own < next->most && door->seats < door->seats_max)
		return true;
	if (own >= next->most)
		silent = silent_own;
	if (silent == NULL)
		return false;
	silent->silent = false;		/* its thread sees the end of the stream and gives its place up */
	(void)shutdown(silent->fd, SHUT_RDWR);
	return door->seats < door->seats_max + IDLE_MAX;
}

/* Callers speak for many people, of whom each may wait for a phone. */
static unsigned seats_of(const struct door *door, const struct peer *peer)
{
	struct conf_ref *conf;
	bool caller;

	if (peer->kind != PEER_SELF)
		return door->seats_each;
	conf = verifier_get_conf(door->server->verifier);
	caller = mfa_conf_has_caller(conf_ref_conf(conf), peer->uid);
	verifier_put_conf(door->server->verifier, conf);
	return caller ? CALLER_SEATS : door->seats_each;
}

/* Returns 0; -EBUSY: it is to be told so; or -ESHUTDOWN: the client is to find out by itself
 * that nobody is here.  A flood of those who are turned away must not become one of threads. */
static int sit_down(struct door *door, struct seat *seat, const struct peer *peer)
{
	int r = -ESHUTDOWN;

	(void)pthread_mutex_lock(&door->server->lock);
	/* Not once that is said: the configuration goes with the verifier. */
	if (!door->server->stopping)
		seat->most = seats_of(door, peer);
	if (!door->server->stopping && make_room(door, seat)) {
		TAILQ_INSERT_TAIL(&door->taken, seat, others);
		door->seats++;
		r = 0;
	} else if (!door->server->stopping && door->refusals < REFUSALS_MAX) {
		door->refusals++;
		r = -EBUSY;
	}
	(void)pthread_mutex_unlock(&door->server->lock);
	return r;
}

static void refuse(struct door *door, int fd)
{
	conversation_refuse(fd, REFUSE_MS, MFA_RESULT_BUSY,
			    "Too many sign-ins at once. Please try again in a moment.");
	(void)pthread_mutex_lock(&door->server->lock);
	door->refusals--;
	(void)pthread_mutex_unlock(&door->server->lock);
}

static void stand_up(struct door *door, struct seat *seat)
{
	(void)pthread_mutex_lock(&door->server->lock);
	TAILQ_REMOVE(&door->taken, seat, others);
	door->seats--;
	(void)pthread_cond_broadcast(&door->server->left);
	(void)pthread_mutex_unlock(&door->server->lock);
}

static void on_request(void *ctx, bool lasts)
{
	struct seat *seat = ctx;

	(void)pthread_mutex_lock(&seat->door->server->lock);
	seat->silent = false;
	seat->lasts = lasts;
	(void)pthread_mutex_unlock(&seat->door->server->lock);
}

static void serve_connection(struct door *door, int fd)
{
	struct verifier *v = door->server->verifier;
	struct peer peer = peer_of(fd, v->own_uid, v->portal_uid, v->sender_uid, v->overflow_uid);
	struct seat seat = { .door = door, .fd = fd, .uid = peer.uid, .silent = true };
	int r = sit_down(door, &seat, &peer);

	if (r == -EBUSY)
		refuse(door, fd);
	if (r != 0)
		return;
	request_run(v, fd, on_request, &seat);
	stand_up(door, &seat);
}

/* Takes the next connection; another thread waits at the door before it is served: where
 * none can be had, it is not, or a prompt that waits would keep everybody else out. */
static int next_connection(struct door *door)
{
	struct server *server = door->server;
	int fd = accept4(door->fd, NULL, NULL, SOCK_CLOEXEC), error = errno;

	(void)pthread_mutex_lock(&server->lock);
	door->idle--;
	if (door->idle == 0 && !server->stopping && fd >= 0 && start_thread(door) != 0) {
		(void)close(fd);
		fd = -1;
		error = EAGAIN;
	}
	(void)pthread_mutex_unlock(&server->lock);
	errno = error;
	return fd;
}

/* Whether this thread goes back to the door. */
static bool stay(struct door *door)
{
	struct server *server = door->server;
	bool stays;

	(void)pthread_mutex_lock(&server->lock);
	stays = !server->stopping && door->idle < IDLE_MAX;
	if (stays)
		door->idle++;
	else
		door->threads--;
	(void)pthread_mutex_unlock(&server->lock);
	return stays;
}

static void *serve_door(void *arg)
{
	static const struct timespec pause = { .tv_nsec = 50000000 };
	struct door *door = arg;
	int fd;

	do {
		fd = next_connection(door);
		if (fd >= 0) {
			serve_connection(door, fd);
			(void)close(fd);
		} else if (errno != EINTR && errno != ECONNABORTED) {
			/* No descriptor or memory left: those under way will free some. */
			(void)nanosleep(&pause, NULL);
		}
	} while (stay(door));
	return NULL;
}

/* Or a flood at one door would take what the other needs. */
static void want_descriptors(void)
{
	struct rlimit rl;

	if (getrlimit(RLIMIT_NOFILE, &rl) != 0 || rl.rlim_cur >= DESCRIPTORS)
		return;
	rl.rlim_cur = DESCRIPTORS;
	if (rl.rlim_max >= DESCRIPTORS || geteuid() != 0)
		rl.rlim_cur = rl.rlim_max < DESCRIPTORS ? rl.rlim_max : DESCRIPTORS;
	else
		rl.rlim_max = DESCRIPTORS;
	(void)setrlimit(RLIMIT_NOFILE, &rl);
}

int server_listen(const char *path, struct server **out)
{
	int r;

	want_descriptors();
	*out = calloc(1, sizeof(**out));
	if (*out == NULL)
		return -ENOMEM;
	r = listener_open(path, &(*out)->listener);
	if (r != 0) {
		free(*out);
		*out = NULL;
	}
	return r;
}

int server_start(struct server *server, struct verifier *verifier)
{
	static const struct { unsigned all, each; } limits[] = {
		[LISTENER_PUBLIC] = { 1024, 64 },
		[LISTENER_ROOT] = { 8192, 8192 },
	};
	MFA_TABLE_FITS(limits, LISTENER_COUNT);
	pthread_condattr_t monotonic;
	size_t i;
	int r = 0;

	server->verifier = verifier;
	(void)pthread_mutex_init(&server->lock, NULL);
	/* A clock that is set back must not keep us from ending. */
	(void)pthread_condattr_init(&monotonic);
	(void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&server->left, &monotonic);
	(void)pthread_condattr_destroy(&monotonic);
	(void)pthread_mutex_lock(&server->lock);
	for (i = 0; i < 2 && r == 0; i++) {
		struct door *door = &server->doors[i];

		door->server = server;
		door->fd = server->listener.fds[i];
		door->seats_max = limits[i].all;
		door->seats_each = limits[i].each;
		TAILQ_INIT(&door->taken);
		if (door->fd >= 0)
			r = start_thread(door);
	}
	(void)pthread_mutex_unlock(&server->lock);
	return r;
}

static void hang_up(struct server *server, bool all)
{
	struct seat *seat;
	size_t i;

	for (i = 0; i < 2; i++)
		TAILQ_FOREACH(seat, &server->doors[i].taken, others)
			if (all || seat->lasts)
				(void)shutdown(seat->fd, SHUT_RDWR);
}

static void wait_until(struct server *server, int64_t seconds, bool (*done)(struct server *))
{
	struct timespec until;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += seconds;
	while (!done(server) &&
	       pthread_cond_timedwait(&server->left, &server->lock, &until) != ETIMEDOUT)
		;
}

static bool all_done(struct server *server)
{
	return server->doors[0].seats == 0 && server->doors[1].seats == 0;
}

bool server_stop(struct server *server, unsigned seconds)
{
	bool done;

	listener_unlink(&server->listener);
	(void)pthread_mutex_lock(&server->lock);
	server->stopping = true;
	hang_up(server, false);
	wait_until(server, seconds, all_done);
	if (!all_done(server)) {
		mfa_log_message(LOG_NOTICE, "stop", "sign-ins that still waited were ended", 0);
		hang_up(server, true);
		wait_until(server, 5, all_done);
	}
	done = all_done(server);
	(void)pthread_mutex_unlock(&server->lock);
	return done;
}

void server_free(struct server **server)
{
	if (*server == NULL)
		return;
	listener_unlink(&(*server)->listener);
	/* Threads that wait at the doors end with the process, not before. */
	if ((*server)->verifier == NULL) {
		listener_close(&(*server)->listener);
		free(*server);
	}
	*server = NULL;
}
