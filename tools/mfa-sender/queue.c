/* SPDX-License-Identifier: BSD-2-Clause */
#include "queue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock/clock.h"
#include "command.h"
#include "link.h"
#include "log/log.h"
#include "table/table.h"
#include "text/text.h"

#define QUEUE_MAX 1024
#define COMMAND_MS 20000		/* longer than who runs it gives it */
#define BEFORE_END_MS 60000	/* a code that comes later is no good to anybody */

static const struct {
	bool (*ready)(struct job *job);
	struct mfa_outcome (*outcome)(const struct job *job);
	void (*host)(const struct sender *sender, char *out, size_t size);
} ways[] = {
	[MFA_ORDER_EMAIL] = { email_ready, email_outcome, email_host },
	[MFA_ORDER_SMS] = { sms_ready, sms_outcome, sms_host },
};
MFA_TABLE_FITS(ways, MFA_ORDER_METHOD_COUNT);

void job_keep(struct job *job, const char *data, size_t len)
{
	size_t room = sizeof(job->kept) - 1 - job->kept_len;

	if (len > room)
		len = room;
	memcpy(job->kept + job->kept_len, data, len);
	job->kept_len += len;
	job->kept[job->kept_len] = '\0';
}

bool job_in_time(const struct job *job)
{
	return mfa_clock_monotonic() <= job->deadline;
}

/* What a try has made. */
static void clear_try(struct job *job)
{
	curl_mime_free(job->mime);
	curl_slist_free_all(job->headers);
	curl_slist_free_all(job->recipients);
	if (job->body != NULL)
		explicit_bzero(job->body, strlen(job->body));
	if (job->url != NULL)
		explicit_bzero(job->url, strlen(job->url));
	free(job->body);
	free(job->url);
	job->mime = NULL;
	job->headers = job->recipients = NULL;
	job->body = job->url = NULL;
	job->body_begun = false;
	job->read = job->kept_len = 0;
	job->kept[0] = '\0';
}

/* It is of no use any more.  free_done frees it, so that who goes through the jobs may settle them. */
static void finish(struct job *job)
{
	LIST_REMOVE(job, jobs);
	STAILQ_INSERT_TAIL(&job->sender->done, job, done);
	job->sender->count--;
}

static void free_done(struct sender *sender)
{
	struct job *job;

	while ((job = STAILQ_FIRST(&sender->done)) != NULL) {
		STAILQ_REMOVE_HEAD(&sender->done, done);
		clear_try(job);
		if (job->fd >= 0)
			(void)close(job->fd);
		explicit_bzero(job, sizeof(*job));
		free(job);
	}
}

/* Of a test alone, and never to the log: gateways repeat the number in it. */
static void copy_answer(const struct job *job, struct mfa_order_report *report)
{
	const char *said = job->kept_len > 0 ? job->kept : job->request.error;
	char text[MFA_ORDER_ANSWER_SIZE];
	size_t len = strlen(said), i;

	if (job->order.kind != MFA_ORDER_TEST)
		return;
	/* Its end: there a mail server says what it thinks. */
	if (len >= sizeof(text)) {
		said += len - sizeof(text) + 1;
		len = sizeof(text) - 1;
	}
	memcpy(text, said, len + 1);
	for (i = 0; text[i] != '\0'; i++)
		if (text[i] == '\r' || text[i] == '\n' || text[i] == '\t')
			text[i] = ' ';
	mfa_text_copy(report->answer, sizeof(report->answer), text);
}

