/* SPDX-License-Identifier: BSD-2-Clause */
/* What a kind of store implements; store.c chooses by the URL's scheme. */
#ifndef MFA_STORE_BACKEND_H
#define MFA_STORE_BACKEND_H

#include "store/store.h"

struct mfa_store_backend {
	const char *scheme;	/* "sqlite://" */
	int (*open)(const char *rest, enum mfa_store_open_flags flags, void **out);
	void (*close)(void *handle);
	int (*get)(void *handle, const char *key, struct mfa_entry *out);
	/* The keys and lengths have been checked. */
	int (*put_many)(void *handle, struct mfa_put *puts, size_t count);
	int (*list)(void *handle, const char *prefix, mfa_store_list_fn *fn, void *ctx);
	int (*count)(void *handle, const char *prefix, uint64_t *out);
	/* next yields only what fits. */
	int (*replace)(void *handle, mfa_store_next_fn *next, void *ctx);
	int (*watch)(void *handle, const char *prefix, mfa_store_watch_fn *fn, void *ctx);
	bool (*wants_upkeep)(void *handle);
	int (*upkeep)(void *handle);
	int (*check)(void *handle, const char **path, bool *is_all);
	int (*verify)(void *handle);
	void (*fold)(void *handle);
};

extern const struct mfa_store_backend mfa_store_sqlite;

#endif
