/* SPDX-License-Identifier: BSD-2-Clause */
#include "beside.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder/folder.h"

#define NAME_SIZE (PATH_MAX + 32)

static bool has_log(const char *path)
{
	char name[NAME_SIZE];

	(void)snprintf(name, sizeof(name), "%s-wal", path);
	return access(name, F_OK) == 0 || errno != ENOENT;
}

/* With what SQLite and the making of a store may have left beside it. */
static void each_file(const char *copy, beside_fn *fn, void *ctx)
{
	static const char *const ends[] = { "", "-wal", "-shm", "-journal", "-wal.new",
					    ".new", ".new-wal", ".new-shm", ".new-journal" };
	char name[NAME_SIZE];
	struct stat st;
	size_t i;

	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		(void)snprintf(name, sizeof(name), "%s%s", copy, ends[i]);
		if (lstat(name, &st) == 0)
			fn(ctx, name);
	}
}

void beside_each(const char *path, beside_fn *fn, void *ctx)
{
	static const char *const kinds[] = { BESIDE_ACCEPT, BESIDE_RESTORE };
	char copy[NAME_SIZE];
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		(void)snprintf(copy, PATH_MAX, "%s%s", path, kinds[i]);
		each_file(copy, fn, ctx);
	}
}

static void remove_it(void *ctx, const char *name)
{
	(void)ctx;
	(void)unlink(name);
}

/* The folder is the lock: the kernel lets go of it when its holder is killed. */
int beside_begin(const char *path, const char *end, struct beside *out)
{
	char folder[PATH_MAX];

	*out = (struct beside){ .lock = -1 };
	if (snprintf(out->place, sizeof(out->place), "%s", path) >= (int)sizeof(out->place) ||
	    snprintf(out->copy, sizeof(out->copy), "%s%s", path, end) >= (int)sizeof(out->copy))
		return -ENAMETOOLONG;
	memcpy(folder, out->place, sizeof(folder));
	out->lock = open(dirname(folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (out->lock < 0)
		return -errno;
	if (flock(out->lock, LOCK_EX | LOCK_NB) != 0) {
		int r = errno == EWOULDBLOCK ? -EBUSY : -errno;

		(void)close(out->lock);
		out->lock = -1;
		return r;
	}
	beside_each(path, remove_it, NULL);
	return 0;
}

static int sync_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC), r = 0;

	if (fd < 0)
		return -errno;
	if (fsync(fd) != 0)
		r = -errno;
	(void)close(fd);
	return r;
}

/* A log that is there without its store is of one that has gone: SQLite would put it into this one. */
static int put_where_none_is(const char *copy, const char *place)
{
	static const char *const ends[] = { "-wal", "-shm", "-journal" };
	char name[NAME_SIZE];
	struct stat st;
	size_t i;

	if (lstat(place, &st) == 0)
		return -EEXIST;
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		(void)snprintf(name, sizeof(name), "%s%s", place, ends[i]);
		if (unlink(name) != 0 && errno != ENOENT)
			return -errno;
	}
	return mfa_folder_publish(copy, place);
}

int beside_put(const struct beside *beside, bool replaces)
{
	int r;

	/* What it was closed with is in the one file, unless that could not be written: as on a full disk. */
	if (has_log(beside->copy))
		return -ENOSPC;
	r = sync_file(beside->copy);
	if (r == 0 && !replaces)
		r = put_where_none_is(beside->copy, beside->place);
	else if (r == 0 && has_log(beside->place))
		r = -EAGAIN;
	else if (r == 0 && rename(beside->copy, beside->place) != 0)
		r = -errno;
	/* Nothing that can fail for want of memory comes after that. */
	return r == 0 && fsync(beside->lock) != 0 ? -errno : r;
}

void beside_end(struct beside *beside)
{
	if (beside->lock < 0)
		return;
	each_file(beside->copy, remove_it, NULL);
	(void)close(beside->lock);
	beside->lock = -1;
}
