/* SPDX-License-Identifier: BSD-2-Clause */
#include "encoding/base32.h"

#include <errno.h>

#include <openssl/crypto.h>

#define SYMBOL_BITS 5
#define GROUP 8		/* symbols that padding fills up to */

static int value_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a';
	if (c >= '2' && c <= '7')
		return c - '2' + 26;
	return -1;
}

/* Whole bytes were written, `bits` of `rest` are over. */
static int check_end(size_t symbols, size_t padding, unsigned bits, uint32_t rest)
{
	/* A symbol that carries no bit of a byte: no encoder ends like this. */
	if (bits >= SYMBOL_BITS)
		return -EINVAL;
	/* Two spellings of one secret would make a mistyped last symbol pass. */
	if (rest != 0)
		return -EINVAL;
	if (padding > 0 && (padding >= GROUP || (symbols + padding) % GROUP != 0))
		return -EINVAL;
	return 0;
}

int mfa_base32_decode(const char *in, size_t in_len,
		      uint8_t *out, size_t out_size, size_t *out_len)
{
	size_t i, n = 0, symbols = 0, padding = 0;
	unsigned bits = 0;
	uint32_t rest = 0;
	int v, r = -EINVAL;

	*out_len = 0;
	for (i = 0; i < in_len; i++) {
		if (in[i] == ' ' || in[i] == '-')
			continue;
		if (in[i] == '=') {
			padding++;
			continue;
		}
		v = value_of(in[i]);
		if (v < 0 || padding > 0)
			goto out;
		symbols++;
		rest = rest << SYMBOL_BITS | (uint32_t)v;
		bits += SYMBOL_BITS;
		if (bits < 8)
			continue;
		if (n == out_size) {
			r = -ENOBUFS;
			goto out;
		}
		bits -= 8;
		out[n++] = (uint8_t)(rest >> bits);
		rest &= (1U << bits) - 1;
	}
	r = check_end(symbols, padding, bits, rest);
out:
	OPENSSL_cleanse(&rest, sizeof(rest));
	if (r == 0)
		*out_len = n;
	else if (n > 0)
		OPENSSL_cleanse(out, n);
	return r;
}

int mfa_base32_encode(const uint8_t *in, size_t in_len, char *out, size_t out_size)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	size_t i, n = 0;
	unsigned bits = 0;
	uint32_t rest = 0;

	if (out_size > 0)
		out[0] = '\0';
	/* The first comparison keeps the second from overflowing. */
	if (in_len > out_size || MFA_BASE32_SIZE(in_len) > out_size)
		return -ENOBUFS;
	for (i = 0; i < in_len; i++) {
		rest = (rest << 8 | in[i]) & 0xfff;
		bits += 8;
		while (bits >= SYMBOL_BITS) {
			bits -= SYMBOL_BITS;
			out[n++] = alphabet[rest >> bits & 31];
		}
	}
	if (bits > 0)
		out[n++] = alphabet[rest << (SYMBOL_BITS - bits) & 31];
	out[n] = '\0';
	OPENSSL_cleanse(&rest, sizeof(rest));
	return 0;
}
