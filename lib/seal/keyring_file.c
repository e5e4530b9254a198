/* SPDX-License-Identifier: BSD-2-Clause */
/* The key file: reading it, making it, and noticing that it was replaced. */
#include "seal/keyring.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "folder/folder.h"

#define FILE_SIZE_MAX 65536
#define LOCK_ATTEMPTS 1000

static int check_file(int fd)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || (st.st_uid != 0 && st.st_uid != geteuid()) ||
	    (st.st_mode & (S_IWGRP | S_IXGRP | S_IRWXO)) != 0)
		return -EPERM;
	return 0;
}

/* Reads an open file; its rules are those of mfa_keyring_load. */
static int read_open(int fd, struct mfa_keyring **out)
{
	char *text = NULL;
	size_t len = 0;
	ssize_t n;
	int r = check_file(fd);

	if (r != 0)
		return r;
	text = malloc(FILE_SIZE_MAX);
	r = text != NULL ? 0 : -ENOMEM;
	while (r == 0 && len < FILE_SIZE_MAX) {
		n = read(fd, text + len, FILE_SIZE_MAX - len);
		if (n == 0)
			break;
		if (n > 0)
			len += (size_t)n;
		else if (errno != EINTR)
			r = -errno;
	}
	if (r == 0)
		r = len < FILE_SIZE_MAX ? mfa_keyring_parse(text, len, out) : -EBADMSG;
	if (text != NULL)
		OPENSSL_cleanse(text, FILE_SIZE_MAX);
	free(text);
	return r;
}

int mfa_keyring_flock(int fd, int operation)
{
	int r;

	do {
		r = flock(fd, operation) == 0 ? 0 : -errno;
	} while (r == -EINTR);
	return r;
}

bool mfa_keyring_is_named(int fd, const char *path)
{
	struct stat ours, named;

	return fstat(fd, &ours) == 0 && lstat(path, &named) == 0 &&
	       named.st_dev == ours.st_dev && named.st_ino == ours.st_ino;
}

/* Opens the file that has the name now, with a shared lock: for as long as somebody holds it,
 * a rotation knows that the keys in it are in use. Returns a descriptor or a negative errno. */
static int open_shared(const char *path)
{
	int i, fd, r;

	for (i = 0; i < LOCK_ATTEMPTS; i++) {
		fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
		if (fd < 0)
			return -errno;
		r = check_file(fd);
		/* A file system without locks has no rotation, which asks for one, but it has
		 * sign-ins. */
		if (r == 0)
			r = mfa_keyring_flock(fd, LOCK_SH);
		if (r == -ENOLCK || r == -EOPNOTSUPP || r == -ENOSYS || r == -EINVAL)
			r = 0;
		if (r == 0 && mfa_keyring_is_named(fd, path))
			return fd;
		(void)close(fd);
		if (r != 0)
			return r;
	}
	return -EBUSY;
}

static int set_path(struct mfa_keyring *ring, const char *path)
{
	if (ring != NULL)
		ring->path = strdup(path);
	return ring != NULL && ring->path != NULL ? 0 : -ENOMEM;
}

int mfa_keyring_load(const char *path, struct mfa_keyring **out)
{
	int fd = open_shared(path), r;
	struct stat st;

	*out = NULL;
	if (fd < 0)
		return fd;
	r = fstat(fd, &st) == 0 ? read_open(fd, out) : -errno;
	if (r == 0)
		r = set_path(*out, path);
	if (r != 0) {
		(void)close(fd);
		mfa_keyring_free(out);
		return r;
	}
	(*out)->now.fd = fd;
	(*out)->now.dev = st.st_dev;
	(*out)->now.ino = st.st_ino;
	return 0;
}

static bool is_current(const struct mfa_keyring *ring)
{
	struct stat st;
	bool same;

	if (stat(ring->path, &st) != 0)
		return false;
	(void)pthread_mutex_lock(&ring->self->lock);
	same = st.st_dev == ring->now.dev && st.st_ino == ring->now.ino;
	(void)pthread_mutex_unlock(&ring->self->lock);
	return same;
}

int mfa_keyring_refresh(const struct mfa_keyring *ring)
{
	struct mfa_keyring *fresh, *self = ring->self;
	struct mfa_keys old;
	int r;

	if (ring->path == NULL || is_current(ring))
		return 0;
	r = mfa_keyring_load(ring->path, &fresh);
	if (r != 0)
		return r;
	r = memcmp(fresh->store_id, ring->store_id, MFA_STORE_ID_SIZE) == 0 ? 1 : -EKEYREJECTED;
	if (r == 1) {
		/* Not before all is in the store that was sealed under the keys which go. */
		(void)pthread_rwlock_wrlock(&self->writes);
		(void)pthread_mutex_lock(&self->lock);
		old = self->now;
		self->now = fresh->now;
		fresh->now = old;
		(void)pthread_mutex_unlock(&self->lock);
		(void)pthread_rwlock_unlock(&self->writes);
		OPENSSL_cleanse(&old, sizeof(old));
	}
	mfa_keyring_free(&fresh);
	return r;
}

int mfa_keyring_write(const struct mfa_keyring *ring, int fd)
{
	char *text;
	size_t len, done = 0;
	ssize_t n;
	int r = mfa_keyring_format(ring, &text, &len);

	while (r == 0 && done < len) {
		n = write(fd, text + done, len - done);
		if (n > 0)
			done += (size_t)n;
		else if (n == 0 || errno != EINTR)
			r = n == 0 ? -EIO : -errno;
	}
	if (text != NULL)
		OPENSSL_cleanse(text, len);
	free(text);
	if (r == 0 && fsync(fd) != 0)
		r = -errno;
	return r;
}

