/* SPDX-License-Identifier: BSD-2-Clause */
#include "seal/seal.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "seal/keyring.h"

#define VERSION 1
#define HEAD_SIZE (1 + 4)
#define SALT_SIZE 16
#define TAG_SIZE 16
#define NAME_MAX_SIZE 400
_Static_assert(HEAD_SIZE + SALT_SIZE + TAG_SIZE == MFA_SEAL_OVERHEAD, "seal.h says so");

static const char info_prefix[] = "mfa seal 1";	/* with its NUL: then comes the name */

struct derived {
	uint8_t key[32];
	uint8_t nonce[12];
};
_Static_assert(sizeof(struct derived) == 44, "derived in one go");

static EVP_CIPHER *cipher;

static void fetch(void)
{
	cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
}

static int derive(const struct mfa_master_key *key, const uint8_t salt[SALT_SIZE],
		  const char *name, struct derived *out)
{
	uint8_t info[sizeof(info_prefix) + NAME_MAX_SIZE];
	size_t len = strlen(name);

	if (len > NAME_MAX_SIZE)
		return -EIO;
	memcpy(info, info_prefix, sizeof(info_prefix));
	memcpy(info + sizeof(info_prefix), name, len);
	return mfa_hkdf(key->bytes, sizeof(key->bytes), salt, SALT_SIZE, info,
			sizeof(info_prefix) + len, (uint8_t *)out, sizeof(*out));
}

/* Begins with header and name as associated data. */
static EVP_CIPHER_CTX *begin(const struct derived *d, const uint8_t head[HEAD_SIZE],
			     const char *name, int encrypt)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	EVP_CIPHER_CTX *ctx;
	int n;

	(void)pthread_once(&once, fetch);
	ctx = cipher != NULL ? EVP_CIPHER_CTX_new() : NULL;
	if (ctx == NULL)
		return NULL;
	if (EVP_CipherInit_ex2(ctx, cipher, d->key, d->nonce, encrypt, NULL) == 1 &&
	    EVP_CipherUpdate(ctx, NULL, &n, head, HEAD_SIZE) == 1 &&
	    EVP_CipherUpdate(ctx, NULL, &n, (const uint8_t *)name, (int)strlen(name)) == 1)
		return ctx;
	EVP_CIPHER_CTX_free(ctx);
	return NULL;
}

static int encrypt_into(const struct derived *d, const char *name, const uint8_t *plain,
			size_t plain_len, uint8_t *out)
{
	uint8_t *body = out + HEAD_SIZE + SALT_SIZE;
	EVP_CIPHER_CTX *ctx = begin(d, out, name, 1);
	int n, r = -EIO;

	if (ctx != NULL && EVP_EncryptUpdate(ctx, body, &n, plain, (int)plain_len) == 1 &&
	    EVP_EncryptFinal_ex(ctx, body + n, &n) == 1 &&
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, TAG_SIZE, body + plain_len) == 1)
		r = 0;
	EVP_CIPHER_CTX_free(ctx);
	return r;
}

static void put_head(uint32_t id, uint8_t head[HEAD_SIZE])
{
	head[0] = VERSION;
	head[1] = (uint8_t)(id >> 24);
	head[2] = (uint8_t)(id >> 16);
	head[3] = (uint8_t)(id >> 8);
	head[4] = (uint8_t)id;
}

uint32_t mfa_sealed_key(const uint8_t *sealed, size_t len)
{
	if (len < MFA_SEAL_OVERHEAD || sealed[0] != VERSION)
		return 0;
	return (uint32_t)sealed[1] << 24 | (uint32_t)sealed[2] << 16 | (uint32_t)sealed[3] << 8 |
	       sealed[4];
}

