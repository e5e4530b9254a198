/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether a sign-in is spared because of one before it. */
#ifndef MFAD_REMEMBER_H
#define MFAD_REMEMBER_H

#include <stdbool.h>

#include "mfad/ask/challenge.h"
#include "mfad/base/conversation.h"
#include "policy/policy.h"
#include "remember/remember.h"

/* Whether a success is remembered that spares this sign-in.  Reads nothing where the policy
 * remembers nothing, and for everybody where it does: a decoy, too, so that the time tells
 * nothing. */
bool remember_check(struct conversation *c, const struct mfa_policy *policy,
		    const struct mfa_policy_facts *facts, const struct mfa_remember_place *place,
		    const struct mfa_record *record);

/* After a factor was shown and is durable: remembers that, where the rules allow it and what was
 * shown is a device.  A failure is logged, and no more: the next sign-in asks again. */
void remember_write(struct conversation *c, const struct mfa_policy *policy,
		    const struct mfa_policy_facts *facts, const struct mfa_remember_place *place,
		    const struct mfa_record *record, const struct mfa_judgement *shown);

#endif
