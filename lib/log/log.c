/* SPDX-License-Identifier: BSD-2-Clause */
#include "log/log.h"

#include <ctype.h>
#include <errno.h>
#include <paths.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "log/sink.h"

#define STACK_SIZE (128 * 1024)
#define PAUSE_MS 20		/* where the log could be written to, and then could not */
#define LOOK_MS 1000
#define DRAIN_MS 2000

enum { SINK_SYSLOG, SINK_STDERR, SINK_COUNT };

static struct {
	pthread_mutex_t lock;
	const char *ident;
	bool also_stderr;
	bool has_thread;	/* that sends what waits */
	struct mfa_sink sinks[SINK_COUNT];
} logger = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.sinks = {
		[SINK_SYSLOG] = { .path = _PATH_LOG, .fd = -1 },
		[SINK_STDERR] = { .fd = STDERR_FILENO },
	},
};

/* What stands before a line.  Returns how long the whole is, or would be. */
static int format_syslog(int priority, const char *text, char line[MFA_SINK_LINE_MAX])
{
	static const char months[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	time_t now = time(NULL);
	struct tm tm = { 0 };

	(void)localtime_r(&now, &tm);
	return snprintf(line, MFA_SINK_LINE_MAX, "<%d>%s %2d %02d:%02d:%02d %s[%d]: %s",
			LOG_AUTHPRIV | LOG_PRI(priority), months[tm.tm_mon], tm.tm_mday, tm.tm_hour, tm.tm_min,
			tm.tm_sec, logger.ident, (int)getpid(), text);
}

static size_t format(int sink, int priority, const char *text, char line[MFA_SINK_LINE_MAX])
{
	int n = sink == SINK_SYSLOG ? format_syslog(priority, text, line) :
		snprintf(line, MFA_SINK_LINE_MAX, "%s: %s\n", program_invocation_short_name, text);

	return n < 0 ? 0 : n < MFA_SINK_LINE_MAX ? (size_t)n : MFA_SINK_LINE_MAX - 1;
}

/* With the lock held, as what follows. */
static void tell_dropped(int sink)
{
	struct mfa_log_line line;
	char whole[MFA_SINK_LINE_MAX];
	uint64_t dropped = mfa_sink_dropped(&logger.sinks[sink]);

	if (dropped == 0)
		return;
	mfa_log_begin(&line, "log");
	mfa_log_number(&line, "dropped", (int64_t)dropped);
	mfa_sink_tell(&logger.sinks[sink], whole, format(sink, LOG_WARNING, line.text, whole));
}

/* Returns how many sinks have lines that wait, with where to wait for each. */
static nfds_t flush_all(struct pollfd waits[SINK_COUNT])
{
	nfds_t count = 0;
	int i;

	for (i = 0; i < SINK_COUNT; i++) {
		if (mfa_sink_flush(&logger.sinks[i]))
			tell_dropped(i);
		else
			waits[count++] = (struct pollfd){ .fd = logger.sinks[i].fd, .events = POLLOUT };
	}
	return count;
}

/* Until none waits, or for so long; the thread, which has no end to wait for, has ended then.  Returns whether none
 * does. */
static bool send_waiting(int64_t most_ms)
{
	static const struct timespec pause = { .tv_nsec = PAUSE_MS * 1000000L };
	struct pollfd waits[SINK_COUNT];
	struct timespec begin, now;
	int64_t passed = 0, left;
	nfds_t count;

	(void)clock_gettime(CLOCK_MONOTONIC, &begin);
	do {
		(void)pthread_mutex_lock(&logger.lock);
		count = flush_all(waits);
		if (count == 0 && most_ms < 0)
			logger.has_thread = false;
		(void)pthread_mutex_unlock(&logger.lock);
		if (count == 0)
			return true;
		left = most_ms < 0 || most_ms - passed > LOOK_MS ? LOOK_MS : most_ms - passed;
		if (poll(waits, count, (int)left) != 0)
			(void)nanosleep(&pause, NULL);
		(void)clock_gettime(CLOCK_MONOTONIC, &now);
		passed = (now.tv_sec - begin.tv_sec) * 1000 + (now.tv_nsec - begin.tv_nsec) / 1000000;
	} while (most_ms < 0 || passed < most_ms);
	return false;
}

static void *run(void *arg)
{
	(void)send_waiting(-1);
	return arg;
}

/* Where none can be had, the next line sends what waits. */
static void start_thread(void)
{
	sigset_t all, before;
	pthread_attr_t attr;
	pthread_t thread;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	(void)pthread_attr_init(&attr);
	(void)pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	(void)pthread_attr_setstacksize(&attr, STACK_SIZE);
	logger.has_thread = pthread_create(&thread, &attr, run, NULL) == 0;
	(void)pthread_attr_destroy(&attr);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void mfa_log_drain(void)
{
	(void)send_waiting(DRAIN_MS);
}

/* A process that is forked has no thread of ours; what waits is sent by the one that forked. */
static void before_fork(void)
{
	(void)pthread_mutex_lock(&logger.lock);
}

static void after_fork(void)
{
	(void)pthread_mutex_unlock(&logger.lock);
}

static void begin_child(void)
{
	int i;

	logger.has_thread = false;
	for (i = 0; i < SINK_COUNT; i++)
		mfa_sink_forget(&logger.sinks[i]);
	(void)pthread_mutex_unlock(&logger.lock);
}

void mfa_log_open(const char *ident, bool to_stderr)
{
	logger.ident = ident;
	logger.also_stderr = to_stderr;
	/* Before ids are dropped and folders left. */
	(void)mfa_sink_connect(&logger.sinks[SINK_SYSLOG]);
	(void)atexit(mfa_log_drain);
	(void)pthread_atfork(before_fork, after_fork, begin_child);
}

static void append(struct mfa_log_line *line, const char *text, size_t len)
{
	memcpy(line->text + line->len, text, len);
	line->len += len;
	line->text[line->len] = '\0';
}

static bool plain(const char *value)
{
	for (; *value != '\0'; value++)
		if (!isalnum((unsigned char)*value) && strchr("-_.:/@+,%", *value) == NULL)
			return false;
	return true;
}

/* Four bytes at most for each: \xNN. */
static size_t escape(const char *value, char *out, size_t size)
{
	static const char hex[] = "0123456789abcdef";
	size_t n = 0;

	for (; *value != '\0' && n + 5 < size; value++) {
		unsigned char c = (unsigned char)*value;

		if (c == '"' || c == '\\') {
			out[n++] = '\\';
			out[n++] = (char)c;
		} else if (c < ' ' || c >= 0x7f) {
			out[n++] = '\\';
			out[n++] = 'x';
			out[n++] = hex[c >> 4];
			out[n++] = hex[c & 15];
		} else {
			out[n++] = (char)c;
		}
	}
	return n;
}

static void field(struct mfa_log_line *line, const char *key, const char *value, bool quoted)
{
	char text[640];
	size_t key_len = strlen(key), len;

	len = escape(value, text, sizeof(text));
	if (line->len + key_len + len + 5 > sizeof(line->text))
		return;
	append(line, " ", 1);
	append(line, key, key_len);
	append(line, quoted ? "=\"" : "=", quoted ? 2 : 1);
	append(line, text, len);
	append(line, "\"", quoted ? 1 : 0);
}

void mfa_log_begin(struct mfa_log_line *line, const char *event)
{
	int n = snprintf(line->text, sizeof(line->text), "event=%s", event);

	line->len = n > 0 && (size_t)n < sizeof(line->text) ? (size_t)n : 0;
}

void mfa_log_text(struct mfa_log_line *line, const char *key, const char *value)
{
	if (value != NULL && value[0] != '\0')
		field(line, key, value, !plain(value));
}

void mfa_log_number(struct mfa_log_line *line, const char *key, int64_t value)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%lld", (long long)value);
	field(line, key, text, false);
}

void mfa_log_write(const struct mfa_log_line *line, int priority)
{
	char whole[MFA_SINK_LINE_MAX];
	bool waits = false;
	int i;

	(void)pthread_mutex_lock(&logger.lock);
	if (logger.ident == NULL)
		logger.ident = program_invocation_short_name;
	for (i = 0; i < (logger.also_stderr ? SINK_COUNT : SINK_STDERR); i++) {
		if (mfa_sink_flush(&logger.sinks[i]))
			tell_dropped(i);
		mfa_sink_write(&logger.sinks[i], whole, format(i, priority, line->text, whole));
		waits = waits || logger.sinks[i].count > 0;
	}
	if (waits && !logger.has_thread)
		start_thread();
	(void)pthread_mutex_unlock(&logger.lock);
}

void mfa_log_message(int priority, const char *event, const char *message, int r)
{
	struct mfa_log_line line;

	mfa_log_begin(&line, event);
	mfa_log_text(&line, "msg", message);
	if (r < 0)
		mfa_log_text(&line, "error", strerrordesc_np(-r));
	mfa_log_write(&line, priority);
}
