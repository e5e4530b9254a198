/* SPDX-License-Identifier: BSD-2-Clause */
/* What the store's own file says of its log: a log that is missed, and one that need not be. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include "database.h"
#include "store/store.h"

/* A daemon that ends while somebody else has the store open leaves the log to him, and to be missed. */
static void test_fold_among_others(void **state)
{
	struct database *d = *state;
	struct mfa_store *s;
	uint64_t version;
	int go[2], ready[2], n, status;
	pid_t pid;

	make_settled(d);
	assert_int_equal(pipe(go), 0);
	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		(void)close(go[1]);
		if (mfa_store_open(d->url, MFA_STORE_OPEN_BRIEFLY, &s) != 0 || get(s, "k", &n, &version) != 0 ||
		    write(ready[1], "", 1) != 1 || read(go[0], &n, 1) != 1)
			_exit(1);
		_exit(get(s, "k", &n, &version) != 0 || put(s, "k", version, n + 1, NULL) != 0);
	}
	assert_int_equal(read(ready[0], &n, 1), 1);
	version = open_with(d, MFA_STORE_OPEN, 1);
	assert_int_equal(put(d->store, "k", version, 5, NULL), 0);
	close_folded(d);
	assert_true(is_there(d, "-wal"));
	assert_int_equal(write(go[1], "", 1), 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(mfa_store_open(d->url, MFA_STORE_OPEN_BRIEFLY, &s), 0);
	assert_int_equal(get(s, "k", &n, &version), 0);
	assert_int_equal(n, 6);
	mfa_store_close(&s);
	remove_file(d, "-wal");
	assert_int_equal(mfa_store_open(d->url, MFA_STORE_OPEN_BRIEFLY, &s), -ESTALE);
	(void)close(go[0]);
	(void)close(go[1]);
	(void)close(ready[0]);
	(void)close(ready[1]);
}

/* With its log what was written last is lost, so what was used would be good again. */
static void test_log_missing(void **state)
{
	static const enum mfa_store_open_flags hows[] = { MFA_STORE_OPEN, MFA_STORE_OPEN_BRIEFLY };
	struct database *d = *state;
	struct mfa_store *s;
	uint64_t version;
	size_t i;
	int n;

	for (i = 0; i < ROWS(hows); i++) {
		make_settled(d);
		be_killed_writing(d, hows[i]);
		assert_int_equal(mfa_store_open(d->url, MFA_STORE_OPEN, &s), 0);
		assert_int_equal(get(s, "k", &n, &version), 0);
		assert_int_equal(n, 2);
		mfa_store_close(&s);
		be_killed_writing(d, hows[i]);
		remove_file(d, "-wal");
		remove_file(d, "-shm");
		assert_int_equal(mfa_store_open(d->url, MFA_STORE_OPEN, &s), -ESTALE);
		assert_int_equal(mfa_store_open(d->url, MFA_STORE_OPEN_BRIEFLY, &s), -ESTALE);
		/* Nobody goes on in another one. */
		assert_false(is_there(d, "-wal"));
		assert_false(is_there(d, "-shm"));
		assert_int_equal(mfa_store_open(d->url, MFA_STORE_LOOK, &s), -ESTALE);
		assert_int_equal(mfa_store_open(d->url, MFA_STORE_ACCEPT, &s), 0);
		mfa_store_close(&s);
		/* All that was accepted is in one file. */
		assert_false(is_there(d, "-wal"));
		assert_int_equal(mfa_store_open(d->url, MFA_STORE_OPEN_BRIEFLY, &s), 0);
		assert_int_equal(get(s, "k", &n, &version), 0);
		mfa_store_close(&s);
		be_killed_writing(d, hows[i]);
		remove_file(d, "-wal");
		assert_int_equal(mfa_store_open(d->url, MFA_STORE_OPEN, &s), -ESTALE);
	}
}

static void remove_if_there(const struct database *d, const char *end)
{
	if (is_there(d, end))
		remove_file(d, end);
}

/* A log that is there says nothing of the mark: it is what a daemon has left, or a helper that was killed at once.
 * Whoever writes to it marks the file. */
