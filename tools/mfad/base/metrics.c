/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfad/base/metrics.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LABEL_MAX 48
#define ROWS_MAX 256		/* combinations of labels; what comes after them is "other" */
#define ROWS_SPARE 32		/* of them for "other" */
#define OTHER "other"

struct row {
	char service[LABEL_MAX], method[16], result[16];
	uint64_t count;
};

/* Upper ends, microseconds. */
static const int64_t bounds[] = { 250, 500, 1000, 2500, 5000, 10000, 25000, 100000, 1000000 };
#define BOUND_COUNT (sizeof(bounds) / sizeof(bounds[0]))

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct row rows[ROWS_MAX];
static size_t row_count;
static _Atomic uint64_t judged[BOUND_COUNT + 1], judged_micros, throttled;
static _Atomic int64_t conversations;
static _Atomic uint64_t calls_answered, calls_refused, pushes_asked, messages_sent, messages_gone, messages_failed;

/* Goes between quotes: what the format would have to escape is not worth it in a service's name. */
static void copy_label(char *out, size_t size, const char *text)
{
	size_t n = 0;

	for (; text != NULL && *text != '\0' && n + 1 < size; text++)
		out[n++] = (*text >= ' ' && *text <= '~' && *text != '"' && *text != '\\') ? *text : '_';
	out[n] = '\0';
}

/* With the lock held.  NULL: there is none yet. */
static struct row *find_row(const struct row *wanted)
{
	size_t i;

	for (i = 0; i < row_count; i++)
		if (strcmp(rows[i].service, wanted->service) == 0 &&
		    strcmp(rows[i].method, wanted->method) == 0 &&
		    strcmp(rows[i].result, wanted->result) == 0)
			return &rows[i];
	return NULL;
}

/* With the lock held.  A new row may take a place while as many as `spare` stay free.  NULL: it may not. */
static struct row *find_or_add_row(const struct row *wanted, size_t spare)
{
	struct row *row = find_row(wanted);

	if (row != NULL || row_count + spare >= ROWS_MAX)
		return row;
	rows[row_count] = *wanted;
	return &rows[row_count++];
}

void metrics_signin(const char *service, bool local, const char *method, const char *result)
{
	struct row wanted = { .count = 0 }, *row;

	copy_label(wanted.service, sizeof(wanted.service), local ? "local" : service);
	copy_label(wanted.method, sizeof(wanted.method), method != NULL ? method : "none");
	copy_label(wanted.result, sizeof(wanted.result), result);
	(void)pthread_mutex_lock(&lock);
	/* The last places are kept, so that somebody with a thousand names for services hides nothing. */
	row = find_or_add_row(&wanted, ROWS_SPARE);
	if (row == NULL) {
		copy_label(wanted.service, sizeof(wanted.service), OTHER);
		row = find_or_add_row(&wanted, 0);
	}
	if (row != NULL)
		row->count++;
	(void)pthread_mutex_unlock(&lock);
}

void metrics_judged(int64_t micros)
{
	size_t i;

	for (i = 0; i < BOUND_COUNT && micros > bounds[i]; i++)
		;
	atomic_fetch_add(&judged[i], 1);
	atomic_fetch_add(&judged_micros, micros > 0 ? (uint64_t)micros : 0);
}

void metrics_throttled(void)
{
	atomic_fetch_add(&throttled, 1);
}

void metrics_conversations(int change)
{
	atomic_fetch_add(&conversations, change);
}

void metrics_phone_call(int status)
{
	atomic_fetch_add(status == 200 ? &calls_answered : &calls_refused, 1);
}

void metrics_push_asked(void)
{
	atomic_fetch_add(&pushes_asked, 1);
}

void metrics_push_message(int status)
{
	if (status >= 200 && status < 300)
		atomic_fetch_add(&messages_sent, 1);
	else
		atomic_fetch_add(status == 404 || status == 410 ? &messages_gone : &messages_failed, 1);
}

/* By method and result, in the order in which they first came; there are few of either. */
#define SENT_MAX 16
static struct { const char *method, *result; uint64_t count; } sent[SENT_MAX];
static size_t sent_count;
static _Atomic bool sender_listens;

void metrics_sender(bool listens)
{
	atomic_store(&sender_listens, listens);
}

void metrics_sent(const char *method, const char *result)
{
	size_t i;

	(void)pthread_mutex_lock(&lock);
	for (i = 0; i < sent_count; i++)
		if (strcmp(sent[i].method, method) == 0 && strcmp(sent[i].result, result) == 0)
			break;
	if (i == sent_count && i < SENT_MAX) {
		sent[i].method = method;
		sent[i].result = result;
		sent_count++;
	}
	if (i < SENT_MAX)
		sent[i].count++;
	(void)pthread_mutex_unlock(&lock);
}

