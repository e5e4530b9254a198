/* SPDX-License-Identifier: BSD-2-Clause */
/* A key file, and sealed bytes that somebody else wrote. */
#include <stdlib.h>
#include <string.h>

#include "seal/seal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char key_file[] = "mfa-master-key 1\nstore 00112233445566778899aabbccddeeff\n"
	"key 1 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct mfa_keyring *ring;
	struct mfa_keyring *parsed;
	uint8_t *plain;
	size_t len;

	if (ring == NULL && mfa_keyring_parse(key_file, sizeof(key_file) - 1, &ring) != 0)
		abort();
	if (mfa_keyring_parse((const char *)data, size, &parsed) == 0)
		mfa_keyring_free(&parsed);
	else if (parsed != NULL)
		abort();
	/* Nobody makes a tag by chance. */
	if (mfa_unseal(ring, "account/alice", data, size, &plain, &len) == 0 || plain != NULL)
		abort();
	return 0;
}
