/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "store/backend.h"

static const struct mfa_store_backend *const backends[] = { &mfa_store_sqlite };

struct mfa_store {
	const struct mfa_store_backend *backend;
	void *handle;
};

int mfa_store_open(const char *url, enum mfa_store_open_flags flags, struct mfa_store **out)
{
	size_t i;
	int r = -EINVAL;

	*out = calloc(1, sizeof(**out));
	if (*out == NULL)
		return -ENOMEM;
	for (i = 0; i < sizeof(backends) / sizeof(backends[0]); i++) {
		size_t len = strlen(backends[i]->scheme);

		if (strncmp(url, backends[i]->scheme, len) != 0)
			continue;
		(*out)->backend = backends[i];
		r = backends[i]->open(url + len, flags, &(*out)->handle);
		break;
	}
	if (r != 0) {
		free(*out);
		*out = NULL;
	}
	return r;
}

void mfa_store_close(struct mfa_store **store)
{
	if (*store == NULL)
		return;
	(*store)->backend->close((*store)->handle);
	free(*store);
	*store = NULL;
}

static bool key_fits(const char *key)
{
	size_t len = strnlen(key, MFA_STORE_KEY_MAX + 1);

	return len >= 1 && len <= MFA_STORE_KEY_MAX;
}

int mfa_store_get(struct mfa_store *store, const char *key, struct mfa_entry *out)
{
	memset(out, 0, sizeof(*out));
	if (!key_fits(key))
		return -EINVAL;
	return store->backend->get(store->handle, key, out);
}

void mfa_entry_release(struct mfa_entry *entry)
{
	free(entry->value);
	memset(entry, 0, sizeof(*entry));
}

static bool put_fits(const struct mfa_put *put)
{
	if (!key_fits(put->key) || put->expires < 0)
		return false;
	return put->value != NULL ? put->len <= MFA_STORE_VALUE_MAX : put->if_version != 0;
}

int mfa_store_put_many(struct mfa_store *store, struct mfa_put *puts, size_t count)
{
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < count; i++)
		r = put_fits(&puts[i]) ? 0 : -EINVAL;
	if (r == 0 && count > 0)
		r = store->backend->put_many(store->handle, puts, count);
	/* What was judged in a transaction that came to nothing is not so. */
	for (i = 0; r != 0 && i < count; i++) {
		puts[i].version = 0;
		puts[i].result = r;
	}
	return r;
}

int mfa_store_put_if(struct mfa_store *store, const char *key, uint64_t if_version,
		     const uint8_t *value, size_t len, int64_t expires, uint64_t *version)
{
	struct mfa_put put = { .key = key, .if_version = if_version,
			       .value = value != NULL ? value : (const uint8_t *)"",
			       .len = len, .expires = expires };
	int r = mfa_store_put_many(store, &put, 1);

	if (r == 0)
		r = put.result;
	if (r == 0 && version != NULL)
		*version = put.version;
	return r;
}

int mfa_store_delete_if(struct mfa_store *store, const char *key, uint64_t if_version)
{
	struct mfa_put put = { .key = key, .if_version = if_version };
	int r = mfa_store_put_many(store, &put, 1);

	return r == 0 ? put.result : r;
}

int mfa_store_list(struct mfa_store *store, const char *prefix, mfa_store_list_fn *fn, void *ctx)
{
	if (strnlen(prefix, MFA_STORE_KEY_MAX + 1) > MFA_STORE_KEY_MAX)
		return -EINVAL;
	return store->backend->list(store->handle, prefix, fn, ctx);
}

int mfa_store_count(struct mfa_store *store, const char *prefix, uint64_t *out)
{
	*out = 0;
	if (strnlen(prefix, MFA_STORE_KEY_MAX + 1) > MFA_STORE_KEY_MAX)
		return -EINVAL;
	return store->backend->count(store->handle, prefix, out);
}

struct checked {
	mfa_store_next_fn *next;
	void *ctx;
};

static int next_checked(void *ctx, struct mfa_put *put)
{
	struct checked *checked = ctx;
	int r;

	memset(put, 0, sizeof(*put));
	r = checked->next(checked->ctx, put);
	return r == 1 && (put->value == NULL || !put_fits(put)) ? -EINVAL : r;
}

int mfa_store_replace(struct mfa_store *store, mfa_store_next_fn *next, void *ctx)
{
	struct checked checked = { next, ctx };

	return store->backend->replace(store->handle, next_checked, &checked);
}

int mfa_store_watch(struct mfa_store *store, const char *prefix, mfa_store_watch_fn *fn, void *ctx)
{
	if (strnlen(prefix, MFA_STORE_KEY_MAX + 1) > MFA_STORE_KEY_MAX)
		return -EINVAL;
	return store->backend->watch(store->handle, prefix, fn, ctx);
}

bool mfa_store_wants_upkeep(struct mfa_store *store)
{
	return store->backend->wants_upkeep(store->handle);
}

int mfa_store_upkeep(struct mfa_store *store)
{
	return store->backend->upkeep(store->handle);
}

int mfa_store_check(struct mfa_store *store, const char **path, bool *is_all)
{
	return store->backend->check(store->handle, path, is_all);
}

int mfa_store_verify(struct mfa_store *store)
{
	return store->backend->verify(store->handle);
}

void mfa_store_fold(struct mfa_store *store)
{
	store->backend->fold(store->handle);
}
