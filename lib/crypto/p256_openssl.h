/* SPDX-License-Identifier: BSD-2-Clause */
/* Keys of crypto/p256.h as OpenSSL has them. */
#ifndef MFA_P256_OPENSSL_H
#define MFA_P256_OPENSSL_H

#include <openssl/types.h>

#include "crypto/p256.h"

/* NULL if the bytes are not a point of the curve.  The caller frees it. */
EVP_PKEY *p256_public(const uint8_t public_key[MFA_P256_PUBLIC_SIZE]);
/* NULL on an error.  The caller frees it. */
EVP_PKEY *p256_pair(const struct mfa_p256 *key);

#endif
