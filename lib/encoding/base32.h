/* SPDX-License-Identifier: BSD-2-Clause */
/* Base 32 as in RFC 4648, section 6, as authenticator apps write secrets. */
#ifndef MFA_BASE32_H
#define MFA_BASE32_H

#include <stddef.h>
#include <stdint.h>

/* Decodes in[0..in_len).  Case, spaces and hyphens do not matter (people type
 * keys in groups of four); padding may be there or not, but must be right if
 * it is there; a left-over of non-zero bits or of an impossible length is
 * refused; nothing decodes to nothing.
 * Writes at most out_size bytes and their number to *out_len; on error that is
 * 0 and what was written is wiped.
 * Returns 0, -EINVAL (not base 32) or -ENOBUFS (longer than out_size). */
int mfa_base32_decode(const char *in, size_t in_len,
		      uint8_t *out, size_t out_size, size_t *out_len);

/* Encodes in upper case without padding; out gets a NUL.
 * Returns 0 or -ENOBUFS; MFA_BASE32_SIZE(n) is always enough. */
#define MFA_BASE32_SIZE(n) (((n) * 8 + 4) / 5 + 1)
int mfa_base32_encode(const uint8_t *in, size_t in_len, char *out, size_t out_size);

#endif
