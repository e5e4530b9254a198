/* SPDX-License-Identifier: BSD-2-Clause */
#include "address/server.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "address/network.h"

#define PORT_MAX 65535

static bool is_name(const char *host)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";
	size_t len = strlen(host);

	return len > 0 && strspn(host, letters) == len && host[0] != '.' && host[0] != '-' &&
	       strstr(host, "..") == NULL;
}

static int read_port(const char *text, size_t len, unsigned *out)
{
	unsigned port = 0;
	size_t i;

	for (i = 0; i < len && text[i] >= '0' && text[i] <= '9' && port <= PORT_MAX; i++)
		port = port * 10 + (unsigned)(text[i] - '0');
	if (len == 0 || i < len || text[0] == '0' || port > PORT_MAX)
		return -EINVAL;
	*out = port;
	return 0;
}

int mfa_server_parse(const char *text, struct mfa_server *out)
{
	size_t len = strcspn(text, "/?#"), host_len;
	struct mfa_address address;
	bool v6 = text[0] == '[', literal;
	const char *end;

	memset(out, 0, sizeof(*out));
	end = v6 ? memchr(text, ']', len) : memchr(text, ':', len);
	if (v6 && end == NULL)
		return -EINVAL;
	host_len = end != NULL ? (size_t)(end - text) - v6 : len;
	if (host_len == 0 || host_len > MFA_SERVER_HOST_MAX)
		return -EINVAL;
	memcpy(out->host, text + v6, host_len);
	end = text + host_len + (v6 ? 2 : 0);
	if (end < text + len && (*end != ':' || read_port(end + 1, (size_t)(text + len - end) - 1, &out->port) != 0))
		return -EINVAL;
	literal = mfa_address_parse(out->host, &address) == 0;
	if (v6 ? (!literal || address.v4 || strchr(out->host, '%') != NULL) : (!literal && !is_name(out->host)))
		return -EINVAL;
	out->loopback = literal ? mfa_address_is_loopback(&address) : strcasecmp(out->host, "localhost") == 0;
	out->len = len;
	return 0;
}
