/* SPDX-License-Identifier: BSD-2-Clause */
/* A number as somebody types it (the first two bytes are the country), which is read once more as it is kept; and the
 * same text as a list of beginnings. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "address/mask.h"
#include "address/number.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void made_up(const char *text, unsigned country)
{
	char mask[MFA_MASK_SIZE];

	(void)mfa_number_allowed("+31612345678", text);
	mfa_mask_made_up_number(country * 2654435761U, country, text, mask);
	if (strnlen(mask, sizeof(mask)) == sizeof(mask))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char out[MFA_NUMBER_SIZE], again[MFA_NUMBER_SIZE], *text;
	unsigned country;

	if (size < 2)
		return 0;
	country = (unsigned)data[0] << 8 | data[1];
	text = malloc(size - 1);
	if (text == NULL)
		return 0;
	memcpy(text, data + 2, size - 2);
	text[size - 2] = '\0';
	if (mfa_number_parse(text, country, out) == 0) {
		if (!mfa_number_valid(out) || mfa_number_parse(out, 0, again) != 0 || strcmp(out, again) != 0)
			abort();
	} else if (out[0] != '\0') {
		abort();
	}
	made_up(text, country);
	free(text);
	return 0;
}
