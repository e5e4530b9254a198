/* SPDX-License-Identifier: BSD-2-Clause */
#include "address/network.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

static bool link_local(const struct mfa_address *a)
{
	return !a->v4 && a->bytes[0] == 0xfe && (a->bytes[1] & 0xc0) == 0x80;
}

int mfa_address_parse(const char *text, struct mfa_address *out)
{
	size_t len = strcspn(text, "%");
	char plain[INET6_ADDRSTRLEN];

	memset(out, 0, sizeof(*out));
	if (len >= sizeof(plain))
		return -EINVAL;
	memcpy(plain, text, len);
	plain[len] = '\0';
	if (text[len] == '\0' && inet_pton(AF_INET, plain, out->bytes) == 1) {
		out->v4 = true;
		return 0;
	}
	if (inet_pton(AF_INET6, plain, out->bytes) != 1)
		return -EINVAL;
	if (text[len] == '%' && (!link_local(out) || text[len + 1] == '\0'))
		return -EINVAL;
	if (memcmp(out->bytes, mapped, sizeof(mapped)) == 0) {
		memmove(out->bytes, out->bytes + sizeof(mapped), 4);
		memset(out->bytes + 4, 0, sizeof(out->bytes) - 4);
		out->v4 = true;
	}
	return 0;
}

bool mfa_address_is_loopback(const struct mfa_address *address)
{
	static const uint8_t loopback[16] = { [15] = 1 };

	if (address->v4)
		return address->bytes[0] == 127;
	return memcmp(address->bytes, loopback, sizeof(loopback)) == 0;
}

static bool same_prefix(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	return memcmp(a, b, whole) == 0 &&
	       (rest == 0 || ((a[whole] ^ b[whole]) & (0xff << (8 - rest)) & 0xff) == 0);
}

static bool bits_behind(const struct mfa_network *n)
{
	uint8_t cut[16] = { 0 };
	unsigned whole = n->bits / 8, rest = n->bits % 8;

	memcpy(cut, n->address.bytes, whole);
	if (rest != 0)
		cut[whole] = (uint8_t)(n->address.bytes[whole] & (0xff << (8 - rest)));
	return memcmp(cut, n->address.bytes, sizeof(cut)) != 0;
}

/* Up to three digits, without a sign or a leading zero. */
static int parse_bits(const char *text, unsigned *out)
{
	size_t len = strlen(text), i;

	*out = 0;
	if (len < 1 || len > 3 || (text[0] == '0' && len > 1))
		return -EINVAL;
	for (i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -EINVAL;
		*out = *out * 10 + (unsigned)(text[i] - '0');
	}
	return 0;
}

int mfa_network_parse(const char *text, struct mfa_network *out)
{
	const char *slash = strchr(text, '/');
	size_t len = slash != NULL ? (size_t)(slash - text) : strlen(text);
	char address[INET6_ADDRSTRLEN];
	bool as_v6;

	memset(out, 0, sizeof(*out));
	/* A zone is of one machine: it has no place in a network. */
	if (len >= sizeof(address) || memchr(text, '%', len) != NULL)
		return -EINVAL;
	memcpy(address, text, len);
	address[len] = '\0';
	if (mfa_address_parse(address, &out->address) != 0)
		return -EINVAL;
	as_v6 = strchr(address, ':') != NULL;
	out->bits = as_v6 ? 128 : 32;
	if (slash != NULL && parse_bits(slash + 1, &out->bits) != 0)
		return -EINVAL;
	if (out->bits > (as_v6 ? 128U : 32U) || (as_v6 && out->address.v4 && out->bits < 96))
		return -EINVAL;
	if (as_v6 && out->address.v4)
		out->bits -= 96;
	return bits_behind(out) ? -EDOM : 0;
}

bool mfa_network_has(const struct mfa_network *network, const struct mfa_address *address)
{
	return network->address.v4 == address->v4 &&
	       same_prefix(network->address.bytes, address->bytes, network->bits);
}

void mfa_network_format(const struct mfa_network *network, char out[MFA_NETWORK_TEXT_MAX])
{
	char address[INET6_ADDRSTRLEN] = "?";

	(void)inet_ntop(network->address.v4 ? AF_INET : AF_INET6, network->address.bytes, address,
			sizeof(address));
	(void)snprintf(out, MFA_NETWORK_TEXT_MAX, "%s/%u", address, network->bits);
}
