/* SPDX-License-Identifier: BSD-2-Clause */
#include "address/email.h"

#include <string.h>

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"
#define ATEXT LETTERS DIGITS "!#$%&'*+-/=?^_`{|}~"
#define LABEL_MAX 63

/* Whether each of the parts between dots has something, and of `allowed` alone. */
static bool is_dotted(const char *text, size_t len, const char *allowed)
{
	size_t at = 0, part;

	for (;;) {
		part = strspn(text + at, allowed);
		if (part == 0 || at + part > len)
			return false;
		at += part;
		if (at == len)
			return true;
		if (text[at] != '.')
			return false;
		at++;
	}
}

static bool is_label(const char *text, size_t len)
{
	return len >= 1 && len <= LABEL_MAX && text[0] != '-' && text[len - 1] != '-';
}

static bool domain_valid(const char *domain)
{
	const char *label = domain, *dot;

	if (!is_dotted(domain, strlen(domain), LETTERS DIGITS "-"))
		return false;
	while ((dot = strchr(label, '.')) != NULL) {
		if (!is_label(label, (size_t)(dot - label)))
			return false;
		label = dot + 1;
	}
	/* 192.0.2.1 is an address of another kind. */
	return label != domain && is_label(label, strlen(label)) && label[strspn(label, DIGITS)] != '\0';
}

bool mfa_email_valid(const char *text)
{
	const char *at = strchr(text, '@');
	size_t local = at != NULL ? (size_t)(at - text) : 0;

	return at != NULL && strlen(text) <= MFA_EMAIL_MAX && local <= MFA_EMAIL_LOCAL_MAX && text[0] != '-' &&
	       is_dotted(text, local, ATEXT) && domain_valid(at + 1);
}

const char *mfa_email_domain(const char *text)
{
	return strchr(text, '@') + 1;
}
