/* SPDX-License-Identifier: BSD-2-Clause */
#include "clock/duration.h"

#include <errno.h>
#include <string.h>

int mfa_duration_parse(const char *text, int64_t max, int64_t *out)
{
	static const struct { char letter; int64_t seconds; } units[] = {
		{ 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 }, { 'w', 7 * 86400 },
	};
	int64_t number = 0;
	size_t i, digits = strspn(text, "0123456789");

	*out = 0;
	if (digits == 0 || strlen(text) != digits + 1)
		return -EINVAL;
	if (digits > 9)
		return -ERANGE;
	for (i = 0; i < digits; i++)
		number = number * 10 + (text[i] - '0');
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (units[i].letter != text[digits])
			continue;
		if (number < 1 || number > max / units[i].seconds)
			return -ERANGE;
		*out = number * units[i].seconds;
		return 0;
	}
	return -EINVAL;
}
