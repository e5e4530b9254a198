/* SPDX-License-Identifier: BSD-2-Clause */
/* What is SQLite's own: its file, several processes, kill -9. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "database.h"
#include "store/store.h"

#define PROCESSES 8
#define INCREMENTS 40
#define KILLS 100
#define CREATIONS 20
#define HELPERS 120
#define HELPER_PAGES 50

static int increment(const char *url, int times, int tell)
{
	struct mfa_store *s;
	uint64_t version;
	int n = 0, r, i;

	if (mfa_store_open(url, MFA_STORE_OPEN, &s) != 0)
		return 1;
	for (i = 0; i < times; i++) {
		do {
			r = get(s, "n", &n, &version);
			if (r == 0)
				r = put(s, "n", version, n + 1, NULL);
		} while (r == -EAGAIN);
		n++;
		if (r != 0 || (tell >= 0 && write(tell, &n, sizeof(n)) != sizeof(n)))
			return 2;
	}
	mfa_store_close(&s);
	return 0;
}

static void test_processes(void **state)
{
	struct database *d = *state;
	pid_t pids[PROCESSES];
	uint64_t version;
	int i, n, status;

	assert_int_equal(put(d->store, "n", 0, 0, NULL), 0);
	for (i = 0; i < PROCESSES; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			_exit(increment(d->url, INCREMENTS, -1));
		assert_true(pids[i] > 0);
	}
	for (i = 0; i < PROCESSES; i++) {
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_int_equal(status, 0);
	}
	assert_int_equal(get(d->store, "n", &n, &version), 0);
	assert_int_equal(n, PROCESSES * INCREMENTS);
}

/* What was told to be written is there, whenever its writer was killed. */
static void test_kill(void **state)
{
	struct database *d = *state;
	uint64_t version;
	int i, n, told, last = 0, fds[2], status;

	assert_int_equal(put(d->store, "n", 0, 0, NULL), 0);
	mfa_store_close(&d->store);
	for (i = 0; i < KILLS; i++) {
		struct timespec pause = { 0, 2000000 + (i * 7919 % 60) * 100000 };
		pid_t pid;

		assert_int_equal(pipe(fds), 0);
		pid = fork();
		if (pid == 0)
			_exit(increment(d->url, 1000000, fds[1]));
		(void)close(fds[1]);
		/* The first has written something, however slow the machine is; others may be killed before that. */
		if (i == 0)
			assert_int_equal(read(fds[0], &last, sizeof(last)), sizeof(last));
		(void)nanosleep(&pause, NULL);
		(void)kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		while (read(fds[0], &told, sizeof(told)) == sizeof(told))
			last = told;
		(void)close(fds[0]);
		assert_int_equal(mfa_store_open(d->url, MFA_STORE_OPEN, &d->store), 0);
		assert_int_equal(get(d->store, "n", &n, &version), 0);
		/* One more may have been written and not told. */
		assert_in_range(n, last, last + 1);
		last = n;
		mfa_store_close(&d->store);
	}
	assert_true(last > 0);
}

/* Killed while it is made, a store is there as a whole or not at all. */
static void test_kill_create(void **state)
{
	struct database *d = *state;
	struct mfa_store *s;
	char url[96], path[80], wal[96], shm[96], fresh[96];
	int i, status, r, made = 0, absent = 0;

	(void)snprintf(path, sizeof(path), "%s/new", d->folder);
	(void)snprintf(wal, sizeof(wal), "%s-wal", path);
	(void)snprintf(shm, sizeof(shm), "%s-shm", path);
	(void)snprintf(fresh, sizeof(fresh), "%s.new", path);
	(void)snprintf(url, sizeof(url), "sqlite://%s", path);
	for (i = 0; i < 40; i++) {
		struct timespec pause = { 0, i * 500000 };
		pid_t pid = fork();

		if (pid == 0)
			_exit(mfa_store_open(url, MFA_STORE_CREATE, &s) != 0);
		(void)nanosleep(&pause, NULL);
		(void)kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		r = mfa_store_open(url, MFA_STORE_OPEN, &s);
		if (r == 0) {
			made++;
			assert_int_equal(put(s, "k", 0, 1, NULL), 0);
			mfa_store_close(&s);
			assert_int_equal(mfa_store_open(url, MFA_STORE_CREATE, &s), -EEXIST);
			(void)unlink(path);
			(void)unlink(wal);
			(void)unlink(shm);
		} else {
			absent++;
			assert_int_equal(r, -ENOENT);
		}
	}
	/* The next one clears up what the killed ones have left. */
	assert_int_equal(mfa_store_open(url, MFA_STORE_CREATE, &s), 0);
	mfa_store_close(&s);
	assert_int_equal(access(fresh, F_OK), -1);
	(void)unlink(path);
	(void)unlink(wal);
	(void)unlink(shm);
	assert_true(made + absent == 40);
}

