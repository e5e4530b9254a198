/* SPDX-License-Identifier: BSD-2-Clause */
/* HOST[:PORT] as URLs have it (RFC 3986 section 3.2).  Pure: nothing is ever resolved. */
#ifndef MFA_SERVER_H
#define MFA_SERVER_H

#include <stdbool.h>
#include <stddef.h>

#define MFA_SERVER_HOST_MAX 253

struct mfa_server {
	char host[MFA_SERVER_HOST_MAX + 1];	/* a name, an address, or one of IPv6 without its brackets */
	unsigned port;		/* 0: none is given */
	bool loopback;		/* localhost, or an address of this machine's own */
	size_t len;		/* of the text that it is made of */
};

/* Reads what stands before the first of "/?#", or the end.  Returns 0 or -EINVAL: neither a name nor an address, a bad
 * port, or a user before an '@'. */
int mfa_server_parse(const char *text, struct mfa_server *out);

#endif
