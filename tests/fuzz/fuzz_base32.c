/* SPDX-License-Identifier: BSD-2-Clause */
/* What decodes must come back as it was through the encoder. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "encoding/base32.h"

#define ROOM 128

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t plain[ROOM], again[ROOM];
	char text[MFA_BASE32_SIZE(ROOM)];
	size_t plain_len, again_len, room;

	if (size < 1)
		return 0;
	room = data[0] % (ROOM + 1);
	if (mfa_base32_decode((const char *)data + 1, size - 1, plain, room, &plain_len) != 0) {
		if (plain_len != 0)
			abort();
		return 0;
	}
	if (plain_len > room)
		abort();
	if (mfa_base32_encode(plain, plain_len, text, sizeof(text)) != 0)
		abort();
	if (mfa_base32_decode(text, strlen(text), again, sizeof(again), &again_len) != 0)
		abort();
	if (again_len != plain_len || memcmp(again, plain, plain_len) != 0)
		abort();
	return 0;
}