/* Killed or not, several at once make one store, and only its maker is told so. */
static void test_creators(void **state)
{
	struct database *d = *state;
	pid_t pids[PROCESSES];
	struct mfa_store *s;
	char url[96], path[80], log[96], shm[96];
	int round, i, n, r, status, start[2], made;
	uint64_t version;

	(void)snprintf(path, sizeof(path), "%s/new", d->folder);
	(void)snprintf(log, sizeof(log), "%s-wal", path);
	(void)snprintf(shm, sizeof(shm), "%s-shm", path);
	(void)snprintf(url, sizeof(url), "sqlite://%s", path);
	for (round = 0; round < CREATIONS; round++) {
		assert_int_equal(pipe(start), 0);
		for (i = 0; i < PROCESSES; i++) {
			pids[i] = fork();
			if (pids[i] != 0)
				continue;
			(void)close(start[1]);
			(void)!read(start[0], &n, 1);	/* until all are there */
			r = mfa_store_open(url, MFA_STORE_CREATE, &s);
			_exit(r == 0 ? put(s, "k", 0, 1, NULL) != 0 : -r);
		}
		(void)close(start[0]);
		(void)close(start[1]);
		for (i = 0, made = 0; i < PROCESSES; i++) {
			assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
			assert_true(WIFEXITED(status));
			if (WEXITSTATUS(status) == 0)
				made++;
			else
				assert_int_equal(WEXITSTATUS(status), EEXIST);
		}
		assert_int_equal(made, 1);
		assert_int_equal(mfa_store_open(url, MFA_STORE_OPEN, &s), 0);
		assert_int_equal(get(s, "k", &n, &version), 0);
		mfa_store_close(&s);
		(void)unlink(path);
		(void)unlink(log);
		(void)unlink(shm);
	}
}

/* One sign-in as a helper does it; tells whether there was upkeep to do. */
static int help(const char *url)
{
	struct mfa_store *s;
	uint64_t version;
	int n, wanted;

	if (mfa_store_open(url, MFA_STORE_OPEN_BRIEFLY, &s) != 0 || get(s, "k", &n, &version) != 0 ||
	    put(s, "k", version, n + 1, NULL) != 0)
		return 2;
	wanted = mfa_store_wants_upkeep(s);
	if (wanted && mfa_store_upkeep(s) != 0)
		return 2;
	mfa_store_close(&s);
	return wanted;
}

/* Where nobody keeps the store open, each who opens it reads the log: it must not grow. */
static void test_helpers(void **state)
{
	struct database *d = *state;
	int i, status, upkeeps = 0;

	assert_int_equal(put(d->store, "k", 0, 0, NULL), 0);
	mfa_store_close(&d->store);
	for (i = 0; i < HELPERS; i++) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(help(d->url));
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) < 2);
		upkeeps += WEXITSTATUS(status);
	}
	assert_in_range(upkeeps, 1, HELPERS / HELPER_PAGES);
	(void)open_with(d, MFA_STORE_OPEN, HELPERS);
}

/* What somebody else made of it. */
static void test_foreign(void **state)
{
	static const struct { const char *sql; int expect; } rows[] = {
		{ "", 0 },
		{ "PRAGMA user_version = 2", -EPROTONOSUPPORT },
		{ "PRAGMA user_version = 0", -EMEDIUMTYPE },
		{ "PRAGMA application_id = 1", -EMEDIUMTYPE },
		{ "DROP TABLE entry", -EMEDIUMTYPE },
		{ "ALTER TABLE entry DROP COLUMN version", -EMEDIUMTYPE },
		{ "UPDATE entry SET version = 0", -EMEDIUMTYPE },
		{ "UPDATE entry SET version = -1", -EMEDIUMTYPE },
		{ "INSERT INTO entry VALUES(x'6c006c', 'x', 1, 0)", -EMEDIUMTYPE },
		{ "INSERT INTO entry VALUES(zeroblob(5000), 'x', 1, 0)", -EMEDIUMTYPE },
		{ "INSERT INTO entry VALUES(CAST(printf('%.*c', 321, 'k') AS BLOB), 'x', 1, 0)",
		  -EMEDIUMTYPE },
		{ "INSERT INTO entry VALUES(CAST(printf('%.*c', 320, 'k') AS BLOB), 'x', 1, 0)", 0 },
	};
	struct database *d = *state;
	size_t i;
	int r;

	for (i = 0; i < ROWS(rows); i++) {
		make_settled(d);
		run_sql(d, rows[i].sql);
		r = use(d->url);
		if (r != rows[i].expect)
			fail_msg("%s: %d", rows[i].sql, r);
	}
}

