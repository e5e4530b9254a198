/* SPDX-License-Identifier: BSD-2-Clause */
/* What is read must be read the same after it was written. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "otp/otpauth.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_wiped(const struct mfa_otpauth *otpauth)
{
	const uint8_t *p = (const uint8_t *)otpauth;
	size_t i;

	for (i = 0; i < sizeof(*otpauth); i++)
		if (p[i] != 0)
			return false;
	return true;
}

static bool same(const struct mfa_otpauth *a, const struct mfa_otpauth *b)
{
	return a->type == b->type && a->hash == b->hash && a->digits == b->digits &&
	       a->period == b->period && a->counter == b->counter &&
	       a->secret_len == b->secret_len &&
	       memcmp(a->secret, b->secret, sizeof(a->secret)) == 0 &&
	       strcmp(a->issuer, b->issuer) == 0 && strcmp(a->account, b->account) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mfa_otpauth first, second;
	char uri[MFA_OTPAUTH_URI_MAX + 1];
	const char *why;

	if (mfa_otpauth_parse((const char *)data, size, &first, &why) != 0) {
		if (why == NULL || !is_wiped(&first))
			abort();
		return 0;
	}
	if (mfa_otpauth_format(&first, uri, sizeof(uri)) != 0)
		abort();
	if (mfa_otpauth_parse(uri, strlen(uri), &second, &why) != 0)
		abort();
	if (!same(&first, &second))
		abort();
	return 0;
}
