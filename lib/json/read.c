/* SPDX-License-Identifier: BSD-2-Clause */
#include "json/read.h"

#include <string.h>

#include "json/memory.h"

/* Where the string that begins at text[at] has its closing quote; len if it has none. */
static size_t end_of_string(const char *text, size_t at, size_t len)
{
	for (at++; at < len && text[at] != '"'; at++)
		if (text[at] == '\\')
			at++;
	return at;
}

bool mfa_json_is_shallow(const char *text, size_t len)
{
	size_t at, depth = 0;

	for (at = 0; at < len; at++) {
		if (text[at] == '"')
			at = end_of_string(text, at, len);
		else if ((text[at] == '[' || text[at] == '{') && ++depth > MFA_JSON_DEPTH_MAX)
			return false;
		else if ((text[at] == ']' || text[at] == '}') && depth > 0)
			depth--;
	}
	return true;
}

json_t *mfa_json_read(const void *text, size_t len)
{
	mfa_json_wipes();
	return mfa_json_is_shallow(text, len) ? json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL) : NULL;
}

json_t *mfa_json_read_text(const char *text)
{
	return text != NULL ? mfa_json_read(text, strlen(text)) : NULL;
}
