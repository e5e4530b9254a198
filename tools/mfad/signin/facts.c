/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfad/signin/facts.h"

#include <errno.h>
#include <string.h>

#include "clock/clock.h"
#include "factor/factor.h"
#include "log/log.h"
#include "mfad/base/directory.h"

/* The groups of somebody, asked for once. */
struct theirs {
	struct mfa_gids gids;
	int error;		/* they can't be known */
};

static void find_theirs(struct conversation *c, const struct mfa_identity *id, struct theirs *out)
{
	out->error = directory_groups(c, id, &out->gids);
	/* That the system does not know a name is no fault of the directory's. */
	if (out->error != 0 && out->error != -ENODATA && out->error != -ETIME)
		mfa_log_message(LOG_ERR, "groups-of", id->name, out->error);
}

/* Whether somebody is in one of a list's groups.  A look-up that failed decides nothing, nor does a name that the
 * system does not know. */
static enum mfa_membership membership(struct conversation *c, const struct theirs *theirs,
				      const struct mfa_groups *groups)
{
	enum mfa_membership found = MFA_MEMBER_NO;
	uint32_t gid;
	size_t i;
	int r;

	if (groups->count > 0 && theirs->error != 0)
		return MFA_MEMBER_NOT_KNOWN;
	for (i = 0; i < groups->count; i++) {
		r = directory_group(c, groups->rows[i].name, &gid);
		if (r == 0 && mfa_gids_have(&theirs->gids, gid))
			return MFA_MEMBER_YES;
		if (r == -ETIME)
			return MFA_MEMBER_NOT_KNOWN;
		if (r != 0) {
			mfa_log_message(LOG_ERR, "group", groups->rows[i].name, r);
			found = MFA_MEMBER_NOT_KNOWN;
		}
	}
	return found;
}

/* Returns 0, or -ETIME. */
static int gather_groups(struct conversation *c, const struct mfa_identity *id, const struct mfa_policy *policy,
			 struct mfa_policy_facts *out)
{
	struct theirs theirs = { .error = 0 };

	if (policy->groups.count + policy->except_groups.count > 0)
		find_theirs(c, id, &theirs);
	out->in_groups = membership(c, &theirs, &policy->groups);
	out->in_except_groups = membership(c, &theirs, &policy->except_groups);
	mfa_gids_free(&theirs.gids);
	return working_given_up(&c->working) ? -ETIME : 0;
}

/* Whether an administrator has said something of a name that the system does not know: by an import, by a pass that
 * is good, or by what became of these.  A pass that has ended is no more than that. */
static bool is_listed(const struct mfa_account *account, int64_t now)
{
	size_t i;

	if (account == NULL)
		return false;
	if (account->device_count > 0 || mfa_account_has_pass(account, now))
		return true;
	for (i = 0; i < account->event_count; i++)
		if (strcmp(account->events[i].result, "wrong") != 0)
			return true;
	return false;
}

int facts_gather(struct conversation *c, const struct subject *subject, const struct mfa_policy *policy,
		  const struct mfa_account *account, const char *rhost,
		  struct mfa_policy_facts *out)
{
	memset(out, 0, sizeof(*out));
	out->known = subject->identity.known;
	out->barred = subject->barred;
	out->local = subject->local;
	out->by_caller = subject->caller != NULL;
	out->rhost = rhost;
	out->now = mfa_clock_now();
	out->unlisted = subject->folded && !subject->identity.known && !is_listed(account, out->now);
	if (account != NULL) {
		out->devices = (unsigned)account->device_count;
		out->methods = mfa_account_methods(account);
		out->stand_ins = mfa_factor_stand_ins(account, out->now);
		out->postponed = account->postponed;
	}
	return gather_groups(c, &subject->identity, policy, out);
}

/* Root starts what it likes for whom it likes.  A module that says nothing is one of the version before, in
 * a program that runs on. */
static bool by_another(const struct mfa_identity *id, const char *service, const struct mfa_presence *presence)
{
	if (!presence->told)
		return false;
	/* Where root starts the program for whoever asks, it is not root who asks: not for root's account either. */
	if (presence->uid == 0)
		return mfa_service_hides_caller(service);
	return !id->known || id->uid != presence->uid;
}

void facts_place(const struct subject *subject, const struct mfa_policy *policy, const char *service,
		 const struct mfa_presence *presence, struct mfa_policy_facts *facts)
{
	/* Of a program that is not root's the terminal is a claim, too. */
	facts->here = mfa_service_is_local(policy->on_host, service, presence->own_terminal && !subject->local);
	facts->by_another = by_another(&subject->identity, service, presence);
}
