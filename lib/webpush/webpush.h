/* Web Push: a message that only one browser can read, and the sender's word for it.  Pure: who
 * sends it is elsewhere.
 *
 * RFC 8291 (message encryption), RFC 8188 (aes128gcm), RFC 8292 (VAPID). */
#ifndef MFA_WEBPUSH_H
#define MFA_WEBPUSH_H

#include <stddef.h>
#include <stdint.h>

#define MFA_P256_PUBLIC_SIZE 65		/* an uncompressed point: 4, x, y */
#define MFA_P256_PRIVATE_SIZE 32
#define MFA_P256_SIGNATURE_SIZE 64	/* r, s (RFC 7518 section 3.4) */
#define MFA_WEBPUSH_AUTH_SIZE 16
#define MFA_WEBPUSH_SALT_SIZE 16
#define MFA_WEBPUSH_PLAIN_MAX 3993	/* so that any push service takes it (RFC 8291 section 4) */
/* salt, record size, length of the key's id, the key; the delimiter; the tag. */
#define MFA_WEBPUSH_BODY_SIZE(plain) (16 + 4 + 1 + MFA_P256_PUBLIC_SIZE + (plain) + 1 + 16)
#define MFA_VAPID_HEADER_MAX 1024	/* with the NUL */

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