int mfa_keyring_save(const struct mfa_keyring *ring, const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600), r;

	if (fd < 0)
		return -errno;
	r = mfa_keyring_write(ring, fd);
	if (close(fd) != 0 && r == 0)
		r = -errno;
	if (r == 0)
		r = mfa_folder_sync(path);
	if (r != 0)
		(void)unlink(path);
	return r;
}

static int pending_path(const char *path, char out[PATH_MAX])
{
	return snprintf(out, PATH_MAX, "%s.new", path) < PATH_MAX ? 0 : -ENAMETOOLONG;
}

/* Opens the file that waits, or a new one, and locks it, so that several who begin at once don't
 * each make a key, of which one is kept and another's store.  One that has a second name is somebody else's file.
 * Returns it or a negative errno. */
static int open_pending(const char *pending)
{
	struct stat ours, named;
	int i, fd, r = -EAGAIN;

	for (i = 0; r == -EAGAIN && i < LOCK_ATTEMPTS; i++) {
		fd = open(pending, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);
		if (fd < 0)
			return -errno;
		if (flock(fd, LOCK_EX) != 0 || fstat(fd, &ours) != 0)
			r = -errno;
		else if (ours.st_nlink > 1)
			r = -EPERM;
		else if (lstat(pending, &named) != 0)
			r = errno == ENOENT ? -EAGAIN : -errno;
		else if (named.st_dev == ours.st_dev && named.st_ino == ours.st_ino)
			return fd;
		(void)close(fd);	/* published or discarded while we waited */
	}
	return r == -EAGAIN ? -EBUSY : r;
}

static int write_pending(int fd, const char *pending, const struct mfa_keyring *ring)
{
	int r = 0;

	if (ftruncate(fd, 0) != 0 || lseek(fd, 0, SEEK_SET) != 0)
		r = -errno;
	if (r == 0)
		r = mfa_keyring_write(ring, fd);
	if (r == 0)
		r = mfa_folder_sync(pending);
	if (r != 0)
		(void)unlink(pending);
	return r;
}

int mfa_keyring_prepare(const char *path, struct mfa_keyring **out)
{
	char pending[PATH_MAX];
	int fd, r = pending_path(path, pending);

	*out = NULL;
	if (r != 0)
		return r;
	fd = open_pending(pending);
	if (fd < 0)
		return fd;
	r = read_open(fd, out);
	/* It is new; or what a killed run has left half written, which has sealed nothing. */
	if (r == -EBADMSG) {
		r = mfa_keyring_new(out);
		if (r == 0)
			r = write_pending(fd, pending, *out);
	}
	(void)close(fd);
	/* Where it will be: there is nothing to refresh it from until then. */
	if (r == 0)
		r = set_path(*out, path);
	if (r != 0)
		mfa_keyring_free(out);
	return r;
}

/* Whether these keys wait there already, whole.  To write them again would risk what a store may be sealed under. */
static bool waits(int fd, const struct mfa_keyring *ring)
{
	struct mfa_keyring *there = NULL;
	char *text = NULL, *other = NULL;
	size_t len = 0, other_len = 0;
	bool same = read_open(fd, &there) == 0 && mfa_keyring_format(there, &text, &len) == 0 &&
		    mfa_keyring_format(ring, &other, &other_len) == 0 && len == other_len &&
		    CRYPTO_memcmp(text, other, len) == 0;

	if (text != NULL)
		OPENSSL_cleanse(text, len);
	if (other != NULL)
		OPENSSL_cleanse(other, other_len);
	free(text);
	free(other);
	mfa_keyring_free(&there);
	return same;
}

int mfa_keyring_prepare_as(const char *path, const struct mfa_keyring *ring)
{
	char pending[PATH_MAX];
	int fd, r = pending_path(path, pending);

	if (r != 0)
		return r;
	fd = open_pending(pending);
	if (fd < 0)
		return fd;
	r = check_file(fd);
	if (r == 0)
		r = waits(fd, ring) ? 1 : write_pending(fd, pending, ring);
	(void)close(fd);
	return r;
}

int mfa_keyring_load_prepared(const char *path, struct mfa_keyring **out)
{
	char pending[PATH_MAX];
	int r = pending_path(path, pending);

	*out = NULL;
	return r == 0 ? mfa_keyring_load(pending, out) : r;
}

int mfa_keyring_publish(const char *path, gid_t group)
{
	char pending[PATH_MAX];
	struct stat st;
	int fd, r = pending_path(path, pending);

	if (r != 0)
		return r;
	fd = open(pending, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	r = check_file(fd);
	if (r == 0 && (fstat(fd, &st) != 0 || st.st_nlink != 1))
		r = -EPERM;
	if (r == 0 && group != (gid_t)-1 && (fchown(fd, 0, group) != 0 || fchmod(fd, 0640) != 0))
		r = -errno;
	if (r == 0 && fsync(fd) != 0)
		r = -errno;
	(void)close(fd);
	if (r == 0 && rename(pending, path) != 0)
		r = -errno;
	return r == 0 ? mfa_folder_sync(path) : r;
}

void mfa_keyring_discard(const char *path)
{
	char pending[PATH_MAX];

	if (pending_path(path, pending) == 0)
		(void)unlink(pending);
}
