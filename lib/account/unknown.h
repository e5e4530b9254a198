/* SPDX-License-Identifier: BSD-2-Clause */
/* What a record holds that this version does not know: members that a later version writes within the
 * same format.  They are passed over when a record is read and put back when it is written, so that going
 * back to this version for a day loses nothing of theirs. */
#ifndef MFA_ACCOUNT_UNKNOWN_H
#define MFA_ACCOUNT_UNKNOWN_H

#include <jansson.h>

#include "account/account.h"

/* The members of a record, its devices, its pass and the rest that this version does not know.  account: what
 * was read from it.  *out: a new value, or NULL where there are none.  Returns 0 or -ENOMEM. */
int mfa_unknown_find(const json_t *record, const struct mfa_account *account, json_t **out);

/* Puts back what mfa_unknown_find found: where its device, pass or part is still there, and never over a
 * member that is there.  Returns 0 or -ENOMEM. */
int mfa_unknown_put_back(json_t *record, const json_t *unknown);

#endif
