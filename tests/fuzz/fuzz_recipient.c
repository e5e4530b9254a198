/* SPDX-License-Identifier: BSD-2-Clause */
/* A line of a file of accounts: what comes out is as it is kept. */
#include <stdint.h>
#include <stdlib.h>

#include "address/recipient.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char out[MFA_RECIPIENT_SIZE];
	enum mfa_recipient_kind kind;

	if (mfa_recipient_parse((const char *)data, size, &kind, out) != 0) {
		if (out[0] != '\0')
			abort();
		return 0;
	}
	if (!(kind == MFA_RECIPIENT_EMAIL ? mfa_email_valid(out) : mfa_number_valid(out)))
		abort();
	return 0;
}