static void log_result(const struct job *job, struct mfa_outcome outcome)
{
	static const int priorities[] = {
		[MFA_ORDER_UNKNOWN] = LOG_WARNING, [MFA_ORDER_SENT] = LOG_INFO, [MFA_ORDER_FAILED] = LOG_WARNING,
		[MFA_ORDER_RETRY] = LOG_NOTICE,
	};
	MFA_TABLE_FITS(priorities, MFA_ORDER_RESULT_COUNT);
	struct mfa_log_line line;
	char host[MFA_ORDER_TEXT_SIZE];

	ways[job->order.method].host(job->sender, host, sizeof(host));
	mfa_log_begin(&line, "sent");
	mfa_log_text(&line, "method", mfa_order_methods[job->order.method]);
	mfa_log_text(&line, "kind", mfa_order_kinds[job->order.kind]);
	mfa_log_text(&line, "result", mfa_order_results[outcome.result]);
	mfa_log_text(&line, "host", host);
	if (job->request.status != 0)
		mfa_log_number(&line, "status", job->request.status);
	mfa_log_text(&line, "reason", outcome.why);
	mfa_log_write(&line, priorities[outcome.result]);
}

static void report(struct job *job, struct mfa_outcome outcome)
{
	struct mfa_order_report said = { .result = outcome.result, .status = job->request.status };

	(void)snprintf(said.id, sizeof(said.id), "%s", job->order.id);
	(void)snprintf(said.why, sizeof(said.why), "%s", outcome.why);
	copy_answer(job, &said);
	/* Somebody waits for it. */
	link_say(job->sender->link, &said);
	log_result(job, outcome);
	explicit_bzero(&said, sizeof(said));
}

/* The next try, or the end of it. */
static void settle(struct job *job, struct mfa_outcome outcome)
{
	int64_t next = mfa_clock_monotonic() + mfa_outcome_pause(job->tries);

	if (outcome.result == MFA_ORDER_RETRY && next > job->deadline)
		outcome.result = MFA_ORDER_FAILED;
	report(job, outcome);
	if (outcome.result != MFA_ORDER_RETRY) {
		finish(job);
		return;
	}
	clear_try(job);
	job->waits = true;
	job->next = next;
}

static bool by_command(const struct job *job)
{
	return job->order.method == MFA_ORDER_SMS && job->sender->sms.command != NULL;
}

static void start_command(struct job *job)
{
	static const struct mfa_outcome nobody = { .result = MFA_ORDER_RETRY, .why = "mfa-command" };
	static const struct mfa_outcome impossible = { .result = MFA_ORDER_FAILED, .why = "address" };

	if (!sms_allowed(job)) {
		settle(job, impossible);
		return;
	}
	if (command_begin(job, job->sender->command_socket) != 0) {
		settle(job, nobody);
		return;
	}
	job->sender->commands++;
	job->until = mfa_clock_monotonic() + COMMAND_MS;
}

static void end_command(struct job *job, bool timed_out)
{
	job->sender->commands--;
	settle(job, command_end(job, timed_out));
}

static void start(struct job *job)
{
	static const struct mfa_outcome impossible = { .result = MFA_ORDER_FAILED, .why = "address" };
	static const struct mfa_outcome full = { .result = MFA_ORDER_FAILED, .why = "full" };

	job->waits = false;
	job->tries++;
	job->request = (struct mfa_outgoing_request){ .prepare = NULL };
	if (by_command(job))
		start_command(job);
	else if (!ways[job->order.method].ready(job))
		settle(job, impossible);
	else if (mfa_outgoing_send(job->sender->outgoing, &job->request) != 0)
		settle(job, full);
}

/* An order that can't be carried out is answered all the same, so that nobody waits for it. */
static void refuse(struct sender *sender, const struct mfa_order *order, const char *why)
{
	struct mfa_order_report said = { .result = MFA_ORDER_FAILED };

	if (order->id[0] == '\0')
		return;
	(void)snprintf(said.id, sizeof(said.id), "%s", order->id);
	(void)snprintf(said.why, sizeof(said.why), "%s", why);
	mfa_log_message(LOG_WARNING, "sent", why, 0);
	link_say(sender->link, &said);
}

/* One that is there already is not sent twice. */
static bool is_known(const struct sender *sender, const char *id)
{
	const struct job *job;

	LIST_FOREACH(job, &sender->jobs, jobs)
		if (strcmp(job->order.id, id) == 0)
			return true;
	return false;
}

