/* The store in one SQLite file.
 *
 * Writers share commits: who comes first leads, and takes along all that others have
 * queued meanwhile.  A lone write has no thread to hand itself to. */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "clock/clock.h"
#include "store/backend.h"
#include "store/sqlite_db.h"

#define READERS 4
#define LIST_CHUNK 200
#define WAL_PAGES_MOST (8 * SQLITE_DB_LOG_PAGES)	/* folded back at once */
#define EXPIRE_AT_ONCE 200

/* Writes that wait for their commit. */
struct batch {
	struct batch *next;
	struct mfa_put *puts;
	size_t count;
	bool done;
	bool leads;
	int result;
	pthread_cond_t wake;
};

struct watch {
	char prefix[MFA_STORE_KEY_MAX + 1];
	mfa_store_watch_fn *fn;
	void *ctx;
};

struct sqlite_store {
	char *path;
	dev_t dev;
	ino_t ino;

	bool brief;			/* open for one conversation */
	struct sqlite_db writer;	/* the leader's */
	_Atomic int wal_pages;
	pthread_mutex_t lock;		/* of what follows */
	bool led;
	struct batch *first, **last;	/* queued */
	unsigned upkeepers;		/* wait for the lead */
	pthread_cond_t lead_free;
	struct watch watch;

	pthread_mutex_t readers_lock;
	pthread_cond_t reader_free;
	struct sqlite_db readers[READERS];
	bool reader_open[READERS];
	bool reader_used[READERS];
};

/* A file that was removed or replaced must not go on as if it were there: what is written
 * would be lost, and others would see another store. */
static int check_same_file(const struct sqlite_store *s)
{
	struct stat st;

	if (lstat(s->path, &st) != 0)
		return errno == ENOENT ? -ESTALE : -errno;
	return st.st_dev == s->dev && st.st_ino == s->ino ? 0 : -ESTALE;
}

/* Reading. */

static int take_reader(struct sqlite_store *s, struct sqlite_db **out)
{
	size_t i;
	int r = 0;

	*out = NULL;
	(void)pthread_mutex_lock(&s->readers_lock);
	for (;;) {
		for (i = 0; i < READERS && s->reader_used[i]; i++)
			;
		if (i < READERS)
			break;
		(void)pthread_cond_wait(&s->reader_free, &s->readers_lock);
	}
	s->reader_used[i] = true;
	(void)pthread_mutex_unlock(&s->readers_lock);
	if (!s->reader_open[i]) {
		r = sqlite_db_open(s->path, &s->readers[i]);
		/* Nor may a reader stay open on what was put in its place for a moment. */
		if (r == 0)
			r = check_same_file(s);
		if (r != 0)
			sqlite_db_close(&s->readers[i]);
		s->reader_open[i] = r == 0;
	}
	*out = &s->readers[i];
	return r;
}

static void give_reader(struct sqlite_store *s, const struct sqlite_db *db)
{
	(void)pthread_mutex_lock(&s->readers_lock);
	s->reader_used[db - s->readers] = false;
	(void)pthread_cond_signal(&s->reader_free);
	(void)pthread_mutex_unlock(&s->readers_lock);
}

static int copy_entry(sqlite3_stmt *row, int column, struct mfa_entry *out)
{
	const void *value = sqlite3_column_blob(row, column);
	size_t len = (size_t)sqlite3_column_bytes(row, column);

	/* No version is 0 or less: nobody could ever change such a row. */
	if (sqlite3_column_int64(row, column + 1) <= 0)
		return -EMEDIUMTYPE;
	out->value = value != NULL || len == 0 ? malloc(len + 1) : NULL;
	if (out->value == NULL)
		return -ENOMEM;
	if (len > 0)
		memcpy(out->value, value, len);
	out->value[len] = 0;
	out->len = len;
	out->version = (uint64_t)sqlite3_column_int64(row, column + 1);
	out->expires = sqlite3_column_int64(row, column + 2);
	return 0;
}

static int get_with(struct sqlite_db *db, const char *key, struct mfa_entry *out)
{
	sqlite3_stmt *get = sqlite_db_statement(db, STATEMENT_GET);
	int r;

	if (get == NULL)
		return sqlite_db_error(db);
	(void)sqlite3_bind_blob(get, 1, key, (int)strlen(key), SQLITE_STATIC);
	(void)sqlite3_bind_int64(get, 2, mfa_clock_now());
	r = sqlite3_step(get);
	if (r == SQLITE_ROW)
		r = copy_entry(get, 0, out);
	else
		r = r == SQLITE_DONE ? -ENOENT : sqlite_db_error(db);
	(void)sqlite3_reset(get);
	return r;
}

