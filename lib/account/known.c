/* SPDX-License-Identifier: BSD-2-Clause */
#include "account/known.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

static bool hash_of(const struct mfa_known *known, const char *answer, uint64_t apart, uint32_t *out)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t full[EVP_MAX_MD_SIZE];
	bool ok = ctx != NULL && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1 &&
		  EVP_DigestUpdate(ctx, known->salt, sizeof(known->salt)) == 1 &&
		  EVP_DigestUpdate(ctx, answer, strlen(answer)) == 1 &&
		  (apart == 0 || EVP_DigestUpdate(ctx, &apart, sizeof(apart)) == 1) &&
		  EVP_DigestFinal_ex(ctx, full, NULL) == 1;

	EVP_MD_CTX_free(ctx);
	if (ok)
		memcpy(out, full, sizeof(*out));
	OPENSSL_cleanse(full, sizeof(full));
	return ok;
}

static bool has_salt(const struct mfa_known *known)
{
	static const uint8_t none[MFA_KNOWN_SALT_SIZE];

	return memcmp(known->salt, none, sizeof(none)) != 0;
}

static const struct mfa_known_code *find(const struct mfa_known_list *list, uint32_t hash)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (list->codes[i].hash == hash)
			return &list->codes[i];
	return NULL;
}

static bool aged(const struct mfa_known_code *code, int64_t now, int64_t from, int64_t to)
{
	return code != NULL && code->time <= now && now - code->time >= from && now - code->time < to;
}

enum mfa_known_as mfa_known_was_right(const struct mfa_known *known, const char *answer, int64_t now)
{
	const struct mfa_known_code *right;
	uint32_t hash;

	if (!hash_of(known, answer, 0, &hash))
		return MFA_KNOWN_NOT;
	right = find(&known->right, hash);
	if (aged(right, now, MFA_KNOWN_AFTER_SECONDS, INT64_MAX))
		return MFA_KNOWN;
	return aged(right, now, 0, MFA_KNOWN_AFTER_SECONDS) ? MFA_KNOWN_RIGHT_NOW : MFA_KNOWN_NOT;
}

enum mfa_known_as mfa_known_find(const struct mfa_known *known, const char *answer, uint64_t apart, int64_t now)
{
	uint32_t hash_there;

	if (!hash_of(known, answer, apart, &hash_there))
		return MFA_KNOWN_NOT;
	if (aged(find(&known->wrong, hash_there), now, MFA_KNOWN_AFTER_SECONDS, MFA_KNOWN_WRONG_SECONDS))
		return MFA_KNOWN;
	return mfa_known_was_right(known, answer, now);
}

static void remove_at(struct mfa_known_list *list, size_t at)
{
	list->count--;
	memmove(&list->codes[at], &list->codes[at + 1], (list->count - at) * sizeof(list->codes[0]));
	memset(&list->codes[list->count], 0, sizeof(list->codes[0]));
}

static void add(struct mfa_known_list *list, uint32_t hash, int64_t now)
{
	if (list->count == MFA_KNOWN_MAX)
		remove_at(list, 0);
	list->codes[list->count++] = (struct mfa_known_code){ .time = now, .hash = hash };
}

/* What is no longer known, and what a clock noted that was ahead. */
static void drop_old(struct mfa_known_list *list, int64_t now)
{
	size_t i = 0;

	while (i < list->count) {
		if (aged(&list->codes[i], now, 0, MFA_KNOWN_WRONG_SECONDS))
			i++;
		else
			remove_at(list, i);
	}
}

static bool prepare(struct mfa_known *known, const char *answer, uint64_t apart, uint32_t *hash)
{
	return (has_salt(known) || RAND_bytes(known->salt, sizeof(known->salt)) == 1) &&
	       hash_of(known, answer, apart, hash);
}

void mfa_known_add_right(struct mfa_known *known, const char *answer, int64_t now)
{
	uint32_t hash;
	size_t i;

	if (!prepare(known, answer, 0, &hash))
		return;
	drop_old(&known->wrong, now);
	for (i = 0; i < known->right.count; i++)
		if (known->right.codes[i].hash == hash)
			remove_at(&known->right, i--);
	add(&known->right, hash, now);
}

/* One that is there keeps its time: it is known a minute after it was first wrong, however often it comes. */
void mfa_known_add_wrong(struct mfa_known *known, const char *answer, uint64_t apart, int64_t now)
{
	uint32_t hash;

	if (!prepare(known, answer, apart, &hash))
		return;
	drop_old(&known->wrong, now);
	if (find(&known->wrong, hash) == NULL)
		add(&known->wrong, hash, now);
}

static void see_again(struct mfa_known_list *list, uint32_t hash, int64_t now)
{
	const struct mfa_known_code *code = find(list, hash);

	if (!aged(code, now, MFA_KNOWN_AFTER_SECONDS, INT64_MAX))
		return;
	remove_at(list, (size_t)(code - list->codes));
	add(list, hash, now - MFA_KNOWN_AFTER_SECONDS);
}

void mfa_known_again(struct mfa_known *known, const char *answer, uint64_t apart, int64_t now)
{
	uint32_t hash, hash_there;

	if (!prepare(known, answer, 0, &hash) || !prepare(known, answer, apart, &hash_there))
		return;
	see_again(&known->right, hash, now);
	see_again(&known->wrong, hash_there, now);
}
