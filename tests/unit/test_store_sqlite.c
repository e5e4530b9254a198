/* SPDX-License-Identifier: BSD-2-Clause */
/* What is SQLite's own: its file, several processes, kill -9, a full and a read-only disk. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "database.h"
#include "store/store.h"

#define NOW 1800000000
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
	int i, n, status, upkeeps = 0;
	uint64_t version;

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
	assert_int_equal(mfa_store_open(d->url, MFA_STORE_OPEN, &d->store), 0);
	assert_int_equal(get(d->store, "k", &n, &version), 0);
	assert_int_equal(n, HELPERS);
}

static int increment_key(const char *url)
{
	struct mfa_store *s;
	uint64_t version;
	int n, r = mfa_store_open(url, MFA_STORE_OPEN_BRIEFLY, &s);

	if (r == 0)
		r = get(s, "k", &n, &version);
	if (r == 0)
		r = put(s, "k", version, n + 1, NULL);
	mfa_store_close(&s);
	return r != 0;
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

static void replace_file(const struct database *d, const char *end)
{
	char name[DATABASE_NAME], fresh[96];
	int from, to;
	char block[4096];
	ssize_t n;

	name_file(d, end, name);
	(void)snprintf(fresh, sizeof(fresh), "%s.copy", name);
	from = open(name, O_RDONLY | O_CLOEXEC);
	to = open(fresh, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(from >= 0 && to >= 0);
	while ((n = read(from, block, sizeof(block))) > 0)
		assert_int_equal(write(to, block, (size_t)n), n);
	(void)close(from);
	(void)close(to);
	assert_int_equal(rename(fresh, name), 0);
}

static void cut_file(const struct database *d, const char *end)
{
	char name[DATABASE_NAME];

	name_file(d, end, name);
	assert_int_equal(truncate(name, 0), 0);
}

static int yield_nothing(void *ctx, struct mfa_put *put_out)
{
	(void)ctx, (void)put_out;
	return 0;
}

/* The store is three files: whichever goes under those who have it open, they neither read nor write any more. */
static void test_parts(void **state)
{
	static const struct {
		void (*harm)(const struct database *d, const char *end);
		const char *end;
	} rows[] = {
		{ remove_file, "-wal" }, { remove_file, "-shm" }, { replace_file, "-wal" },
		{ replace_file, "-shm" }, { cut_file, "-shm" }, { replace_file, "" },
	};
	struct database *d = *state;
	uint64_t version, count;
	const char *path;
	bool is_all;
	int n = 0;
	size_t i;

	for (i = 0; i < ROWS(rows); i++) {
		make_new(d);
		assert_int_equal(get(d->store, "k", &n, &version), 0);
		assert_int_equal(mfa_store_check(d->store, &path, &is_all), 0);
		rows[i].harm(d, rows[i].end);
		assert_int_equal(mfa_store_check(d->store, &path, &is_all), -ESTALE);
		assert_string_equal(path + strlen(d->path), rows[i].end);
		assert_int_equal(is_all, rows[i].end[0] == '\0');
		assert_int_equal(get(d->store, "k", &n, &version), -ESTALE);
		assert_int_equal(get(d->store, "none", &n, &version), -ESTALE);
		assert_int_equal(put(d->store, "k", version, 2, NULL), -ESTALE);
		assert_int_equal(put(d->store, "new", 0, 2, NULL), -ESTALE);
		assert_int_equal(mfa_store_delete_if(d->store, "k", 1), -ESTALE);
		assert_int_equal(mfa_store_list(d->store, "", count_entry, &n), -ESTALE);
		assert_int_equal(mfa_store_count(d->store, "", &count), -ESTALE);
		assert_int_equal(mfa_store_replace(d->store, yield_nothing, NULL), -ESTALE);
		assert_int_equal(mfa_store_upkeep(d->store), -ESTALE);
		assert_int_equal(mfa_store_verify(d->store), -ESTALE);
	}
}

/* What goes while somebody walks is noticed before the walk says that this was all. */
static int remove_index(void *ctx, const char *key, const struct mfa_entry *entry)
{
	(void)key, (void)entry;
	remove_file(ctx, "-shm");
	return 0;
}

static void test_parts_while_listing(void **state)
{
	struct database *d = *state;

	assert_int_equal(put(d->store, "k", 0, 1, NULL), 0);
	assert_int_equal(mfa_store_list(d->store, "", remove_index, d), -ESTALE);
}

