/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <string.h>

#include "crypto/p256_openssl.h"

const uint8_t mfa_p256_base[MFA_P256_PUBLIC_SIZE] = {
	4,
	0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40, 0xf2,
	0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96,
	0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16,
	0x2b, 0xce, 0x33, 0x57, 0x6b, 0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5,
};

static EVP_PKEY *from_params(OSSL_PARAM_BLD *bld, int selection)
{
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(bld);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *pkey = NULL;

	if (params == NULL || ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &pkey, selection, params) != 1)
		pkey = NULL;
	EVP_PKEY_CTX_free(ctx);
	OSSL_PARAM_free(params);
	return pkey;
}

EVP_PKEY *p256_public(const uint8_t public_key[MFA_P256_PUBLIC_SIZE])
{
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	EVP_PKEY *pkey = NULL;
	EVP_PKEY_CTX *ctx = NULL;

	/* The compressed and the hybrid form are other spellings of a key; one is enough. */
	if (bld != NULL && public_key[0] == 4 &&
	    OSSL_PARAM_BLD_push_utf8_string(bld, OSSL_PKEY_PARAM_GROUP_NAME, SN_X9_62_prime256v1, 0) == 1 &&
	    OSSL_PARAM_BLD_push_octet_string(bld, OSSL_PKEY_PARAM_PUB_KEY, public_key,
					     MFA_P256_PUBLIC_SIZE) == 1)
		pkey = from_params(bld, EVP_PKEY_PUBLIC_KEY);
	/* A point that is not on the curve would give away bits of the private key.  On it each point is of
	 * the one order that P-256 has (its cofactor is 1), which the quick check therefore need not look at. */
	if (pkey != NULL) {
		ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
		if (ctx == NULL || EVP_PKEY_public_check_quick(ctx) != 1) {
			EVP_PKEY_free(pkey);
			pkey = NULL;
		}
	}
	EVP_PKEY_CTX_free(ctx);
	OSSL_PARAM_BLD_free(bld);
	return pkey;
}

EVP_PKEY *p256_pair(const struct mfa_p256 *key)
{
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	BIGNUM *d = BN_secure_new();
	EVP_PKEY *pkey = NULL;

	if (bld != NULL && d != NULL && BN_bin2bn(key->private_key, MFA_P256_PRIVATE_SIZE, d) != NULL &&
	    OSSL_PARAM_BLD_push_utf8_string(bld, OSSL_PKEY_PARAM_GROUP_NAME, SN_X9_62_prime256v1, 0) == 1 &&
	    OSSL_PARAM_BLD_push_octet_string(bld, OSSL_PKEY_PARAM_PUB_KEY, key->public_key,
					     MFA_P256_PUBLIC_SIZE) == 1 &&
	    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_PRIV_KEY, d) == 1)
		pkey = from_params(bld, EVP_PKEY_KEYPAIR);
	BN_clear_free(d);
	OSSL_PARAM_BLD_free(bld);
	return pkey;
}

int mfa_p256_check(const uint8_t public_key[MFA_P256_PUBLIC_SIZE])
{
	EVP_PKEY *pkey = p256_public(public_key);
	int r = pkey != NULL ? 0 : -EINVAL;

	EVP_PKEY_free(pkey);
	return r;
}

int mfa_p256_generate(struct mfa_p256 *out)
{
	EVP_PKEY *pkey = EVP_EC_gen("P-256");
	BIGNUM *d = NULL;
	size_t len = 0;
	int r = -EIO;

	memset(out, 0, sizeof(*out));
	if (pkey != NULL &&
	    EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_PRIV_KEY, &d) == 1 &&
	    BN_bn2binpad(d, out->private_key, MFA_P256_PRIVATE_SIZE) == MFA_P256_PRIVATE_SIZE &&
	    EVP_PKEY_get_octet_string_param(pkey, OSSL_PKEY_PARAM_PUB_KEY, out->public_key,
					    MFA_P256_PUBLIC_SIZE, &len) == 1 &&
	    len == MFA_P256_PUBLIC_SIZE)
		r = 0;
	if (r != 0)
		OPENSSL_cleanse(out, sizeof(*out));
	BN_clear_free(d);
	EVP_PKEY_free(pkey);
	return r;
}

/* OpenSSL speaks DER, Web Push and WebCrypto speak r | s. */
static int raw_from_der(const uint8_t *der, size_t len, uint8_t out[MFA_P256_SIGNATURE_SIZE])
{
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &der, (long)len);
	int r = -EIO;

	if (sig != NULL && BN_bn2binpad(ECDSA_SIG_get0_r(sig), out, 32) == 32 &&
	    BN_bn2binpad(ECDSA_SIG_get0_s(sig), out + 32, 32) == 32)
		r = 0;
	ECDSA_SIG_free(sig);
	return r;
}

static size_t der_from_raw(const uint8_t raw[MFA_P256_SIGNATURE_SIZE], uint8_t **out)
{
	ECDSA_SIG *sig = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(raw, 32, NULL), *s = BN_bin2bn(raw + 32, 32, NULL);
	int len = -1;

	*out = NULL;
	if (sig != NULL && r != NULL && s != NULL && ECDSA_SIG_set0(sig, r, s) == 1) {
		r = s = NULL;
		len = i2d_ECDSA_SIG(sig, out);
	}
	BN_free(r);
	BN_free(s);
	ECDSA_SIG_free(sig);
	return len > 0 ? (size_t)len : 0;
}

int mfa_p256_sign(const struct mfa_p256 *key, const uint8_t *data, size_t len,
		  uint8_t out[MFA_P256_SIGNATURE_SIZE])
{
	EVP_PKEY *pkey = p256_pair(key);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t der[80];
	size_t der_len = sizeof(der);
	int r = -EIO;

	if (pkey != NULL && ctx != NULL &&
	    EVP_DigestSignInit_ex(ctx, NULL, "SHA256", NULL, NULL, pkey, NULL) == 1 &&
	    EVP_DigestSign(ctx, der, &der_len, data, len) == 1)
		r = raw_from_der(der, der_len, out);
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(pkey);
	return r;
}

int mfa_p256_verify(const uint8_t public_key[MFA_P256_PUBLIC_SIZE], const uint8_t *data,
		    size_t len, const uint8_t signature[MFA_P256_SIGNATURE_SIZE])
{
	EVP_PKEY *pkey = p256_public(public_key);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t *der = NULL;
	size_t der_len;
	int r = pkey != NULL ? -EBADMSG : -EINVAL;

	der_len = der_from_raw(signature, &der);
	if (pkey != NULL && ctx != NULL && der_len > 0 &&
	    EVP_DigestVerifyInit_ex(ctx, NULL, "SHA256", NULL, NULL, pkey, NULL) == 1 &&
	    EVP_DigestVerify(ctx, der, der_len, data, len) == 1)
		r = 0;
	OPENSSL_free(der);
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(pkey);
	return r;
}
