/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading: a few connections besides the writer's, each opened when it is first needed. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "clock/clock.h"
#include "store/sqlite_store.h"

#define LIST_CHUNK 200

static int take_reader(struct sqlite_store *s, struct sqlite_db **out)
{
	size_t i;
	int r = 0;

	*out = NULL;
	(void)pthread_mutex_lock(&s->readers_lock);
	for (;;) {
		for (i = 0; i < SQLITE_STORE_READERS && s->reader_used[i]; i++)
			;
		if (i < SQLITE_STORE_READERS && !s->mending)
			break;
		(void)pthread_cond_wait(&s->reader_free, &s->readers_lock);
	}
	s->reader_used[i] = true;
	(void)pthread_mutex_unlock(&s->readers_lock);
	if (!s->reader_open[i]) {
		r = sqlite_db_open(s->files.paths[SQLITE_FILE_STORE], &s->readers[i]);
		/* Nor may a reader stay open on what was put in its place for a moment. */
		if (r == 0)
			r = sqlite_store_check(s);
		if (r != 0)
			sqlite_db_close(&s->readers[i]);
		s->reader_open[i] = r == 0;
	}
	*out = &s->readers[i];
	return r;
}

/* r: what was met with it.  Returns that. */
static int give_reader(struct sqlite_store *s, const struct sqlite_db *db, int r)
{
	(void)pthread_mutex_lock(&s->readers_lock);
	s->reader_used[db - s->readers] = false;
	(void)pthread_cond_broadcast(&s->reader_free);	/* also to who wants them all */
	(void)pthread_mutex_unlock(&s->readers_lock);
	return sqlite_store_doubt(s, r);
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

int sqlite_store_get(void *handle, const char *key, struct mfa_entry *out)
{
	struct sqlite_store *s = handle;
	struct sqlite_db *db;
	int r = sqlite_store_check(s);

	if (r != 0)
		return r;
	/* The writer's pages are those of the last commit, where a reader would have to fetch them
	 * from the log; and a helper that serves one sign-in needs but one connection. */
	if (sqlite_store_borrow_lead(s)) {
		r = sqlite_store_mend(s);
		if (r == 0)
			r = sqlite_store_doubt(s, get_with(&s->writer, key, out));
		sqlite_store_return_lead(s);
		return r;
	}
	r = take_reader(s, &db);
	if (r == 0)
		r = get_with(db, key, out);
	return give_reader(s, db, r);
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

int sqlite_store_list(void *handle, const char *prefix, mfa_store_list_fn *fn, void *ctx)
{
	struct sqlite_store *s = handle;
	struct listed *rows = calloc(LIST_CHUNK, sizeof(*rows));
	char after[MFA_STORE_KEY_MAX + 1] = "";
	size_t len = strlen(prefix), count = 0, i;
	struct sqlite_db *db;
	int r = rows != NULL ? sqlite_store_check(s) : -ENOMEM;

	/* "after" is exclusive, so a key that equals the prefix is looked up by itself. */
	if (r == 0 && len > 0) {
		r = sqlite_store_get(s, prefix, &rows[0].entry);
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
		r = give_reader(s, db, r);
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
	/* What is not in the list is not there, unless the store had gone meanwhile. */
	return r == 0 ? sqlite_store_check(s) : r;
}

int sqlite_store_count(void *handle, const char *prefix, uint64_t *out)
{
	struct sqlite_store *s = handle;
	uint8_t end[MFA_STORE_KEY_MAX + 1];
	sqlite3_stmt *count = NULL;
	struct sqlite_db *db;
	size_t end_len;
	int r = sqlite_store_check(s);

	if (r != 0)
		return r;
	/* Behind the last key that there can be. */
	if (!prefix_end(prefix, end, &end_len)) {
		memset(end, 0xff, sizeof(end));
		end_len = sizeof(end);
	}
	r = take_reader(s, &db);
	if (r == 0) {
		count = sqlite_db_statement(db, STATEMENT_HOW_MANY);
		r = count != NULL ? 0 : sqlite_db_error(db);
	}
	if (r == 0) {
		(void)sqlite3_bind_blob(count, 1, prefix, (int)strlen(prefix), SQLITE_STATIC);
		(void)sqlite3_bind_blob(count, 2, end, (int)end_len, SQLITE_STATIC);
		if (sqlite3_step(count) == SQLITE_ROW)
			*out = (uint64_t)sqlite3_column_int64(count, 0);
		else
			r = sqlite_db_error(db);
		(void)sqlite3_reset(count);
	}
	return give_reader(s, db, r);
}

int sqlite_store_verify(void *handle)
{
	struct sqlite_store *s = handle;
	struct sqlite_db *db;
	int r = sqlite_store_check(s);

	if (r != 0)
		return r;
	r = take_reader(s, &db);
	if (r == 0)
		r = sqlite_db_verify(db);
	return give_reader(s, db, r);
}