/* Bytes that the disk lost. */
static void test_damaged(void **state)
{
	static const struct { const char *what; off_t from, to; } rows[] = {
		{ "the magic", 0, 16 },
		{ "the header", 16, 100 },
		{ "the tables' page", 100, 4096 },
		{ "the records' page", 4096, 8192 },
		{ "the keys' page", 8192, 12288 },
		{ "all but the header", 100, 16384 },
	};
	static const uint8_t bytes[2] = { 0x00, 0x55 };
	struct database *d = *state;
	size_t i;
	off_t at;
	int fd, r;

	for (i = 0; i < 2 * ROWS(rows); i++) {
		make_settled(d);
		fd = open(d->path, O_WRONLY | O_CLOEXEC);
		for (at = rows[i / 2].from; at < rows[i / 2].to; at++)
			assert_int_equal(pwrite(fd, &bytes[i % 2], 1, at), 1);
		(void)close(fd);
		r = use(d->url);
		if (r != -EMEDIUMTYPE)
			fail_msg("%s: %d", rows[i / 2].what, r);
	}
}

static void test_files(void **state)
{
	struct database *d = *state;
	struct mfa_store *s;
	char link_path[80], link_url[100];
	int fd;

	assert_int_equal(put(d->store, "k", 0, 1, NULL), 0);
	mfa_store_close(&d->store);
	assert_int_equal(chmod(d->path, 0640), 0);
	assert_int_equal(mfa_store_open(d->url, MFA_STORE_OPEN, &s), -EACCES);
	assert_int_equal(chmod(d->path, 0600), 0);
	(void)snprintf(link_path, sizeof(link_path), "%s/link", d->folder);
	(void)snprintf(link_url, sizeof(link_url), "sqlite://%s", link_path);
	assert_int_equal(symlink(d->path, link_path), 0);
	assert_int_equal(mfa_store_open(link_url, MFA_STORE_OPEN, &s), -EMEDIUMTYPE);
	assert_int_equal(mfa_store_open(link_url, MFA_STORE_CREATE, &s), -EEXIST);
	assert_int_equal(unlink(link_path), 0);
	(void)snprintf(link_url, sizeof(link_url), "sqlite://%s", d->folder);
	assert_int_equal(mfa_store_open(link_url, MFA_STORE_OPEN, &s), -EMEDIUMTYPE);
	/* Not a store: its header is somebody else's. */
	fd = open(d->path, O_WRONLY | O_CLOEXEC);
	assert_int_equal(pwrite(fd, "xxxxxxxxxxxxxxxx", 16, 0), 16);
	assert_int_equal(mfa_store_open(d->url, MFA_STORE_OPEN, &s), -EMEDIUMTYPE);
	/* Empty: an absent store is not an empty one. */
	assert_int_equal(ftruncate(fd, 0), 0);
	(void)close(fd);
	assert_int_equal(mfa_store_open(d->url, MFA_STORE_OPEN, &s), -EMEDIUMTYPE);
	assert_null(s);
}

/* A file that is taken away under a running process is noticed at once. */
static void test_vanished(void **state)
{
	struct database *d = *state;
	char aside[80];
	uint64_t version;
	int n;

	assert_int_equal(put(d->store, "k", 0, 1, &version), 0);
	(void)snprintf(aside, sizeof(aside), "%s.aside", d->path);
	assert_int_equal(rename(d->path, aside), 0);
	assert_int_equal(get(d->store, "k", &n, &version), -EIDRM);
	assert_int_equal(put(d->store, "k", version, 2, NULL), -EIDRM);
	assert_int_equal(put(d->store, "new", 0, 2, NULL), -EIDRM);
	/* Another one in its place is not the same thing: failmode = open is for the first alone. */
	assert_int_equal(symlink(aside, d->path), 0);
	assert_int_equal(get(d->store, "k", &n, &version), -ESTALE);
	assert_int_equal(put(d->store, "k", version, 2, NULL), -ESTALE);
	assert_int_equal(unlink(d->path), 0);
	assert_int_equal(link(aside, d->path), 0);
	assert_int_equal(unlink(aside), 0);
	assert_int_equal(get(d->store, "k", &n, &version), 0);
	assert_int_equal(n, 1);
	assert_int_equal(get(d->store, "new", &n, &version), -ENOENT);
}

/* Names that mean something in a URI. */
static void test_odd_names(void **state)
{
	struct database *d = *state;
	struct database odd = *d;

	(void)snprintf(odd.path, sizeof(odd.path), "%s/a?b#c%%41 d", d->folder);
	(void)snprintf(odd.url, sizeof(odd.url), "sqlite://%s", odd.path);
	odd.store = NULL;
	make_settled(&odd);
	close_with_log(&odd);
	remove_file(&odd, "-wal");
	assert_int_equal(mfa_store_open(odd.url, MFA_STORE_OPEN, &odd.store), -ESTALE);
	remove_files(&odd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_processes), TEST(test_kill), TEST(test_kill_create), TEST(test_creators),
		TEST(test_helpers), TEST(test_foreign), TEST(test_damaged), TEST(test_files),
		TEST(test_vanished), TEST(test_odd_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
