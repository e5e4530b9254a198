/* SPDX-License-Identifier: BSD-2-Clause */
/* The three files that a store in use is made of.
 *
 * What was committed last is in the log alone until it is folded back; the index tells processes of each other's
 * commits and locks.  Whoever removes or replaces one of them under those who have it open parts them: they go on in
 * what no longer has a name, or no longer see each other. */
#ifndef MFA_SQLITE_FILES_H
#define MFA_SQLITE_FILES_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum sqlite_file { SQLITE_FILE_STORE, SQLITE_FILE_LOG, SQLITE_FILE_INDEX, SQLITE_FILE_COUNT };

struct sqlite_identity {
	dev_t dev;
	ino_t ino;			/* 0: there is none */
};

/* Which files there were. */
struct sqlite_seen {
	struct sqlite_identity ids[SQLITE_FILE_COUNT];
};

struct sqlite_files {
	char *paths[SQLITE_FILE_COUNT];
	pthread_mutex_t lock;		/* of what follows */
	struct sqlite_seen ours;
	int64_t index_size;		/* in bytes; it only grows */
};

/* Names them after the store's path.  Returns 0 or -ENOMEM; release it either way. */
int sqlite_files_name(struct sqlite_files *files, const char *path);
void sqlite_files_release(struct sqlite_files *files);

/* Which files there are, before a connection opens them: log and index may be missing.
 * Returns 0, or as sqlite_db_check_file; -EMEDIUMTYPE: one of them is no regular file. */
int sqlite_files_look(const struct sqlite_files *files, struct sqlite_seen *out);
bool sqlite_files_has_log(const struct sqlite_seen *seen);
/* Once a connection has read: those that were seen before are ours now, and those that were missing are the ones that
 * it made.  Returns 0; -EAGAIN: there are others now, and which ones the connection has is not known; -ESTALE: the
 * store is not the one that was ours; or another negative errno. */
int sqlite_files_settle(struct sqlite_files *files, const struct sqlite_seen *before);

/* Whether each still is what has its name.  Returns 0; -EIDRM: the store was removed; -ESTALE: it was replaced, or the
 * log or the index was removed, replaced or (the index) cut off; or another negative errno.  On failure *which is the
 * first of which that is so. */
int sqlite_files_check(struct sqlite_files *files, enum sqlite_file *which);
/* Whether the store is ours, and log and index ours or gone: then what we have of them may be folded into it. */
bool sqlite_files_are_ours(struct sqlite_files *files);

#endif
