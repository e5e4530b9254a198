/* HKDF on HMAC: OpenSSL's own EVP_KDF fetches its parts anew for each
 * derivation, which costs more than the three hashes. */
#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <pthread.h>
#include <string.h>

#include "seal/hkdf.h"

#define HASH_SIZE 32
#define INFO_MAX 512

static EVP_MD *sha256;

static void fetch(void)
{
	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
}

static int hmac(const uint8_t *key, size_t key_len, const uint8_t *data, size_t len,
		uint8_t out[HASH_SIZE])
{
	unsigned n = HASH_SIZE;

	return HMAC(sha256, key, (int)key_len, data, len, out, &n) != NULL ? 0 : -EIO;
}

int mfa_hkdf(const uint8_t *ikm, size_t ikm_len, const uint8_t *salt, size_t salt_len,
	     const uint8_t *info, size_t info_len, uint8_t *out, size_t out_len)
{
	static const uint8_t no_salt[HASH_SIZE];
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	uint8_t prk[HASH_SIZE], block[HASH_SIZE], in[HASH_SIZE + INFO_MAX + 1];
	size_t done = 0, in_len = 0, n;
	uint8_t counter = 1;
	int r;

	(void)pthread_once(&once, fetch);
	if (sha256 == NULL || info_len > INFO_MAX || out_len > 255 * HASH_SIZE)
		return -EIO;
	r = salt_len > 0 ? hmac(salt, salt_len, ikm, ikm_len, prk)
			 : hmac(no_salt, sizeof(no_salt), ikm, ikm_len, prk);
	while (r == 0 && done < out_len) {
		/* T(n) = HMAC(PRK, T(n-1) | info | n) */
		memcpy(in + in_len, info, info_len);
		in[in_len + info_len] = counter++;
		r = hmac(prk, sizeof(prk), in, in_len + info_len + 1, block);
		n = out_len - done < HASH_SIZE ? out_len - done : HASH_SIZE;
		memcpy(out + done, block, n);
		done += n;
		memcpy(in, block, HASH_SIZE);
		in_len = HASH_SIZE;
	}
	OPENSSL_cleanse(prk, sizeof(prk));
	OPENSSL_cleanse(block, sizeof(block));
	OPENSSL_cleanse(in, sizeof(in));
	return r;
}
