/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "encoding/base64url.h"
#include "webpush/webpush.h"

#define CLAIMS_MAX 512

/* Goes into JSON as it stands. */
static int plain(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text <= ' ' || *text > '~' || *text == '"' || *text == '\\')
			return 0;
	return 1;
}

int mfa_vapid_header(const struct mfa_p256 *key, const char *origin, const char *subject,
		     int64_t expires, char out[MFA_VAPID_HEADER_MAX])
{
	static const char head[] = "{\"typ\":\"JWT\",\"alg\":\"ES256\"}";
	char claims[CLAIMS_MAX], head64[MFA_BASE64URL_SIZE(sizeof(head))];
	char claims64[MFA_BASE64URL_SIZE(CLAIMS_MAX)], signed_part[sizeof(head64) + sizeof(claims64)];
	char signature64[MFA_BASE64URL_SIZE(MFA_P256_SIGNATURE_SIZE)];
	char key64[MFA_BASE64URL_SIZE(MFA_P256_PUBLIC_SIZE)];
	uint8_t signature[MFA_P256_SIGNATURE_SIZE];
	int n, r;

	out[0] = '\0';
	if (!plain(origin) || !plain(subject))
		return -EINVAL;
	n = snprintf(claims, sizeof(claims), "{\"aud\":\"%s\",\"exp\":%lld,\"sub\":\"%s\"}", origin,
		     (long long)expires, subject);
	if (n < 0 || n >= CLAIMS_MAX)
		return -ENOBUFS;
	(void)mfa_base64url_encode((const uint8_t *)head, strlen(head), head64, sizeof(head64));
	(void)mfa_base64url_encode((const uint8_t *)claims, (size_t)n, claims64, sizeof(claims64));
	(void)mfa_base64url_encode(key->public_key, sizeof(key->public_key), key64, sizeof(key64));
	n = snprintf(signed_part, sizeof(signed_part), "%s.%s", head64, claims64);
	r = mfa_p256_sign(key, (const uint8_t *)signed_part, (size_t)n, signature);
	if (r != 0)
		return r;
	(void)mfa_base64url_encode(signature, sizeof(signature), signature64, sizeof(signature64));
	n = snprintf(out, MFA_VAPID_HEADER_MAX, "vapid t=%s.%s, k=%s", signed_part, signature64, key64);
	if (n < 0 || n >= MFA_VAPID_HEADER_MAX) {
		out[0] = '\0';
		return -ENOBUFS;
	}
	return 0;
}
