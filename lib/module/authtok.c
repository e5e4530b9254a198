/* SPDX-License-Identifier: BSD-2-Clause */
#include "module/authtok.h"

#include <ctype.h>
#include <string.h>

/* x stands for a letter or a digit; everything else for itself. */
static bool ends_as(const char *typed, size_t len, const char *form)
{
	size_t n = strlen(form), i;
	const char *at;

	if (len < n)
		return false;
	for (i = 0, at = typed + len - n; i < n; i++) {
		unsigned char c = (unsigned char)at[i];

		if (form[i] == 'x' ? !(c < 0x80 && isalnum(c)) : tolower(c) != form[i])
			return false;
	}
	return true;
}

size_t mfa_authtok_split(const char *typed, unsigned digits)
{
	static const char *const forms[] = { "tap-xxxxx-xxxxx", "xxxx-xxxx-xxxx" };
	size_t len = strlen(typed), i;

	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (ends_as(typed, len, forms[i]))
			return len - strlen(forms[i]);
	if (digits == 0 || len < digits)
		return len;
	for (i = len - digits; i < len; i++)
		if (typed[i] < '0' || typed[i] > '9')
			return len;
	return len - digits;
}

/* Which there are is compiled in.  mfad knows them as well, but to ask it would be to send it the end of every password
 * that has a comma. */
static bool is_word(const char *text)
{
	static const char *const words[] = {
		"?",
#define WORD(METHOD, text) text,
#include "method/list.h"
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(text, words[i]) == 0)
			return true;
	return false;
}

size_t mfa_authtok_split_word(const char *typed, unsigned digits, size_t *code)
{
	const char *comma = strrchr(typed, ',');
	size_t at;

	if (comma != NULL && is_word(comma + 1)) {
		at = (size_t)(comma - typed);
		*code = at + 1;
		return at;
	}
	at = mfa_authtok_split(typed, digits);
	*code = at;
	return typed[at] != '\0' && at > 0 && typed[at - 1] == ',' ? at - 1 : at;
}

bool mfa_authtok_equal(const char *a, const char *b)
{
	size_t a_len = a != NULL ? strlen(a) : 0, b_len = b != NULL ? strlen(b) : 0, i;
	volatile unsigned char differ = (unsigned char)(a_len != b_len);

	if (a == NULL || b == NULL)
		return false;
	for (i = 0; i < a_len; i++)
		differ |= (unsigned char)(a[i] ^ b[b_len > 0 ? i % b_len : 0]);
	return differ == 0;
}
