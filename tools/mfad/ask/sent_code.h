/* SPDX-License-Identifier: BSD-2-Clause */
/* The code that somebody who signs in was sent, or is to be: counted, made, and sent. */
#ifndef MFAD_SENT_CODE_H
#define MFAD_SENT_CODE_H

#include "factor/sent.h"
#include "mfad/ask/sent.h"
#include "mfad/ask/sent_limit.h"

/* ch->state */
struct sent_code {
	const struct sent_way *way;
	struct mfa_sent_ask ask;
	char to[MFA_MASK_SIZE];
	char label[MFA_LABEL_MAX + 1];
	bool before;			/* it was sent at an earlier question */
	int64_t at;			/* when */
	struct sent_message message;
	bool sending;			/* the message is there */
	enum sender_state state;
	struct sent_limit_ask counted;
	bool counts;			/* it was counted here */
};

/* ch->state, where a way that sends was begun. */
struct sent_code *sent_code_of(const struct challenge *ch);

/* What is counted of it over all accounts: an address is as good as who says it. */
struct sent_limit_ask sent_code_limit(const struct sent_way *way, const struct challenge *ch);
void sent_code_give_back(struct sent_code *code, bool used);

/* Counts it, makes it in the account's record, and once that is durable sends it; where there is no account it takes as
 * long.  Returns 0 or a negative errno of the store.  *block: whether it may not be, by whose limit (*scope, a word for
 * the log); *failed: it surely was not sent. */
int sent_code_send(struct challenge *ch, enum mfa_sent_block *block, const char **scope, bool *failed);
/* Says that it may not be sent.  Returns as conversation_say. */
int sent_code_say_blocked(struct challenge *ch, enum mfa_sent_block block, const char *scope);
/* The same that it could not be; it is as if it had not been asked for.  *error: of the store. */
int sent_code_say_failed(struct challenge *ch, int *error);

#endif
