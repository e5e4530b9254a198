/* Changing an account for its owner or for root: who may, after which proof, and
 * how a change is applied to a record that others may be writing. */
#ifndef MFAD_CHANGE_H
#define MFAD_CHANGE_H

#include "mfad/ask/challenge.h"
#include "mfad/base/conversation.h"
#include "mfad/base/subject.h"

struct change {
	struct conversation *c;
	const char *what;		/* for the log: "enrol", "remove", ... */
	struct subject subject;
	struct mfa_record record;
	struct challenge challenge;
	struct {
		bool given;		/* by change_prove */
		int64_t account;	/* when the account was made that it was given for, */
		int64_t device;		/* and the device that was shown, */
		uint32_t epoch;		/* or where it was none, the account's epoch */
	} proof;
	bool by_pass;			/* change_prove asks for a pass: there is no device yet */
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

/* A user who has a device shows it before anything is changed; root need not.  It counts for as long
 * as both account and device are there: whoever was asked something else since may have been
 * waiting for the owner to report the phone as stolen.
 * Returns whether to go on; the result is still a failure then. */
bool change_prove(struct change *change);

/* Applies fn to the record and saves it; if somebody wrote meanwhile, to what is there then.
 * fn returns 0, or a negative errno that ends it.  Returns 0 when it is durable; -EKEYREVOKED: the
 * proof no longer counts. */
typedef int change_fn(struct change *change, void *ctx);
int change_apply(struct change *change, change_fn *fn, void *ctx);

/* What a sign-in has shown just now counts as the proof. */
void change_take_proof(struct change *change, const struct mfa_judgement *judgement);

/* The log's line of how it ended. */
void change_log(const struct change *change);
/* Tells how it ended, logs it, releases everything. */
void change_end(struct change *change);

/* Ends it with a result and a text. */
void change_stop(struct change *change, enum mfa_result result, const char *text);
/* Ends it with what an error means. */
void change_fail(struct change *change, int error);

#endif