static off_t size_of(const struct database *d, const char *end)
{
	char name[DATABASE_NAME];
	struct stat st;

	name_file(d, end, name);
	assert_int_equal(stat(name, &st), 0);
	return st.st_size;
}

/* A daemon that ends leaves one file with everything in it, and the others with their room: a disk that is full would
 * not give it again.  A helper leaves the log for the next one. */
static void test_fold(void **state)
{
	struct database *d = *state;
	struct mfa_store *other;
	uint64_t version;
	off_t size;
	int n;

	make_settled(d);
	assert_int_equal(mfa_store_open(d->url, MFA_STORE_OPEN, &d->store), 0);
	assert_int_equal(get(d->store, "k", &n, &version), 0);
	assert_int_equal(n, 1);
	assert_int_equal(mfa_store_open(d->url, MFA_STORE_OPEN_BRIEFLY, &other), 0);
	assert_int_equal(put(other, "k", version, 2, &version), 0);
	mfa_store_close(&other);
	assert_true(is_there(d, "-wal"));
	size = size_of(d, "-wal");
	close_folded(d);
	assert_int_equal(size_of(d, "-wal"), size);
	remove_file(d, "-wal");
	remove_file(d, "-shm");
	assert_int_equal(mfa_store_open(d->url, MFA_STORE_OPEN_BRIEFLY, &d->store), 0);
	assert_int_equal(get(d->store, "k", &n, &version), 0);
	assert_int_equal(n, 2);
	mfa_store_close(&d->store);
	assert_true(is_there(d, "-wal"));
}

/* A helper makes a short one. */
static void test_short_log(void **state)
{
	struct database *d = *state;
	uint64_t version;
	off_t size;
	int n;

	make_folded(d);
	size = size_of(d, "-wal");
	make_settled(d);
	be_killed_writing(d, MFA_STORE_OPEN_BRIEFLY);
	assert_true(size_of(d, "-wal") < size);
	assert_int_equal(mfa_store_open(d->url, MFA_STORE_OPEN, &d->store), 0);
	assert_int_equal(size_of(d, "-wal"), size);
	assert_int_equal(get(d->store, "k", &n, &version), 0);
	assert_int_equal(n, 2);
	be_killed_writing(d, MFA_STORE_OPEN_BRIEFLY);
	assert_int_equal(get(d->store, "k", &n, &version), 0);
	assert_int_equal(n, 3);
}

/* Whoever finds it as a daemon has left it leaves it so, whatever he wrote. */
static void test_left_closed(void **state)
{
	struct database *d = *state;
	uint64_t version;
	int n, i;

	for (i = 0; i < 2; i++) {
		make_folded(d);
		assert_int_equal(mfa_store_open(d->url, MFA_STORE_OPEN, &d->store), 0);
		assert_int_equal(get(d->store, "k", &n, &version), 0);
		if (i == 1)
			assert_int_equal(put(d->store, "k", version, 2, NULL), 0);
		mfa_store_close(&d->store);
		assert_true(is_there(d, "-wal"));
		remove_file(d, "-wal");
		remove_file(d, "-shm");
		assert_int_equal(mfa_store_open(d->url, MFA_STORE_OPEN, &d->store), 0);
		assert_int_equal(get(d->store, "k", &n, &version), 0);
		assert_int_equal(n, i + 1);
	}
}

/* Whoever finds it in one file leaves it so; whoever finds a log leaves that. */
static void test_left_as_found(void **state)
{
	static const enum mfa_store_open_flags hows[] = { MFA_STORE_OPEN, MFA_STORE_LOOK };
	struct database *d = *state;
	uint64_t version;
	size_t i;
	int n;

	for (i = 0; i < ROWS(hows); i++) {
		make_new(d);
		mfa_store_close(&d->store);
		assert_false(is_there(d, "-wal"));
		assert_int_equal(mfa_store_open(d->url, hows[i], &d->store), 0);
		assert_int_equal(get(d->store, "k", &n, &version), 0);
		assert_true(is_there(d, "-wal"));
		mfa_store_close(&d->store);
		assert_false(is_there(d, "-wal"));
		assert_false(is_there(d, "-shm"));
		close_with_log(d);
		assert_int_equal(mfa_store_open(d->url, hows[i], &d->store), 0);
		assert_int_equal(get(d->store, "k", &n, &version), 0);
		mfa_store_close(&d->store);
		assert_true(is_there(d, "-wal"));
	}
}

