/* SPDX-License-Identifier: BSD-2-Clause */
/* HKDF on HMAC, and that on SHA-256.  OpenSSL's own EVP_KDF and HMAC() fetch their parts anew each
 * time and keep contexts of contexts, which costs ten times what the hashes do, at each sign-in. */
#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <string.h>

#include "crypto/hkdf.h"

#define BLOCK_SIZE 64
#define INFO_MAX 512

static EVP_MD *sha256;

static void fetch(void)
{
	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
}

static EVP_MD_CTX *new_context(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	(void)pthread_once(&once, fetch);
	return sha256 != NULL ? EVP_MD_CTX_new() : NULL;
}

struct part {
	const uint8_t *data;
	size_t len;
};

static int hash(EVP_MD_CTX *ctx, const struct part *parts, size_t count, uint8_t out[MFA_HMAC_SIZE])
{
	size_t i;

	if (EVP_DigestInit_ex2(ctx, sha256, NULL) != 1)
		return -EIO;
	for (i = 0; i < count; i++)
		if (parts[i].len > 0 && EVP_DigestUpdate(ctx, parts[i].data, parts[i].len) != 1)
			return -EIO;
	return EVP_DigestFinal_ex(ctx, out, NULL) == 1 ? 0 : -EIO;
}

static void fill_pad(const uint8_t key[BLOCK_SIZE], uint8_t with, uint8_t pad[BLOCK_SIZE])
{
	size_t i;

	for (i = 0; i < BLOCK_SIZE; i++)
		pad[i] = key[i] ^ with;
}

/* RFC 2104, of three parts one after the other. */
static int hmac(EVP_MD_CTX *ctx, struct part key, const struct part message[3],
		uint8_t out[MFA_HMAC_SIZE])
{
	uint8_t block[BLOCK_SIZE] = { 0 }, pad[BLOCK_SIZE], inner[MFA_HMAC_SIZE];
	int r = 0;

	if (key.len > BLOCK_SIZE)
		r = hash(ctx, &key, 1, block);
	else if (key.len > 0)
		memcpy(block, key.data, key.len);
	if (r == 0) {
		fill_pad(block, 0x36, pad);
		r = hash(ctx, (struct part[]){ { pad, sizeof(pad) }, message[0], message[1],
					       message[2] }, 4, inner);
	}
	if (r == 0) {
		fill_pad(block, 0x5c, pad);
		r = hash(ctx, (struct part[]){ { pad, sizeof(pad) }, { inner, sizeof(inner) } }, 2, out);
	}
	OPENSSL_cleanse(block, sizeof(block));
	OPENSSL_cleanse(pad, sizeof(pad));
	OPENSSL_cleanse(inner, sizeof(inner));
	return r;
}

int mfa_hmac(const uint8_t *key, size_t key_len, const uint8_t *data, size_t len,
	     uint8_t out[MFA_HMAC_SIZE])
{
	EVP_MD_CTX *ctx = new_context();
	int r = ctx != NULL ? hmac(ctx, (struct part){ key, key_len },
				   (struct part[3]){ { data, len } }, out) : -EIO;

	EVP_MD_CTX_free(ctx);	/* wipes */
	return r;
}

int mfa_hkdf(const uint8_t *ikm, size_t ikm_len, const uint8_t *salt, size_t salt_len,
	     const uint8_t *info, size_t info_len, uint8_t *out, size_t out_len)
{
	uint8_t prk[MFA_HMAC_SIZE], block[MFA_HMAC_SIZE];
	size_t done = 0, n;
	uint8_t counter = 1;
	EVP_MD_CTX *ctx;
	int r;

	if (info_len > INFO_MAX || out_len > 255 * MFA_HMAC_SIZE)
		return -EIO;
	ctx = new_context();
	if (ctx == NULL)
		return -EIO;
	/* No salt is as good as one of zeros, which is what an empty key is. */
	r = hmac(ctx, (struct part){ salt, salt_len }, (struct part[3]){ { ikm, ikm_len } }, prk);
	for (; r == 0 && done < out_len; counter++, done += n) {
		/* T(n) = HMAC(PRK, T(n-1) | info | n) */
		r = hmac(ctx, (struct part){ prk, sizeof(prk) },
			 (struct part[3]){ { block, done > 0 ? sizeof(block) : 0 }, { info, info_len },
					   { &counter, 1 } }, block);
		n = out_len - done < MFA_HMAC_SIZE ? out_len - done : MFA_HMAC_SIZE;
		if (r == 0)
			memcpy(out + done, block, n);
	}
	EVP_MD_CTX_free(ctx);
	OPENSSL_cleanse(prk, sizeof(prk));
	OPENSSL_cleanse(block, sizeof(block));
	return r;
}
