/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/sqlite_mark.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* What of a path means something else in a URI (sqlite.org/uri.html), or is not printable. */
static bool is_plain(unsigned char c)
{
	return c > ' ' && c < 0x7f && strchr("%?#", c) == NULL;
}

/* NULL: no memory. */
static char *immutable_uri(const char *path)
{
	static const char begin[] = "file://", end[] = "?immutable=1", hex[] = "0123456789abcdef";
	char *uri = malloc(sizeof(begin) + 3 * strlen(path) + sizeof(end)), *at = uri;

	if (uri == NULL)
		return NULL;
	at = mempcpy(at, begin, sizeof(begin) - 1);
	for (; *path != '\0'; path++) {
		unsigned char c = (unsigned char)*path;

		if (is_plain(c)) {
			*at++ = (char)c;
		} else {
			*at++ = '%';
			*at++ = hex[c >> 4];
			*at++ = hex[c & 15];
		}
	}
	memcpy(at, end, sizeof(end));
	return uri;
}

/* The first number of the first row; SQLITE_ROW, SQLITE_DONE or an error of SQLite's. */
static int ask(struct sqlite_db *db, const char *sql, int *out)
{
	sqlite3_stmt *statement = NULL;
	int r = sqlite3_prepare_v2(db->db, sql, -1, &statement, NULL);

	if (r == SQLITE_OK)
		r = sqlite3_step(statement);
	*out = r == SQLITE_ROW ? sqlite3_column_int(statement, 0) : 0;
	(void)sqlite3_finalize(statement);
	return r;
}

int sqlite_mark_read(struct sqlite_db *db, enum sqlite_mark *out)
{
	int tables, closed;

	*out = SQLITE_MARK_NONE;
	if (ask(db, "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'log'", &tables) != SQLITE_ROW)
		return sqlite_db_error(db);
	if (tables == 0)
		return 0;
	switch (ask(db, "SELECT closed FROM log", &closed)) {
	case SQLITE_ROW:
		*out = closed == 1 ? SQLITE_MARK_CLOSED : SQLITE_MARK_OPEN;
		return 0;
	case SQLITE_DONE:
		*out = SQLITE_MARK_OPEN;
		return 0;
	default:
		return sqlite_db_error(db);
	}
}

int sqlite_mark_peek(const char *path, bool verify, enum sqlite_mark *out)
{
	struct sqlite_db db = { 0 };
	char *uri = immutable_uri(path);
	int r;

	*out = SQLITE_MARK_NONE;
	if (uri == NULL)
		return -ENOMEM;
	r = sqlite_db_open_unlocked(uri, &db);
	if (r == 0)
		r = sqlite_mark_read(&db, out);
	if (r == 0 && verify)
		r = sqlite_db_verify(&db);
	sqlite_db_close(&db);
	free(uri);
	return r;
}

int sqlite_mark_write(struct sqlite_db *db, enum sqlite_mark mark)
{
	static const char open[] = "BEGIN IMMEDIATE; CREATE TABLE IF NOT EXISTS log(closed INTEGER NOT NULL);"
				   "DELETE FROM log; INSERT INTO log VALUES(0); COMMIT";
	static const char closed[] = "BEGIN IMMEDIATE; CREATE TABLE IF NOT EXISTS log(closed INTEGER NOT NULL);"
				     "DELETE FROM log; INSERT INTO log VALUES(1); COMMIT";
	int r = 0;

	if (sqlite3_exec(db->db, mark == SQLITE_MARK_CLOSED ? closed : open, NULL, NULL, NULL) != SQLITE_OK)
		r = sqlite_db_error(db);
	if (sqlite3_get_autocommit(db->db) == 0)
		(void)sqlite3_exec(db->db, "ROLLBACK", NULL, NULL, NULL);
	return r;
}

int sqlite_mark_open(struct sqlite_db *db)
{
	enum sqlite_mark mark;
	int r = sqlite_mark_read(db, &mark);

	if (r != 0 || mark == SQLITE_MARK_OPEN)
		return r;
	r = sqlite_mark_write(db, SQLITE_MARK_OPEN);
	if (r == 0)
		(void)sqlite3_wal_checkpoint_v2(db->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	return r;
}
