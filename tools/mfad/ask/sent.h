/* SPDX-License-Identifier: BSD-2-Clause */
/* Codes that are sent to an account's addresses: what the ways of sending have in common, when somebody signs in and when
 * an address is added.  What a way has of its own is its struct sent_way, beside its row (email.c, sms.c). */
#ifndef MFAD_SENT_H
#define MFAD_SENT_H

#include "address/mask.h"
#include "address/recipient.h"
#include "language/language.h"
#include "mfad/ask/ask.h"
#include "mfad/sender/sender.h"

struct sent_way {
	enum mfa_method_id method;
	const char *ask_again;		/* the word that asks for another code */
	/* Whether mfa.conf says how. */
	bool (*configured)(const struct mfa_conf *conf);
	/* Whether the rules of mfa.conf let an address be written to. */
	bool (*reaches)(const struct mfa_conf *conf, const char *address);
	/* How an address is shown to whoever has given a password alone; and one that is nobody's, for a name. */
	void (*mask)(const char *address, char out[MFA_MASK_SIZE]);
	void (*made_up)(const struct mfa_conf *conf, uint32_t name, char out[MFA_MASK_SIZE]);
	/* The question for an address, in the conversation's language. */
	void (*question)(const struct conversation *c, char *out, size_t size);
	/* Reads what was typed.  Returns 0 or -EINVAL. */
	int (*read)(const struct mfa_conf *conf, const char *typed, char out[MFA_RECIPIENT_SIZE]);
	const char *invalid;		/* what is said of one that can't be read, */
	const char *unreachable;	/* and of one that the rules don't let be written to */
};

/* What the rows of ask.h do with them. */
bool sent_offered(const struct sent_way *way, const struct conversation *c, const struct mfa_policy *policy);
bool sent_has(const struct sent_way *way, const struct challenge *ch);
int sent_begin(const struct sent_way *way, struct challenge *ch, int *error);
int sent_notice(const struct sent_way *way, struct challenge *ch);
void sent_prompt(const struct challenge *ch, bool recovery, char out[CHALLENGE_PROMPT_MAX]);
bool sent_answered(struct challenge *ch, const char *answer, enum mfa_result *result, int *error, bool *judge);
void sent_settle(const struct challenge *ch, struct mfa_account *account, int64_t at);
void sent_end(struct challenge *ch);
void sent_used(const struct challenge *ch);
bool sent_enrol(const struct sent_way *way, struct change *change, struct enrolment *e);

/* Codes no longer go to an address: it is told, as far as it can be. */
void sent_removed(const struct sent_way *way, struct conversation *c, const char *account, const char *address);

/* The same, as functions of one way: for the file of its row, whose members they are. */
#define SENT_FUNCTIONS(way)										\
	static bool offered(const struct conversation *c, const struct mfa_policy *policy)		\
	{ return sent_offered(&(way), c, policy); }							\
	static bool enrol(struct change *change, struct enrolment *e)					\
	{ return sent_enrol(&(way), change, e); }							\
	static bool has(const struct challenge *ch)							\
	{ return sent_has(&(way), ch); }								\
	static int begin(struct challenge *ch, int *error)						\
	{ return sent_begin(&(way), ch, error); }							\
	static int notice(struct challenge *ch)								\
	{ return sent_notice(&(way), ch); }								\
	static void removed(struct conversation *c, const char *account, const char *address)		\
	{ sent_removed(&(way), c, account, address); }
#define SENT_MEMBERS											\
	.offered = offered, .enrol = enrol, .proven = N_("The code is right."), .removed = removed,	\
	.sends = true, .ready = offered, .has = has, .notice = notice, .begin = begin,			\
	.prompt = sent_prompt,										\
	.answered = sent_answered, .settle = sent_settle, .end = sent_end, .used = sent_used

/* One message, and for a little while what comes of it. */
struct sent_letter {
	const struct sent_way *way;
	const char *to, *kind, *code, *service, *address;
	int64_t until;
};
/* Returns 0, and sender_forget must be called; or as sender_send. */
int sent_send(const struct conversation *c, const char *account, const struct sent_letter *letter,
	      struct sent_message *message);

/* The word that was said of it last, for the log; message is NULL where none could be handed over. */
void sent_why(struct sent_message *message, char out[MFA_ORDER_WHY_SIZE]);
/* Whether a gateway took one that failed, and said what it should not: whoever pays for it pays for it, so that it counts
 * like one that was sent.  Else a word of the gateway's that mfa.conf does not have would be an end to all limits. */
bool sent_was_taken(const char *why);
/* Whether rules exempt from an address, or let enrol there: those behind it are many. */
bool sent_known_address(const struct mfa_policy *policy, const char *rhost);
/* Too many were sent, or none can be: what is said of it.  Not translated. */
const char *sent_limited(void);
/* A line of the log, without the address.  reason: a word; device: the address's label. */
void sent_log(const char *result, const char *reason, const struct sent_way *way, const char *user, const char *device);

#endif
