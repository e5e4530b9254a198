/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "account/identity.h"
#include "conf/conf.h"
#include "language/language.h"

/* Whose word counts as it is, or who is nobody in particular.  Returns NULL for others, or which it is; constant. */
static const char *why_never(uint32_t uid)
{
	static const char ours[] = N_("a user of mfa's own can't be a caller");
	static const char *const users[] = { MFA_USER, MFA_PORTAL_USER, MFA_SENDER_USER, MFA_COMMAND_USER };
	struct mfa_identity id;
	size_t i;

	if (uid == 0)
		return N_("root can't be a caller: its programs may sign in everybody already");
	if (uid == mfa_identity_overflow_uid() || uid == (uint32_t)-1)
		return N_("who stands for users that are not known can't be a caller");
	if (uid == (uint32_t)geteuid())
		return ours;
	for (i = 0; i < sizeof(users) / sizeof(users[0]); i++)
		if (mfa_identity_of_name(users[i], &id) == 0 && id.known && id.uid == uid)
			return ours;
	return NULL;
}

/* Sets found and uid.  Returns NULL, or why not; constant. */
static const char *find(struct mfa_caller *caller)
{
	struct mfa_identity id;
	const char *why;
	int r;

	if (atomic_load(&caller->found))
		return NULL;
	r = mfa_identity_of_name(caller->name, &id);
	if (r != 0)
		return N_("can't be looked up just now");
	if (!id.known)
		return N_("there is no such user");
	why = why_never(id.uid);
	caller->uid = id.uid;
	atomic_store(&caller->found, why == NULL);
	return why;
}

int mfa_conf_find_callers(const char *path, struct mfa_conf *conf, char error[MFA_CONF_ERROR_SIZE])
{
	size_t i, k;

	error[0] = '\0';
	for (i = 0; i < conf->policy_count; i++) {
		for (k = 0; k < conf->policies[i].callers.count; k++) {
			struct mfa_caller *caller = &conf->policies[i].callers.rows[k];
			const char *why = find(caller);

			if (why == NULL || error[0] != '\0')
				continue;
			(void)snprintf(error, MFA_CONF_ERROR_SIZE, _("%s:%d: callers: %s: %s"), path, caller->line,
				       caller->name, _(why));
		}
	}
	return error[0] == '\0' ? 0 : -ENOENT;
}

const struct mfa_caller *mfa_conf_caller(const struct mfa_policy *policy, uint32_t uid)
{
	size_t i;

	for (i = 0; i < policy->callers.count; i++)
		if (atomic_load(&policy->callers.rows[i].found) && policy->callers.rows[i].uid == uid)
			return &policy->callers.rows[i];
	return NULL;
}

bool mfa_conf_has_caller(const struct mfa_conf *conf, uint32_t uid)
{
	size_t i;

	for (i = 0; i < conf->policy_count; i++)
		if (mfa_conf_caller(&conf->policies[i], uid) != NULL)
			return true;
	return false;
}
