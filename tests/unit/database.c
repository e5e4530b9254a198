/* SPDX-License-Identifier: BSD-2-Clause */
#include "database.h"

#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

int database_set_up(void **state)
{
	struct database *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return -1;
	*state = d;
	if (scratch_make(d->folder, d->url) != 0)
		return -1;
	(void)snprintf(d->path, sizeof(d->path), "%s/db", d->folder);
	return mfa_store_open(d->url, MFA_STORE_CREATE, &d->store);
}

int database_tear_down(void **state)
{
	struct database *d = *state;
	int r;

	mfa_store_close(&d->store);
	r = scratch_remove(d->folder);
	free(d);
	return r;
}

int put(struct mfa_store *s, const char *key, uint64_t version, int number, uint64_t *out)
{
	char text[16];

	(void)snprintf(text, sizeof(text), "%d", number);
	return mfa_store_put_if(s, key, version, (const uint8_t *)text, strlen(text) + 1, 0, out);
}

int get(struct mfa_store *s, const char *key, int *number, uint64_t *version)
{
	struct mfa_entry e;
	int r = mfa_store_get(s, key, &e);

	*number = r == 0 ? (int)strtol((const char *)e.value, NULL, 10) : 0;
	*version = e.version;
	mfa_entry_release(&e);
	return r;
}

int count_entry(void *ctx, const char *key, const struct mfa_entry *entry)
{
	(void)key, (void)entry;
	++*(int *)ctx;
	return 0;
}

void name_file(const struct database *d, const char *end, char out[DATABASE_NAME])
{
	(void)snprintf(out, DATABASE_NAME, "%s%s", d->path, end);
}

bool is_there(const struct database *d, const char *end)
{
	char name[DATABASE_NAME];

	name_file(d, end, name);
	return access(name, F_OK) == 0;
}

void remove_file(const struct database *d, const char *end)
{
	char name[DATABASE_NAME];

	name_file(d, end, name);
	assert_int_equal(unlink(name), 0);
}

void remove_files(const struct database *d)
{
	static const char *const ends[] = { "", "-wal", "-shm" };
	char name[DATABASE_NAME];
	size_t i;

	for (i = 0; i < ROWS(ends); i++) {
		name_file(d, ends[i], name);
		(void)unlink(name);
	}
}

void make_new(struct database *d)
{
	mfa_store_close(&d->store);
	remove_files(d);
	assert_int_equal(mfa_store_open(d->url, MFA_STORE_CREATE, &d->store), 0);
	assert_int_equal(put(d->store, "k", 0, 1, NULL), 0);
}

void make_settled(struct database *d)
{
	make_new(d);
	mfa_store_close(&d->store);
	assert_false(is_there(d, "-wal"));
	assert_false(is_there(d, "-shm"));
}

void make_folded(struct database *d)
{
	make_settled(d);
	assert_int_equal(mfa_store_open(d->url, MFA_STORE_OPEN, &d->store), 0);
	close_folded(d);
	assert_true(is_there(d, "-wal"));
	assert_true(is_there(d, "-shm"));
}

void close_folded(struct database *d)
{
	mfa_store_fold(d->store);
	mfa_store_close(&d->store);
}

void close_with_log(struct database *d)
{
	uint64_t version;
	int n;

	mfa_store_close(&d->store);
	assert_int_equal(mfa_store_open(d->url, MFA_STORE_OPEN_BRIEFLY, &d->store), 0);
	assert_int_equal(get(d->store, "k", &n, &version), 0);
	assert_int_equal(put(d->store, "k", version, n, NULL), 0);
	mfa_store_close(&d->store);
	assert_true(is_there(d, "-wal"));
}

uint64_t open_with(struct database *d, enum mfa_store_open_flags how, int number)
{
	uint64_t version;
	int n;

	assert_int_equal(mfa_store_open(d->url, how, &d->store), 0);
	assert_int_equal(get(d->store, "k", &n, &version), 0);
	assert_int_equal(n, number);
	return version;
}

int use(const char *url)
{
	struct mfa_store *s;
	uint64_t version;
	int n, count = 0, r = mfa_store_open(url, MFA_STORE_OPEN, &s);

	if (r == 0)
		r = mfa_store_list(s, "", count_entry, &count);
	if (r == 0)
		r = get(s, "k", &n, &version);
	if (r == 0)
		r = put(s, "k", version, 2, NULL);
	mfa_store_close(&s);
	return r;
}

/* Killed, whoever had it open: whether the log is missed does not hang on who that was. */
void be_killed_writing(const struct database *d, enum mfa_store_open_flags how)
{
	struct mfa_store *s;
	uint64_t version;
	int n, status;
	pid_t pid = fork();

	if (pid == 0) {
		if (mfa_store_open(d->url, how, &s) == 0 && get(s, "k", &n, &version) == 0 &&
		    put(s, "k", version, n + 1, NULL) == 0)
			(void)kill(getpid(), SIGKILL);
		_exit(1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
}

void run_sql(const struct database *d, const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(d->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}
