/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfad/base/working.h"

#include <errno.h>
#include <pthread.h>
#include <sys/socket.h>
#include <time.h>

#include "clock/clock.h"
#include "log/log.h"

#define TICK_MS 250
#define STACK_SIZE (128 * 1024)

static struct {
	pthread_mutex_t lock;
	pthread_cond_t work;	/* there is somebody to be watched again */
	bool started, idle;
	TAILQ_HEAD(, working) all;
} watch = { .lock = PTHREAD_MUTEX_INITIALIZER, .work = PTHREAD_COND_INITIALIZER,
	    .all = TAILQ_HEAD_INITIALIZER(watch.all) };

/* Never waits: a client that takes nothing in does not wait for a word. */
static void say(struct working *w, int64_t now)
{
	struct mfa_frame frame;

	mfa_frame_start(&frame, MFA_WORKING);
	if (mfa_frame_send(w->fd, &frame, 0) == 0)
		w->said = true;
	w->due = now + WORKING_EVERY_MS;
}

/* Its thread goes on when the look-up comes back, and finds the client gone. */
static void give_up(struct working *w, int64_t now)
{
	struct mfa_frame frame;
	struct mfa_log_line line;

	mfa_frame_start(&frame, MFA_DONE);
	mfa_frame_put_byte(&frame, MFA_FIELD_RESULT, MFA_RESULT_BUSY);
	mfa_frame_put_text(&frame, MFA_FIELD_TEXT, w->too_slow);
	(void)mfa_frame_send(w->fd, &frame, 0);
	(void)shutdown(w->fd, SHUT_RDWR);
	w->given_up = true;
	w->until = 0;
	mfa_log_begin(&line, "directory");
	mfa_log_text(&line, w->what, w->name);
	mfa_log_number(&line, "seconds", (now - w->since) / 1000);
	mfa_log_text(&line, "msg", "the look-up takes too long; the request that waited for it is refused");
	mfa_log_write(&line, LOG_ERR);
}

static void look_at(struct working *w, int64_t now)
{
	if (w->given_up)
		return;
	if (w->until != 0 && now >= w->until)
		give_up(w, now);
	else if (w->knows && now >= w->due && (w->unbounded || now - w->since < WORKING_MOST_MS))
		say(w, now);
}

static void look_at_all(void)
{
	int64_t now = mfa_clock_monotonic();
	struct working *w;

	TAILQ_FOREACH(w, &watch.all, others)
		look_at(w, now);
}

void working_look(void)
{
	(void)pthread_mutex_lock(&watch.lock);
	look_at_all();
	(void)pthread_mutex_unlock(&watch.lock);
}

static void *watch_them(void *arg)
{
	static const struct timespec tick = { .tv_nsec = TICK_MS * 1000000L };

	(void)arg;
	for (;;) {
		(void)nanosleep(&tick, NULL);
		(void)pthread_mutex_lock(&watch.lock);
		while (TAILQ_EMPTY(&watch.all)) {
			watch.idle = true;
			(void)pthread_cond_wait(&watch.work, &watch.lock);
		}
		watch.idle = false;
		look_at_all();
		(void)pthread_mutex_unlock(&watch.lock);
	}
	return NULL;
}

/* Where it can't be had, the next conversation tries again. */
static void start(void)
{
	pthread_attr_t attr;
	pthread_t thread;

	(void)pthread_attr_init(&attr);
	(void)pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	(void)pthread_attr_setstacksize(&attr, STACK_SIZE);
	watch.started = pthread_create(&thread, &attr, watch_them, NULL) == 0;
	(void)pthread_attr_destroy(&attr);
}

static void list(struct working *w)
{
	if (w->listed)
		return;
	w->listed = true;
	TAILQ_INSERT_TAIL(&watch.all, w, others);
	if (watch.idle)
		(void)pthread_cond_signal(&watch.work);
}

void working_init(struct working *w, int fd, const struct mfa_frame *request)
{
	bool knows = mfa_frame_byte(request, MFA_FIELD_KNOWS_WORKING, 0) == 1;

	(void)pthread_mutex_lock(&watch.lock);
	if (!watch.started)
		start();
	knows = knows && watch.started;
	(void)pthread_mutex_unlock(&watch.lock);
	*w = (struct working){ .fd = fd, .knows = knows, .patient = mfa_frame_type(request) != MFA_SIGNIN };
}

void working_begin(struct working *w, bool unbounded)
{
	(void)pthread_mutex_lock(&watch.lock);
	w->since = mfa_clock_monotonic();
	/* Of several steps without a frame the client sees one. */
	if (!w->listed)
		w->due = w->since + WORKING_FIRST_MS;
	w->unbounded = unbounded || w->patient;
	/* Whoever need not be told anything is watched during a look-up alone. */
	if (w->knows)
		list(w);
	(void)pthread_mutex_unlock(&watch.lock);
}

void working_end(struct working *w)
{
	(void)pthread_mutex_lock(&watch.lock);
	if (w->listed)
		TAILQ_REMOVE(&watch.all, w, others);
	w->listed = false;
	(void)pthread_mutex_unlock(&watch.lock);
}

static bool read_flag(const bool *flag)
{
	bool value;

	(void)pthread_mutex_lock(&watch.lock);
	value = *flag;
	(void)pthread_mutex_unlock(&watch.lock);
	return value;
}

bool working_said(struct working *w)
{
	return read_flag(&w->said);
}

bool working_given_up(struct working *w)
{
	return read_flag(&w->given_up);
}

void working_look_up(struct working *w, unsigned seconds, const char *what, const char *name, const char *too_slow)
{
	(void)pthread_mutex_lock(&watch.lock);
	w->what = what;
	w->name = name;
	w->too_slow = too_slow;
	w->until = w->since + (int64_t)seconds * 1000;
	list(w);
	(void)pthread_mutex_unlock(&watch.lock);
}

int working_looked_up(struct working *w)
{
	bool given_up;

	(void)pthread_mutex_lock(&watch.lock);
	w->until = 0;
	given_up = w->given_up;
	(void)pthread_mutex_unlock(&watch.lock);
	return given_up ? -ETIME : 0;
}
