/* SPDX-License-Identifier: BSD-2-Clause */
/* mfa-sender: a message on its way, and what its parts share.  One thread runs all of it, but for lib/outgoing's. */
#ifndef SENDER_JOB_H
#define SENDER_JOB_H

#include <stdbool.h>
#include <sys/queue.h>

#include "conf/conf.h"
#include "conf/secrets.h"
#include "outgoing/outgoing.h"
#include "sender/letter.h"
#include "sender/order.h"
#include "sender/outcome.h"

#define SENDER_TIMEOUT_MS 10000		/* of one try */
#define SENDER_KEPT_MAX 4096		/* bytes of an answer that are looked at */

struct sender;

struct job {
	struct mfa_outgoing_request request;	/* the first */
	LIST_ENTRY(job) jobs;
	STAILQ_ENTRY(job) done;
	struct sender *sender;
	struct mfa_order order;
	int64_t deadline;		/* of mfa_clock_monotonic: no try begins later */
	int64_t next;			/* likewise: of the next try, while it waits for that */
	bool waits;
	unsigned tries;

	/* Of a try. */
	struct mfa_letter letter;	/* of an e-mail */
	size_t read;			/* bytes of it that curl has */
	bool body_begun;
	char *url, *body;		/* of a text message */
	struct curl_slist *headers, *recipients;
	curl_mime *mime;
	int fd;				/* to who runs the command; -1: none */
	int64_t until;			/* of mfa_clock_monotonic: that one may take */
	char kept[SENDER_KEPT_MAX];	/* of the answer */
	size_t kept_len;
};

struct sender {
	struct mfa_conf *conf;
	struct mfa_conf *preset;	/* NULL: there is none */
	struct mfa_sms_conf sms;	/* [sms] and the preset */
	struct mfa_secrets secrets;
	bool can[MFA_ORDER_METHOD_COUNT];
	struct mfa_outgoing *outgoing;
	const char *command_socket;
	size_t commands;		/* that run just now */
	LIST_HEAD(jobs, job) jobs;
	STAILQ_HEAD(done, job) done;	/* settled, and to be freed */
	size_t count;
	struct link *link;
};

/* Each readies a job's next try (false: it can't be sent at all), and says what that came to. */
bool email_ready(struct job *job);
struct mfa_outcome email_outcome(const struct job *job);
bool sms_ready(struct job *job);
/* Whether its number is one that messages may go to. */
bool sms_allowed(const struct job *job);
struct mfa_outcome sms_outcome(const struct job *job);
/* Where it goes, for the log. */
void email_host(const struct sender *sender, char *out, size_t size);
void sms_host(const struct sender *sender, char *out, size_t size);

/* Whether it is still of use: it may have waited. */
bool job_in_time(const struct job *job);
/* Keeps what there is room for of an answer. */
void job_keep(struct job *job, const char *data, size_t len);

#endif