static void test_log_missing_again(void **state)
{
	static const enum mfa_store_open_flags hows[] = { MFA_STORE_OPEN, MFA_STORE_OPEN_BRIEFLY };
	struct database *d = *state;
	char name[DATABASE_NAME];
	size_t i;
	int fd;

	for (i = 0; i < 2 * ROWS(hows); i++) {
		if (i % 2 == 0) {
			make_folded(d);
		} else {
			make_settled(d);
			name_file(d, "-wal", name);
			fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
			assert_true(fd >= 0);
			(void)close(fd);
		}
		be_killed_writing(d, hows[i / 2]);
		remove_file(d, "-wal");
		remove_if_there(d, "-shm");
		assert_int_equal(mfa_store_open(d->url, MFA_STORE_OPEN, &d->store), -ESTALE);
		assert_int_equal(mfa_store_open(d->url, MFA_STORE_OPEN_BRIEFLY, &d->store), -ESTALE);
	}
}

/* Reads what is there now until it is told to end. */
static pid_t begin_reading(const struct database *d, int ends[2])
{
	int ready[2];
	sqlite3 *db;
	pid_t pid;
	char c;

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		(void)close(ends[1]);
		if (sqlite3_open(d->path, &db) != SQLITE_OK ||
		    sqlite3_exec(db, "BEGIN; SELECT * FROM entry", NULL, NULL, NULL) != SQLITE_OK ||
		    write(ready[1], "", 1) != 1)
			_exit(1);
		_exit(read(ends[0], &c, 1) != 0);
	}
	assert_true(pid > 0);
	assert_int_equal(read(ready[0], &c, 1), 1);
	(void)close(ready[0]);
	(void)close(ready[1]);
	(void)close(ends[0]);
	return pid;
}

/* Somebody who reads on keeps the mark out of the file: that keeps nobody out, and is made good when he has ended, by
 * whoever has waited in vain, or by the next one who writes. */
static void test_mark_waits(void **state)
{
	struct database *d = *state;
	uint64_t version;
	int ends[2], status, i;
	pid_t pid;

	for (i = 0; i < 2; i++) {
		make_folded(d);
		pid = begin_reading(d, ends);
		version = open_with(d, MFA_STORE_OPEN_BRIEFLY, 1);
		assert_int_equal(put(d->store, "k", version, 2, &version), 0);
		if (i == 1)
			mfa_store_close(&d->store);
		(void)close(ends[1]);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
		if (i == 0) {
			assert_int_equal(mfa_store_upkeep(d->store), 0);
			mfa_store_close(&d->store);
		} else {
			be_killed_writing(d, MFA_STORE_OPEN_BRIEFLY);
		}
		remove_file(d, "-wal");
		remove_file(d, "-shm");
		assert_int_equal(use(d->url), -ESTALE);
	}
}

/* The index alone is made anew from the log. */
static void test_index_missing(void **state)
{
	struct database *d = *state;

	make_settled(d);
	be_killed_writing(d, MFA_STORE_OPEN);
	remove_file(d, "-shm");
	(void)open_with(d, MFA_STORE_OPEN, 2);
}

/* An older version's says nothing of its log, and is taken as that one took it; from then on it does. */
static void test_unmarked(void **state)
{
	static const enum mfa_store_open_flags hows[] = { MFA_STORE_OPEN, MFA_STORE_OPEN_BRIEFLY };
	struct database *d = *state;
	size_t i;

	for (i = 0; i < ROWS(hows); i++) {
		make_settled(d);
		run_sql(d, "DROP TABLE log");
		assert_false(is_there(d, "-wal"));
		(void)open_with(d, hows[i], 1);
		close_with_log(d);
		remove_file(d, "-wal");
		assert_int_equal(mfa_store_open(d->url, hows[i], &d->store), -ESTALE);
	}
	/* With its log, a helper leaves it for when it keeps house. */
	make_new(d);
	close_with_log(d);
	run_sql(d, "DROP TABLE log");
	assert_int_equal(mfa_store_open(d->url, MFA_STORE_OPEN_BRIEFLY, &d->store), 0);
	assert_int_equal(mfa_store_upkeep(d->store), 0);
	mfa_store_close(&d->store);
	remove_file(d, "-wal");
	assert_int_equal(mfa_store_open(d->url, MFA_STORE_OPEN, &d->store), -ESTALE);
}

/* Whoever only looks does not mark it: the older version may go on with it. */
static void test_look_at_unmarked(void **state)
{
	struct database *d = *state;

	make_settled(d);
	run_sql(d, "DROP TABLE log");
	(void)open_with(d, MFA_STORE_LOOK, 1);
	mfa_store_close(&d->store);
	assert_false(is_there(d, "-wal"));
	run_sql(d, "CREATE TABLE log(is_not_there INTEGER)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_fold_among_others), TEST(test_log_missing), TEST(test_log_missing_again),
		TEST(test_mark_waits), TEST(test_index_missing), TEST(test_unmarked),
		TEST(test_look_at_unmarked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
