/* SPDX-License-Identifier: BSD-2-Clause */
/* An answer as somebody has typed or pasted it. */
#include <stdlib.h>
#include <string.h>

#include "factor/factor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char once[MFA_ANSWER_MAX], twice[MFA_ANSWER_MAX], *typed = malloc(size + 1);
	size_t len;

	if (typed == NULL)
		return 0;
	memcpy(typed, data, size);
	typed[size] = '\0';
	mfa_typed_plain(typed, once);
	len = strnlen(once, sizeof(once));
	if (len == sizeof(once) || len > strlen(typed) || strpbrk(once, " -\t\r\n") != NULL)
		abort();
	mfa_typed_plain(once, twice);
	/* What was no UTF-8 may have become some where something between was left out. */
	if (strlen(twice) > len)
		abort();
	if (mfa_typed_is_enter(typed) && len > 3)
		abort();
	free(typed);
	return 0;
}
