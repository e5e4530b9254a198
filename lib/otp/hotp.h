/* SPDX-License-Identifier: BSD-2-Clause */
/* HOTP, RFC 4226: one-time codes from a counter. */
#ifndef MFA_HOTP_H
#define MFA_HOTP_H

#include <stddef.h>
#include <stdint.h>

/* RFC 6238 section 1.2 adds the last two to RFC 4226's HMAC-SHA-1. */
enum mfa_hash { MFA_HASH_SHA1, MFA_HASH_SHA256, MFA_HASH_SHA512, MFA_HASH_COUNT };

#define MFA_OTP_DIGITS_MIN 6
#define MFA_OTP_DIGITS_MAX 8
#define MFA_OTP_SECRET_MAX 128	/* bytes: the block of SHA-512 */

/* "SHA1", "SHA256", "SHA512", as the otpauth URI spells them; NULL for no such hash. */
const char *mfa_hash_name(enum mfa_hash hash);
/* Case does not matter.  Returns 0 or -EINVAL. */
int mfa_hash_from_name(const char *name, size_t len, enum mfa_hash *out);

/* A generator that keeps the keyed HMAC, so that a window of counters is cheap
 * (under a microsecond each).  Not for use by two threads at once. */
struct mfa_hotp;

/* secret_len from 1 to MFA_OTP_SECRET_MAX, digits from 6 to 8.
 * Returns 0, -EINVAL, -ENOMEM or -EIO (libcrypto refuses); *out is NULL on error
 * and the caller's to free. */
int mfa_hotp_new(enum mfa_hash hash, const uint8_t *secret, size_t secret_len,
		 unsigned digits, struct mfa_hotp **out);
/* Wipes, frees, sets NULL. */
void mfa_hotp_free(struct mfa_hotp **hotp);

/* RFC 4226 section 5.3: the code for a counter.  Returns 0 or -EIO. */
int mfa_hotp_code(struct mfa_hotp *hotp, uint64_t counter, uint32_t *out);

/* Looks for code among counters first..last (inclusive; last may be UINT64_MAX).
 * Every counter of the range is computed and compared without branching on the
 * outcome, so that time does not tell which one matched.  If several match,
 * *out is the lowest.  Returns 0, -ENOENT (none), -EINVAL (first > last) or -EIO;
 * *out is 0 on error. */
int mfa_hotp_find(struct mfa_hotp *hotp, uint32_t code,
		  uint64_t first, uint64_t last, uint64_t *out);

/* Reads exactly `digits` decimal digits from text[0..len), nothing else.
 * Returns 0 or -EINVAL. */
int mfa_otp_parse_code(const char *text, size_t len, unsigned digits, uint32_t *out);

#endif