void queue_take(struct sender *sender, const json_t *row)
{
	struct mfa_order order;
	struct job *job = NULL;
	int r = mfa_order_read(row, &order);

	if (r == 0 && is_known(sender, order.id))
		goto out;
	if (r == 0 && sender->can[order.method] && sender->count < QUEUE_MAX)
		job = calloc(1, sizeof(*job));
	if (job == NULL) {
		refuse(sender, &order, r != 0 ? "order" : sender->can[order.method] ? "full" : "method");
		goto out;
	}
	job->sender = sender;
	job->fd = -1;
	job->waits = true;		/* queue_run begins it, in its turn */
	job->next = mfa_clock_monotonic();
	job->order = order;
	job->deadline = mfa_clock_monotonic() + (order.until - mfa_clock_now()) * 1000 - BEFORE_END_MS;
	LIST_INSERT_HEAD(&sender->jobs, job, jobs);
	sender->count++;
out:
	explicit_bzero(&order, sizeof(order));
}

void queue_answered(struct sender *sender)
{
	struct job *job;

	while ((job = (struct job *)mfa_outgoing_answered(sender->outgoing)) != NULL)
		settle(job, ways[job->order.method].outcome(job));
}

/* Whether it may begin now, or has to wait until a command has ended. */
static bool has_place(const struct job *job)
{
	return !by_command(job) || job->sender->commands < COMMANDS_MAX;
}

/* The one that has waited longest of those that may begin; NULL: none. */
static struct job *find_due(const struct sender *sender, int64_t now)
{
	struct job *job, *due = NULL;

	LIST_FOREACH(job, &sender->jobs, jobs)
		if (job->waits && job->next <= now && has_place(job) && (due == NULL || job->next <= due->next))
			due = job;
	return due;
}

/* One whose command has had its time; NULL: none. */
static struct job *find_late(const struct sender *sender, int64_t now)
{
	struct job *job;

	LIST_FOREACH(job, &sender->jobs, jobs)
		if (job->fd >= 0 && job->until <= now)
			return job;
	return NULL;
}

int queue_run(struct sender *sender)
{
	int64_t now = mfa_clock_monotonic(), soonest = INT64_MAX;
	struct job *job;

	free_done(sender);
	while ((job = find_late(sender, now)) != NULL)
		end_command(job, true);
	while ((job = find_due(sender, now)) != NULL)
		start(job);
	LIST_FOREACH(job, &sender->jobs, jobs) {
		if (job->fd >= 0 && job->until < soonest)
			soonest = job->until;
		if (job->waits && has_place(job) && job->next < soonest)
			soonest = job->next;
	}
	if (soonest == INT64_MAX)
		return -1;
	return soonest > now ? (int)(soonest - now) : 0;
}

size_t queue_fds(const struct sender *sender, struct pollfd *fds)
{
	const struct job *job;
	size_t count = 0;

	LIST_FOREACH(job, &sender->jobs, jobs)
		if (job->fd >= 0)
			fds[count++] = (struct pollfd){ .fd = job->fd, .events = POLLIN };
	return count;
}

void queue_ready(struct sender *sender, int fd)
{
	struct job *job;

	LIST_FOREACH(job, &sender->jobs, jobs) {
		if (job->fd == fd) {
			end_command(job, false);
			return;
		}
	}
}

/* Freed with all the rest. */
static void leave_it(struct mfa_outgoing_request *request)
{
	(void)request;
}

void queue_end(struct sender *sender)
{
	static const struct mfa_outcome not_sent = { .result = MFA_ORDER_FAILED, .why = "stopped" };
	static const struct mfa_outcome perhaps = { .result = MFA_ORDER_UNKNOWN, .why = "stopped" };
	struct job *job;

	mfa_outgoing_free(&sender->outgoing, leave_it);
	while ((job = LIST_FIRST(&sender->jobs)) != NULL) {
		report(job, job->waits ? not_sent : perhaps);
		finish(job);
	}
	free_done(sender);
}
