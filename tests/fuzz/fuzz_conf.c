/* SPDX-License-Identifier: BSD-2-Clause */
/* mfa.conf: root's own, but what a slip of the pen makes of it is anything. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Each service has the one row that bears its name, and others have the first. */
static void check_policies(const struct mfa_conf *conf)
{
	size_t i;

	if (conf->policy_count < 1 || conf->policies[0].service != NULL)
		abort();
	for (i = 1; i < conf->policy_count; i++)
		if (mfa_conf_policy(conf, conf->policies[i].service) != &conf->policies[i])
			abort();
	if (mfa_conf_policy(conf, "") != &conf->policies[0] ||
	    mfa_conf_policy(conf, "a/b") != &conf->policies[0])
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char error[MFA_CONF_ERROR_SIZE];
	struct mfa_conf *conf;

	if (mfa_conf_parse("f", (const char *)data, size, &conf, error) != 0) {
		if (conf != NULL || strncmp(error, "f:", 2) != 0)
			abort();
		return 0;
	}
	if (error[0] != '\0' || strncmp(conf->store_url, "sqlite:///", 10) != 0 ||
	    conf->key_file[0] != '/' || strlen(conf->issuer) > MFA_CONF_ISSUER_MAX)
		abort();
	check_policies(conf);
	mfa_conf_free(&conf);
	return 0;
}
