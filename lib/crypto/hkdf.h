/* SPDX-License-Identifier: BSD-2-Clause */
/* Hashes under a key (RFC 2104), and keys from keys (RFC 5869). */
#ifndef MFA_HKDF_H
#define MFA_HKDF_H

#include <stddef.h>
#include <stdint.h>

#define MFA_HMAC_SIZE 32

/* HMAC-SHA-256 (RFC 2104).  Returns 0 or -EIO. */
int mfa_hmac(const uint8_t *key, size_t key_len, const uint8_t *data, size_t len,
	     uint8_t out[MFA_HMAC_SIZE]);
/* HKDF-SHA-256: out_len at most 255 * 32, info_len at most 512.  Returns 0 or -EIO. */
int mfa_hkdf(const uint8_t *ikm, size_t ikm_len, const uint8_t *salt, size_t salt_len,
	     const uint8_t *info, size_t info_len, uint8_t *out, size_t out_len);

#endif
