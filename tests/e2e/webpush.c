/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages as mfad encrypts them, for somebody else's eyes: reads lines "P256DH AUTH LENGTH", writes "PLAIN BODY",
 * all in base64url. */
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "encoding/base64url.h"
#include "webpush/webpush.h"

static int encrypt_one(const char *p256dh, const char *auth, size_t length)
{
	static uint8_t plain[MFA_WEBPUSH_PLAIN_MAX], body[MFA_WEBPUSH_BODY_SIZE(MFA_WEBPUSH_PLAIN_MAX)];
	static char text[MFA_BASE64URL_SIZE(sizeof(body))];
	struct mfa_subscription_keys to;
	size_t len;

	if (length > sizeof(plain) ||
	    mfa_base64url_decode(p256dh, strlen(p256dh), to.p256dh, sizeof(to.p256dh), &len) != 0 ||
	    len != sizeof(to.p256dh) || mfa_base64url_decode(auth, strlen(auth), to.auth, sizeof(to.auth), &len) != 0 ||
	    len != sizeof(to.auth) || (length > 0 && RAND_bytes(plain, (int)length) != 1) ||
	    mfa_webpush_encrypt(&to, plain, length, body) != 0 ||
	    mfa_base64url_encode(plain, length, text, sizeof(text)) != 0)
		return -1;
	(void)printf("%s ", text);
	if (mfa_base64url_encode(body, MFA_WEBPUSH_BODY_SIZE(length), text, sizeof(text)) != 0)
		return -1;
	return puts(text) < 0 ? -1 : 0;
}

int main(void)
{
	char p256dh[128], auth[64];
	size_t length;

	while (scanf("%127s %63s %zu", p256dh, auth, &length) == 3)
		if (encrypt_one(p256dh, auth, length) != 0)
			return 1;
	return 0;
}
