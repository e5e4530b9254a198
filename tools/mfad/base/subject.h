/* SPDX-License-Identifier: BSD-2-Clause */
/* Whose account a request is about, and whether this peer may ask for it. */
#ifndef MFAD_SUBJECT_H
#define MFAD_SUBJECT_H

#include <stdbool.h>

#include "account/accounts.h"
#include "account/identity.h"
#include "mfad/base/conversation.h"

struct subject {
	struct mfa_identity identity;
	bool local;		/* not on root's word, */
	const char *caller;	/* but on that of a user who may sign in others at this service: who; NULL: not so */
	const char *refusal;	/* why not, for the log; constant */
	char asked_as[MFA_ACCOUNT_NAME_MAX + 1];	/* the name as it came, where identity has another; or "" */
	bool folded;		/* the store is (account/spelling.h), and the name need not be known to the system */
	const char *barred;	/* the name may be nobody's: which rule says so, constant.  It is asked all the same, so
				 * that it takes the words and the time of others */
	char other[MFA_ACCOUNT_NAME_MAX + 1];	/* with "name-like-another": whose */
};

/* What `refusal` is where this peer may not ask for that account. */
extern const char subject_not_own[];

/* Reads USER from the request and says who that is.  policy: of the service that is signed in to; where names
 * need not be known to the system, one that is not is spelt as the store has it, and then looked up again; its
 * callers may ask for anybody.
 * NULL: of no service; names are then spelt as the store has them, without taking realms off.
 * Returns 0; -EPERM (this peer may not ask for that
 * account); -EINVAL (not a name); or the error of the look-up.  A peer that is neither root nor a caller gets the
 * same answer for a name that is not there as for one that is not its own. */
int subject_read(struct conversation *c, const struct mfa_policy *policy, struct subject *out);

/* On whose word. */
enum mfa_voice subject_voice(const struct subject *subject);

/* A name of an administrator's choice, as the store has it: the system's spelling, or (in a folded store) lower
 * case, without a realm that some service takes off.  id is that of the name as it is spelt then.  Returns 0 or as mfa_identity_of_name and mfa_spelling_folded. */
int subject_spell(struct conversation *c, struct mfa_identity *id);

/* Whether a name may have an account, where it has none: in a folded store not one that the system does not know
 * and that differs from another account's in case alone (-ENOTUNIQ) or would be refused for its letters (-EILSEQ).
 * Returns 0, these, or as mfa_spelling_other. */
int subject_check_new(struct conversation *c, const struct mfa_identity *id);

/* Whether record (which may be new, or a decoy) is this identity's: the uid must
 * be the one on record, and no other record may have it.  Returns 0,
 * -EPERM (out->refusal says which rule), or an error of the store. */
int subject_check_record(struct conversation *c, struct subject *subject,
			 const struct mfa_record *record);

/* How an error that kept a request from being served is told. */
struct failure {
	enum mfa_result result;
	const char *text;
};
struct failure failure_of(int error);
/* The same in answer to a tool: whoever looks after mfad is told what to run. */
struct failure failure_to(const struct conversation *c, int error);
/* That key or store can't be had, and what to run. */
const char *failure_of_store(void);
/* The text of it to whoever asked for the subject: where the peer may not, there is nothing wrong with the account. */
const char *subject_failure_text(const struct subject *subject, int error);

/* What reading or changing a record again means, which was there a moment ago: one that has gone meanwhile (-ENOENT) is
 * nobody's to sign in with (-EPERM).  Anything else stays as it is. */
int subject_still(int error);

#endif
