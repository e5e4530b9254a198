/* SPDX-License-Identifier: BSD-2-Clause */
#include "address/recipient.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

/* What would have to be percent-encoded in a mailto: URI (RFC 6068 section 2), or begins one's header fields. */
#define NOT_IN_MAILTO "%/?#[]&;="

static int email(const char *text, char out[MFA_RECIPIENT_SIZE])
{
	if (strpbrk(text, NOT_IN_MAILTO) != NULL || !mfa_email_valid(text))
		return -EINVAL;
	(void)strcpy(out, text);
	return 0;
}

/* One that begins with + is whole whatever the country. */
static int number(const char *text, char out[MFA_RECIPIENT_SIZE])
{
	return text[0] == '+' && strpbrk(text, " /") == NULL ? mfa_number_parse(text, 0, out) : -EINVAL;
}

static const struct scheme {
	const char *name;
	enum mfa_recipient_kind kind;
	int (*read)(const char *text, char out[MFA_RECIPIENT_SIZE]);
} schemes[] = {
	{ "mailto:", MFA_RECIPIENT_EMAIL, email },
	{ "tel:", MFA_RECIPIENT_NUMBER, number },
};

int mfa_recipient_parse(const char *uri, size_t len, enum mfa_recipient_kind *kind, char out[MFA_RECIPIENT_SIZE])
{
	char text[MFA_RECIPIENT_SIZE];
	size_t i, head;

	out[0] = '\0';
	for (i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		head = strlen(schemes[i].name);
		if (len < head || strncasecmp(uri, schemes[i].name, head) != 0)
			continue;
		*kind = schemes[i].kind;
		if (len - head >= sizeof(text) || memchr(uri, '\0', len) != NULL)
			return -EINVAL;
		memcpy(text, uri + head, len - head);
		text[len - head] = '\0';
		return schemes[i].read(text, out);
	}
	return -ENOENT;
}
