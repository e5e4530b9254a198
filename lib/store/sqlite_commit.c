/* SPDX-License-Identifier: BSD-2-Clause */
/* Writing.
 *
 * Writers share commits: whoever comes first leads, and takes along all that others have
 * queued meanwhile.  A lone write has no thread to hand itself to. */
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "clock/clock.h"
#include "log/log.h"
#include "store/sqlite_mark.h"
#include "store/sqlite_store.h"

#define WAL_PAGES_MOST (8 * SQLITE_DB_LOG_PAGES)	/* folded back at once */
#define EXPIRE_AT_ONCE 200
#define MARK_ATTEMPTS 10	/* others close it again and again */

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

/* While somebody reads on and on, or the disk is full, it is in the log alone: nobody is kept out for that, but it is
 * said. */
static int open_mark(struct sqlite_store *s)
{
	int r = sqlite_mark_open(&s->writer, !s->mark_waits, &s->mark);

	if (r == -EAGAIN && !s->mark_waits)
		mfa_log_message(LOG_WARNING, "store", "the store's file can't be marked as in use just now: if its -wal goes "
				"before it can, codes that were used are good again, and nobody is told", 0);
	s->mark_waits = r == -EAGAIN;
	return s->mark_waits ? 0 : r;
}

/* What is committed is missed if the log goes: else whoever has removed that would make used codes good again. */
static int begin_marked(struct sqlite_store *s)
{
	struct sqlite_db *db = &s->writer;
	int i, r;

	for (i = 0; i < MARK_ATTEMPTS; i++) {
		r = sqlite_db_run(db, sqlite_db_statement(db, STATEMENT_BEGIN));
		if (r != 0)
			return r;
		r = sqlite_mark_check(db, &s->mark);
		if (r == 0)
			return 0;
		(void)sqlite_db_run(db, sqlite_db_statement(db, STATEMENT_ROLLBACK));
		/* Or closed, by a daemon that has just ended. */
		if (r == -EAGAIN)
			r = open_mark(s);
		if (r != 0)
			return r;
	}
	return -EBUSY;
}

static int begin(struct sqlite_store *s)
{
	int r = sqlite_store_check(s);

	if (r == 0)
		r = sqlite_store_mend(s);
	return r == 0 ? sqlite_store_doubt(s, begin_marked(s)) : r;
}

/* r: what the transaction came to so far.  What was committed to files that went meanwhile is in no store. */
static int end(struct sqlite_store *s, int r, bool changed)
{
	struct sqlite_db *db = &s->writer;

	if (r == 0 && changed)
		r = sqlite_db_run(db, sqlite_db_statement(db, STATEMENT_COMMIT));
	if (sqlite3_get_autocommit(db->db) == 0)
		(void)sqlite_db_run(db, sqlite_db_statement(db, STATEMENT_ROLLBACK));
	if (r == 0)
		r = sqlite_store_check(s);
	return sqlite_store_doubt(s, r);
}

/* All in one transaction, or nothing of it. */
static int commit(struct sqlite_store *s, struct batch *batches)
{
	bool changed = false;
	int r = begin(s);

	if (r != 0)
		return r;
	r = apply_all(&s->writer, batches, &changed);
	return end(s, r, changed);
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

/* With the lock held.  The next leader is the one that keeps house, then the one that has waited longest. */
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

bool sqlite_store_borrow_lead(struct sqlite_store *s)
{
	bool ours;

	(void)pthread_mutex_lock(&s->lock);
	ours = !s->led && s->upkeepers == 0;
	if (ours)
		s->led = true;
	(void)pthread_mutex_unlock(&s->lock);
	return ours;
}

void sqlite_store_return_lead(struct sqlite_store *s)
{
	(void)pthread_mutex_lock(&s->lock);
	hand_on(s);
	(void)pthread_mutex_unlock(&s->lock);
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

int sqlite_store_put_many(void *handle, struct mfa_put *puts, size_t count)
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

/* All at once: one transaction over everything, which the log holds until it is committed. */

static int apply_new(struct sqlite_db *db, mfa_store_next_fn *next, void *ctx)
{
	int64_t now = mfa_clock_now();
	struct mfa_put put;
	int r;

	while ((r = next(ctx, &put)) == 1) {
		put.if_version = 0;
		r = apply(db, &put, now);
		if (r == 0 && put.result != 0)
			r = -EEXIST;
		if (r != 0)
			return r;
	}
	return r;
}

static int replace_all(struct sqlite_store *s, mfa_store_next_fn *next, void *ctx)
{
	struct sqlite_db *db = &s->writer;
	int r = begin(s);

	if (r != 0)
		return r;
	r = sqlite_db_run(db, sqlite_db_statement(db, STATEMENT_EMPTY));
	if (r == 0)
		r = apply_new(db, next, ctx);
	if (r == 0)
		r = sqlite_store_check(s);
	return end(s, r, true);
}

/* Folds back the log, which may be as long as the store is large, and shortens it. */
static void fold_long_log(struct sqlite_store *s)
{
	if (atomic_load(&s->wal_pages) <= WAL_PAGES_MOST)
		return;
	(void)sqlite3_wal_checkpoint_v2(s->writer.db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	atomic_store(&s->wal_pages, 0);
}

/* Waits for the lead. */
static void take_lead(struct sqlite_store *s)
{
	(void)pthread_mutex_lock(&s->lock);
	s->upkeepers++;
	while (s->led)
		(void)pthread_cond_wait(&s->lead_free, &s->lock);
	s->upkeepers--;
	s->led = true;
	(void)pthread_mutex_unlock(&s->lock);
}

int sqlite_store_replace(void *handle, mfa_store_next_fn *next, void *ctx)
{
	struct sqlite_store *s = handle;
	int r;

	take_lead(s);
	r = replace_all(s, next, ctx);
	fold_long_log(s);
	sqlite_store_return_lead(s);
	return r;
}

/* Upkeep. */

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
 * itself, whoever comes after it reads the old one, adds to it, and so on without end. */
static int begin_log(struct sqlite_store *s)
{
	return sqlite_db_run(&s->writer, sqlite_db_statement(&s->writer, STATEMENT_TOUCH));
}

static int keep_house(struct sqlite_store *s)
{
	bool grown = s->brief && atomic_load(&s->wal_pages) > SQLITE_DB_LOG_PAGES_BRIEF, whole;
	int r = sqlite_store_check(s), r2;

	if (r == 0)
		r = sqlite_store_mend(s);
	if (r != 0)
		return r;
	r = open_mark(s);
	if (r == 0)
		r = expire(s);
	/* On a full disk what is expired can't go; a log that is folded back makes room. */
	r2 = checkpoint(s, &whole);
	if (r2 == 0 && whole && grown)
		r2 = begin_log(s);
	return r != 0 ? r : r2;
}

int sqlite_store_upkeep(void *handle)
{
	struct sqlite_store *s = handle;
	int r;

	take_lead(s);
	r = sqlite_store_doubt(s, keep_house(s));
	sqlite_store_return_lead(s);
	return r;
}
