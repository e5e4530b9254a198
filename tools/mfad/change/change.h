/* SPDX-License-Identifier: BSD-2-Clause */
/* Changing an account for its owner or for root: who may, after which proof, and
 * how a change is applied to a record that others may be writing. */
#ifndef MFAD_CHANGE_H
#define MFAD_CHANGE_H

#include "factor/factor.h"
#include "mfad/base/conversation.h"
#include "mfad/base/subject.h"

struct change {
	struct conversation *c;
	const char *what;		/* for the log: "enrol", "remove", ... */
	struct subject subject;
	struct mfa_record record;
	struct {
		bool given;		/* by change_take_proof */
		int64_t account;	/* when the account was made that it was given for, */
		char label[MFA_LABEL_MAX + 1];	/* and which device was shown, */
		int64_t device;		/* made when, */
		uint32_t epoch;		/* or where it was none (""), the account's epoch */
	} proof;
	bool by_pass;			/* the proof is a pass: there is no device yet */
	/* What is still to be done when everything was told; NULL: nothing. */
	void (*after)(struct change *change);
	void *after_ctx;
	bool created;			/* the account had no record before */
	char label[MFA_LABEL_MAX + 1];	/* of the device that it is about, for the log */
	enum mfa_result result;
	const char *text;		/* the last word to the client; NULL: the result's own */
	int error;
};

/* Reads USER, finds the account and checks whose it is.  create: an account without a record gets a new, empty
 * one (not stored yet); otherwise that is MFA_RESULT_NOT_FOUND.
 * Returns whether to go on; otherwise change_end tells why. */
bool change_begin(struct change *change, struct conversation *c, const char *what, bool create);

/* Applies fn to the record and saves it; if somebody wrote meanwhile, to what is there then.
 * fn returns 0, or a negative errno that ends it.  Returns 0 when it is durable; -EKEYREVOKED: the
 * proof no longer counts. */
typedef int change_fn(struct change *change, void *ctx);
int change_apply(struct change *change, change_fn *fn, void *ctx);

/* What was shown just now counts as the proof, for as long as both account and device are there: whoever was asked
 * something else since may have been waiting for the owner to report the phone as stolen. */
void change_take_proof(struct change *change, const struct mfa_judgement *judgement);

/* The log's line of how it ended. */
void change_log(const struct change *change);
/* Tells how it ended, logs it, releases everything. */
void change_end(struct change *change);

/* Ends it with a result and a text. */
void change_stop(struct change *change, enum mfa_result result, const char *text);
/* Ends it, for what is said only once can't be shown. */
void change_stop_unshown(struct change *change);
/* Ends it with what an error means. */
void change_fail(struct change *change, int error);

#endif
