/* SPDX-License-Identifier: BSD-2-Clause */
/* Lists, "a, b": of whatever rows. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "account/account.h"
#include "conf/value.h"
#include "text/text.h"

/* The next word of a list, "a, b": *at goes on behind it.  Returns 1, 0 at the end, or -1: an empty one. */
static int next_word(const char **at, char *out, size_t size)
{
	const char *start = *at, *end;
	size_t len;

	if (start == NULL)
		return 0;
	end = strchr(start, ',');
	*at = end != NULL ? end + 1 : NULL;
	len = end != NULL ? (size_t)(end - start) : strlen(start);
	while (len > 0 && isspace((unsigned char)*start)) {
		start++;
		len--;
	}
	while (len > 0 && isspace((unsigned char)start[len - 1]))
		len--;
	if (len == 0 || len >= size)
		return -1;
	memcpy(out, start, len);
	out[len] = '\0';
	return 1;
}

void *conf_grow(struct loader *l, const void *rows, size_t count, size_t size)
{
	char *grown = conf_keep(l, calloc(count + 1, size));

	if (grown != NULL && count > 0)
		memcpy(grown, rows, count * size);
	return grown;
}

int conf_each_word(struct loader *l, const char *key, const char *value,
		   int (*add)(struct loader *l, const char *key, const char *word, void *list),
		   void *list)
{
	char word[LINE_SIZE];
	int r;

	while ((r = next_word(&value, word, sizeof(word))) > 0) {
		if (strpbrk(word, " \t") != NULL)
			return conf_fail(l, "%s: %s: commas stand between what is in a list", key, word);
		if (!add(l, key, word, list))
			return 0;
	}
	return r == 0 ? 1 : conf_fail(l, "%s: there is an empty place in the list", key);
}

static int add_network(struct loader *l, const char *key, const char *word, void *to)
{
	struct mfa_networks *list = to;
	struct mfa_network network, *grown;
	int r = mfa_network_parse(word, &network);

	if (r == -EDOM)
		return conf_fail(l, "%s: %s has bits set behind its prefix", key, word);
	if (r != 0)
		return conf_fail(l, "%s: %s is not an address or a network such as 192.0.2.0/24", key,
				 word);
	grown = conf_grow(l, list->rows, list->count, sizeof(*grown));
	if (grown == NULL)
		return 0;
	grown[list->count] = network;
	list->rows = grown;
	list->count++;
	return 1;
}

int conf_set_networks(struct loader *l, const char *key, const char *value, struct mfa_networks *list)
{
	if (!l->again)
		*list = (struct mfa_networks){ NULL, 0 };
	return conf_each_word(l, key, value, add_network, list);
}

static int add_group(struct loader *l, const char *key, const char *word, void *to)
{
	struct mfa_groups *list = to;
	struct mfa_group *grown;

	if (strpbrk(word, " \t:/") != NULL || !mfa_text_printable(word))
		return conf_fail(l, "%s: %s is not the name of a group", key, word);
	grown = conf_grow(l, list->rows, list->count, sizeof(*grown));
	if (grown == NULL)
		return 0;
	list->rows = grown;
	grown[list->count].line = l->line;
	grown[list->count].name = conf_keep(l, strdup(word));
	if (grown[list->count].name == NULL)
		return 0;
	list->count++;
	return 1;
}

int conf_set_groups(struct loader *l, const char *key, const char *value, struct mfa_groups *list)
{
	if (!l->again)
		*list = (struct mfa_groups){ NULL, 0 };
	return conf_each_word(l, key, value, add_group, list);
}

static int add_caller(struct loader *l, const char *key, const char *word, void *to)
{
	struct mfa_callers *list = to;
	struct mfa_caller *grown;

	if (!mfa_account_name_valid(word))
		return conf_fail(l, "%s: %s is not the name of a user", key, word);
	grown = conf_grow(l, list->rows, list->count, sizeof(*grown));
	if (grown == NULL)
		return 0;
	list->rows = grown;
	grown[list->count].line = l->line;
	if (!conf_set_copy(l, word, &grown[list->count].name))
		return 0;
	list->count++;
	return 1;
}

int conf_set_callers(struct loader *l, const char *key, const char *value, struct mfa_callers *list)
{
	if (!l->again)
		*list = (struct mfa_callers){ NULL, 0 };
	return conf_each_word(l, key, value, add_caller, list);
}
