/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls of the system that fail under SQLite, or come just then, and a full and a read-only disk. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "database.h"
#include "store/store.h"

#define NOW 1800000000

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

/* Faults of the system's, in the calls that SQLite makes. */
static int write_faults, unlock_faults, index_opens;
static struct {
	const char *path;	/* the file that can't be written, or of which the size of a page can't be read */
	int error;
	bool reads;
	int count;		/* so often it was met */
} disk;

static bool is_bad(int fd)
{
	struct stat open_file, named;

	return disk.path != NULL && fstat(fd, &open_file) == 0 && stat(disk.path, &named) == 0 &&
		open_file.st_ino == named.st_ino && open_file.st_dev == named.st_dev;
}

static ssize_t faulty_pwrite(int fd, const void *data, size_t len, off_t at)
{
	if (write_faults > 0) {
		write_faults--;
		errno = EIO;
		return -1;
	}
	if (!disk.reads && is_bad(fd)) {
		disk.count++;
		errno = disk.error;
		return -1;
	}
	return pwrite(fd, data, len, at);
}

static ssize_t faulty_pread(int fd, void *data, size_t len, off_t at)
{
	if (disk.reads && len == 2 && at == 16 && is_bad(fd)) {
		disk.count++;
		errno = disk.error;
		return -1;
	}
	return pread(fd, data, len, at);
}

/* It uses the one or the other of each two. */
static void set_faulty(sqlite3_vfs *vfs)
{
	(void)vfs->xSetSystemCall(vfs, "pwrite", (sqlite3_syscall_ptr)faulty_pwrite);
	(void)vfs->xSetSystemCall(vfs, "pwrite64", (sqlite3_syscall_ptr)faulty_pwrite);
	(void)vfs->xSetSystemCall(vfs, "pread", (sqlite3_syscall_ptr)faulty_pread);
	(void)vfs->xSetSystemCall(vfs, "pread64", (sqlite3_syscall_ptr)faulty_pread);
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
	version = open_with(d, MFA_STORE_OPEN, 1);
	assert_int_equal(vfs->xSetSystemCall(vfs, "fcntl", (sqlite3_syscall_ptr)faulty_fcntl), SQLITE_OK);
	assert_int_equal(vfs->xSetSystemCall(vfs, "open", (sqlite3_syscall_ptr)counted_open), SQLITE_OK);
	before = version;
	/* The lock of writers stays ours, whatever we think. */
	unlock_faults = 1;
	(void)put(d->store, "k", version, 2, &version);
	assert_int_equal(unlock_faults, 0);
	index_opens = 0;
	write_faults = 1;
	set_faulty(vfs);
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

/* What can't get into the file for want of room is put off, as behind somebody who reads: nobody is kept out for that.
 * Any other fault of it is one, and nobody gets in while it is not known what the file has. */
static void test_mark_on_bad_disk(void **state)
{
	static const struct { int error; bool reads; int expect; } rows[] = {
		{ ENOSPC, false, 0 },
		{ EIO, false, -EIO },
		{ EIO, true, -EIO },
	};
	sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
	struct database *d = *state;
	uint64_t version;
	int n, r;
	size_t i;

	for (i = 0; i < ROWS(rows); i++) {
		make_folded(d);
		version = open_with(d, MFA_STORE_OPEN_BRIEFLY, 1);
		disk.path = d->path;
		disk.error = rows[i].error;
		disk.reads = rows[i].reads;
		disk.count = 0;
		set_faulty(vfs);
		r = put(d->store, "k", version, 2, NULL);
		disk.path = NULL;
		assert_int_equal(vfs->xSetSystemCall(vfs, NULL, NULL), SQLITE_OK);
		assert_int_equal(r, rows[i].expect);
		assert_true(disk.count > 0);
		/* Then all is well: who is killed leaves a log that is missed. */
		assert_int_equal(get(d->store, "k", &n, &version), 0);
		assert_int_equal(n, r == 0 ? 2 : 1);
		mfa_store_close(&d->store);
		be_killed_writing(d, MFA_STORE_OPEN_BRIEFLY);
		remove_file(d, "-wal");
		remove_file(d, "-shm");
		assert_int_equal(use(d->url), -ESTALE);
	}
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
		TEST(test_log_made_meanwhile), TEST(test_mend), TEST(test_mark_on_bad_disk),
		TEST(test_small_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
