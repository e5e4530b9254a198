/* SPDX-License-Identifier: BSD-2-Clause */
#include "encoding/base64url.h"

#include <errno.h>
#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

int mfa_base64url_encode(const uint8_t *in, size_t len, char *out, size_t size)
{
	unsigned bits = 0, held = 0;
	size_t i, n = 0;

	if (size > 0)
		out[0] = '\0';
	if (size < MFA_BASE64URL_SIZE(len))
		return -ENOBUFS;
	for (i = 0; i < len; i++) {
		held = (held << 8 | in[i]) & 0xffff;
		for (bits += 8; bits >= 6; bits -= 6)
			out[n++] = alphabet[held >> (bits - 6) & 63];
	}
	if (bits > 0)
		out[n++] = alphabet[held << (6 - bits) & 63];
	out[n] = '\0';
	return 0;
}

int mfa_base64url_decode(const char *text, size_t len, uint8_t *out, size_t size, size_t *out_len)
{
	unsigned bits = 0, held = 0;
	const char *at;
	size_t i;

	*out_len = 0;
	if (len % 4 == 1)
		return -EINVAL;
	for (i = 0; i < len; i++) {
		at = text[i] != '\0' ? strchr(alphabet, text[i]) : NULL;
		if (at == NULL)
			return -EINVAL;
		held = (held << 6 | (unsigned)(at - alphabet)) & 0xffff;
		bits += 6;
		if (bits < 8)
			continue;
		bits -= 8;
		if (*out_len == size) {
			*out_len = 0;
			return -ENOBUFS;
		}
		out[(*out_len)++] = (uint8_t)(held >> bits & 0xff);
	}
	if ((held & ((1U << bits) - 1)) != 0) {
		*out_len = 0;
		return -EINVAL;
	}
	return 0;
}
