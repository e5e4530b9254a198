/* SPDX-License-Identifier: BSD-2-Clause */
/* The curve P-256 (FIPS 186-5): key pairs and ECDSA. */
#ifndef MFA_P256_H
#define MFA_P256_H

#include <stddef.h>
#include <stdint.h>

#define MFA_P256_PUBLIC_SIZE 65		/* an uncompressed point: 4, x, y */
#define MFA_P256_PRIVATE_SIZE 32
#define MFA_P256_SIGNATURE_SIZE 64	/* r, s (RFC 7518 section 3.4) */

/* A key pair on the curve P-256. */
struct mfa_p256 {
	uint8_t private_key[MFA_P256_PRIVATE_SIZE];
	uint8_t public_key[MFA_P256_PUBLIC_SIZE];
};

/* The curve's base point (SEC 2, section 2.4.2), which is a public key whose private one is 1: good for a check that
 * is made for its time alone, and for nothing else. */
extern const uint8_t mfa_p256_base[MFA_P256_PUBLIC_SIZE];

/* A new pair.  Returns 0 or -EIO.  The caller wipes it. */
int mfa_p256_generate(struct mfa_p256 *out);
/* Whether these bytes are a point of the curve.  Returns 0 or -EINVAL. */
int mfa_p256_check(const uint8_t public_key[MFA_P256_PUBLIC_SIZE]);
/* ECDSA with SHA-256.  Returns 0 or -EIO. */
int mfa_p256_sign(const struct mfa_p256 *key, const uint8_t *data, size_t len,
		  uint8_t out[MFA_P256_SIGNATURE_SIZE]);
/* Returns 0, -EBADMSG (not that key's signature of that) or -EINVAL (not a key). */
int mfa_p256_verify(const uint8_t public_key[MFA_P256_PUBLIC_SIZE], const uint8_t *data,
		    size_t len, const uint8_t signature[MFA_P256_SIGNATURE_SIZE]);

#endif
