/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/sqlite_db.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "table/table.h"

#define BUSY_LIMIT_MS 10000

static const char *const sql[] = {
	[STATEMENT_GET] = "SELECT value, version, expires FROM entry"
		" WHERE key = ?1 AND (expires = 0 OR expires > ?2)",
	[STATEMENT_LIST] = "SELECT key, value, version, expires FROM entry"
		" WHERE key > ?1 AND key < ?2 AND (expires = 0 OR expires > ?3) ORDER BY key LIMIT ?4",
	[STATEMENT_LIST_FROM] = "SELECT key, value, version, expires FROM entry"
		" WHERE key > ?1 AND (expires = 0 OR expires > ?3) ORDER BY key LIMIT ?4",
	/* The index alone; there is always an upper end, for no key is longer than this. */
	[STATEMENT_HOW_MANY] = "SELECT count(*) FROM entry WHERE key >= ?1 AND key < ?2",
	[STATEMENT_UPDATE] = "UPDATE entry SET value = ?2, version = ?3, expires = ?4"
		" WHERE key = ?1 AND version = ?5 AND (expires = 0 OR expires > ?6)",
	[STATEMENT_INSERT] = "INSERT INTO entry(key, value, version, expires)"
		" VALUES(?1, ?2, ?3, ?4) ON CONFLICT(key) DO UPDATE"
		" SET value = ?2, version = ?3, expires = ?4 WHERE expires != 0 AND expires <= ?6",
	[STATEMENT_DELETE] = "DELETE FROM entry WHERE key = ?1 AND version = ?5"
		" AND (expires = 0 OR expires > ?6)",
	[STATEMENT_EXPIRE] = "DELETE FROM entry WHERE rowid IN (SELECT rowid FROM entry"
		" WHERE expires != 0 AND expires <= ?1 LIMIT ?2)",
	[STATEMENT_EMPTY] = "DELETE FROM entry",
	[STATEMENT_MARK] = "SELECT closed, rootpage FROM log, sqlite_master WHERE type = 'table' AND name = 'log'",
	[STATEMENT_TOUCH] = "PRAGMA application_id = " SQLITE_DB_TEXT(SQLITE_DB_APPLICATION_ID),
	[STATEMENT_BEGIN] = "BEGIN IMMEDIATE",
	[STATEMENT_COMMIT] = "COMMIT",
	[STATEMENT_ROLLBACK] = "ROLLBACK",
};
MFA_TABLE_FITS(sql, STATEMENT_COUNT);

static int from_system(int error, int otherwise)
{
	switch (error) {
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return -ENOSPC;
	case EROFS:
	case EACCES:
	case EPERM:
	case ENOENT:
	case ENOMEM:
		return -error;
	default:
		return -otherwise;
	}
}

int sqlite_db_error(const struct sqlite_db *db)
{
	if (db->db == NULL)
		return -ENOMEM;
	switch (sqlite3_errcode(db->db) & 0xff) {
	case SQLITE_FULL: return -ENOSPC;
	case SQLITE_READONLY: return from_system(sqlite3_system_errno(db->db), EROFS);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_PROTOCOL: return -EBUSY;
	case SQLITE_ERROR:	/* our statements are fixed: the tables aren't ours */
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_FORMAT: return -EMEDIUMTYPE;
	case SQLITE_NOMEM: return -ENOMEM;
	case SQLITE_PERM: return -EACCES;
	default: return from_system(sqlite3_system_errno(db->db), EIO);
	}
}

static int64_t now_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Another process holds the file: again, after a random while that grows, for a bounded time. */
static int on_busy(void *ctx, int count)
{
	struct sqlite_db *db = ctx;
	int64_t most = 100000L << (count < 6 ? count : 6);	/* nanoseconds */
	struct timespec pause = { 0, 20000 };

	if (count == 0)
		db->busy_since = now_ms();
	else if (now_ms() - db->busy_since > BUSY_LIMIT_MS)
		return 0;
	pause.tv_nsec += rand_r(&db->seed) % most;
	(void)nanosleep(&pause, NULL);
	return 1;
}