static void print_sent(FILE *to)
{
	size_t i;

	(void)fprintf(to, "# HELP mfa_sender_up Whether mfa-sender listens.\n"
		      "# TYPE mfa_sender_up gauge\nmfa_sender_up %d\n"
		      "# HELP mfa_sent_total Messages, by what came of them.\n# TYPE mfa_sent_total counter\n",
		      atomic_load(&sender_listens) ? 1 : 0);
	(void)pthread_mutex_lock(&lock);
	for (i = 0; i < sent_count; i++)
		(void)fprintf(to, "mfa_sent_total{method=\"%s\",result=\"%s\"} %llu\n", sent[i].method, sent[i].result,
			      (unsigned long long)sent[i].count);
	(void)pthread_mutex_unlock(&lock);
}

static void print_pushes(FILE *to)
{
	(void)fprintf(to, "# HELP mfa_phone_calls_total Calls of phones' pages.\n"
		      "# TYPE mfa_phone_calls_total counter\n"
		      "mfa_phone_calls_total{result=\"answered\"} %llu\n"
		      "mfa_phone_calls_total{result=\"refused\"} %llu\n"
		      "# HELP mfa_push_requests_total Sign-ins that asked phones.\n"
		      "# TYPE mfa_push_requests_total counter\nmfa_push_requests_total %llu\n"
		      "# HELP mfa_push_messages_total Notifications, by what their push service said.\n"
		      "# TYPE mfa_push_messages_total counter\n"
		      "mfa_push_messages_total{result=\"sent\"} %llu\n"
		      "mfa_push_messages_total{result=\"gone\"} %llu\n"
		      "mfa_push_messages_total{result=\"failed\"} %llu\n",
		      (unsigned long long)atomic_load(&calls_answered),
		      (unsigned long long)atomic_load(&calls_refused),
		      (unsigned long long)atomic_load(&pushes_asked),
		      (unsigned long long)atomic_load(&messages_sent),
		      (unsigned long long)atomic_load(&messages_gone),
		      (unsigned long long)atomic_load(&messages_failed));
}

static void print_signins(FILE *to)
{
	size_t i;

	(void)fputs("# HELP mfa_signins_total Sign-ins that ended.\n"
		    "# TYPE mfa_signins_total counter\n", to);
	(void)pthread_mutex_lock(&lock);
	for (i = 0; i < row_count; i++)
		(void)fprintf(to, "mfa_signins_total{service=\"%s\",method=\"%s\",result=\"%s\"} %llu\n",
			      rows[i].service, rows[i].method, rows[i].result,
			      (unsigned long long)rows[i].count);
	(void)pthread_mutex_unlock(&lock);
}

static void print_judged(FILE *to)
{
	unsigned long long sum = 0;
	size_t i;

	(void)fputs("# HELP mfa_verify_seconds Judging an answer, until that is durable.\n"
		    "# TYPE mfa_verify_seconds histogram\n", to);
	for (i = 0; i < BOUND_COUNT; i++) {
		sum += atomic_load(&judged[i]);
		(void)fprintf(to, "mfa_verify_seconds_bucket{le=\"%g\"} %llu\n", (double)bounds[i] / 1e6, sum);
	}
	sum += atomic_load(&judged[BOUND_COUNT]);
	(void)fprintf(to, "mfa_verify_seconds_bucket{le=\"+Inf\"} %llu\n"
		      "mfa_verify_seconds_sum %.6f\nmfa_verify_seconds_count %llu\n", sum,
		      (double)atomic_load(&judged_micros) / 1e6, sum);
}

char *metrics_format(void)
{
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);

	if (to == NULL)
		return NULL;
	(void)fputs("# HELP mfa_build_info This mfad.\n# TYPE mfa_build_info gauge\n"
		    "mfa_build_info{version=\"" MFA_VERSION "\"} 1\n", to);
	print_signins(to);
	print_judged(to);
	print_pushes(to);
	print_sent(to);
	(void)fprintf(to, "# HELP mfa_throttled_total Answers not looked at, since too many were wrong.\n"
		      "# TYPE mfa_throttled_total counter\nmfa_throttled_total %llu\n"
		      "# HELP mfa_conversations Conversations under way.\n"
		      "# TYPE mfa_conversations gauge\nmfa_conversations %lld\n",
		      (unsigned long long)atomic_load(&throttled), (long long)atomic_load(&conversations));
	if (fclose(to) != 0) {
		free(text);
		return NULL;
	}
	return text;
}
