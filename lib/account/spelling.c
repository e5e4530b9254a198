/* SPDX-License-Identifier: BSD-2-Clause */
#include "account/spelling.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account/accounts.h"
#include "name/name.h"
#include "vault/vault.h"

#define FOLD "fold"
#define WRITES_MAX 64

int mfa_spelling_folded(const struct mfa_vault *vault, bool *out)
{
	struct mfa_vault_value value;
	int r = mfa_vault_get(vault, MFA_KEY_SPELLING, &value);

	*out = false;
	if (r == 0 && strcmp((const char *)value.plain, FOLD) != 0)
		r = -EPROTONOSUPPORT;
	else if (r == 0)
		*out = true;
	mfa_vault_value_release(&value);
	return r == -ENOENT ? 0 : r;
}

int mfa_spelling_set_folded(const struct mfa_vault *vault)
{
	struct mfa_entry there;
	int r = mfa_store_get(vault->store, MFA_KEY_SPELLING, &there);

	if (r == 0 || r == -ENOENT)
		r = mfa_vault_put(vault, MFA_KEY_SPELLING, there.version, FOLD, strlen(FOLD), 0, NULL);
	mfa_entry_release(&there);
	return r;
}

static void alias_key(const char *name, char key[MFA_STORE_KEY_MAX + 1])
{
	size_t head = strlen(MFA_KEY_ALIAS);

	memcpy(key, MFA_KEY_ALIAS, head);
	mfa_name_fold(name, key + head);
}

static int is_account(struct mfa_store *store, const char *name)
{
	char key[MFA_STORE_KEY_MAX + 1];
	struct mfa_entry entry;
	int r;

	mfa_account_key(name, key);
	r = mfa_store_get(store, key, &entry);
	mfa_entry_release(&entry);
	return r;
}

/* The next name of a list, or NULL; *at goes on behind it. */
static const char *next_name(char **at)
{
	char *name = *at, *end = name != NULL ? strchr(name, '\n') : NULL;

	if (end == NULL)
		return NULL;
	*end = '\0';
	*at = end + 1;
	return name;
}

/* What the list shall say: those that are accounts still, and the new one.  The caller frees it. */
static int extend(struct mfa_store *store, char *list, const char *name, char **out)
{
	size_t size = (list != NULL ? strlen(list) : 0) + strlen(name) + 2, n = 0;
	const char *other;
	int r = 0;

	*out = malloc(size);
	if (*out == NULL)
		return -ENOMEM;
	(*out)[0] = '\0';
	while (r == 0 && (other = next_name(&list)) != NULL) {
		if (strcmp(other, name) == 0 || (r = is_account(store, other)) == -ENOENT)
			r = 0;
		else if (r == 0)
			n += (size_t)snprintf(*out + n, size - n, "%s\n", other);
	}
	(void)snprintf(*out + n, size - n, "%s\n", name);
	return r;
}

static bool is_listed(const char *list, const char *name)
{
	size_t len = strlen(name);
	const char *at = list;

	while (at != NULL && *at != '\0') {
		if (strncmp(at, name, len) == 0 && at[len] == '\n')
			return true;
		at = strchr(at, '\n');
		at = at != NULL ? at + 1 : NULL;
	}
	return false;
}

static int note_once(const struct mfa_vault *vault, const char *key, const char *name)
{
	struct mfa_vault_value there;
	char *list = NULL;
	int r = mfa_vault_get(vault, key, &there);

	if (r == 0 && is_listed((const char *)there.plain, name)) {
		mfa_vault_value_release(&there);
		return 0;
	}
	if (r == 0 || r == -ENOENT)
		r = extend(vault->store, (char *)there.plain, name, &list);
	if (r == 0)
		r = mfa_vault_put(vault, key, there.version, list, strlen(list), 0, NULL);
	free(list);
	mfa_vault_value_release(&there);
	return r;
}

int mfa_spelling_note(const struct mfa_vault *vault, const char *name)
{
	char key[MFA_STORE_KEY_MAX + 1];
	int r = -EAGAIN, tries;

	if (mfa_name_is_folded(name))
		return 0;
	alias_key(name, key);
	for (tries = 0; r == -EAGAIN && tries < WRITES_MAX; tries++)
		r = note_once(vault, key, name);
	return r;
}

