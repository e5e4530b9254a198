/* SPDX-License-Identifier: BSD-2-Clause */
/* What a value may be: a word of some, a text, a number. */
#include "conf/value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "language/language.h"

int conf_choose(struct loader *l, const char *key, const char *value, const struct word *words,
		int *out)
{
	char list[80] = "";
	size_t i;

	for (i = 0; words[i].text != NULL; i++) {
		if (strcmp(words[i].text, value) == 0) {
			*out = words[i].value;
			return 1;
		}
		(void)snprintf(list + strlen(list), sizeof(list) - strlen(list), "%s%s",
			       i == 0 ? "" : words[i + 1].text != NULL ? ", " : _(" or "), words[i].text);
	}
	return conf_fail(l, "%s = %s: it must be %s", key, value, list);
}

int conf_choose_bool(struct loader *l, const char *key, const char *value, const struct word *words,
		     bool *out)
{
	int chosen = false;

	if (!conf_choose(l, key, value, words, &chosen))
		return 0;
	*out = chosen != 0;
	return 1;
}

int conf_set_yes(struct loader *l, const char *key, const char *value, bool *out)
{
	static const struct word yes_no[] = { { "yes", true }, { "no", false }, { NULL, 0 } };

	return conf_choose_bool(l, key, value, yes_no, out);
}

int conf_set_copy(struct loader *l, const char *value, const char **out)
{
	*out = conf_keep(l, strdup(value));
	return *out != NULL;
}

int conf_set_path(struct loader *l, const char *key, const char *value, const char **out)
{
	if (value[0] != '/')
		return conf_fail(l, "%s = %s: it must be an absolute path", key, value);
	return conf_set_copy(l, value, out);
}

int conf_set_number(struct loader *l, const char *key, const char *value, unsigned min, unsigned max,
		    unsigned *out)
{
	size_t digits = strspn(value, "0123456789");
	unsigned long number = digits > 0 && digits < 10 ? strtoul(value, NULL, 10) : 0;

	if (digits == 0 || digits >= 10 || value[digits] != '\0' || number < min || number > max)
		return conf_fail(l, "%s = %s: it must be a number from %u to %u", key, value, min, max);
	*out = (unsigned)number;
	return 1;
}
