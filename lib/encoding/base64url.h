/* SPDX-License-Identifier: BSD-2-Clause */
/* base64url without padding (RFC 4648 section 5), as Web Push and JSON Web Tokens write bytes. */
#ifndef MFA_BASE64URL_H
#define MFA_BASE64URL_H

#include <stddef.h>
#include <stdint.h>

/* Characters of n bytes, with the NUL. */
#define MFA_BASE64URL_SIZE(n) (((n) * 4 + 2) / 3 + 1)

/* Writes len bytes and a NUL.  Returns 0 or -ENOBUFS. */
int mfa_base64url_encode(const uint8_t *in, size_t len, char *out, size_t size);
/* Reads it; padding, other characters and set bits behind the last byte are refused.
 * Returns 0, -EINVAL or -ENOBUFS. */
int mfa_base64url_decode(const char *text, size_t len, uint8_t *out, size_t size, size_t *out_len);

#endif
