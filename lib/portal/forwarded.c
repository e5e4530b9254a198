/* SPDX-License-Identifier: BSD-2-Clause */
#include "portal/forwarded.h"

#include <errno.h>
#include <string.h>

int mfa_forwarded_for(const char *header, struct mfa_address *out)
{
	const char *last = strrchr(header, ',');
	char text[64];
	size_t len;

	last = last != NULL ? last + 1 : header;
	while (*last == ' ' || *last == '\t')
		last++;
	len = strcspn(last, " \t");
	if (len == 0 || len >= sizeof(text) || last[len + strspn(last + len, " \t")] != '\0')
		return -EINVAL;
	memcpy(text, last, len);
	text[len] = '\0';
	return mfa_address_parse(text, out);
}
