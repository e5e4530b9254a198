/* SPDX-License-Identifier: BSD-2-Clause */
#include "portal/public.h"

#include <netinet/in.h>
#include <string.h>

#include "address/network.h"

/* The special-purpose registries (RFC 6890) of IPv4 and IPv6, and multicast. What comes mapped or translated
 * into IPv6 is judged as the IPv4 that it is, or refused where that depends on the network. */
static const char *const special[] = {
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
	"192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24",
	"192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
	"224.0.0.0/4", "240.0.0.0/4",
};

/* Of IPv6 only what is handed out to the Internet is public, but for these. */
static const char *const global = "2000::/3";
static const char *const special6[] = {
	"2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20",
};

static bool is_in(const char *const *list, size_t count, const struct mfa_address *address)
{
	struct mfa_network network;
	size_t i;

	for (i = 0; i < count; i++)
		if (mfa_network_parse(list[i], &network) != 0 || mfa_network_has(&network, address))
			return true;
	return false;
}

static bool is_public(const struct mfa_address *address)
{
	if (address->v4)
		return !is_in(special, sizeof(special) / sizeof(special[0]), address);
	return is_in(&global, 1, address) && !is_in(special6, sizeof(special6) / sizeof(special6[0]), address);
}

static bool read_address(const struct sockaddr *from, struct mfa_address *out)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	struct sockaddr_in6 in6;
	struct sockaddr_in in;

	memset(out, 0, sizeof(*out));
	if (from->sa_family == AF_INET) {
		memcpy(&in, from, sizeof(in));
		memcpy(out->bytes, &in.sin_addr, 4);
		out->v4 = true;
		return true;
	}
	if (from->sa_family != AF_INET6)
		return false;
	memcpy(&in6, from, sizeof(in6));
	out->v4 = memcmp(&in6.sin6_addr, mapped, sizeof(mapped)) == 0;
	memcpy(out->bytes, (const uint8_t *)&in6.sin6_addr + (out->v4 ? 12 : 0), out->v4 ? 4 : 16);
	return true;
}

bool mfa_address_may_be_pushed(const struct sockaddr *from, const struct mfa_networks *networks)
{
	struct mfa_address address;
	size_t i;

	if (!read_address(from, &address))
		return false;
	for (i = 0; i < networks->count; i++)
		if (mfa_network_has(&networks->rows[i], &address))
			return true;
	return is_public(&address);
}
