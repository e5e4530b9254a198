/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfad/sender/sender.h"

#include <errno.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "encoding/base64url.h"
#include "json/fields.h"
#include "log/log.h"
#include "mfad/base/metrics.h"
#include "mfad/phones/push.h"
#include "mfad/sender/link.h"
#include "table/table.h"

#define UNDERWAY_MAX 2048	/* messages that nobody has said the last word of */
#define ID_BYTES 16
#define LATE_SECONDS 30		/* that the last word may come after a message's own end */

/* A message on its way.  Its owner may be gone before it arrives. */
struct dispatch {
	LIST_ENTRY(dispatch) others;
	STAILQ_ENTRY(dispatch) queued;
	char id[MFA_ORDER_ID_SIZE];
	enum mfa_order_method method;
	int64_t until;
	char *row;			/* NULL: handed over */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static LIST_HEAD(dispatches, dispatch) underway = LIST_HEAD_INITIALIZER(underway);
static STAILQ_HEAD(queue, dispatch) queue = STAILQ_HEAD_INITIALIZER(queue);
static LIST_HEAD(messages, sent_message) waiting = LIST_HEAD_INITIALIZER(waiting);
static size_t underway_count;
static struct { bool listens; unsigned methods; int fd; } link_now = { .fd = -1 };

static const struct { enum sender_state state; int priority; } outcomes[] = {
	[MFA_ORDER_UNKNOWN] = { SENDER_UNKNOWN, LOG_WARNING },
	[MFA_ORDER_SENT] = { SENDER_SENT, LOG_INFO },
	[MFA_ORDER_FAILED] = { SENDER_FAILED, LOG_WARNING },
	[MFA_ORDER_RETRY] = { SENDER_UNDERWAY, LOG_NOTICE },
};
MFA_TABLE_FITS(outcomes, MFA_ORDER_RESULT_COUNT);

/* -1: there is no such method. */
static int method_of(const char *name)
{
	int i;

	for (i = 0; i < MFA_ORDER_METHOD_COUNT; i++)
		if (strcmp(mfa_order_methods[i], name) == 0)
			return i;
	return -1;
}

/* With the lock held. */
static bool can(int method)
{
	return link_now.listens && method >= 0 && (link_now.methods & 1U << method) != 0;
}

bool sender_can(const char *method)
{
	bool yes;

	(void)pthread_mutex_lock(&lock);
	yes = can(method_of(method));
	(void)pthread_mutex_unlock(&lock);
	return yes;
}

static int make_id(char out[MFA_ORDER_ID_SIZE])
{
	uint8_t bytes[ID_BYTES];

	if (RAND_bytes(bytes, sizeof(bytes)) != 1)
		return -EIO;
	return mfa_base64url_encode(bytes, sizeof(bytes), out, MFA_ORDER_ID_SIZE);
}

static const char *text_or_none(const char *text)
{
	return text != NULL ? text : "";
}

static char *make_row(const char *id, const struct sending *sending)
{
	char host[MFA_ORDER_TEXT_SIZE];

	push_host(host, sizeof(host));
	return mfa_json_dump(json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I}", "event", "send",
		"id", id, "method", sending->method, "kind", sending->kind, "to", sending->to,
		"language", text_or_none(sending->language), "code", text_or_none(sending->code),
		"account", text_or_none(sending->account), "host", host, "service", text_or_none(sending->service),
		"address", text_or_none(sending->address), "time", (json_int_t)sending->now,
		"until", (json_int_t)sending->until));
}

void link_free_row(char *row)
{
	if (row == NULL)
		return;
	explicit_bzero(row, strlen(row));
	free(row);
}

static void free_dispatch(struct dispatch *dispatch)
{
	link_free_row(dispatch->row);
	free(dispatch);
}

static int make_dispatch(const struct sending *sending, struct dispatch **out)
{
	struct dispatch *d = calloc(1, sizeof(*d));
	int r = d != NULL ? make_id(d->id) : -ENOMEM;

	*out = NULL;
	if (r == 0) {
		d->until = sending->until;
		d->row = make_row(d->id, sending);
		r = d->row != NULL ? 0 : -ENOMEM;
	}
	if (r != 0) {
		free(d);
		return r;
	}
	*out = d;
	return 0;
}

static void begin_message(struct sent_message *message, const struct dispatch *dispatch)
{
	pthread_condattr_t attr;

	memset(message, 0, sizeof(*message));
	memcpy(message->id, dispatch->id, sizeof(message->id));
	(void)strncpy(message->method, mfa_order_methods[dispatch->method], sizeof(message->method) - 1);
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&message->changed, &attr);
	(void)pthread_condattr_destroy(&attr);
	LIST_INSERT_HEAD(&waiting, message, others);
}

int sender_send(struct sent_message *message, const struct sending *sending)
{
	static const uint64_t one = 1;
	int method = method_of(sending->method), r;
	struct dispatch *dispatch;

	if (!sender_can(sending->method))
		return -ENOTCONN;
	r = make_dispatch(sending, &dispatch);
	if (r != 0)
		return r;
	dispatch->method = (enum mfa_order_method)method;
	(void)pthread_mutex_lock(&lock);
	r = !can(method) ? -ENOTCONN : underway_count >= UNDERWAY_MAX ? -EBUSY : 0;
	if (r == 0) {
		begin_message(message, dispatch);
		LIST_INSERT_HEAD(&underway, dispatch, others);
		STAILQ_INSERT_TAIL(&queue, dispatch, queued);
		underway_count++;
		(void)!write(link_now.fd, &one, sizeof(one));
	}
	(void)pthread_mutex_unlock(&lock);
	if (r != 0)
		free_dispatch(dispatch);
	return r;
}

