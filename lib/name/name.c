/* SPDX-License-Identifier: BSD-2-Clause */
#include "name/name.h"

#include <string.h>

static char folded(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

void mfa_name_fold(const char *name, char *out)
{
	for (; *name != '\0'; name++)
		*out++ = folded(*name);
	*out = '\0';
}

bool mfa_name_is_folded(const char *name)
{
	while (*name != '\0' && folded(*name) == *name)
		name++;
	return *name == '\0';
}

/* ASCII only, whatever the locale. */
static bool same_letters(const char *a, const char *b, size_t len)
{
	size_t i;

	for (i = 0; i < len && folded(a[i]) == folded(b[i]); i++)
		;
	return i == len;
}

static bool is_realm(const struct mfa_realms *realms, const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < realms->count; i++)
		if (strlen(realms->rows[i]) == len && same_letters(realms->rows[i], text, len))
			return true;
	return false;
}

bool mfa_name_take_realm(const char *name, const struct mfa_realms *realms, char *out)
{
	const char *at = strrchr(name, '@'), *backslash = strchr(name, '\\');
	size_t len = strlen(name);

	if (at != NULL && at > name && is_realm(realms, at + 1, strlen(at + 1))) {
		len = (size_t)(at - name);
	} else if (backslash != NULL && backslash[1] != '\0' &&
		   is_realm(realms, name, (size_t)(backslash - name))) {
		name = backslash + 1;
		len = strlen(name);
	} else {
		memcpy(out, name, len + 1);
		return false;
	}
	memmove(out, name, len);
	out[len] = '\0';
	return true;
}

bool mfa_name_is_plain(const char *name)
{
	return name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._@-")] == '\0';
}
