/* SPDX-License-Identifier: BSD-2-Clause */
/* One conversation: a request, then steps that the client relays to a person,
 * until it is done (doc/PROTOCOL). */
#ifndef MFAD_CONVERSATION_H
#define MFAD_CONVERSATION_H

#include <stdbool.h>
#include <stddef.h>

#include "mfad/base/peer.h"
#include "mfad/base/verifier.h"
#include "mfad/base/working.h"
#include "wire/frame.h"

/* How long a client may take: for its request, for a person's answer, to take a frame in. */
#define CONVERSATION_REQUEST_MS 5000
#define CONVERSATION_ANSWER_MS 600000
#define CONVERSATION_SEND_MS 10000
/* What a window of 80 has, where PuTTY puts "| " before each line; and what ssh leaves of it on the first line of what it
 * shows, after "(alice@server.example) ". */
#define CONVERSATION_COLUMNS 77
#define CONVERSATION_COLUMNS_SSH 60

struct conversation {
	int fd;
	struct peer peer;
	struct verifier *verifier;
	const struct mfa_conf *conf;	/* for as long as the conversation lasts */
	const char *language;		/* of mfa_language_find */
	bool waits;			/* the client shows texts at once, and can wait */
	bool has_code;			/* it has a code at hand already */
	bool asks_code;			/* what is asked now is a code */
	bool left;			/* the client went, or gave no answer, when it was asked */
	bool unheard;			/* it had gone when something was said, while mfad was at work */
	struct working working;
	unsigned first_columns;		/* of a text's first line, where its lines are broken; 0: they are not */
	bool unshown;			/* of the texts before the last question, some could not be shown */
	struct mfa_frame frame;		/* the last received, until the next is built */
};

/* Waits for a client's request, and tells it that it can't be served just now. */
void conversation_refuse(int fd, int timeout_ms, enum mfa_result result, const char *text);

/* What to say, in the conversation's language: for texts that are put together.  Those that are said as they stand
 * are translated by conversation_say, _ask and _done. */
const char *conversation_words(const struct conversation *c, const char *text)
	__attribute__((format_arg(2)));

/* For requests.  Each returns 0 or a negative errno, after which only
 * conversation_done makes sense, and will not be heard. */

/* MFA_INFO or MFA_ERROR: its lines are broken where c->first_columns says so, and with them conversation_done's. */
int conversation_say(struct conversation *c, enum mfa_frame_type type, const char *text);
/* answer is "" on error.  Returns 0, -ECANCELED (the person gave no answer), -ETIMEDOUT,
 * -EPIPE (the client has gone), -EBADMSG (not an answer, or longer than size). The caller wipes answer. */
int conversation_ask(struct conversation *c, bool echo, const char *prompt,
		     char *answer, size_t size);
/* A text that is shown at once, to a client that can wait (MFA_FIELD_WAIT); the next step comes when what
 * is waited for has happened. */
int conversation_wait(struct conversation *c, const char *text);
/* A URI to draw, with the label of its device. */
int conversation_key(struct conversation *c, const char *uri, const char *label);
/* A row of a list, JSON. */
int conversation_row(struct conversation *c, const char *json);
/* The client has said something, other than to conversation_ask, and waits for what comes of it. */
void conversation_heard(struct conversation *c);
/* Somebody with a phone is waited for, and then no longer. */
void conversation_waits_for_phone(struct conversation *c, bool waits);
/* The last word; text may be NULL. */
void conversation_done(struct conversation *c, enum mfa_result result, const char *text);

#endif
