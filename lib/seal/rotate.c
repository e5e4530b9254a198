/* SPDX-License-Identifier: BSD-2-Clause */
#include "seal/rotate.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "folder/folder.h"
#include "seal/keyring.h"

#define POLL_MS 20

struct mfa_rotation {
	char path[PATH_MAX];
	char fresh[PATH_MAX];		/* what is about to take its place */
	char rotating[PATH_MAX];	/* the second name of what was in its place */
	int folder;			/* locked */
	int old;			/* the file of that second name */
	bool resumed;
	struct mfa_keyring *ring;	/* what path has now */
};

void mfa_rotation_free(struct mfa_rotation **rotation)
{
	struct mfa_rotation *rot = *rotation;

	if (rot == NULL)
		return;
	mfa_keyring_free(&rot->ring);
	if (rot->old >= 0)
		(void)close(rot->old);
	if (rot->folder >= 0)
		(void)close(rot->folder);
	free(rot);
	*rotation = NULL;
}

bool mfa_rotation_resumed(const struct mfa_rotation *rotation)
{
	return rotation->resumed;
}

/* Puts a file with these keys in path's place, as that one: same owner, group and mode. */
static int replace(const struct mfa_rotation *rot)
{
	struct stat st;
	int fd, r = 0;

	if (stat(rot->path, &st) != 0)
		return -errno;
	(void)unlink(rot->fresh);
	fd = open(rot->fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	if (fchown(fd, st.st_uid, st.st_gid) != 0 || fchmod(fd, st.st_mode & 07777) != 0)
		r = -errno;
	if (r == 0)
		r = mfa_keyring_write(rot->ring, fd);
	if (close(fd) != 0 && r == 0)
		r = -errno;
	if (r == 0 && rename(rot->fresh, rot->path) != 0)
		r = -errno;
	if (r != 0) {
		(void)unlink(rot->fresh);
		return r;
	}
	return mfa_folder_sync(rot->path);
}

static int lock_folder(struct mfa_rotation *rot)
{
	char *copy = strdup(rot->path);
	int r;

	if (copy == NULL)
		return -ENOMEM;
	rot->folder = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(copy);
	if (rot->folder < 0)
		return -errno;
	r = mfa_keyring_flock(rot->folder, LOCK_EX | LOCK_NB);
	return r == -EWOULDBLOCK ? -EBUSY : r;
}

/* The file that the second name belongs to, which is made if there is none. */
static int open_old(struct mfa_rotation *rot)
{
	int r = 0;

	if (link(rot->path, rot->rotating) == 0)
		r = mfa_folder_sync(rot->path);
	else if (errno == EEXIST)
		rot->resumed = true;
	else
		r = -errno;
	if (r != 0)
		return r;
	rot->old = open(rot->rotating, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	return rot->old >= 0 ? 0 : -errno;
}

static int tidy_up(const struct mfa_rotation *rot)
{
	if (unlink(rot->rotating) != 0)
		return -errno;
	return mfa_folder_sync(rot->path);
}

/* What is left of steps 1 and 2. */
static int bring_in(struct mfa_rotation *rot)
{
	bool replaced;
	int r = open_old(rot);

	if (r != 0)
		return r;
	replaced = !mfa_keyring_is_named(rot->old, rot->path);
	if (replaced && rot->ring->now.count == 1)
		return tidy_up(rot) == 0 ? 1 : -EIO;
	if (replaced)
		return 0;
	/* More than one key without the second name: somebody has moved it away.  Whoever reads
	 * that file has all keys, but to put a new one in its place is how we learn that nobody
	 * has less. */
	rot->resumed = rot->ring->now.count > 1;
	r = rot->ring->now.count > 1 ? 0 : mfa_keyring_add(rot->ring);
	return r == 0 ? replace(rot) : r;
}

static int set_paths(const char *path, struct mfa_rotation *rot)
{
	if (snprintf(rot->path, PATH_MAX, "%s", path) >= PATH_MAX ||
	    snprintf(rot->fresh, PATH_MAX, "%s.new", path) >= PATH_MAX ||
	    snprintf(rot->rotating, PATH_MAX, "%s.rotating", path) >= PATH_MAX)
		return -ENAMETOOLONG;
	return 0;
}

int mfa_rotation_begin(const char *path, struct mfa_rotation **out)
{
	struct mfa_rotation *rot = calloc(1, sizeof(*rot));
	int r;

	*out = rot;
	if (rot == NULL)
		return -ENOMEM;
	rot->folder = rot->old = -1;
	r = set_paths(path, rot);
	if (r == 0)
		r = lock_folder(rot);
	if (r == 0)
		r = mfa_keyring_load(path, &rot->ring);
	if (r == 0) {
		/* We would wait for our own lock. */
		(void)close(rot->ring->now.fd);
		rot->ring->now.fd = -1;
		r = bring_in(rot);
	}
	if (r != 0)
		mfa_rotation_free(out);
	return r;
}

int mfa_rotation_settle(struct mfa_rotation *rotation, int timeout_ms)
{
	static const struct timespec pause = { .tv_nsec = POLL_MS * 1000000L };
	int r, waited;

	if (timeout_ms < 0)
		r = mfa_keyring_flock(rotation->old, LOCK_EX);
	else
		r = mfa_keyring_flock(rotation->old, LOCK_EX | LOCK_NB);
	/* Those who live long look for new keys once a second. */
	for (waited = 0; r == -EWOULDBLOCK && waited < timeout_ms; waited += POLL_MS) {
		(void)nanosleep(&pause, NULL);
		r = mfa_keyring_flock(rotation->old, LOCK_EX | LOCK_NB);
	}
	if (r == -EWOULDBLOCK)
		return -ETIMEDOUT;
	/* Whoever was about to read that file finds that it has another name now, and reads the
	 * other. */
	return r == 0 ? mfa_keyring_flock(rotation->old, LOCK_UN) : r;
}

int mfa_rotation_finish(struct mfa_rotation *rotation)
{
	int r = mfa_keyring_drop_old(rotation->ring);

	if (r == 0)
		r = replace(rotation);
	return r == 0 ? tidy_up(rotation) : r;
}
