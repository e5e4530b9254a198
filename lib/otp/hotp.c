/* SPDX-License-Identifier: BSD-2-Clause */
#include "otp/hotp.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <strings.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "table/table.h"

struct mfa_hotp {
	EVP_MAC_CTX *keyed;	/* never fed a message: each code works on a copy */
	uint32_t modulus;
};

static const char *const hash_names[] = {
	[MFA_HASH_SHA1] = "SHA1",
	[MFA_HASH_SHA256] = "SHA256",
	[MFA_HASH_SHA512] = "SHA512",
};
MFA_TABLE_FITS(hash_names, MFA_HASH_COUNT);

#define HASHES (sizeof(hash_names) / sizeof(hash_names[0]))

/* 10 to the power of the digits. */
static const uint32_t moduli[] = { [6] = 1000000, [7] = 10000000, [8] = 100000000 };

/* Fetching walks the providers under a lock and costs more than a code. */
static pthread_once_t hmac_once = PTHREAD_ONCE_INIT;
static EVP_MAC *hmac;

static void fetch_hmac(void)
{
	hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
}

const char *mfa_hash_name(enum mfa_hash hash)
{
	return (size_t)hash < HASHES ? hash_names[hash] : NULL;
}

int mfa_hash_from_name(const char *name, size_t len, enum mfa_hash *out)
{
	size_t i;

	*out = MFA_HASH_SHA1;
	for (i = 0; i < HASHES; i++) {
		if (strlen(hash_names[i]) == len && strncasecmp(name, hash_names[i], len) == 0) {
			*out = (enum mfa_hash)i;
			return 0;
		}
	}
	return -EINVAL;
}

static int key_hmac(enum mfa_hash hash, const uint8_t *secret, size_t secret_len,
		    EVP_MAC_CTX **out)
{
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST,
						 (char *)(uintptr_t)hash_names[hash], 0),
		OSSL_PARAM_construct_end(),
	};

	*out = NULL;
	if (pthread_once(&hmac_once, fetch_hmac) != 0 || hmac == NULL)
		return -EIO;
	*out = EVP_MAC_CTX_new(hmac);
	if (*out == NULL)
		return -ENOMEM;
	if (EVP_MAC_init(*out, secret, secret_len, params) != 1)
		return -EIO;
	return 0;
}

int mfa_hotp_new(enum mfa_hash hash, const uint8_t *secret, size_t secret_len,
		 unsigned digits, struct mfa_hotp **out)
{
	struct mfa_hotp *hotp = NULL;
	int r = -EINVAL;

	*out = NULL;
	if ((size_t)hash >= HASHES || secret_len < 1 || secret_len > MFA_OTP_SECRET_MAX ||
	    digits < MFA_OTP_DIGITS_MIN || digits > MFA_OTP_DIGITS_MAX)
		goto out;
	hotp = calloc(1, sizeof(*hotp));
	if (hotp == NULL) {
		r = -ENOMEM;
		goto out;
	}
	hotp->modulus = moduli[digits];
	r = key_hmac(hash, secret, secret_len, &hotp->keyed);
out:
	if (r == 0)
		*out = hotp;
	else
		mfa_hotp_free(&hotp);
	return r;
}

void mfa_hotp_free(struct mfa_hotp **hotp)
{
	if (*hotp == NULL)
		return;
	EVP_MAC_CTX_free((*hotp)->keyed);	/* wipes the key */
	OPENSSL_cleanse(*hotp, sizeof(**hotp));
	free(*hotp);
	*hotp = NULL;
}

/* RFC 4226 section 5.3, steps 2 and 3, without the modulus. */
static uint32_t truncate_mac(const uint8_t *mac, size_t len)
{
	const uint8_t *p = mac + (mac[len - 1] & 0xf);

	return ((uint32_t)p[0] & 0x7f) << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

int mfa_hotp_code(struct mfa_hotp *hotp, uint64_t counter, uint32_t *out)
{
	uint8_t message[8], mac[EVP_MAX_MD_SIZE] = { 0 };
	EVP_MAC_CTX *ctx;
	size_t i, len = 0;
	int r = -EIO;

	*out = 0;
	for (i = 0; i < sizeof(message); i++)
		message[i] = (uint8_t)(counter >> (56 - 8 * i));
	/* A copy, not EVP_MAC_init without a key, which is 0.3 us cheaper: before
	 * OpenSSL 3.0.3 that forgets to start over, and silently yields wrong codes. */
	ctx = EVP_MAC_CTX_dup(hotp->keyed);
	if (ctx == NULL || EVP_MAC_update(ctx, message, sizeof(message)) != 1 ||
	    EVP_MAC_final(ctx, mac, &len, sizeof(mac)) != 1 || len < 20)
		goto out;
	*out = truncate_mac(mac, len) % hotp->modulus;
	r = 0;
out:
	EVP_MAC_CTX_free(ctx);
	OPENSSL_cleanse(mac, sizeof(mac));
	return r;
}

/* All ones if a and b are the same, else 0; without a branch. */
static uint64_t same(uint32_t a, uint32_t b)
{
	return 0 - (((uint64_t)(a ^ b) - 1) >> 63);
}

int mfa_hotp_find(struct mfa_hotp *hotp, uint32_t code,
		  uint64_t first, uint64_t last, uint64_t *out)
{
	uint64_t counter, match, found = 0, lowest = 0;
	uint32_t right = 0;
	int r = -EINVAL;

	*out = 0;
	if (first > last)
		return r;
	for (counter = first;; counter++) {
		r = mfa_hotp_code(hotp, counter, &right);
		if (r != 0)
			goto out;
		match = same(code, right) & ~found;
		lowest |= counter & match;
		found |= match;
		/* Here and not in the head: there is no counter after the last one. */
		if (counter == last)
			break;
	}
	r = found != 0 ? 0 : -ENOENT;
out:
	if (r == 0)
		*out = lowest;
	OPENSSL_cleanse(&right, sizeof(right));
	return r;
}

int mfa_otp_parse_code(const char *text, size_t len, unsigned digits, uint32_t *out)
{
	uint32_t code = 0;
	size_t i;

	*out = 0;
	if (digits < MFA_OTP_DIGITS_MIN || digits > MFA_OTP_DIGITS_MAX || len != digits)
		return -EINVAL;
	for (i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -EINVAL;
		code = code * 10 + (uint32_t)(text[i] - '0');
	}
	*out = code;
	return 0;
}
