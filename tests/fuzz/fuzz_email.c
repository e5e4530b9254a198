/* SPDX-License-Identifier: BSD-2-Clause */
/* What is taken for an address holds nothing that ends a line, a word or a bracket, and its mask is short and of it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "address/email.h"
#include "address/mask.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char mask[MFA_MASK_SIZE], *text = malloc(size + 1);
	const char *c;

	if (text == NULL)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (mfa_email_valid(text)) {
		for (c = text; *c != '\0'; c++)
			if (*c <= ' ' || *c > '~' || strchr("<>()[]\\,;:\"", *c) != NULL)
				abort();
		if (strlen(text) > MFA_EMAIL_MAX || text[0] == '-' || strchr(mfa_email_domain(text), '@') != NULL)
			abort();
	}
	mfa_mask_email(text, mask);
	if (strnlen(mask, sizeof(mask)) == sizeof(mask))
		abort();
	free(text);
	return 0;
}