static size_t read_file(const struct database *d, const char *end, uint8_t *out, size_t size)
{
	char name[DATABASE_NAME];
	ssize_t n;
	int fd;

	name_file(d, end, name);
	fd = open(name, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	n = read(fd, out, size);
	(void)close(fd);
	assert_in_range(n, 0, (ssize_t)size - 1);
	return (size_t)n;
}

static void write_garbage(const struct database *d)
{
	int fd = open(d->path, O_WRONLY | O_CLOEXEC);

	assert_int_equal(pwrite(fd, "garbage", 7, 0), 7);
	(void)close(fd);
}

/* A file that is no store any more: nobody who opens it does away with the log, which may have what was written. */
static void test_log_stays(void **state)
{
	static const enum mfa_store_open_flags hows[] = { MFA_STORE_OPEN, MFA_STORE_OPEN_BRIEFLY, MFA_STORE_LOOK,
							  MFA_STORE_ACCEPT };
	static uint8_t before[8 << 20], after[8 << 20];
	struct database *d = *state;
	struct mfa_store *s;
	size_t i, len;

	for (i = 0; i < 4 * ROWS(hows); i++) {
		bool cut = i % 2 == 0, with_log = i / 2 % 2 == 0;

		make_new(d);
		if (with_log)
			close_with_log(d);
		else
			mfa_store_close(&d->store);
		if (cut)
			cut_file(d, "");
		else
			write_garbage(d);
		len = with_log ? read_file(d, "-wal", before, sizeof(before)) : 0;
		assert_int_equal(mfa_store_open(d->url, hows[i / 4], &s), -EMEDIUMTYPE);
		assert_int_equal(is_there(d, "-wal"), with_log);
		if (!with_log)
			continue;
		assert_int_equal(read_file(d, "-wal", after, sizeof(after)), len);
		assert_memory_equal(before, after, len);
	}
}

/* Whoever only looks changes nothing of a file that is damaged behind its header, with a log or without. */
static void test_look_at_damaged(void **state)
{
	static uint8_t before[1 << 20], after[1 << 20];
	struct database *d = *state;
	size_t i, len;
	int r;

	for (i = 0; i < 2; i++) {
		make_new(d);
		if (i == 0)
			close_with_log(d);
		else
			mfa_store_close(&d->store);
		assert_int_equal(truncate(d->path, 8192), 0);
		len = read_file(d, "", before, sizeof(before));
		r = mfa_store_open(d->url, MFA_STORE_LOOK, &d->store);
		if (r == 0)
			r = mfa_store_verify(d->store);
		assert_int_equal(r, -EMEDIUMTYPE);
		mfa_store_close(&d->store);
		assert_int_equal(read_file(d, "", after, sizeof(after)), len);
		assert_memory_equal(before, after, len);
		assert_int_equal(is_there(d, "-wal"), i == 0);
	}
}

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
	assert_int_equal(mfa_store_open(d->url, MFA_STORE_OPEN, &d->store), 0);
	assert_int_equal(get(d->store, "k", &n, &version), 0);
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
	int ends[2], status, n, i;
	pid_t pid;

	for (i = 0; i < 2; i++) {
		make_folded(d);
		pid = begin_reading(d, ends);
		assert_int_equal(mfa_store_open(d->url, MFA_STORE_OPEN_BRIEFLY, &d->store), 0);
		assert_int_equal(get(d->store, "k", &n, &version), 0);
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
	uint64_t version;
	int n;

	make_settled(d);
	be_killed_writing(d, MFA_STORE_OPEN);
	remove_file(d, "-shm");
	assert_int_equal(mfa_store_open(d->url, MFA_STORE_OPEN, &d->store), 0);
	assert_int_equal(get(d->store, "k", &n, &version), 0);
	assert_int_equal(n, 2);
}

/* Whoever still has the log that was removed folds it in at its end, unless somebody has begun another. */
static void test_saved_at_the_end(void **state)
{
	static const struct { const char *first, *second; bool copied; int opens; } rows[] = {
		{ "-wal", NULL, false, 0 },
		{ "-shm", NULL, false, 0 },
		{ "-wal", "-shm", false, 0 },
		{ "-wal", NULL, true, 0 },
	};
	struct database *d = *state;
	char name[DATABASE_NAME];
	uint64_t version;
	size_t i;
	int n, fd;

	for (i = 0; i < ROWS(rows); i++) {
		make_new(d);
		assert_int_equal(get(d->store, "k", &n, &version), 0);
		assert_int_equal(put(d->store, "k", version, 7, NULL), 0);
		remove_file(d, rows[i].first);
		if (rows[i].second != NULL)
			remove_file(d, rows[i].second);
		if (rows[i].copied) {
			name_file(d, "-wal", name);
			fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
			(void)close(fd);
		}
		close_folded(d);
		assert_int_equal(is_there(d, "-wal"), rows[i].first[1] != 'w' || rows[i].copied);
		assert_int_equal(mfa_store_open(d->url, MFA_STORE_OPEN, &d->store), rows[i].opens);
		if (!rows[i].copied) {
			assert_int_equal(get(d->store, "k", &n, &version), 0);
			assert_int_equal(n, 7);
		}
	}
}

/* An older version's says nothing of its log, and is taken as that one took it; from then on it does. */
static void test_unmarked(void **state)
{
	static const enum mfa_store_open_flags hows[] = { MFA_STORE_OPEN, MFA_STORE_OPEN_BRIEFLY };
	struct database *d = *state;
	uint64_t version;
	size_t i;
	int n;

	for (i = 0; i < ROWS(hows); i++) {
		make_settled(d);
		run_sql(d, "DROP TABLE log");
		assert_false(is_there(d, "-wal"));
		assert_int_equal(mfa_store_open(d->url, hows[i], &d->store), 0);
		assert_int_equal(get(d->store, "k", &n, &version), 0);
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

/* Faults of the system's, in the calls that SQLite makes. */
static int write_faults, unlock_faults, index_opens;

static ssize_t faulty_pwrite(int fd, const void *data, size_t len, off_t at)
{
	if (write_faults > 0) {
		write_faults--;
		errno = EIO;
		return -1;
	}
	return pwrite(fd, data, len, at);
}

static int faulty_fcntl(int fd, int command, ...)
{
	void *argument;
	va_list list;

	va_start(list, command);
	argument = va_arg(list, void *);
	va_end(list);
	if (command == F_SETLK && ((struct flock *)argument)->l_type == F_UNLCK && unlock_faults > 0) {
		unlock_faults--;
		errno = EIO;
		return -1;
	}
	return fcntl(fd, command, argument);
}

static char *made_aside, *made_name;	/* by somebody else, when the store's file is next opened */

static int racing_open(const char *path, int flags, int mode)
{
	if (made_aside != NULL && rename(made_aside, made_name) == 0)
		made_aside = NULL;
	return open(path, flags, mode);
}

static int counted_open(const char *path, int flags, int mode)
{
	size_t len = strlen(path);

	index_opens += len > 4 && strcmp(path + len - 4, "-shm") == 0;
	return open(path, flags, mode);
}

/* A log that somebody makes just when it is missed is not missing. */
static void test_log_made_meanwhile(void **state)
{
	sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
	struct database *d = *state;
	char aside[96], name[DATABASE_NAME];
	uint64_t version;
	int n;

	make_settled(d);
	be_killed_writing(d, MFA_STORE_OPEN_BRIEFLY);
	name_file(d, "-wal", name);
	(void)snprintf(aside, sizeof(aside), "%s.aside", name);
	assert_int_equal(rename(name, aside), 0);
	made_aside = aside;
	made_name = name;
	assert_int_equal(vfs->xSetSystemCall(vfs, "open", (sqlite3_syscall_ptr)racing_open), SQLITE_OK);
	assert_int_equal(mfa_store_open(d->url, MFA_STORE_OPEN_BRIEFLY, &d->store), 0);
	assert_int_equal(vfs->xSetSystemCall(vfs, NULL, NULL), SQLITE_OK);
	assert_null(made_aside);
	assert_int_equal(get(d->store, "k", &n, &version), 0);
	assert_int_equal(n, 2);
}

/* A connection that has met an error may keep it, and its locks, for ever: the next call has a new one. */
static void test_mend(void **state)
{
	sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
	struct database *d = *state;
	uint64_t version, before;
	int n, status, go[2];
	pid_t pid;

	/* A process that has nothing of ours. */
	assert_int_equal(put(d->store, "k", 0, 1, NULL), 0);
	close_with_log(d);
	assert_int_equal(pipe(go), 0);
	pid = fork();
	if (pid == 0)
		_exit(close(go[1]) != 0 || read(go[0], &n, 1) != 1 || increment_key(d->url));
	assert_true(pid > 0);
	assert_int_equal(mfa_store_open(d->url, MFA_STORE_OPEN, &d->store), 0);
	assert_int_equal(get(d->store, "k", &n, &version), 0);
	assert_int_equal(vfs->xSetSystemCall(vfs, "fcntl", (sqlite3_syscall_ptr)faulty_fcntl), SQLITE_OK);
	assert_int_equal(vfs->xSetSystemCall(vfs, "open", (sqlite3_syscall_ptr)counted_open), SQLITE_OK);
	before = version;
	/* The lock of writers stays ours, whatever we think. */
	unlock_faults = 1;
	(void)put(d->store, "k", version, 2, &version);
	assert_int_equal(unlock_faults, 0);
	index_opens = 0;
	write_faults = 1;
	/* It uses the one or the other. */
	(void)vfs->xSetSystemCall(vfs, "pwrite", (sqlite3_syscall_ptr)faulty_pwrite);
	(void)vfs->xSetSystemCall(vfs, "pwrite64", (sqlite3_syscall_ptr)faulty_pwrite);
	assert_int_equal(put(d->store, "k", version, 3, NULL), -EIO);
	assert_int_equal(write_faults, 0);
	assert_int_equal(index_opens, 0);
	assert_int_equal(get(d->store, "k", &n, &version), 0);
	assert_int_equal(index_opens, 1);
	assert_in_range(n, 2, 3);
	assert_int_not_equal(version, before);
	assert_int_equal(vfs->xSetSystemCall(vfs, NULL, NULL), SQLITE_OK);
	assert_int_equal(write(go[1], "", 1), 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(get(d->store, "k", &n, &version), 0);
	assert_int_equal(put(d->store, "k", version, 9, NULL), 0);
}

/* One update is one page of the log, as long as a record fits a page. */
static void test_one_page(void **state)
{
	static const size_t sizes[] = { 500, 1500, 3000, 3500 };
	struct database *d = *state;
	static uint8_t value[3500];
	char wal[80];
	uint64_t version;
	struct stat st;
	size_t i;
	int k;

	(void)snprintf(wal, sizeof(wal), "%s-wal", d->path);
	for (i = 0; i < ROWS(sizes); i++) {
		char key[8];
		off_t before;

		(void)snprintf(key, sizeof(key), "k%zu", i);
		assert_int_equal(mfa_store_put_if(d->store, key, 0, value, sizes[i], 0, &version), 0);
		/* Beyond what was set aside for it, the log grows by what is written. */
		do {
			assert_int_equal(stat(wal, &st), 0);
			before = st.st_size;
			assert_int_equal(mfa_store_put_if(d->store, key, version, value, sizes[i], 0,
							  &version), 0);
			assert_int_equal(stat(wal, &st), 0);
		} while (st.st_size == before);
		for (k = 0; k < 20; k++)
			assert_int_equal(mfa_store_put_if(d->store, key, version, value, sizes[i], 0,
							  &version), 0);
		before = st.st_size;
		assert_int_equal(stat(wal, &st), 0);
		assert_int_equal(st.st_size - before, 20 * (4096 + 24));
	}
	assert_true(mfa_store_wants_upkeep(d->store));
	assert_int_equal(mfa_store_upkeep(d->store), 0);
	assert_false(mfa_store_wants_upkeep(d->store));
}

/* In a mount namespace of its own; returns a line number if something is wrong. */
static int small_disk(const char *folder)
{
	char path[80], url[100], aside[80];
	uint64_t version;
	struct mfa_store *s;
	int n, i, r = 0, fd;
	static const char block[65536];
	static uint8_t large[MFA_STORE_VALUE_MAX];
	struct mfa_put both[] = {
		{ .key = "small", .value = large, .len = 1 },
		{ .key = "large", .value = large, .len = sizeof(large) },
	};

	if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
	    mount("tmpfs", folder, "tmpfs", 0, "size=6m,mode=0700") != 0)
		return 77;
	(void)snprintf(path, sizeof(path), "%s/s", folder);
	(void)snprintf(url, sizeof(url), "sqlite://%s", path);
	(void)snprintf(aside, sizeof(aside), "%s/full", folder);
	mfa_clock_test_now = NOW;
	if (mfa_store_open(url, MFA_STORE_CREATE, &s) != 0 || put(s, "k", 0, 1, &version) != 0 ||
	    mfa_store_put_if(s, "old", 0, large, 1, NOW + 1, NULL) != 0)
		return __LINE__;
	fd = open(aside, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	while (write(fd, block, sizeof(block)) > 0)
		;
	(void)close(fd);
	/* The log has room set aside; when that is used up, nothing more is taken. */
	for (i = 0; i < 5000 && r == 0; i++)
		r = put(s, "k", version, i, &version);
	if (r != -ENOSPC || get(s, "k", &n, &version) != 0 || n != i - 2)
		return __LINE__;
	if (put(s, "k", version, -1, NULL) != -ENOSPC)
		return __LINE__;
	/* What can't be dropped for want of room doesn't keep the log from being folded back. */
	mfa_clock_test_now = NOW + 1;
	if (mfa_store_upkeep(s) != -ENOSPC || put(s, "k", version, -1, &version) != 0)
		return __LINE__;
	/* All that shares a commit fails with it. */
	for (i = 0, r = 0; i < 40 && r == 0; i++) {
		memset(large, i, sizeof(large));	/* pages that stay the same aren't written */
		both[1].if_version = both[1].version;
		r = mfa_store_put_many(s, &both[1], 1);
	}
	if (r != -ENOSPC || mfa_store_put_many(s, both, 2) != -ENOSPC ||
	    both[0].result != -ENOSPC || both[1].result != -ENOSPC || both[0].version != 0 ||
	    get(s, "small", &n, &version) != -ENOENT || get(s, "k", &n, &version) != 0 || n != -1)
		return __LINE__;
	(void)unlink(aside);
	if (put(s, "k", version, -2, &version) != 0 || get(s, "k", &n, &version) != 0 || n != -2)
		return __LINE__;
	mfa_store_close(&s);
	/* Read-only. */
	if (mount(NULL, folder, NULL, MS_REMOUNT | MS_RDONLY, NULL) != 0)
		return __LINE__;
	r = mfa_store_open(url, MFA_STORE_OPEN, &s);
	if (r == 0)
		r = put(s, "k", version, -3, NULL);
	if (r != -EROFS)
		return __LINE__;
	mfa_store_close(&s);
	if (mount(NULL, folder, NULL, MS_REMOUNT, NULL) != 0)
		return __LINE__;
	if (mfa_store_open(url, MFA_STORE_OPEN, &s) != 0 || get(s, "k", &n, &version) != 0 || n != -2 ||
	    put(s, "k", version, -4, NULL) != 0)
		return __LINE__;
	mfa_store_close(&s);
	return 0;
}

static void test_small_disk(void **state)
{
	struct database *d = *state;
	char folder[64];
	int status;
	pid_t pid;

	if (geteuid() != 0)
		skip();
	(void)snprintf(folder, sizeof(folder), "%s/m", d->folder);
	assert_int_equal(mkdir(folder, 0700), 0);
	pid = fork();
	if (pid == 0)
		_exit(small_disk(folder) % 256);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(rmdir(folder), 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_processes), TEST(test_kill), TEST(test_kill_create),
		TEST(test_creators), TEST(test_helpers), TEST(test_foreign),
		TEST(test_damaged), TEST(test_files),
		TEST(test_vanished), TEST(test_parts), TEST(test_parts_while_listing), TEST(test_fold),
		TEST(test_left_as_found), TEST(test_short_log), TEST(test_left_closed), TEST(test_log_stays),
		TEST(test_look_at_damaged), TEST(test_fold_among_others),
		TEST(test_log_missing), TEST(test_log_missing_again), TEST(test_mark_waits),
		TEST(test_log_made_meanwhile), TEST(test_index_missing), TEST(test_saved_at_the_end),
		TEST(test_unmarked), TEST(test_odd_names), TEST(test_mend), TEST(test_one_page),
		TEST(test_small_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
