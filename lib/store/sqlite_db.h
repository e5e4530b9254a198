/* SPDX-License-Identifier: BSD-2-Clause */
/* A connection to the database file: how it is opened, made, and how its errors read. */
#ifndef MFA_SQLITE_DB_H
#define MFA_SQLITE_DB_H

#include <sqlite3.h>
#include <stdint.h>
#include <sys/types.h>

#include "store/store.h"

/* The log is folded back when it has this many pages, and begins at that length. */
#define SQLITE_DB_LOG_PAGES 1000
/* Where each sign-in is a process of its own, that reads the log from its start: sooner. */
#define SQLITE_DB_LOG_PAGES_BRIEF 50
#define SQLITE_DB_LOG_SIZE (SQLITE_DB_LOG_PAGES * (4096 + 24) + 32 + 65536)

#define SQLITE_DB_TEXT2(x) #x
#define SQLITE_DB_TEXT(x) SQLITE_DB_TEXT2(x)
#define SQLITE_DB_APPLICATION_ID 0x6d666131	/* "mfa1" */
#define SQLITE_DB_SCHEMA_VERSION 1

enum sqlite_statement {
	STATEMENT_GET,
	STATEMENT_LIST,
	STATEMENT_LIST_FROM,	/* the same without an upper end */
	STATEMENT_HOW_MANY,
	STATEMENT_UPDATE,
	STATEMENT_INSERT,
	STATEMENT_DELETE,
	STATEMENT_EXPIRE,
	STATEMENT_EMPTY,
	STATEMENT_MARK,
	STATEMENT_TOUCH,	/* writes a page, and changes nothing */
	STATEMENT_BEGIN,
	STATEMENT_COMMIT,
	STATEMENT_ROLLBACK,
	STATEMENT_COUNT
};

struct sqlite_db {
	sqlite3 *db;
	sqlite3_stmt *statements[STATEMENT_COUNT];	/* prepared when first used */
	int64_t busy_since;				/* milliseconds, monotonic */
	unsigned seed;
};

/* Opens a file that is there.  Errors as mfa_store_open. */
int sqlite_db_open(const char *path, struct sqlite_db *out);
/* For reading what the file alone has, by a URI that says immutable: makes no log, and takes no lock.  Errors as
 * mfa_store_open. */
int sqlite_db_open_unlocked(const char *uri, struct sqlite_db *out);
/* Reads all of it.  Returns 0, -EMEDIUMTYPE (damaged) or another negative errno. */
int sqlite_db_verify(struct sqlite_db *db);
void sqlite_db_close(struct sqlite_db *db);
/* Makes a new file: complete and durable, or not at all, whoever else tries it meanwhile.
 * -EEXIST if something is there. */
int sqlite_db_create(const char *path);
/* Gives a store that has no log one of the length at which it is folded back, durable; one that is there stays.
 * Returns 0 or a negative errno. */
int sqlite_db_lay_log(const char *path);
/* Gives the log of a store that db has open the same length, if it is shorter: as a helper makes it.  Waits for who
 * writes.  Returns 0 or a negative errno. */
int sqlite_db_lengthen_log(const char *name, struct sqlite_db *db);
/* Whether path can be a store: a regular file of our own that nobody else can read, on a local
 * file system; and which file it is. */
int sqlite_db_check_file(const char *path, dev_t *dev, ino_t *ino);

/* Prepares (once) and resets.  NULL on error; sqlite_db_error tells which. */
sqlite3_stmt *sqlite_db_statement(struct sqlite_db *db, enum sqlite_statement which);
/* Runs a statement that returns no row.  Returns 0 or a negative errno. */
int sqlite_db_run(struct sqlite_db *db, sqlite3_stmt *statement);
/* What the store's own file has there, whatever the log has; by the connection's handle, for closing another would let
 * go of the locks that this process has on the file.  Returns 0, -ENODATA (it ends before that) or -EIO. */
int sqlite_db_read_file(struct sqlite_db *db, void *out, size_t len, int64_t at);
/* The first number of the first row.  Returns 0, -ENODATA (there is no row) or another negative errno; *out is 0 then. */
int sqlite_db_ask(struct sqlite_db *db, const char *text, int64_t *out);
/* The negative errno of what the connection met last. */
int sqlite_db_error(const struct sqlite_db *db);

#endif
