/* SPDX-License-Identifier: BSD-2-Clause */
/* The store in one SQLite file: opening, closing, and what it offers. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "store/backend.h"
#include "store/sqlite_mark.h"
#include "store/sqlite_store.h"

#define OPEN_ATTEMPTS 100
#define FOLD_WAIT_MS 2000	/* for others who write, at the end */

int sqlite_store_check(struct sqlite_store *s)
{
	enum sqlite_file which;

	return sqlite_files_check(&s->files, &which);
}

int sqlite_store_doubt(struct sqlite_store *s, int r)
{
	if (r == -EBUSY || r == -EIO)
		atomic_store(&s->doubtful, true);
	return r;
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

static void close_readers(struct sqlite_store *s)
{
	size_t i;

	for (i = 0; i < SQLITE_STORE_READERS; i++) {
		if (s->reader_open[i])
			sqlite_db_close(&s->readers[i]);
		s->reader_open[i] = false;
	}
}

/* An older version's store, which may be gone on with by that, of whoever only looks. */
static bool stays_unmarked(struct sqlite_store *s)
{
	enum sqlite_mark mark;

	return s->looks && sqlite_mark_read(&s->writer, &mark) == 0 && mark == SQLITE_MARK_NONE;
}

/* Sees to it that the last one who closes the store folds the log back.  The log keeps its room, which a disk that is
 * full would not give again; who found none takes it away. */
static void prepare_to_fold(struct sqlite_store *s)
{
	sqlite3 *db = s->writer.db;
	int keep = 0;

	if (db == NULL || !sqlite_files_are_ours(&s->files))
		return;
	(void)sqlite3_busy_timeout(db, FOLD_WAIT_MS);
	if (!stays_unmarked(s) && sqlite_mark_close(&s->writer) != 0)
		return;
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
	if (!s->folds && !s->found_log)
		(void)sqlite3_file_control(db, "main", SQLITE_FCNTL_PERSIST_WAL, &keep);
}

static void sqlite_fold(void *handle)
{
	struct sqlite_store *s = handle;

	s->folds = true;
}

static void sqlite_close(void *handle)
{
	struct sqlite_store *s = handle;

	close_readers(s);
	if (s->folds || s->found_closed)
		prepare_to_fold(s);
	sqlite_db_close(&s->writer);
	(void)pthread_mutex_destroy(&s->lock);
	(void)pthread_cond_destroy(&s->lead_free);
	(void)pthread_mutex_destroy(&s->readers_lock);
	(void)pthread_cond_destroy(&s->reader_free);
	sqlite_files_release(&s->files);
	free(s);
}

/* Whether the log may be missing.  Nobody who finds that it may not makes another, in which it would go on. */
static int check_log(const struct sqlite_store *s, enum mfa_store_open_flags flags)
{
	enum sqlite_mark mark;
	struct sqlite_seen now;
	int r = sqlite_mark_peek(s->files.paths[SQLITE_FILE_STORE], flags == MFA_STORE_LOOK, &mark);

	if (r == 0 && (mark != SQLITE_MARK_OPEN || flags == MFA_STORE_ACCEPT))
		return 0;
	/* Somebody may have made one meanwhile, and then marked the file. */
	if (sqlite_files_look(&s->files, &now) == 0 && sqlite_files_has_log(&now))
		return -EAGAIN;
	return r == 0 ? -ESTALE : r;
}

/* Opens the writer's connection, and knows which files it has.  Returns 0, -EAGAIN or as mfa_store_open. */
static int open_files(struct sqlite_store *s, enum mfa_store_open_flags flags, bool *found_log)
{
	const char *path = s->files.paths[SQLITE_FILE_STORE];
	struct sqlite_seen seen;
	int r = sqlite_files_look(&s->files, &seen);

	*found_log = sqlite_files_has_log(&seen);
	if (r == 0 && !*found_log) {
		r = check_log(s, flags);
		if (r == 0 && !s->brief && sqlite_db_lay_log(path) == 0)
			r = sqlite_files_look(&s->files, &seen);
	}
	if (r == 0)
		r = sqlite_db_open(path, &s->writer);
	if (r != 0)
		return r;
	r = sqlite_files_settle(&s->files, &seen);
	if (r != 0)
		sqlite_db_close(&s->writer);
	return r;
}

/* Again while the files change: somebody else has just ended, and folded the log back. */
static int open_writer(struct sqlite_store *s, enum mfa_store_open_flags flags, bool *found_log)
{
	int i, r = -EAGAIN;

	for (i = 0; r == -EAGAIN && i < OPEN_ATTEMPTS; i++)
		r = open_files(s, flags, found_log);
	if (r != 0)
		return r == -EAGAIN ? -EBUSY : r;
	(void)sqlite3_wal_hook(s->writer.db, on_wal, s);
	return 0;
}

/* Whoever makes the store, or finds all of it in its file, leaves it so; not a helper, for the next one. */
static bool is_left_closed(struct sqlite_store *s)
{
	enum sqlite_mark mark;

	if (s->brief)
		return false;
	return !s->found_log || (sqlite_mark_read(&s->writer, &mark) == 0 && mark == SQLITE_MARK_CLOSED);
}

/* Waits until nobody reads, and keeps others from it until it is called again. */
static void stop_readers(struct sqlite_store *s, bool stop)
{
	size_t i;

	(void)pthread_mutex_lock(&s->readers_lock);
	s->mending = stop;
	for (i = 0; stop && i < SQLITE_STORE_READERS; i++)
		while (s->reader_used[i])
			(void)pthread_cond_wait(&s->reader_free, &s->readers_lock);
	(void)pthread_cond_broadcast(&s->reader_free);
	(void)pthread_mutex_unlock(&s->readers_lock);
}

int sqlite_store_mend(struct sqlite_store *s)
{
	bool found_log;
	int r;

	if (!atomic_load(&s->doubtful))
		return 0;
	/* A process has its locks in common: as long as one connection is open, none of them is let go. */
	stop_readers(s, true);
	close_readers(s);
	sqlite_db_close(&s->writer);
	r = open_writer(s, s->brief ? MFA_STORE_OPEN_BRIEFLY : MFA_STORE_OPEN, &found_log);
	atomic_store(&s->doubtful, r != 0);
	stop_readers(s, false);
	return r;
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
	s->looks = flags == MFA_STORE_LOOK;
	r = sqlite_files_name(&s->files, path);
	if (r == 0)
		r = open_writer(s, flags, &s->found_log);
	if (r != 0) {
		sqlite_close(s);
		return r;
	}
	if (flags == MFA_STORE_CREATE)
		s->found_log = false;
	s->found_closed = is_left_closed(s);
	/* Where the disk is full it goes on with what it has. */
	if (!s->brief && !s->looks)
		(void)sqlite_db_lengthen_log(s->files.paths[SQLITE_FILE_LOG], &s->writer);
	*out = s;
	return 0;
}

static int sqlite_check(void *handle, const char **path, bool *is_all)
{
	struct sqlite_store *s = handle;
	enum sqlite_file which = SQLITE_FILE_STORE;
	int r = sqlite_files_check(&s->files, &which);

	*path = s->files.paths[which];
	*is_all = which == SQLITE_FILE_STORE;
	return r;
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
	.check = sqlite_check,
	.verify = sqlite_store_verify,
	.fold = sqlite_fold,
};
