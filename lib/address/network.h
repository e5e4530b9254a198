/* SPDX-License-Identifier: BSD-2-Clause */
/* Addresses and networks, as a policy names them.  Pure: nothing is ever resolved. */
#ifndef MFA_NETWORK_H
#define MFA_NETWORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An IPv4 address, also where it comes mapped into IPv6 (::ffff:192.0.2.1, RFC 4291
 * section 2.5.5.2), or an IPv6 one. */
struct mfa_address {
	bool v4;
	uint8_t bytes[16];		/* of IPv4, the first four */
};

struct mfa_network {
	struct mfa_address address;
	unsigned bits;			/* of the prefix, up to 32 or 128 */
};

#define MFA_NETWORK_TEXT_MAX 64

/* Reads an address literal; a link-local one may have a zone (fe80::1%eth0), which is passed over.
 * Returns 0 or -EINVAL: anything else, a host's name above all. */
int mfa_address_parse(const char *text, struct mfa_address *out);
bool mfa_address_is_loopback(const struct mfa_address *address);

/* Reads ADDRESS or ADDRESS/BITS (CIDR, RFC 4632).  Returns 0, -EINVAL, or -EDOM: bits behind
 * the prefix are set, so that it is not clear what was meant. */
int mfa_network_parse(const char *text, struct mfa_network *out);
bool mfa_network_has(const struct mfa_network *network, const struct mfa_address *address);
/* Writes it as ADDRESS/BITS. */
void mfa_network_format(const struct mfa_network *network, char out[MFA_NETWORK_TEXT_MAX]);

#endif
