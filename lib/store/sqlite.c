/* SPDX-License-Identifier: BSD-2-Clause */
/* The store in one SQLite file: opening, closing, and what it offers. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "store/backend.h"
#include "store/sqlite_store.h"

int sqlite_store_check(const struct sqlite_store *s)
{
	struct stat st;

	if (lstat(s->path, &st) != 0)
		return errno == ENOENT ? -EIDRM : -errno;
	return st.st_dev == s->dev && st.st_ino == s->ino ? 0 : -ESTALE;
}

static bool sqlite_wants_upkeep(void *handle)
{
	struct sqlite_store *s = handle;

	return atomic_load(&s->wal_pages) >
	       (s->brief ? SQLITE_DB_LOG_PAGES_BRIEF : SQLITE_DB_LOG_PAGES);
}

static int sqlite_watch(void *handle, const char *prefix, mfa_store_watch_fn *fn, void *ctx)
{
	struct sqlite_store *s = handle;
	int r = -EBUSY;

	(void)pthread_mutex_lock(&s->lock);
	if (s->watch.fn == NULL) {
		memcpy(s->watch.prefix, prefix, strlen(prefix) + 1);
		s->watch.ctx = ctx;
		s->watch.fn = fn;
		r = 0;
	}
	(void)pthread_mutex_unlock(&s->lock);
	return r;
}

static int on_wal(void *ctx, sqlite3 *db, const char *name, int pages)
{
	struct sqlite_store *s = ctx;

	(void)db, (void)name;
	atomic_store(&s->wal_pages, pages);
	return SQLITE_OK;
}

static void sqlite_close(void *handle)
{
	struct sqlite_store *s = handle;
	size_t i;

	for (i = 0; i < SQLITE_STORE_READERS; i++)
		if (s->reader_open[i])
			sqlite_db_close(&s->readers[i]);
	sqlite_db_close(&s->writer);
	(void)pthread_mutex_destroy(&s->lock);
	(void)pthread_cond_destroy(&s->lead_free);
	(void)pthread_mutex_destroy(&s->readers_lock);
	(void)pthread_cond_destroy(&s->reader_free);
	free(s->path);
	free(s);
}

static int sqlite_open(const char *path, enum mfa_store_open_flags flags, void **out)
{
	struct sqlite_store *s;
	int r;

	*out = NULL;
	if (path[0] != '/')
		return -EINVAL;
	r = flags == MFA_STORE_CREATE ? sqlite_db_create(path) : 0;
	if (r != 0)
		return r;
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return -ENOMEM;
	(void)pthread_mutex_init(&s->lock, NULL);
	(void)pthread_cond_init(&s->lead_free, NULL);
	(void)pthread_mutex_init(&s->readers_lock, NULL);
	(void)pthread_cond_init(&s->reader_free, NULL);
	s->last = &s->first;
	s->brief = flags == MFA_STORE_OPEN_BRIEFLY;
	s->path = strdup(path);
	r = s->path != NULL ? sqlite_db_check_file(path, &s->dev, &s->ino) : -ENOMEM;
	if (r == 0)
		r = sqlite_db_open(path, &s->writer);
	if (r != 0) {
		sqlite_close(s);
		return r;
	}
	(void)sqlite3_wal_hook(s->writer.db, on_wal, s);
	*out = s;
	return 0;
}

const struct mfa_store_backend mfa_store_sqlite = {
	.scheme = "sqlite://",
	.open = sqlite_open,
	.close = sqlite_close,
	.get = sqlite_store_get,
	.put_many = sqlite_store_put_many,
	.list = sqlite_store_list,
	.count = sqlite_store_count,
	.replace = sqlite_store_replace,
	.watch = sqlite_watch,
	.wants_upkeep = sqlite_wants_upkeep,
	.upkeep = sqlite_store_upkeep,
};