static bool is_local(const char *path, int *error)
{
	/* linux/magic.h and, for those that it lacks, the kernel's sources. */
	static const long remote[] = {
		0x6969 /* NFS */, (long)0xff534d42 /* CIFS */, (long)0xfe534d42 /* SMB2 */,
		0x517b /* SMB */, 0x65735546 /* FUSE */, 0x5346414f /* AFS */, 0x6b414653 /* kAFS */,
		0x73757245 /* Coda */, 0x00c36400 /* Ceph */, 0x01021997 /* 9P */,
		0x0bd00bd0 /* Lustre */, 0x47504653 /* GPFS */, 0x01161970 /* GFS2 */,
		0x7461636f /* OCFS2 */, 0x564c /* NCP */,
	};
	struct statfs fs;
	size_t i;

	*error = 0;
	if (statfs(path, &fs) != 0) {
		*error = -errno;
		return false;
	}
	for (i = 0; i < sizeof(remote) / sizeof(remote[0]); i++)
		if ((uint32_t)fs.f_type == (uint32_t)remote[i])
			return false;
	return true;
}

int sqlite_db_check_file(const char *path, dev_t *dev, ino_t *ino)
{
	struct stat st;
	int r;

	if (lstat(path, &st) != 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EMEDIUMTYPE;
	if (st.st_uid != geteuid() || (st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		return -EACCES;
	if (!is_local(path, &r))
		return r != 0 ? r : -EREMOTE;
	*dev = st.st_dev;
	*ino = st.st_ino;
	return 0;
}

int sqlite_db_ask(struct sqlite_db *db, const char *text, int64_t *out)
{
	sqlite3_stmt *statement = NULL;
	int r = sqlite3_prepare_v2(db->db, text, -1, &statement, NULL);

	if (r == SQLITE_OK)
		r = sqlite3_step(statement);
	*out = r == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
	(void)sqlite3_finalize(statement);
	if (r == SQLITE_ROW || r == SQLITE_DONE)
		return r == SQLITE_ROW ? 0 : -ENODATA;
	return sqlite_db_error(db);
}

int sqlite_db_read_file(struct sqlite_db *db, void *out, size_t len, int64_t at)
{
	sqlite3_file *file = NULL;
	int r = sqlite3_file_control(db->db, "main", SQLITE_FCNTL_FILE_POINTER, &file);

	if (r != SQLITE_OK || file == NULL || file->pMethods == NULL)
		return -EIO;
	r = file->pMethods->xRead(file, out, (int)len, at);
	if (r == SQLITE_IOERR_SHORT_READ)
		return -ENODATA;
	return r == SQLITE_OK ? 0 : -EIO;
}

/* Before SQLite reads: beside a file with nothing in it, it removes the log, which may have all that was written. */
static int check_form(struct sqlite_db *db)
{
	static const char form[16] = "SQLite format 3";
	char found[sizeof(form)];
	int r = sqlite_db_read_file(db, found, sizeof(found), 0);

	if (r != 0 && r != -ENODATA)
		return r;
	return r == 0 && memcmp(found, form, sizeof(form)) == 0 ? 0 : -EMEDIUMTYPE;
}

static int check_header(struct sqlite_db *db)
{
	int64_t application, version;
	int r = sqlite_db_ask(db, "PRAGMA application_id", &application);

	if (r == 0)
		r = sqlite_db_ask(db, "PRAGMA user_version", &version);
	if (r != 0)
		return r;
	if (application != SQLITE_DB_APPLICATION_ID || version < 1)
		return -EMEDIUMTYPE;
	return version > SQLITE_DB_SCHEMA_VERSION ? -EPROTONOSUPPORT : 0;
}

static int configure(struct sqlite_db *db)
{
	int keep = 1;

	(void)sqlite3_extended_result_codes(db->db, 1);
	(void)sqlite3_busy_handler(db->db, on_busy, db);
	(void)sqlite3_db_config(db->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	(void)sqlite3_db_config(db->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	/* The log outlives each process that uses it: a helper that folded it back and removed
	 * it would cost the next one its making. */
	(void)sqlite3_db_config(db->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	(void)sqlite3_file_control(db->db, "main", SQLITE_FCNTL_PERSIST_WAL, &keep);
	return sqlite3_exec(db->db, "PRAGMA synchronous = FULL; PRAGMA cell_size_check = ON;"
			    "PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 0;"
			    /* The upper pages of a million accounts, in KiB. */
			    "PRAGMA cache_size = -32768;",
			    NULL, NULL, NULL) == SQLITE_OK ? 0 : sqlite_db_error(db);
}

int sqlite_db_open(const char *path, struct sqlite_db *out)
{
	int r;

	memset(out, 0, sizeof(*out));
	out->seed = (unsigned)(now_ms() ^ getpid() ^ (long)(uintptr_t)out);
	if (sqlite3_open_v2(path, &out->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
	    SQLITE_OK) {
		r = sqlite_db_error(out);
		sqlite_db_close(out);
		return r;
	}
	r = check_form(out);
	/* SQLite falls back to reading where it may not write. */
	if (r == 0 && sqlite3_db_readonly(out->db, "main") == 1)
		r = access(path, W_OK) != 0 && errno == EROFS ? -EROFS : -EACCES;
	if (r == 0)
		r = configure(out);
	if (r == 0)
		r = check_header(out);
	if (r != 0)
		sqlite_db_close(out);
	return r;
}

int sqlite_db_open_unlocked(const char *uri, struct sqlite_db *out)
{
	int r;

	memset(out, 0, sizeof(*out));
	if (sqlite3_open_v2(uri, &out->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL) ==
	    SQLITE_OK)
		r = check_form(out);
	else
		r = sqlite_db_error(out);
	if (r != 0)
		sqlite_db_close(out);
	return r;
}

/* What integrity_check says of a fault.  What it could not read just now says nothing of the file. */
static int fault_of(const char *said)
{
	static const char reason[] = "error code=";
	const char *code = said != NULL ? strstr(said, reason) : NULL;

	if (said == NULL)
		return -ENOMEM;
	switch (code != NULL ? strtol(code + sizeof(reason) - 1, NULL, 10) & 0xff : SQLITE_CORRUPT) {
	case SQLITE_NOMEM: return -ENOMEM;
	case SQLITE_IOERR: return -EIO;
	default: return -EMEDIUMTYPE;
	}
}

int sqlite_db_verify(struct sqlite_db *db)
{
	sqlite3_stmt *statement = NULL;
	const char *said;
	int r;

	if (sqlite3_prepare_v2(db->db, "PRAGMA integrity_check(1)", -1, &statement, NULL) != SQLITE_OK)
		return sqlite_db_error(db);
	/* The word that it is sound is "ok"; else each row is a fault. */
	if (sqlite3_step(statement) != SQLITE_ROW) {
		r = sqlite_db_error(db);
	} else {
		said = (const char *)sqlite3_column_text(statement, 0);
		r = said != NULL && strcmp(said, "ok") == 0 ? 0 : fault_of(said);
	}
	(void)sqlite3_finalize(statement);
	return r;
}

void sqlite_db_close(struct sqlite_db *db)
{
	size_t i;

	for (i = 0; i < STATEMENT_COUNT; i++)
		(void)sqlite3_finalize(db->statements[i]);
	(void)sqlite3_close(db->db);
	memset(db, 0, sizeof(*db));
}

sqlite3_stmt *sqlite_db_statement(struct sqlite_db *db, enum sqlite_statement which)
{
	sqlite3_stmt **statement = &db->statements[which];

	if (*statement == NULL &&
	    sqlite3_prepare_v3(db->db, sql[which], -1, SQLITE_PREPARE_PERSISTENT, statement, NULL) !=
	    SQLITE_OK)
		return NULL;
	(void)sqlite3_reset(*statement);
	return *statement;
}

int sqlite_db_run(struct sqlite_db *db, sqlite3_stmt *statement)
{
	int r;

	if (statement == NULL)
		return sqlite_db_error(db);
	r = sqlite3_step(statement) == SQLITE_DONE ? 0 : sqlite_db_error(db);
	(void)sqlite3_reset(statement);
	return r;
}
