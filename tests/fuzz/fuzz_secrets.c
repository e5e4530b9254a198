/* SPDX-License-Identifier: BSD-2-Clause */
/* sender.conf: root's own, but what a slip of the pen makes of it is anything; and a complaint never has a value in
 * it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "conf/secrets.h"
#include "text/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct mfa_secrets nothing;
	char error[MFA_CONF_ERROR_SIZE];
	struct mfa_secrets secrets;
	int r = mfa_secrets_parse("f", (const char *)data, size, &secrets, error);

	if (r != 0 && (memcmp(&secrets, &nothing, sizeof(secrets)) != 0 || strncmp(error, "f:", 2) != 0))
		abort();
	if (r == 0 && (error[0] != '\0' || !mfa_text_printable(secrets.email_password) || !mfa_text_printable(secrets.sms_key)))
		abort();
	mfa_secrets_wipe(&secrets);
	return 0;
}
