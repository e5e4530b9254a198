/* SPDX-License-Identifier: BSD-2-Clause */
#include "address/number.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define DIGITS "0123456789"
#define PASSED_OVER " -./()"
#define CODE_MAX 3		/* digits of a country's code */
#define BETWEEN ", "		/* the beginnings of a list */

/* What was typed without what is passed over: digits, and a + before them.  The 0 of "(0)" is kept as 'o', for only what
 * stands before the whole says whether it counts. */
static bool reduce(const char *text, char out[MFA_NUMBER_TYPED_MAX + 1])
{
	size_t n = 0;

	if (strlen(text) > MFA_NUMBER_TYPED_MAX)
		return false;
	for (; *text != '\0'; text++) {
		if (strncmp(text, "(0)", 3) == 0) {
			out[n++] = 'o';
			text += 2;
		} else if (strchr(DIGITS, *text) != NULL || (*text == '+' && n == 0)) {
			out[n++] = *text;
		} else if (strchr(PASSED_OVER, *text) == NULL) {
			return false;
		}
	}
	out[n] = '\0';
	return true;
}

/* The country's code and what stands behind it, without an 'o' there; one anywhere else stays, and is refused. */
static bool international(const char *digits, char *out)
{
	size_t code = strspn(digits, DIGITS);

	if (digits[code] == 'o' && code > 0 && code <= CODE_MAX)
		(void)sprintf(out, "+%.*s%s", (int)code, digits, digits + code + 1);
	else
		(void)sprintf(out, "+%s", digits);
	return mfa_number_valid(out);
}

static bool national(const char *digits, unsigned country, char *out)
{
	(void)sprintf(out, "+%u%s", country, digits);
	return country > 0 && country <= MFA_COUNTRY_MAX && digits[0] != '0' && mfa_number_valid(out);
}

int mfa_number_parse(const char *text, unsigned country, char out[MFA_NUMBER_SIZE])
{
	char typed[MFA_NUMBER_TYPED_MAX + 1], whole[MFA_NUMBER_TYPED_MAX + 16];
	bool ok = reduce(text, typed);

	out[0] = '\0';
	if (ok && typed[0] == '+')
		ok = international(typed + 1, whole);
	else if (ok && strncmp(typed, "00", 2) == 0)
		ok = international(typed + 2, whole);
	else
		ok = ok && (typed[0] == '0' || typed[0] == 'o') && national(typed + 1, country, whole);
	if (!ok)
		return -EINVAL;
	(void)strcpy(out, whole);
	return 0;
}

bool mfa_number_valid(const char *text)
{
	size_t len = strlen(text);

	return text[0] == '+' && len - 1 >= MFA_NUMBER_DIGITS_MIN && len - 1 <= MFA_NUMBER_DIGITS_MAX &&
	       text[1] != '0' && strspn(text + 1, DIGITS) == len - 1;
}

/* The length of a beginning at text, 0 if there is none. */
static size_t prefix_at(const char *text)
{
	size_t digits = text[0] == '+' && text[1] != '0' ? strspn(text + 1, DIGITS) : 0;

	return digits >= 1 && digits <= MFA_NUMBER_DIGITS_MAX && strchr(BETWEEN, text[1 + digits]) != NULL
		? 1 + digits : 0;
}

size_t mfa_number_prefixes_count(const char *list)
{
	size_t len, count = 0;

	for (list += strspn(list, BETWEEN); *list != '\0'; list += strspn(list, BETWEEN)) {
		len = prefix_at(list);
		if (len == 0)
			return 0;
		count++;
		list += len;
	}
	return count;
}

size_t mfa_number_prefix(const char *list, size_t at, const char **out)
{
	list += strspn(list, BETWEEN);
	while (at-- > 0) {
		list += prefix_at(list);
		list += strspn(list, BETWEEN);
	}
	*out = list;
	return prefix_at(list);
}

bool mfa_number_allowed(const char *number, const char *list)
{
	size_t i, len, count = mfa_number_valid(number) ? mfa_number_prefixes_count(list) : 0;
	const char *prefix;

	for (i = 0; i < count; i++) {
		len = mfa_number_prefix(list, i, &prefix);
		if (strncmp(number, prefix, len) == 0)
			return true;
	}
	return false;
}

size_t mfa_number_country_digits(const char *number)
{
	static const char *const of_two[] = {
		"20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47", "48", "49",
		"51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65", "66", "81", "82", "84",
		"86", "90", "91", "92", "93", "94", "95", "98",
	};
	size_t i;

	if (number[1] == '1' || number[1] == '7')
		return 1;
	for (i = 0; i < sizeof(of_two) / sizeof(of_two[0]); i++)
		if (strncmp(number + 1, of_two[i], 2) == 0)
			return 2;
	return 3;
}