enum sender_state sender_wait_report(struct sent_message *message, unsigned seen, int ms)
{
	enum sender_state state;
	struct timespec until;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += ms % 1000 * 1000000L;
	if (until.tv_nsec >= 1000000000L) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000L;
	}
	(void)pthread_mutex_lock(&lock);
	while (message->state == SENDER_UNDERWAY && message->reports <= seen)
		if (pthread_cond_timedwait(&message->changed, &lock, &until) != 0)
			break;
	state = message->state;
	(void)pthread_mutex_unlock(&lock);
	return state;
}

enum sender_state sender_wait(struct sent_message *message, int ms)
{
	return sender_wait_report(message, (unsigned)-1, ms);
}

unsigned sender_last(struct sent_message *message, struct mfa_order_report *out)
{
	unsigned reports;

	(void)pthread_mutex_lock(&lock);
	*out = message->last;
	reports = message->reports;
	(void)pthread_mutex_unlock(&lock);
	return reports;
}

void sender_forget(struct sent_message *message)
{
	(void)pthread_mutex_lock(&lock);
	LIST_REMOVE(message, others);
	(void)pthread_mutex_unlock(&lock);
	(void)pthread_cond_destroy(&message->changed);
	explicit_bzero(message, sizeof(*message));
}

/* The link. */

int link_join(unsigned methods, int fd)
{
	int r = 0;

	(void)pthread_mutex_lock(&lock);
	if (link_now.listens) {
		r = -EEXIST;
	} else {
		link_now.listens = true;
		link_now.methods = methods;
		link_now.fd = fd;
	}
	(void)pthread_mutex_unlock(&lock);
	if (r == 0)
		metrics_sender(true);
	return r;
}

char *link_take(void)
{
	struct dispatch *dispatch;
	char *row = NULL;

	(void)pthread_mutex_lock(&lock);
	dispatch = STAILQ_FIRST(&queue);
	if (dispatch != NULL) {
		STAILQ_REMOVE_HEAD(&queue, queued);
		row = dispatch->row;
		dispatch->row = NULL;
	}
	(void)pthread_mutex_unlock(&lock);
	return row;
}

static void log_report(const struct dispatch *dispatch, const struct mfa_order_report *report)
{
	struct mfa_log_line line;

	/* Neither to whom nor what: the log is read by more people than the store. */
	mfa_log_begin(&line, "sent");
	mfa_log_text(&line, "method", mfa_order_methods[dispatch->method]);
	mfa_log_text(&line, "result", mfa_order_results[report->result]);
	if (report->status != 0)
		mfa_log_number(&line, "status", report->status);
	mfa_log_text(&line, "reason", report->why);
	mfa_log_write(&line, outcomes[report->result].priority);
}

/* With the lock held. */
static void tell_owner(const struct mfa_order_report *report)
{
	struct sent_message *message;

	LIST_FOREACH(message, &waiting, others) {
		if (strcmp(message->id, report->id) != 0)
			continue;
		message->state = outcomes[report->result].state;
		message->reports++;
		message->last = *report;
		(void)pthread_cond_signal(&message->changed);
	}
}

/* With the lock held: the last word of a message. */
static void settle(struct dispatch *dispatch, const struct mfa_order_report *report)
{
	LIST_REMOVE(dispatch, others);
	if (dispatch->row != NULL)
		STAILQ_REMOVE(&queue, dispatch, dispatch, queued);
	underway_count--;
	tell_owner(report);
}

/* What nobody waits for. */
static void note(struct dispatch *dispatch, const struct mfa_order_report *report)
{
	log_report(dispatch, report);
	metrics_sent(mfa_order_methods[dispatch->method], mfa_order_results[report->result]);
	free_dispatch(dispatch);
}

/* What nobody has said the last word of.  Whatever was handed over may have been sent. */
static void settle_unheard(struct dispatch *dispatch, const char *why)
{
	struct mfa_order_report report = { .result = dispatch->row != NULL ? MFA_ORDER_FAILED : MFA_ORDER_UNKNOWN };

	memcpy(report.id, dispatch->id, sizeof(report.id));
	(void)strncpy(report.why, why, sizeof(report.why) - 1);
	settle(dispatch, &report);
	note(dispatch, &report);
}

void link_leave(void)
{
	struct dispatch *dispatch;

	(void)pthread_mutex_lock(&lock);
	link_now.listens = false;
	link_now.fd = -1;
	while ((dispatch = LIST_FIRST(&underway)) != NULL)
		settle_unheard(dispatch, "absent");
	(void)pthread_mutex_unlock(&lock);
	metrics_sender(false);
}

void link_report(const struct mfa_order_report *report)
{
	struct dispatch *dispatch;

	(void)pthread_mutex_lock(&lock);
	LIST_FOREACH(dispatch, &underway, others)
		if (dispatch->row == NULL && strcmp(dispatch->id, report->id) == 0)
			break;
	if (dispatch != NULL && report->result == MFA_ORDER_RETRY)
		tell_owner(report);
	else if (dispatch != NULL)
		settle(dispatch, report);
	(void)pthread_mutex_unlock(&lock);
	/* It is this thread's alone, which is the link's: no other takes one out. */
	if (dispatch != NULL && report->result == MFA_ORDER_RETRY)
		log_report(dispatch, report);
	else if (dispatch != NULL)
		note(dispatch, report);
}

void link_expire(int64_t now)
{
	struct dispatch *dispatch, *next;

	(void)pthread_mutex_lock(&lock);
	for (dispatch = LIST_FIRST(&underway); dispatch != NULL; dispatch = next) {
		next = LIST_NEXT(dispatch, others);
		if (now > dispatch->until + LATE_SECONDS)
			settle_unheard(dispatch, "no-word");
	}
	(void)pthread_mutex_unlock(&lock);
}
