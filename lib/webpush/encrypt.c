/* SPDX-License-Identifier: BSD-2-Clause */
/* RFC 8291 on RFC 8188, in one record. */
#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

#include "crypto/hkdf.h"
#include "crypto/p256_openssl.h"
#include "webpush/webpush.h"

#define SECRET_SIZE 32
#define KEY_SIZE 16
#define NONCE_SIZE 12
#define TAG_SIZE 16
#define RECORD_SIZE 4096
#define LAST_RECORD 2		/* RFC 8188 section 2: the delimiter of the last record */

static int agree(const struct mfa_p256 *own, const uint8_t theirs[MFA_P256_PUBLIC_SIZE],
		 uint8_t out[SECRET_SIZE])
{
	EVP_PKEY *peer = p256_public(theirs), *pair = p256_pair(own);
	EVP_PKEY_CTX *ctx = pair != NULL ? EVP_PKEY_CTX_new_from_pkey(NULL, pair, NULL) : NULL;
	size_t len = SECRET_SIZE;
	int r = peer == NULL ? -EINVAL : -EIO;

	if (peer != NULL && ctx != NULL && EVP_PKEY_derive_init(ctx) == 1 &&
	    EVP_PKEY_derive_set_peer(ctx, peer) == 1 && EVP_PKEY_derive(ctx, out, &len) == 1 &&
	    len == SECRET_SIZE)
		r = 0;
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(pair);
	EVP_PKEY_free(peer);
	return r;
}

/* RFC 8291 section 3.4, RFC 8188 sections 2.2 and 2.3. */
static int derive(const struct mfa_subscription_keys *to, const struct mfa_p256 *own,
		  const uint8_t salt[MFA_WEBPUSH_SALT_SIZE], uint8_t key[KEY_SIZE],
		  uint8_t nonce[NONCE_SIZE])
{
	static const char key_info[] = "WebPush: info";		/* with its NUL */
	static const char cek_info[] = "Content-Encoding: aes128gcm";
	static const char nonce_info[] = "Content-Encoding: nonce";
	uint8_t info[sizeof(key_info) + 2 * MFA_P256_PUBLIC_SIZE], secret[SECRET_SIZE], ikm[SECRET_SIZE];
	int r;

	memcpy(info, key_info, sizeof(key_info));
	memcpy(info + sizeof(key_info), to->p256dh, MFA_P256_PUBLIC_SIZE);
	memcpy(info + sizeof(key_info) + MFA_P256_PUBLIC_SIZE, own->public_key, MFA_P256_PUBLIC_SIZE);
	r = agree(own, to->p256dh, secret);
	if (r == 0)
		r = mfa_hkdf(secret, sizeof(secret), to->auth, sizeof(to->auth), info, sizeof(info),
			     ikm, sizeof(ikm));
	if (r == 0)
		r = mfa_hkdf(ikm, sizeof(ikm), salt, MFA_WEBPUSH_SALT_SIZE, (const uint8_t *)cek_info,
			     sizeof(cek_info), key, KEY_SIZE);
	if (r == 0)
		r = mfa_hkdf(ikm, sizeof(ikm), salt, MFA_WEBPUSH_SALT_SIZE, (const uint8_t *)nonce_info,
			     sizeof(nonce_info), nonce, NONCE_SIZE);
	OPENSSL_cleanse(secret, sizeof(secret));
	OPENSSL_cleanse(ikm, sizeof(ikm));
	return r;
}

/* Writes len bytes, the delimiter and the tag. */
static int seal_record(const uint8_t key[KEY_SIZE], const uint8_t nonce[NONCE_SIZE],
		       const uint8_t *plain, size_t len, uint8_t *out)
{
	static const uint8_t delimiter = LAST_RECORD;
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n = 0, ok;

	ok = ctx != NULL && EVP_EncryptInit_ex(ctx, EVP_aes_128_gcm(), NULL, key, nonce) == 1 &&
	     EVP_EncryptUpdate(ctx, out, &n, plain, (int)len) == 1 && n == (int)len &&
	     EVP_EncryptUpdate(ctx, out + len, &n, &delimiter, 1) == 1 && n == 1 &&
	     EVP_EncryptFinal_ex(ctx, out + len + 1, &n) == 1 && n == 0 &&
	     EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, TAG_SIZE, out + len + 1) == 1;
	EVP_CIPHER_CTX_free(ctx);
	return ok ? 0 : -EIO;
}

int mfa_webpush_encrypt_with(const struct mfa_subscription_keys *to, const uint8_t *plain,
			     size_t len, const struct mfa_p256 *own,
			     const uint8_t salt[MFA_WEBPUSH_SALT_SIZE], uint8_t *out)
{
	static const uint8_t record_size[4] = { 0, 0, RECORD_SIZE >> 8, RECORD_SIZE & 0xff };
	uint8_t key[KEY_SIZE], nonce[NONCE_SIZE], *at = out;
	int r;

	if (len > MFA_WEBPUSH_PLAIN_MAX)
		return -EMSGSIZE;
	r = derive(to, own, salt, key, nonce);
	if (r == 0) {
		/* RFC 8188 section 2.1: salt, record size, length of the key's id, which is the key. */
		at = mempcpy(at, salt, MFA_WEBPUSH_SALT_SIZE);
		at = mempcpy(at, record_size, sizeof(record_size));
		*at++ = MFA_P256_PUBLIC_SIZE;
		at = mempcpy(at, own->public_key, MFA_P256_PUBLIC_SIZE);
		r = seal_record(key, nonce, plain, len, at);
	}
	OPENSSL_cleanse(key, sizeof(key));
	OPENSSL_cleanse(nonce, sizeof(nonce));
	return r;
}

int mfa_webpush_encrypt(const struct mfa_subscription_keys *to, const uint8_t *plain, size_t len,
			uint8_t *out)
{
	uint8_t salt[MFA_WEBPUSH_SALT_SIZE];
	struct mfa_p256 own;
	int r = mfa_p256_generate(&own);

	if (r == 0 && RAND_bytes(salt, sizeof(salt)) != 1)
		r = -EIO;
	if (r == 0)
		r = mfa_webpush_encrypt_with(to, plain, len, &own, salt, out);
	OPENSSL_cleanse(&own, sizeof(own));
	return r;
}