static void hand_on(struct sqlite_store *s);

/* Whether nobody leads: then we do, for as long as a read takes.  The writer's pages are those of
 * the last commit, where a reader would have to fetch them from the log; and a helper that serves
 * one sign-in needs but one connection. */
static bool borrow_lead(struct sqlite_store *s)
{
	bool ours;

	(void)pthread_mutex_lock(&s->lock);
	ours = !s->led && s->upkeepers == 0;
	if (ours)
		s->led = true;
	(void)pthread_mutex_unlock(&s->lock);
	return ours;
}

static int sqlite_get(void *handle, const char *key, struct mfa_entry *out)
{
	struct sqlite_store *s = handle;
	struct sqlite_db *db;
	int r = check_same_file(s);

	if (r != 0)
		return r;
	if (borrow_lead(s)) {
		r = get_with(&s->writer, key, out);
		(void)pthread_mutex_lock(&s->lock);
		hand_on(s);
		(void)pthread_mutex_unlock(&s->lock);
		return r;
	}
	r = take_reader(s, &db);
	if (r == 0)
		r = get_with(db, key, out);
	give_reader(s, db);
	return r;
}

struct listed {
	char key[MFA_STORE_KEY_MAX + 1];
	struct mfa_entry entry;
};

/* The first key after all that begin with prefix; false if there is none. */
static bool prefix_end(const char *prefix, uint8_t out[MFA_STORE_KEY_MAX], size_t *len)
{
	*len = strlen(prefix);
	memcpy(out, prefix, *len);
	while (*len > 0 && out[*len - 1] == 0xff)
		(*len)--;
	if (*len == 0)
		return false;
	out[*len - 1]++;
	return true;
}

static int copy_row(sqlite3_stmt *row, struct listed *out)
{
	const void *key = sqlite3_column_blob(row, 0);
	size_t len = (size_t)sqlite3_column_bytes(row, 0);

	/* The walk goes on after this key, so it must be the whole of it. */
	if (key == NULL || len > MFA_STORE_KEY_MAX || memchr(key, 0, len) != NULL)
		return -EMEDIUMTYPE;
	memcpy(out->key, key, len);
	out->key[len] = '\0';
	return copy_entry(row, 1, &out->entry);
}

/* Fills rows[0..*count), also when it fails: the caller releases them. */
static int read_chunk(struct sqlite_db *db, const char *prefix, const char *after,
		      struct listed *rows, size_t *count)
{
	uint8_t end[MFA_STORE_KEY_MAX];
	size_t end_len;
	bool ends = prefix_end(prefix, end, &end_len);
	sqlite3_stmt *list = sqlite_db_statement(db, ends ? STATEMENT_LIST : STATEMENT_LIST_FROM);
	int step = SQLITE_DONE, r = 0;

	*count = 0;
	if (list == NULL)
		return sqlite_db_error(db);
	(void)sqlite3_bind_blob(list, 1, after, (int)strlen(after), SQLITE_STATIC);
	if (ends)
		(void)sqlite3_bind_blob(list, 2, end, (int)end_len, SQLITE_STATIC);
	(void)sqlite3_bind_int64(list, 3, mfa_clock_now());
	(void)sqlite3_bind_int(list, 4, LIST_CHUNK);
	while (r == 0 && (step = sqlite3_step(list)) == SQLITE_ROW) {
		r = copy_row(list, &rows[*count]);
		*count += r == 0;
	}
	if (r == 0 && step != SQLITE_DONE)
		r = sqlite_db_error(db);
	(void)sqlite3_reset(list);
	return r;
}

static int sqlite_list(void *handle, const char *prefix, mfa_store_list_fn *fn, void *ctx)
{
	struct sqlite_store *s = handle;
	struct listed *rows = calloc(LIST_CHUNK, sizeof(*rows));
	char after[MFA_STORE_KEY_MAX + 1] = "";
	size_t len = strlen(prefix), count = 0, i;
	struct sqlite_db *db;
	int r = rows != NULL ? check_same_file(s) : -ENOMEM;

	/* "after" is exclusive, so a key that equals the prefix is looked up by itself. */
	if (r == 0 && len > 0) {
		r = sqlite_get(s, prefix, &rows[0].entry);
		if (r == 0)
			r = fn(ctx, prefix, &rows[0].entry);
		else if (r == -ENOENT)
			r = 0;
		mfa_entry_release(&rows[0].entry);
		memcpy(after, prefix, len + 1);
	}
	while (r == 0) {
		r = take_reader(s, &db);
		count = 0;
		if (r == 0)
			r = read_chunk(db, prefix, after, rows, &count);
		give_reader(s, db);
		for (i = 0; i < count; i++) {
			if (r == 0)
				r = fn(ctx, rows[i].key, &rows[i].entry);
			mfa_entry_release(&rows[i].entry);
		}
		if (count < LIST_CHUNK)
			break;
		memcpy(after, rows[count - 1].key, sizeof(after));
	}
	free(rows);
	return r;
}

