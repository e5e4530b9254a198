/* SPDX-License-Identifier: BSD-2-Clause */
/* The making of a store's file.
 *
 * It is made under another name, which serves as the lock too: whoever holds the lock on the file
 * that bears the name makes the store.  The kernel lets go of it when its holder is killed. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder/folder.h"
#include "store/sqlite_db.h"
#include "store/sqlite_mark.h"

#define NAME_SIZE 4096
#define ATTEMPTS 1000

/* The value is in the table's own leaf, so that an update writes one page: with the key in the
 * same row of a WITHOUT ROWID table, records over a quarter of a page would spill. */
static const char schema[] =
	"PRAGMA page_size = 4096;"
	"PRAGMA application_id = " SQLITE_DB_TEXT(SQLITE_DB_APPLICATION_ID) ";"
	"PRAGMA user_version = " SQLITE_DB_TEXT(SQLITE_DB_SCHEMA_VERSION) ";"
	"CREATE TABLE entry(key BLOB NOT NULL UNIQUE, value BLOB NOT NULL,"
	" version INTEGER NOT NULL, expires INTEGER NOT NULL);"
	"CREATE INDEX entry_expires ON entry(expires) WHERE expires != 0;"
	SQLITE_MARK_SCHEMA
	"PRAGMA journal_mode = WAL;";

/* Whether fd is still the file with that name, ours, and as it was created.  A file that a
 * killed run has left is never written to: it may be a store's second name. */
static int check_fresh(int fd, const char *fresh)
{
	struct stat ours, named;

	if (fstat(fd, &ours) != 0)
		return -errno;
	if (!S_ISREG(ours.st_mode) || ours.st_uid != geteuid())
		return -EACCES;
	if (lstat(fresh, &named) != 0)
		return errno == ENOENT ? -EAGAIN : -errno;
	if (named.st_dev != ours.st_dev || named.st_ino != ours.st_ino)
		return -EAGAIN;
	if (ours.st_size == 0 && ours.st_nlink == 1)
		return 0;
	return unlink(fresh) == 0 ? -EAGAIN : -errno;
}

/* An empty file with that name, locked.  Returns its descriptor or a negative errno. */
static int take_fresh(const char *fresh)
{
	int i, fd, r = -EAGAIN;

	for (i = 0; r == -EAGAIN && i < ATTEMPTS; i++) {
		fd = open(fresh, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
		if (fd < 0)
			return -errno;
		r = flock(fd, LOCK_EX) == 0 ? check_fresh(fd, fresh) : -errno;
		if (r == 0)
			return fd;
		(void)close(fd);
	}
	return r == -EAGAIN ? -EBUSY : r;
}

static int write_tables(const char *fresh, int fd)
{
	struct sqlite_db db = { 0 };
	int r = 0;

	if (sqlite3_open_v2(fresh, &db.db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
	    SQLITE_OK || sqlite3_exec(db.db, schema, NULL, NULL, NULL) != SQLITE_OK)
		r = sqlite_db_error(&db);
	/* Folds the log back and removes it. */
	if (sqlite3_close(db.db) != SQLITE_OK && r == 0)
		r = -EIO;
	if (r == 0 && fsync(fd) != 0)
		r = -errno;
	return r;
}

/* Overwriting is twice as cheap as growing for a file system that keeps a journal of sizes, so
 * the log begins at the length where it is folded back.  SQLite takes zeros for an empty log. */
static int lengthen(int fd, off_t at)
{
	static const uint8_t zeros[65536];
	ssize_t n;

	for (; at < SQLITE_DB_LOG_SIZE; at += n) {
		size_t left = (size_t)(SQLITE_DB_LOG_SIZE - at);

		n = pwrite(fd, zeros, left < sizeof(zeros) ? left : sizeof(zeros), at);
		if (n <= 0)
			return n < 0 ? -errno : -ENOSPC;
	}
	return fsync(fd) == 0 ? 0 : -errno;
}

static int write_log(const char *name)
{
	int fd, r;

	(void)unlink(name);
	fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	r = lengthen(fd, 0);
	(void)close(fd);
	if (r != 0)
		(void)unlink(name);
	return r;
}

int sqlite_db_lengthen_log(const char *name, struct sqlite_db *db)
{
	int fd = open(name, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	int r = fd >= 0 ? 0 : -errno;
	struct stat st = { 0 };

	if (r == 0 && fstat(fd, &st) != 0)
		r = -errno;
	if (r == 0 && st.st_size < SQLITE_DB_LOG_SIZE)
		r = sqlite_db_run(db, sqlite_db_statement(db, STATEMENT_BEGIN));
	/* Its end is nobody's but ours now. */
	if (r == 0 && sqlite3_get_autocommit(db->db) == 0) {
		if (fstat(fd, &st) != 0)
			r = -errno;
		else
			r = lengthen(fd, st.st_size);
		(void)sqlite_db_run(db, sqlite_db_statement(db, STATEMENT_ROLLBACK));
	}
	if (fd >= 0)
		(void)close(fd);
	return r;
}

/* Not under its own name before it is whole: somebody else may begin to write to it. */
int sqlite_db_lay_log(const char *path)
{
	char fresh[NAME_SIZE + 16], name[NAME_SIZE + 8];
	int fd, r;

	if (snprintf(name, sizeof(name), "%s-wal", path) >= (int)sizeof(name) ||
	    snprintf(fresh, sizeof(fresh), "%s.new", name) >= (int)sizeof(fresh))
		return -ENAMETOOLONG;
	/* Locked, as a new store: else another's, half made, might be what gets the name. */
	fd = take_fresh(fresh);
	if (fd < 0)
		return fd;
	r = lengthen(fd, 0);
	if (r == 0 && link(fresh, name) != 0 && errno != EEXIST)
		r = -errno;
	(void)unlink(fresh);
	(void)close(fd);
	return r == 0 ? mfa_folder_sync(path) : r;
}

/* With the lock held. */
static int make(const char *path, const char *fresh, int fd)
{
	static const char *const leftovers[] = { "-journal", "-wal", "-shm" };
	char name[NAME_SIZE + 16];
	struct stat st;
	size_t i;
	int r;

	if (lstat(path, &st) == 0)
		return -EEXIST;
	if (errno != ENOENT)
		return -errno;
	for (i = 0; i < sizeof(leftovers) / sizeof(leftovers[0]); i++) {
		(void)snprintf(name, sizeof(name), "%s%s", fresh, leftovers[i]);
		(void)unlink(name);
	}
	r = write_tables(fresh, fd);
	(void)snprintf(name, sizeof(name), "%s-wal", path);
	if (r == 0)
		r = write_log(name);
	/* A power cut must leave no store without its log, which would be missed. */
	if (r == 0)
		r = mfa_folder_sync(path);
	if (r == 0)
		r = mfa_folder_publish(fresh, path);
	return r;
}

int sqlite_db_create(const char *path)
{
	char fresh[NAME_SIZE];
	struct stat st;
	int fd, r;

	if (lstat(path, &st) == 0)
		return -EEXIST;
	if (snprintf(fresh, sizeof(fresh), "%s.new", path) >= (int)sizeof(fresh))
		return -ENAMETOOLONG;
	fd = take_fresh(fresh);
	if (fd < 0)
		return fd;
	r = make(path, fresh, fd);
	/* Before the lock goes: whoever waits for it looks whether the name is still this file's. */
	if (r != 0)
		(void)unlink(fresh);
	(void)close(fd);
	return r == 0 ? mfa_folder_sync(path) : r;
}
