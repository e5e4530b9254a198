/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdio.h>

#include "account/identity.h"
#include "conf/conf.h"
#include "language/language.h"

static int check(const char *path, const struct mfa_groups *groups, char *error)
{
	uint32_t gid;
	size_t i;

	for (i = 0; i < groups->count; i++) {
		if (mfa_group_find(groups->rows[i].name, &gid) != -ENOENT)
			continue;
		(void)snprintf(error, MFA_CONF_ERROR_SIZE, _("%s:%d: there is no group %s"), path,
			       groups->rows[i].line, groups->rows[i].name);
		return -ENOENT;
	}
	return 0;
}

int mfa_conf_check_groups(const char *path, const struct mfa_conf *conf,
			  char error[MFA_CONF_ERROR_SIZE])
{
	size_t i;
	int r = 0;

	error[0] = '\0';
	for (i = 0; i < conf->policy_count && r == 0; i++) {
		r = check(path, &conf->policies[i].groups, error);
		if (r == 0)
			r = check(path, &conf->policies[i].except_groups, error);
	}
	return r;
}
