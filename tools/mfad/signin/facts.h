/* SPDX-License-Identifier: BSD-2-Clause */
/* What a policy's decision is about, gathered for a sign-in or for explaining one. */
#ifndef MFAD_FACTS_H
#define MFAD_FACTS_H

#include "account/account.h"
#include "mfad/base/subject.h"
#include "policy/policy.h"
#include "wire/presence.h"

/* account: NULL where there is no record.  rhost must outlive *out.  Groups are looked up where the policy
 * names any; whatever fails is logged, and spares nobody.  Returns 0, or -ETIME as directory_identity. */
int facts_gather(struct conversation *c, const struct subject *subject, const struct mfa_policy *policy,
		  const struct mfa_account *account, const char *rhost,
		  struct mfa_policy_facts *out);

/* Where, as far as it has no address, and who has started the program; after facts_gather. */
void facts_place(const struct subject *subject, const struct mfa_policy *policy, const char *service,
		 const struct mfa_presence *presence, struct mfa_policy_facts *facts);

#endif
