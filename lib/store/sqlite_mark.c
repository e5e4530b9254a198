/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/sqlite_mark.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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

int sqlite_mark_read(struct sqlite_db *db, enum sqlite_mark *out)
{
	int64_t tables, closed;
	int r = sqlite_db_ask(db, "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'log'", &tables);

	*out = SQLITE_MARK_NONE;
	if (r != 0 || tables == 0)
		return r;
	/* Without a row nothing says that it is closed. */
	r = sqlite_db_ask(db, "SELECT closed FROM log", &closed);
	if (r != 0 && r != -ENODATA)
		return r;
	*out = closed == 1 ? SQLITE_MARK_CLOSED : SQLITE_MARK_OPEN;
	return 0;
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

/* Closed is 1.  Open is a number that no other mark has, of eight bytes wherever it is kept: so whoever finds those in
 * the page that the mark is in knows that the file is at least as new as the mark, whatever else is in that page. */
#define OPEN_LEAST 0x4000000000000000
#define MAKE "BEGIN IMMEDIATE; CREATE TABLE IF NOT EXISTS log(closed INTEGER NOT NULL);"

/* Waits for who reads what was before, for two seconds in all. */
#define ATTEMPTS 44
#define PAUSE_MOST_MS 50

static int run(struct sqlite_db *db, const char *sql)
{
	int r = sqlite3_exec(db->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : sqlite_db_error(db);

	if (r != 0 && sqlite3_get_autocommit(db->db) == 0)
		(void)sqlite3_exec(db->db, "ROLLBACK", NULL, NULL, NULL);
	return r;
}

/* The mark as the connection sees it (0: none), and the number of its page.  Returns 0 or a negative errno. */
static int look(struct sqlite_db *db, int64_t *mark, int64_t *page)
{
	sqlite3_stmt *statement = sqlite_db_statement(db, STATEMENT_MARK);
	int r = statement != NULL ? sqlite3_step(statement) : sqlite3_errcode(db->db);

	*mark = r == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
	*page = r == SQLITE_ROW ? sqlite3_column_int64(statement, 1) : 0;
	/* An older version's store has no such table. */
	r = r == SQLITE_ROW || r == SQLITE_DONE || r == SQLITE_ERROR ? 0 : sqlite_db_error(db);
	if (statement != NULL)
		(void)sqlite3_reset(statement);
	return r;
}

/* Returns 0: it is; -EAGAIN: it is not; or another negative errno, and nobody knows. */
static int find_in_file(struct sqlite_db *db, int64_t mark, int64_t page)
{
	uint64_t wanted = htobe64((uint64_t)mark);
	uint8_t size_text[2], *content;
	size_t size;
	int r = sqlite_db_read_file(db, size_text, sizeof(size_text), 16);

	if (r != 0)
		return r == -ENODATA ? -EAGAIN : r;
	/* sqlite.org/fileformat2.html: 1 is 65536. */
	size = (size_t)size_text[0] << 8 | size_text[1];
	if (size == 1)
		size = 65536;
	content = malloc(size);
	if (content == NULL)
		return -ENOMEM;
	r = sqlite_db_read_file(db, content, size, (page - 1) * (int64_t)size);
	/* It ends before that page: it is to get longer. */
	if (r == -ENODATA || (r == 0 && memmem(content, size, &wanted, sizeof(wanted)) == NULL))
		r = -EAGAIN;
	free(content);
	return r;
}

int sqlite_mark_check(struct sqlite_db *db, int64_t *known)
{
	int64_t mark, page;
	int r = look(db, &mark, &page);

	if (r == 0 && mark < OPEN_LEAST)
		r = -EAGAIN;
	if (r == 0 && mark != *known)
		r = find_in_file(db, mark, page);
	if (r == 0)
		*known = mark;
	return r;
}

/* Returns 0: all of the log is in the file; -EAGAIN: somebody reads what was before; or a negative errno. */
static int fold(struct sqlite_db *db)
{
	int pages = 0, folded = 0;
	int r = sqlite3_wal_checkpoint_v2(db->db, NULL, SQLITE_CHECKPOINT_PASSIVE, &pages, &folded);

	if (r == SQLITE_OK)
		return pages == folded ? 0 : -EAGAIN;
	r = sqlite_db_error(db);
	return r == -EBUSY ? -EAGAIN : r;
}

static void rest(int attempt)
{
	int ms = attempt < 6 && 1 << attempt < PAUSE_MOST_MS ? 1 << attempt : PAUSE_MOST_MS;
	struct timespec pause = { 0, ms * 1000000L };

	(void)nanosleep(&pause, NULL);
}

/* Somebody else may have done it meanwhile. */
static int write_open(struct sqlite_db *db)
{
	static const char sql[] = MAKE
		"DELETE FROM log WHERE closed < 0x4000000000000000;"
		"INSERT INTO log SELECT (random() & 0x3fffffffffffffff) | 0x4000000000000000"
		" WHERE NOT EXISTS (SELECT 1 FROM log); COMMIT";
	int r = run(db, sql);

	if (r != -ENOSPC)
		return r;
	/* A log that is folded back begins anew, with room. */
	(void)fold(db);
	return run(db, sql);
}

int sqlite_mark_open(struct sqlite_db *db, bool waits, int64_t *known)
{
	int64_t page;
	int i, r, folded;

	for (i = 0;; i++) {
		r = sqlite_mark_check(db, known);
		if (r != -EAGAIN)
			return r;
		r = write_open(db);
		if (r != 0)
			return r;
		folded = fold(db);
		r = sqlite_mark_check(db, known);
		/* A disk that is full takes it later, as it does when somebody has ended; what else failed is no reason to go
		 * on without. */
		if (r == -EAGAIN && folded != 0 && folded != -EAGAIN && folded != -ENOSPC)
			return folded;
		if (r != -EAGAIN || !waits || i == ATTEMPTS || folded == -ENOSPC)
			break;
		rest(i);
	}
	if (r == -EAGAIN && look(db, known, &page) != 0)
		*known = 0;
	return r;
}

/* With all of the log in the file nobody may have added to it by then. */
static int try_close(struct sqlite_db *db)
{
	int64_t before, after;
	int r;

	r = sqlite_db_ask(db, "PRAGMA data_version", &before);
	if (r == 0)
		r = fold(db);
	if (r == 0)
		r = run(db, MAKE);
	if (r != 0)
		return r;
	r = sqlite_db_ask(db, "PRAGMA data_version", &after);
	if (r == 0 && after != before)
		r = -EAGAIN;
	if (r == 0)
		return run(db, "DELETE FROM log; INSERT INTO log VALUES(1); COMMIT");
	(void)sqlite3_exec(db->db, "ROLLBACK", NULL, NULL, NULL);
	return r;
}

int sqlite_mark_close(struct sqlite_db *db)
{
	enum sqlite_mark mark;
	int i, r = sqlite_mark_read(db, &mark);

	if (r != 0 || mark == SQLITE_MARK_CLOSED)
		return r;
	for (i = 0; (r = try_close(db)) == -EAGAIN && i < ATTEMPTS; i++)
		rest(i);
	return r;
}