/* Whether the name in lower case is another account. */
static int lower_case(struct mfa_store *store, const char *name, char other[MFA_ACCOUNT_NAME_MAX + 1])
{
	int r;

	if (mfa_name_is_folded(name))
		return 0;
	mfa_name_fold(name, other);
	r = is_account(store, other);
	return r == 0 ? -EEXIST : r == -ENOENT ? 0 : r;
}

int mfa_spelling_other(const struct mfa_vault *vault, const char *name, char other[MFA_ACCOUNT_NAME_MAX + 1])
{
	char key[MFA_STORE_KEY_MAX + 1], *at;
	struct mfa_vault_value list;
	const char *listed;
	int r = lower_case(vault->store, name, other);

	if (r != 0)
		return r;
	alias_key(name, key);
	r = mfa_vault_get(vault, key, &list);
	if (r != 0)
		return r == -ENOENT ? 0 : r;
	at = (char *)list.plain;
	while (r == 0 && (listed = next_name(&at)) != NULL) {
		if (strcmp(listed, name) == 0 || strlen(listed) > MFA_ACCOUNT_NAME_MAX)
			continue;
		r = is_account(vault->store, listed);
		if (r == 0) {
			memcpy(other, listed, strlen(listed) + 1);
			r = -EEXIST;
		} else if (r == -ENOENT) {
			r = 0;
		}
	}
	mfa_vault_value_release(&list);
	return r;
}

/* For mfa_spelling_list. */

struct spelt {
	char *name;
	char *folded;
};

struct gathered {
	struct spelt *rows;
	size_t count, room;
};

static int gather(void *ctx, const char *key, const struct mfa_entry *entry)
{
	struct gathered *g = ctx;
	const char *name = key + strlen(MFA_KEY_ACCOUNT);
	struct spelt *grown, *row;

	(void)entry;
	if (mfa_name_is_folded(name))
		return 0;
	if (g->count == g->room) {
		grown = reallocarray(g->rows, 2 * g->room + 16, sizeof(*grown));
		if (grown == NULL)
			return -ENOMEM;
		g->rows = grown;
		g->room = 2 * g->room + 16;
	}
	row = &g->rows[g->count++];
	row->name = strdup(name);
	row->folded = strdup(name);
	if (row->name == NULL || row->folded == NULL)
		return -ENOMEM;
	mfa_name_fold(name, row->folded);
	return 0;
}

static int by_folded(const void *a, const void *b)
{
	const struct spelt *one = a, *two = b;
	int r = strcmp(one->folded, two->folded);

	return r != 0 ? r : strcmp(one->name, two->name);
}

static int tell(struct mfa_store *store, const struct gathered *g, mfa_spelling_fn *fn, void *ctx)
{
	size_t first, end, i;
	int r = 0;

	for (first = 0; r == 0 && first < g->count; first = end) {
		unsigned others;

		for (end = first; end < g->count && strcmp(g->rows[end].folded, g->rows[first].folded) == 0; end++)
			;
		others = (unsigned)(end - first) - 1;
		r = is_account(store, g->rows[first].folded);
		if (r == 0)
			others++;
		else if (r == -ENOENT)
			r = 0;
		for (i = first; r == 0 && i < end; i++)
			r = fn(ctx, g->rows[i].name, g->rows[i].folded, others);
	}
	return r;
}

int mfa_spelling_list(struct mfa_store *store, mfa_spelling_fn *fn, void *ctx)
{
	struct gathered g = { NULL };
	size_t i;
	int r = mfa_store_list(store, MFA_KEY_ACCOUNT, gather, &g);

	if (r == 0 && g.count > 0) {
		qsort(g.rows, g.count, sizeof(*g.rows), by_folded);
		r = tell(store, &g, fn, ctx);
	}
	for (i = 0; i < g.count; i++) {
		free(g.rows[i].name);
		free(g.rows[i].folded);
	}
	free(g.rows);
	return r;
}
