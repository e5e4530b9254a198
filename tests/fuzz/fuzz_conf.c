/* mfa.conf: root's own, but what a slip of the pen makes of it is anything. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char error[MFA_CONF_ERROR_SIZE];
	struct mfa_conf *conf;

	if (mfa_conf_parse("f", (const char *)data, size, &conf, error) != 0) {
		if (conf != NULL || strncmp(error, "f:", 2) != 0)
			abort();
		return 0;
	}
	if (mfa_conf_policy(conf, "sshd") == NULL || conf->store_url == NULL || conf->issuer == NULL)
		abort();
	mfa_conf_free(&conf);
	return 0;
}
