/* SPDX-License-Identifier: BSD-2-Clause */
/* Making the folders of key and store.  Root makes them only where nobody else can have put
 * a link on the way there. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "site.h"

#define SQLITE_SCHEME "sqlite://"

/* Where root may make a folder: nobody else can put anything else in its place. */
static bool safe_place(int fd)
{
	struct stat st;

	return geteuid() != 0 ||
	       (fstat(fd, &st) == 0 && st.st_uid == 0 && (st.st_mode & (S_IWGRP | S_IWOTH)) == 0);
}

/* Opens a folder that can be reached through safe places alone. Links that are on the way
 * now are resolved first, so that one put there later leads nowhere.
 * Returns a descriptor, -EPERM (somebody else's place) or another negative errno. */
static int open_safe(const char *folder)
{
	char *real = realpath(folder, NULL), *part, *rest = NULL;
	int fd = -1, next, r = -errno;

	if (real == NULL)
		return r;
	fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	r = fd < 0 ? -errno : safe_place(fd) ? 0 : -EPERM;
	for (part = strtok_r(real, "/", &rest); r == 0 && part != NULL;
	     part = strtok_r(NULL, "/", &rest)) {
		next = openat(fd, part, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		r = next < 0 ? -errno : safe_place(next) ? 0 : -EPERM;
		(void)close(fd);
		fd = next;
	}
	free(real);
	if (r == 0)
		return fd;
	if (fd >= 0)
		(void)close(fd);
	return r;
}

/* What an init that was killed between mkdir and fchown has left. */
static bool left_half_made(int parent, const char *name, mode_t mode)
{
	struct stat st;

	return fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode) &&
	       st.st_uid == 0 && (st.st_mode & 07777) == mode &&
	       unlinkat(parent, name, AT_REMOVEDIR) == 0;
}

static int make_folder_in(int parent, const char *name, mode_t mode, const struct passwd *owner)
{
	int fd, r = mkdirat(parent, name, mode) == 0 ? 0 : -errno;

	if (r == -EEXIST && owner != NULL && left_half_made(parent, name, mode))
		r = mkdirat(parent, name, mode) == 0 ? 0 : -errno;
	if (r == -EEXIST)
		return 0;
	if (r != 0 || owner == NULL)
		return r;
	fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	r = fd >= 0 && fchown(fd, owner->pw_uid, owner->pw_gid) == 0 ? 0 : -errno;
	if (fd >= 0)
		(void)close(fd);
	return r;
}

/* Makes the folder that file is to lie in, if it is not there.  Returns 0, -EPERM (where it
 * would be made is not root's alone) or another negative errno. */
static int make_folder(const char *file, mode_t mode, const struct passwd *owner)
{
	char *copy = strdup(file), *other = NULL;
	const char *folder;
	struct stat st;
	int parent, r = -ENOMEM;

	if (copy == NULL)
		return r;
	folder = dirname(copy);
	r = 0;
	if (strcmp(folder, "/") == 0)
		goto out;
	r = -ENOMEM;
	other = strdup(folder);
	if (other == NULL)
		goto out;
	parent = open_safe(dirname(other));
	if (parent >= 0) {
		r = make_folder_in(parent, strrchr(folder, '/') + 1, mode, owner);
		(void)close(parent);
	} else {
		r = stat(folder, &st) == 0 && S_ISDIR(st.st_mode) ? 0 : parent;
	}
out:
	free(other);
	free(copy);
	return r;
}

/* A store's folder within another of its owner's. */
static int create_within(void *ctx)
{
	const struct site *site = ctx;
	char *copy = strdup(site->conf->store_url + strlen(SQLITE_SCHEME));
	int r = -ENOMEM;

	if (copy != NULL)
		r = mkdir(dirname(copy), 0700) == 0 || errno == EEXIST ? 0 : -errno;
	free(copy);
	return r;
}

int site_make_key_folder(const struct site *site)
{
	return make_folder(site->conf->key_file, 0755, NULL);
}

int site_make_store_folder(const struct site *site)
{
	int r = make_folder(site->conf->store_url + strlen(SQLITE_SCHEME), 0700, site->owner);

	return r == -EPERM ? site_as_owner(site, create_within, (void *)(uintptr_t)site) : r;
}
