/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages that mfa-sender sends for mfad: e-mail and text messages.  One mfa-sender listens, or none. */
#ifndef MFAD_SENDER_H
#define MFAD_SENDER_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "sender/order.h"

/* What is to be sent.  Texts may be NULL where the kind has none. */
struct sending {
	const char *method;		/* "email" or "sms" */
	const char *kind;		/* "code", "added", "removed", "test" */
	const char *to;			/* an address that its method has judged to be one */
	const char *language;
	const char *code;
	const char *account, *service, *address;
	int64_t now, until;		/* seconds since 1970; a code is of no use afterwards */
};

enum sender_state {
	SENDER_UNDERWAY,
	SENDER_SENT,			/* somebody has taken it, who may still lose it */
	SENDER_FAILED,			/* surely not sent, and it won't be */
	SENDER_UNKNOWN			/* it may have been */
};

/* A message that somebody waits for.  Filled by sender_send; what changes in it is read by sender_wait and sender_last,
 * for mfa-sender may say more at any time. */
struct sent_message {
	LIST_ENTRY(sent_message) others;
	pthread_cond_t changed;
	char id[MFA_ORDER_ID_SIZE];
	char method[8];
	enum sender_state state;
	unsigned reports;		/* that have come, retries among them */
	struct mfa_order_report last;	/* of those */
};

/* Whether a sender listens that can send these. */
bool sender_can(const char *method);

/* Hands a message to the sender.  Returns 0, and sender_forget must be called; -ENOTCONN: none listens that can;
 * -EBUSY: too many are under way; or another negative errno. */
int sender_send(struct sent_message *message, const struct sending *sending);
/* Waits until it is known what came of it, or for so many milliseconds. */
enum sender_state sender_wait(struct sent_message *message, int ms);
/* The same, or until there are more reports than `seen`. */
enum sender_state sender_wait_report(struct sent_message *message, unsigned seen, int ms);
/* What was said of it last, which may be more than sender_wait has waited for; all zero where nothing was.  Returns how
 * many reports have come. */
unsigned sender_last(struct sent_message *message, struct mfa_order_report *out);
/* Nobody waits for it any more; it is sent all the same. */
void sender_forget(struct sent_message *message);

#endif
