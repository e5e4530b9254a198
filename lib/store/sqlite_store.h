/* SPDX-License-Identifier: BSD-2-Clause */
/* An open SQLite store, as its parts share it: sqlite.c opens it, sqlite_read.c reads,
 * sqlite_commit.c writes and keeps house. */
#ifndef MFA_SQLITE_STORE_H
#define MFA_SQLITE_STORE_H

#include <pthread.h>
#include <stdatomic.h>

#include "store/sqlite_db.h"
#include "store/sqlite_files.h"
#include "store/store.h"

#define SQLITE_STORE_READERS 4

struct batch;

struct watch {
	char prefix[MFA_STORE_KEY_MAX + 1];
	mfa_store_watch_fn *fn;
	void *ctx;
};

struct sqlite_store {
	struct sqlite_files files;
	bool brief;			/* open for one conversation */
	bool looks;			/* and changes nothing */
	bool folds;			/* when it is closed */
	bool found_log;			/* that we did not make: so it stays */
	bool found_closed;		/* or made it: so it is left */
	int64_t mark;			/* see sqlite_mark_check */
	bool mark_waits;		/* to get from the log into the file; that was said */
	_Atomic bool doubtful;		/* a connection has met what a new one may not */
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
	bool mending;			/* no reader is to be taken */
	struct sqlite_db readers[SQLITE_STORE_READERS];
	bool reader_open[SQLITE_STORE_READERS];
	bool reader_used[SQLITE_STORE_READERS];
};

/* Files that were removed or replaced must not go on as if they were there: what is written
 * would be lost, and others would see another store.  Returns as sqlite_files_check. */
int sqlite_store_check(struct sqlite_store *s);
/* Takes note of what a connection has met: a lock that could not be let go of, or an error of the disk, may stay with
 * it for ever.  Returns r. */
int sqlite_store_doubt(struct sqlite_store *s, int r);
/* With the lead: opens all connections anew if one is in doubt.  Returns 0 or as mfa_store_open. */
int sqlite_store_mend(struct sqlite_store *s);

/* As their namesakes in store.h. */
int sqlite_store_get(void *handle, const char *key, struct mfa_entry *out);
int sqlite_store_list(void *handle, const char *prefix, mfa_store_list_fn *fn, void *ctx);
int sqlite_store_count(void *handle, const char *prefix, uint64_t *out);
int sqlite_store_put_many(void *handle, struct mfa_put *puts, size_t count);
int sqlite_store_replace(void *handle, mfa_store_next_fn *next, void *ctx);
int sqlite_store_upkeep(void *handle);
int sqlite_store_verify(void *handle);

/* Whether nobody leads: then we do, and may use the writer's connection until it is given back.
 * For short reads only: writers wait meanwhile. */
bool sqlite_store_borrow_lead(struct sqlite_store *s);
void sqlite_store_return_lead(struct sqlite_store *s);

#endif
