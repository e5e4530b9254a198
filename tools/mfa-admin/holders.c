/* SPDX-License-Identifier: BSD-2-Clause */
#include "holders.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char deleted[] = " (deleted)";

/* The index of the path that a link of /proc has; -1: it is none of them. */
static int find(const char *const paths[HOLDERS_FILES], const char *link)
{
	size_t len;
	int i;

	for (i = 0; i < HOLDERS_FILES; i++) {
		len = strlen(paths[i]);
		if (strncmp(link, paths[i], len) == 0 && (link[len] == '\0' || strcmp(link + len, deleted) == 0))
			return i;
	}
	return -1;
}

static bool same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Whether it can be the store's: whoever makes a file system of his own has any path he likes in the link, but no file
 * of that owner.  What was closed meanwhile parts nobody. */
static bool is_owners(int folder, const char *fd, uid_t owner, struct stat *out)
{
	return fstatat(folder, fd, out, 0) == 0 && S_ISREG(out->st_mode) && out->st_uid == owner;
}

static bool is_named(const struct stat *open_file, const char *path)
{
	struct stat named;

	return lstat(path, &named) == 0 && same(&named, open_file);
}

/* Whether the process has the store's folder where we have it: a container has one of its own.  mfad may have a mount
 * namespace of its own as well, and the same folder in it. */
static bool sees_folder(const char *pid, const char *path)
{
	char copy[PATH_MAX], theirs[PATH_MAX + 32];
	const char *folder;
	struct stat a, b;

	(void)snprintf(copy, sizeof(copy), "%s", path);
	folder = dirname(copy);
	(void)snprintf(theirs, sizeof(theirs), "/proc/%.20s/root%s", pid, folder);
	if (stat(folder, &a) != 0)
		return true;
	return stat(theirs, &b) == 0 ? same(&a, &b) : errno != ENOENT;
}

static bool is_database(int folder, const char *fd)
{
	static const char form[16] = "SQLite format 3";
	char found[sizeof(form)];
	int file, same_form;

	file = openat(folder, fd, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (file < 0)
		return false;
	same_form = pread(file, found, sizeof(found), 0) == sizeof(found) && memcmp(found, form, sizeof(form)) == 0;
	(void)close(file);
	return same_form;
}

static void read_command(const char *pid, char out[64])
{
	char path[64];
	ssize_t n = -1;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%.20s/comm", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, out, 63);
		(void)close(fd);
	}
	out[n > 0 ? n - 1 : 0] = '\0';
}

/* The next link of a folder of descriptors; NULL: there is none. */
static const char *next_link(DIR *fds, char link[PATH_MAX])
{
	const struct dirent *entry;
	ssize_t n;

	while ((entry = readdir(fds)) != NULL) {
		n = readlinkat(dirfd(fds), entry->d_name, link, PATH_MAX - 1);
		if (n <= 0)
			continue;
		link[n] = '\0';
		return entry->d_name;
	}
	return NULL;
}

/* Returns how many of the files it has, gone or not: bits. */
static unsigned look_for_paths(DIR *fds, const char *const paths[HOLDERS_FILES], uid_t owner, struct holder *out)
{
	char link[PATH_MAX];
	struct stat st;
	const char *fd;
	unsigned has = 0;
	int i;

	while ((fd = next_link(fds, link)) != NULL) {
		i = find(paths, link);
		if (i < 0 || !is_owners(dirfd(fds), fd, owner, &st))
			continue;
		has |= 1U << i;
		if (out->fds[i] < 0 && !is_named(&st, paths[i]))
			out->fds[i] = (int)strtol(fd, NULL, 10);
	}
	return has;
}

/* Of one that has the log or the index: a store that was moved has its new name in the link. */
static void look_for_moved(DIR *fds, const char *const paths[HOLDERS_FILES], uid_t owner, struct holder *out)
{
	char link[PATH_MAX];
	struct stat st;
	const char *fd;

	rewinddir(fds);
	while (out->fds[0] < 0 && (fd = next_link(fds, link)) != NULL) {
		if (link[0] != '/' || find(paths, link) >= 0 || !is_owners(dirfd(fds), fd, owner, &st) ||
		    !is_database(dirfd(fds), fd))
			continue;
		out->fds[0] = (int)strtol(fd, NULL, 10);
		if (is_named(&st, link))
			(void)snprintf(out->moved_to, sizeof(out->moved_to), "%s", link);
	}
}

static void look_at(const char *pid, const char *const paths[HOLDERS_FILES], uid_t owner, holders_fn *fn, void *ctx)
{
	struct holder holder = { .pid = (pid_t)strtol(pid, NULL, 10), .fds = { -1, -1, -1 } };
	char path[64];
	unsigned has;
	DIR *fds;

	(void)snprintf(path, sizeof(path), "/proc/%.20s/fd", pid);
	fds = opendir(path);
	if (fds == NULL)
		return;
	has = look_for_paths(fds, paths, owner, &holder);
	if (has != 0 && (has & 1) == 0)
		look_for_moved(fds, paths, owner, &holder);
	(void)closedir(fds);
	if ((holder.fds[0] < 0 && holder.fds[1] < 0 && holder.fds[2] < 0) || !sees_folder(pid, paths[0]))
		return;
	read_command(pid, holder.command);
	fn(ctx, &holder);
}

int holders_of_gone(const char *const paths[HOLDERS_FILES], uid_t owner, holders_fn *fn, void *ctx)
{
	const struct dirent *entry;
	DIR *proc = opendir("/proc");

	if (proc == NULL)
		return -errno;
	while ((entry = readdir(proc)) != NULL)
		if (isdigit((unsigned char)entry->d_name[0]))
			look_at(entry->d_name, paths, owner, fn, ctx);
	(void)closedir(proc);
	return 0;
}