int mfa_seal(const struct mfa_keyring *ring, const char *name,
	     const uint8_t *plain, size_t plain_len, uint8_t **out, size_t *out_len)
{
	struct mfa_master_key key;
	struct derived d;
	uint8_t *sealed;
	int r = -EIO;

	*out = NULL;
	*out_len = 0;
	if (plain_len > INT32_MAX - MFA_SEAL_OVERHEAD)
		return -EIO;
	sealed = malloc(plain_len + MFA_SEAL_OVERHEAD);
	if (sealed == NULL)
		return -ENOMEM;
	if (mfa_keyring_find(ring, 0, &key) == 0 &&
	    RAND_bytes(sealed + HEAD_SIZE, SALT_SIZE) == 1) {
		put_head(key.id, sealed);
		r = derive(&key, sealed + HEAD_SIZE, name, &d);
	}
	if (r == 0)
		r = encrypt_into(&d, name, plain, plain_len, sealed);
	OPENSSL_cleanse(&key, sizeof(key));
	OPENSSL_cleanse(&d, sizeof(d));
	if (r != 0) {
		free(sealed);
		return r;
	}
	*out = sealed;
	*out_len = plain_len + MFA_SEAL_OVERHEAD;
	return 0;
}

static int decrypt_into(const struct derived *d, const char *name, const uint8_t *sealed,
			size_t plain_len, uint8_t *out)
{
	const uint8_t *body = sealed + HEAD_SIZE + SALT_SIZE;
	EVP_CIPHER_CTX *ctx = begin(d, sealed, name, 0);
	uint8_t tag[TAG_SIZE];
	int n, r = -EIO;

	memcpy(tag, body + plain_len, TAG_SIZE);
	if (ctx != NULL && EVP_DecryptUpdate(ctx, out, &n, body, (int)plain_len) == 1 &&
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, TAG_SIZE, tag) == 1)
		r = EVP_DecryptFinal_ex(ctx, out + n, &n) == 1 ? 0 : -EBADMSG;
	EVP_CIPHER_CTX_free(ctx);
	return r;
}

/* A key that the ring lacks may have come since it was read. */
static int find_key(const struct mfa_keyring *ring, uint32_t id, struct mfa_master_key *out)
{
	int r = id != 0 ? mfa_keyring_find(ring, id, out) : -ENOKEY;

	if (r != 0 && mfa_keyring_refresh(ring) == 1 && id != 0)
		r = mfa_keyring_find(ring, id, out);
	return r;
}

int mfa_unseal(const struct mfa_keyring *ring, const char *name,
	       const uint8_t *sealed, size_t sealed_len, uint8_t **out, size_t *out_len)
{
	struct mfa_master_key key;
	struct derived d;
	size_t len;
	int r;

	*out = NULL;
	*out_len = 0;
	if (sealed_len < 1 || sealed[0] == 0)
		return -EBADMSG;
	if (sealed[0] > VERSION)
		return -EPROTONOSUPPORT;
	if (sealed_len < MFA_SEAL_OVERHEAD || sealed_len > INT32_MAX)
		return -EBADMSG;
	r = find_key(ring, mfa_sealed_key(sealed, sealed_len), &key);
	if (r != 0)
		return r;
	len = sealed_len - MFA_SEAL_OVERHEAD;
	*out = malloc(len + 1);
	r = *out != NULL ? derive(&key, sealed + HEAD_SIZE, name, &d) : -ENOMEM;
	if (r == 0)
		r = decrypt_into(&d, name, sealed, len, *out);
	OPENSSL_cleanse(&key, sizeof(key));
	OPENSSL_cleanse(&d, sizeof(d));
	if (r != 0) {
		mfa_unsealed_free(out, len);
		return r;
	}
	(*out)[len] = '\0';
	*out_len = len;
	return 0;
}

void mfa_unseal_nothing(const struct mfa_keyring *ring, const char *name, size_t plain_len)
{
	uint8_t *sealed = calloc(1, MFA_SEAL_OVERHEAD + plain_len), *plain = NULL;
	struct mfa_master_key key;
	size_t len = 0;

	if (sealed != NULL && mfa_keyring_find(ring, 0, &key) == 0) {
		put_head(key.id, sealed);
		(void)mfa_unseal(ring, name, sealed, MFA_SEAL_OVERHEAD + plain_len, &plain, &len);
	}
	mfa_unsealed_free(&plain, len);
	OPENSSL_cleanse(&key, sizeof(key));
	free(sealed);
}

void mfa_unsealed_free(uint8_t **plain, size_t len)
{
	if (*plain == NULL)
		return;
	OPENSSL_cleanse(*plain, len);
	free(*plain);
	*plain = NULL;
}
