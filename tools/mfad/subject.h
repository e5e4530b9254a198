/* Whose account a request is about, and whether this peer may ask for it. */
#ifndef MFAD_SUBJECT_H
#define MFAD_SUBJECT_H

#include <stdbool.h>

#include "account/accounts.h"
#include "account/identity.h"
#include "conversation.h"

struct subject {
	struct mfa_identity identity;
	bool local;		/* not on root's word */
	const char *refusal;	/* why not, for the log; constant */
};

/* Reads USER from the request and says who that is.  Returns 0; -EPERM (this peer may not ask for that
 * account); -EINVAL (not a name); or the error of the look-up.  A peer that is not root gets the same
 * answer for a name that is not there as for one that is not its own. */
int subject_read(struct conversation *c, struct subject *out);

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

#endif