/* Writing. */

static int new_version(uint64_t *out)
{
	do {
		if (getrandom(out, sizeof(*out), 0) != sizeof(*out))
			return -EIO;
		*out &= INT64_MAX;
	} while (*out == 0);
	return 0;
}

/* Within the transaction.  Returns 0 when put->result is set. */
static int apply(struct sqlite_db *db, struct mfa_put *put, int64_t now)
{
	enum sqlite_statement which = put->value == NULL ? STATEMENT_DELETE
		: put->if_version == 0 ? STATEMENT_INSERT : STATEMENT_UPDATE;
	sqlite3_stmt *statement = sqlite_db_statement(db, which);
	uint64_t version = 0;
	int r = put->value != NULL ? new_version(&version) : 0;

	if (r != 0 || statement == NULL)
		return r != 0 ? r : sqlite_db_error(db);
	(void)sqlite3_bind_blob(statement, 1, put->key, (int)strlen(put->key), SQLITE_STATIC);
	if (put->value != NULL) {
		(void)sqlite3_bind_blob(statement, 2, put->value, (int)put->len, SQLITE_STATIC);
		(void)sqlite3_bind_int64(statement, 3, (sqlite3_int64)version);
		(void)sqlite3_bind_int64(statement, 4, put->expires);
	}
	if (which != STATEMENT_INSERT)
		(void)sqlite3_bind_int64(statement, 5, (sqlite3_int64)put->if_version);
	(void)sqlite3_bind_int64(statement, 6, now);
	r = sqlite_db_run(db, statement);
	if (r != 0)
		return r;
	put->result = sqlite3_changes(db->db) == 1 ? 0 : -EAGAIN;
	put->version = put->result == 0 ? version : 0;
	return 0;
}

static int apply_all(struct sqlite_db *db, struct batch *batches, bool *changed)
{
	int64_t now = mfa_clock_now();
	struct batch *b;
	size_t i;
	int r;

	*changed = false;
	for (b = batches; b != NULL; b = b->next) {
		for (i = 0; i < b->count; i++) {
			r = apply(db, &b->puts[i], now);
			if (r != 0)
				return r;
			*changed |= b->puts[i].result == 0;
		}
	}
	return 0;
}

/* All in one transaction, or nothing of it. */
static int commit(struct sqlite_store *s, struct batch *batches)
{
	struct sqlite_db *db = &s->writer;
	bool changed = false;
	int r = check_same_file(s);

	if (r == 0)
		r = sqlite_db_run(db, sqlite_db_statement(db, STATEMENT_BEGIN));
	if (r != 0)
		return r;
	r = apply_all(db, batches, &changed);
	if (r == 0 && changed)
		r = sqlite_db_run(db, sqlite_db_statement(db, STATEMENT_COMMIT));
	if (sqlite3_get_autocommit(db->db) == 0)
		(void)sqlite_db_run(db, sqlite_db_statement(db, STATEMENT_ROLLBACK));
	return r;
}

/* *whole: all of the log is in the file now. */
static int checkpoint(struct sqlite_store *s, bool *whole)
{
	int pages = 0, folded = 0, r;

	r = sqlite3_wal_checkpoint_v2(s->writer.db, NULL, SQLITE_CHECKPOINT_PASSIVE, &pages,
				      &folded);
	*whole = r == SQLITE_OK && pages == folded;
	if (r != SQLITE_OK && r != SQLITE_BUSY)
		return sqlite_db_error(&s->writer);
	atomic_store(&s->wal_pages, 0);
	return 0;
}

/* With the lock held.  The next leader is who keeps house, then who has waited longest. */
static void hand_on(struct sqlite_store *s)
{
	if (s->upkeepers > 0) {
		s->led = false;
		(void)pthread_cond_signal(&s->lead_free);
	} else if (s->first != NULL) {
		s->first->leads = true;
		(void)pthread_cond_signal(&s->first->wake);
	} else {
		s->led = false;
	}
}

