/* SPDX-License-Identifier: BSD-2-Clause */
/* Where records rest: keys with values, versions and expiry.
 *
 * This is all that the rest of the program may ask of a store, so that SQLite
 * and a cluster can both serve it.  Values are opaque (sealed) bytes.  A change is made only by
 * put_if and delete_if, which name the version they judged; when they return
 * 0 the change is durable.  All functions may be called by several threads at
 * once; simultaneous writes share a commit. */
#ifndef MFA_STORE_H
#define MFA_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MFA_STORE_KEY_MAX 320		/* bytes of a key, without its NUL */
#define MFA_STORE_VALUE_MAX (256 * 1024)

struct mfa_store;

enum mfa_store_open_flags {
	MFA_STORE_OPEN = 0,	/* must be there: an absent store is not an empty one */
	MFA_STORE_CREATE = 1,	/* must not be there (-EEXIST); made durable before return */
	MFA_STORE_OPEN_BRIEFLY = 2,	/* by a helper for one conversation: it wants upkeep sooner,
					 * because whoever opens the store next reads all of the log */
	MFA_STORE_ACCEPT = 3,	/* also with part of it missing (-ESTALE): what was in that is lost */
	MFA_STORE_LOOK = 4,	/* to read only: changes nothing of one that is damaged, or an older version's */
};

/* url: "sqlite:///absolute/path".  Call it after ids were dropped.
 * Returns 0, -EINVAL (url), -ENOENT (absent), -EEXIST, -EMEDIUMTYPE (not a store, or damaged),
 * -EPROTONOSUPPORT (a newer version's), -EREMOTE (not on a local file
 * system), -ESTALE (what was written last is missing: SQLite's log, though nobody has folded it back), -EBUSY, -EACCES,
 * -EROFS, -ENOSPC, -EIO, -ENOMEM.  *out is NULL on error. */
int mfa_store_open(const char *url, enum mfa_store_open_flags flags, struct mfa_store **out);
/* Waits for calls under way.  Whoever made the store, or found all of it in the one file that the URL names, leaves it
 * so unless others have it open; not after MFA_STORE_OPEN_BRIEFLY.  Sets NULL. */
void mfa_store_close(struct mfa_store **store);

/* What is kept under a key.  version is opaque, never 0 and, with overwhelming odds,
 * never used before for this key, not even after a deletion. */
struct mfa_entry {
	uint8_t *value;		/* a zero follows */
	size_t len;
	uint64_t version;
	int64_t expires;	/* seconds since 1970; 0: never */
};

/* Returns 0, -ENOENT (absent or expired), -EIO, -EMEDIUMTYPE, -EBUSY (others held the store for
 * too long), -EIDRM (the store was removed), -ESTALE (it was replaced, or some of its files removed), -EINVAL (key),
 * -ENOMEM.
 * *out is emptied first; release it. */
int mfa_store_get(struct mfa_store *store, const char *key, struct mfa_entry *out);
/* Wipes nothing (values are sealed), frees, empties. */
void mfa_entry_release(struct mfa_entry *entry);

/* A conditional write. */
struct mfa_put {
	const char *key;
	uint64_t if_version;	/* of what must be there now; 0: nothing (or something expired) */
	const uint8_t *value;	/* NULL: delete (then if_version is not 0) */
	size_t len;
	int64_t expires;
	uint64_t version;	/* out: the new version (0 after a deletion) */
	int result;		/* out: as mfa_store_put_if returns */
};

/* Returns 0 when it is durable; -EAGAIN: what is there has another version, read and judge again;
 * -ENOSPC, -EROFS, -EMEDIUMTYPE, -EBUSY, -EINVAL (key or value too long), -ENOMEM: not written; -EIO, -EIDRM,
 * -ESTALE: not known, for what a disk that failed did not confirm may be there all the same.  So nobody is let in,
 * nor is anything undone that would be needed if it is.  *version (may be NULL) gets the new version. */
int mfa_store_put_if(struct mfa_store *store, const char *key, uint64_t if_version,
		     const uint8_t *value, size_t len, int64_t expires, uint64_t *version);
int mfa_store_delete_if(struct mfa_store *store, const char *key, uint64_t if_version);

/* Several conditional writes in one go, each on its own (no transaction over them: one may
 * succeed and the next not), all within one commit; for imports.
 * Returns 0 if each put's result is set, otherwise the error that all of them met, which is then
 * also each one's result. */
int mfa_store_put_many(struct mfa_store *store, struct mfa_put *puts, size_t count);

/* Calls fn for each unexpired entry whose key begins with prefix, in the order of the
 * keys' bytes, without holding up writers meanwhile; entries that change during the
 * walk may or may not be seen.  fn returns 0 to go on; anything else ends the
 * walk and is returned.  The entry is valid during the call only. */
typedef int mfa_store_list_fn(void *ctx, const char *key, const struct mfa_entry *entry);
int mfa_store_list(struct mfa_store *store, const char *prefix, mfa_store_list_fn *fn, void *ctx);

/* How many keys begin with prefix, those of entries that have expired and not been dropped yet, too: for showing how
 * far a walk is.  Returns 0 or as mfa_store_list. */
int mfa_store_count(struct mfa_store *store, const char *prefix, uint64_t *out);

/* Puts what next yields in the place of all that is there, in one step: until the end everybody reads
 * what was there, and so it stays after a failure or a kill.  Writers wait meanwhile, or get
 * -EBUSY.  next sets key, value, len and expires of *put, which stay as they are until it is called again,
 * and returns 1; 0: that was all; or a negative errno, which ends it and is returned.
 * Returns 0 when it is durable; -EEXIST: a key came twice; or as mfa_store_put_if.  A watch is not
 * told. */
typedef int mfa_store_next_fn(void *ctx, struct mfa_put *put);
int mfa_store_replace(struct mfa_store *store, mfa_store_next_fn *next, void *ctx);

/* From now on calls fn, from a thread of the store's own choosing and without its locks held,
 * after each durable change of a key that begins with prefix (version 0: deleted).  For SQLite:
 * the changes made through this handle.  One watch per handle (-EBUSY).  fn must be quick. */
typedef void mfa_store_watch_fn(void *ctx, const char *key, uint64_t version);
int mfa_store_watch(struct mfa_store *store, const char *prefix, mfa_store_watch_fn *fn, void *ctx);

/* Housekeeping that nobody waits for: drops expired entries (a bounded number), folds the log back
 * when it has grown.  A daemon calls it when idle and at least each minute; a one-shot helper
 * after its answer is given.  mfa_store_wants_upkeep is cheap, and true when the log has grown so
 * far that it should be called soon. */
bool mfa_store_wants_upkeep(struct mfa_store *store);
int mfa_store_upkeep(struct mfa_store *store);

/* Whether it is still what was opened; cheap.  Returns 0, -EIDRM, -ESTALE or another negative errno; then *path is the
 * file that was removed or replaced, valid until the store is closed, and *is_all tells whether that is the one that
 * everything is in: whoever has it open has the only copy. */
int mfa_store_check(struct mfa_store *store, const char **path, bool *is_all);
/* Reads all of it.  Returns 0, -EMEDIUMTYPE (damaged) or as mfa_store_get. */
int mfa_store_verify(struct mfa_store *store);
/* For the end of a daemon: nothing but mfa_store_close comes after it, which then leaves all that was written in the
 * one file that the URL names, if nobody else has the store open.  What else there is keeps its room on the disk. */
void mfa_store_fold(struct mfa_store *store);

#endif
