/* SPDX-License-Identifier: BSD-2-Clause */
#include "ratelimit/ratelimit.h"

#include <errno.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#define WAYS 4			/* places that an address may have */
#define WHO_SIZE (2 + 32)	/* which kind of address, for what; and the address, or a name's SHA-256 */

int mfa_ratelimit_new(struct mfa_ratelimit **out)
{
	*out = calloc(1, sizeof(**out));
	if (*out == NULL)
		return -ENOMEM;
	if (RAND_bytes((*out)->key, sizeof((*out)->key)) == 1)
		return 0;
	free(*out);
	*out = NULL;
	return -EIO;
}

static uint64_t hash(const struct mfa_ratelimit *ratelimit, const uint8_t who[WHO_SIZE])
{
	uint8_t text[16 + WHO_SIZE], digest[32];
	uint64_t value = 0;
	size_t i;

	memcpy(text, ratelimit->key, 16);
	memcpy(text + 16, who, WHO_SIZE);
	if (EVP_Digest(text, sizeof(text), digest, NULL, EVP_sha256(), NULL) != 1)
		return 1;
	for (i = 0; i < 8; i++)
		value = value << 8 | digest[i];
	return value | 1;
}

bool mfa_bucket_take(struct mfa_bucket *bucket, float cost, float most, float rate, int64_t now_ms)
{
	if (bucket->time == 0)
		bucket->tokens = most;
	else if (now_ms > bucket->time)
		bucket->tokens += (float)(now_ms - bucket->time) / 1000.0F * rate;
	if (bucket->tokens > most)
		bucket->tokens = most;
	/* A clock that was set back is followed; what is given back may be of a while ago, and fills nothing once more. */
	if (cost > 0 || now_ms > bucket->time)
		bucket->time = now_ms;
	if (bucket->tokens < cost)
		return false;
	bucket->tokens -= cost;
	if (bucket->tokens > most)
		bucket->tokens = most;
	return true;
}

static bool allow(struct mfa_ratelimit *ratelimit, uint64_t who, float cost, float most, float rate, int64_t now_ms)
{
	size_t first = who / 2 % (MFA_RATELIMIT_SIZE / WAYS) * WAYS, at = first, i;

	/* Its own place, or that of whoever has been quiet the longest. */
	for (i = first; i < first + WAYS; i++) {
		if (ratelimit->rows[i].who == who) {
			at = i;
			break;
		}
		if (ratelimit->rows[i].bucket.time < ratelimit->rows[at].bucket.time)
			at = i;
	}
	if (ratelimit->rows[at].who != who) {
		ratelimit->rows[at].who = who;
		ratelimit->rows[at].bucket.time = 0;
	}
	return mfa_bucket_take(&ratelimit->rows[at].bucket, cost, most, rate, now_ms);
}

bool mfa_ratelimit_allow(struct mfa_ratelimit *ratelimit, const struct mfa_address *address, unsigned purpose,
			 float cost, float most, float rate, int64_t now_ms)
{
	uint8_t who[WHO_SIZE] = { address->v4 ? 4 : 6, (uint8_t)purpose };

	memcpy(who + 2, address->bytes, address->v4 ? 4 : 8);
	return allow(ratelimit, hash(ratelimit, who), cost, most, rate, now_ms);
}

bool mfa_ratelimit_allow_name(struct mfa_ratelimit *ratelimit, const char *name, float cost, float most, float rate,
			      int64_t now_ms)
{
	uint8_t who[WHO_SIZE] = { 0 };

	if (EVP_Digest(name, strlen(name), who + 2, NULL, EVP_sha256(), NULL) != 1)
		return false;
	return allow(ratelimit, hash(ratelimit, who), cost, most, rate, now_ms);
}
