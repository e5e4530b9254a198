/* SPDX-License-Identifier: BSD-2-Clause */
/* Web Push: a message that only one browser can read, and the sender's word for it.  Pure: it
 * is sent elsewhere.
 *
 * RFC 8291 (message encryption), RFC 8188 (aes128gcm), RFC 8292 (VAPID). */
#ifndef MFA_WEBPUSH_H
#define MFA_WEBPUSH_H

#include <stddef.h>
#include <stdint.h>

#include "crypto/p256.h"

#define MFA_WEBPUSH_AUTH_SIZE 16
#define MFA_WEBPUSH_SALT_SIZE 16
#define MFA_WEBPUSH_PLAIN_MAX 3993	/* so that any push service takes it (RFC 8291 section 4) */
/* salt, record size, length of the key's id, the key; the delimiter; the tag. */
#define MFA_WEBPUSH_BODY_SIZE(plain) (16 + 4 + 1 + MFA_P256_PUBLIC_SIZE + (plain) + 1 + 16)
#define MFA_VAPID_HEADER_MAX 1024	/* with the NUL */

/* What a browser hands over when it subscribes (RFC 8291 section 3.1). */
struct mfa_subscription_keys {
	uint8_t p256dh[MFA_P256_PUBLIC_SIZE];
	uint8_t auth[MFA_WEBPUSH_AUTH_SIZE];
};

/* Encrypts len bytes, at most MFA_WEBPUSH_PLAIN_MAX, to a body of MFA_WEBPUSH_BODY_SIZE(len) bytes for
 * "Content-Encoding: aes128gcm", with a pair and a salt of its own.
 * Returns 0, -EINVAL (not a point of the curve), -EMSGSIZE or -EIO. */
int mfa_webpush_encrypt(const struct mfa_subscription_keys *to, const uint8_t *plain, size_t len,
			uint8_t *out);
/* The same with a given pair and salt, which never serve twice: for RFC 8291's appendix A. */
int mfa_webpush_encrypt_with(const struct mfa_subscription_keys *to, const uint8_t *plain,
			     size_t len, const struct mfa_p256 *own,
			     const uint8_t salt[MFA_WEBPUSH_SALT_SIZE], uint8_t *out);

/* The value of the header Authorization (RFC 8292 section 3): the sender's word, good until `expires` (seconds since
 * 1970, at most 24 hours ahead) at the push service whose origin ("https://push.example.org") it names.
 * subject: "mailto:..." or "https://...".  Returns 0, -EINVAL (a text that JSON would have to escape),
 * -ENOBUFS or -EIO. */
int mfa_vapid_header(const struct mfa_p256 *key, const char *origin, const char *subject,
		     int64_t expires, char out[MFA_VAPID_HEADER_MAX]);

#endif
