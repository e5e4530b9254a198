/* SPDX-License-Identifier: BSD-2-Clause */
/* Number matching, at the terminal's side: a sign-in asks the phones of an account, and waits. */
#ifndef MFAD_PUSH_H
#define MFAD_PUSH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "account/accounts.h"
#include "factor/factor.h"
#include "mfad/base/conversation.h"
#include "mfad/base/subject.h"
#include "mfad/phones/waiters.h"
#include "phone/pairing.h"
#include "phone/request.h"

/* Whether and why phones are asked. */
enum push_offer {
	PUSH_NONE,		/* there is no phone to ask, or the rules do not take it */
	PUSH_ASKED,
	PUSH_UNREACHABLE,	/* mfa-portal does not listen */
	PUSH_STOPPED,
	PUSH_LIMITED,
};

enum push_outcome {
	PUSH_PENDING,
	PUSH_APPROVED,
	PUSH_DENIED,		/* "it's not me" */
	PUSH_WRONG,		/* another number */
	PUSH_EXPIRED,
	PUSH_ENOUGH,		/* the person would rather type something */
	PUSH_GONE,		/* the client has gone */
	PUSH_FAILED,		/* the store can't be read */
};

/* Messages for push services that are under way. */
struct push_message {
	char id[MFA_PHONE_REQUEST_ID_SIZE];
	int status;		/* of HTTP; -1: not known yet, 0: no answer */
	uint64_t device, endpoint;	/* whose, and mfa_text_hash of where it went */
};

struct push {
	LIST_ENTRY(push) others;	/* those that are under way */
	struct conversation *c;
	bool active;
	int64_t asked_at;
	struct mfa_phone_request request;
	char key[MFA_STORE_KEY_MAX + 1];
	struct waiter waiter;
	size_t device_count;
	uint64_t devices[MFA_DEVICES_MAX];	/* that were told of it */
	size_t count;
	struct push_message messages[MFA_DEVICES_MAX];
};

/* What a phone is to show. */
struct push_subject {
	const char *service;
	const char *address;
	const char *command;
	enum mfa_voice voice;
	const struct mfa_policy *policy;
};

/* Asks all phones of the record's account, which is changed and saved: the request is counted first.  Returns 0
 * or what the store said; *offer says what came of it.  End it with push_end. */
int push_begin(struct push *push, struct conversation *c, struct mfa_record *record,
	       const struct push_subject *subject, enum push_offer *offer);
/* Asks one phone that is being paired to answer as at a sign-in. */
int push_begin_test(struct push *push, struct conversation *c, const struct mfa_pairing *pairing,
		    const char *service);
/* Whether a notification was sent to some phone; waits for that a little while. */
bool push_notified(struct push *push);

/* How it stands. */
enum push_outcome push_look(struct push *push);
/* Waits until it is decided, it has expired, or the client says something (PUSH_ENOUGH) or has gone. */
enum push_outcome push_wait(struct push *push);
/* The phones forget it. */
void push_end(struct push *push);

/* What came of a message: a status of HTTP, 0: there was no answer.  Returns whether it is known, and
 * then whose it was and where it went. */
bool push_message_done(const char *id, int status, char account[MFA_ACCOUNT_NAME_MAX + 1],
		       uint64_t *device, uint64_t *endpoint);
/* A message for a phone that has a push service. */
struct push_letter {
	const char *id;			/* of the message */
	const char *topic;		/* a later one takes its place (RFC 8030 section 5.4) */
	const char *plain;		/* JSON, at most 128 bytes */
	int64_t seconds;		/* that it is worth something */
};
/* Encrypts it and hands it to mfa-portal.  Returns 0 or why that failed. */
int push_send(const struct conversation *c, const struct mfa_phone *phone, const struct push_letter *letter);


/* This host, as phones show it. */
void push_host(char *out, size_t size);

#endif
