/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfad/signin/remember.h"

#include <errno.h>

#include "clock/clock.h"
#include "log/log.h"

bool remember_check(struct conversation *c, const struct mfa_policy *policy,
		    const struct mfa_policy_facts *facts, const struct mfa_remember_place *place,
		    const struct mfa_record *record)
{
	int r;

	if (!mfa_policy_may_remember(policy, facts))
		return false;
	r = mfa_remember_find(mfa_accounts_vault(c->verifier->accounts), place,
			      record->account, policy, mfa_clock_now());
	if (r != 0 && r != -ENOENT)
		mfa_log_message(LOG_ERR, "remember",
				"what is remembered can't be read; a factor is asked", r);
	return r == 0 && !record->decoy;
}

void remember_write(struct conversation *c, const struct mfa_policy *policy,
		    const struct mfa_policy_facts *facts, const struct mfa_remember_place *place,
		    const struct mfa_record *record, const struct mfa_judgement *shown)
{
	const struct mfa_method *method = mfa_method_of(shown->kind);
	const struct mfa_device *device;
	int r;

	/* A recovery code or a pass is for once: whoever found it is not let in for a week. */
	if (method == NULL || !(method->spares || (method->spares_if_said && policy->remember_sent)) || record->decoy ||
	    !mfa_policy_may_remember(policy, facts))
		return;
	device = mfa_account_device(record->account, shown->label);
	if (device == NULL)
		return;
	r = mfa_remember_save(mfa_accounts_vault(c->verifier->accounts), place,
			      record->account, device, policy, mfa_clock_now());
	if (r != 0 && r != -ENOENT)
		mfa_log_message(LOG_ERR, "remember", "this sign-in can't be remembered", r);
}