static void tell_watch(struct sqlite_store *s, const struct mfa_put *puts, size_t count)
{
	size_t len = strlen(s->watch.prefix), i;

	for (i = 0; i < count; i++)
		if (puts[i].result == 0 && strncmp(puts[i].key, s->watch.prefix, len) == 0)
			s->watch.fn(s->watch.ctx, puts[i].key, puts[i].version);
}

/* With the lock held and the lead taken; releases the lock meanwhile. */
static void lead(struct sqlite_store *s)
{
	struct batch *batches = s->first, *b, *next;
	bool whole;
	int r;

	s->first = NULL;
	s->last = &s->first;
	(void)pthread_mutex_unlock(&s->lock);
	r = commit(s, batches);
	if (r == 0 && atomic_load(&s->wal_pages) > WAL_PAGES_MOST)
		(void)checkpoint(s, &whole);
	(void)pthread_mutex_lock(&s->lock);
	for (b = batches; b != NULL; b = next) {
		next = b->next;		/* b is its waiter's again once it is done */
		b->result = r;
		b->done = true;
		(void)pthread_cond_signal(&b->wake);
	}
	hand_on(s);
}

static int sqlite_put_many(void *handle, struct mfa_put *puts, size_t count)
{
	struct sqlite_store *s = handle;
	struct batch b = { .puts = puts, .count = count, .wake = PTHREAD_COND_INITIALIZER };
	bool watched;

	(void)pthread_mutex_lock(&s->lock);
	*s->last = &b;
	s->last = &b.next;
	if (!s->led && s->upkeepers == 0) {
		s->led = true;
		b.leads = true;
	} else if (!s->led) {
		/* Somebody who keeps house is about to take the lead, and hands it on. */
		(void)pthread_cond_signal(&s->lead_free);
	}
	while (!b.done && !b.leads)
		(void)pthread_cond_wait(&b.wake, &s->lock);
	if (!b.done)
		lead(s);
	watched = s->watch.fn != NULL;	/* and does not change after that */
	(void)pthread_mutex_unlock(&s->lock);
	(void)pthread_cond_destroy(&b.wake);
	if (b.result == 0 && watched)
		tell_watch(s, puts, count);
	return b.result;
}

/* Upkeep. */

static bool sqlite_wants_upkeep(void *handle)
{
	struct sqlite_store *s = handle;

	return atomic_load(&s->wal_pages) >
	       (s->brief ? SQLITE_DB_LOG_PAGES_BRIEF : SQLITE_DB_LOG_PAGES);
}

static int expire(struct sqlite_store *s)
{
	struct sqlite_db *db = &s->writer;
	sqlite3_stmt *statement = sqlite_db_statement(db, STATEMENT_EXPIRE);

	if (statement == NULL)
		return sqlite_db_error(db);
	(void)sqlite3_bind_int64(statement, 1, mfa_clock_now());
	(void)sqlite3_bind_int(statement, 2, EXPIRE_AT_ONCE);
	return sqlite_db_run(db, statement);
}

/* That the log is folded back is known as long as somebody has the store open; the next log then
 * begins with the next write.  A helper is the last to leave: unless it begins the next log
 * itself, who comes after it reads the old one, adds to it, and so on without end. */
static int begin_log(struct sqlite_store *s)
{
	return sqlite_db_run(&s->writer, sqlite_db_statement(&s->writer, STATEMENT_TOUCH));
}

static int keep_house(struct sqlite_store *s)
{
	bool grown = s->brief && atomic_load(&s->wal_pages) > SQLITE_DB_LOG_PAGES_BRIEF, whole;
	int r = check_same_file(s), r2;

	if (r != 0)
		return r;
	r = expire(s);
	/* On a full disk what is expired can't go; a log that is folded back makes room. */
	r2 = checkpoint(s, &whole);
	if (r2 == 0 && whole && grown)
		r2 = begin_log(s);
	return r != 0 ? r : r2;
}

static int sqlite_upkeep(void *handle)
{
	struct sqlite_store *s = handle;
	int r;

	(void)pthread_mutex_lock(&s->lock);
	s->upkeepers++;
	while (s->led)
		(void)pthread_cond_wait(&s->lead_free, &s->lock);
	s->upkeepers--;
	s->led = true;
	(void)pthread_mutex_unlock(&s->lock);
	r = keep_house(s);
	(void)pthread_mutex_lock(&s->lock);
	hand_on(s);
	(void)pthread_mutex_unlock(&s->lock);
	return r;
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

	for (i = 0; i < READERS; i++)
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
	.get = sqlite_get,
	.put_many = sqlite_put_many,
	.list = sqlite_list,
	.watch = sqlite_watch,
	.wants_upkeep = sqlite_wants_upkeep,
	.upkeep = sqlite_upkeep,
};
