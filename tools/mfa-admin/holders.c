/* SPDX-License-Identifier: BSD-2-Clause */
#include "holders.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
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

static bool is_named(int folder, const char *fd, const char *path)
{
	struct stat open_file, named;

	/* What was closed meanwhile parts nobody. */
	if (fstatat(folder, fd, &open_file, 0) != 0)
		return true;
	return lstat(path, &named) == 0 && named.st_dev == open_file.st_dev && named.st_ino == open_file.st_ino;
}

static bool is_database(int folder, const char *fd)
{
	static const char form[16] = "SQLite format 3";
	char found[sizeof(form)];
	struct stat st;
	int file, same;

	if (fstatat(folder, fd, &st, 0) != 0 || !S_ISREG(st.st_mode))
		return false;
	file = openat(folder, fd, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (file < 0)
		return false;
	same = pread(file, found, sizeof(found), 0) == sizeof(found) && memcmp(found, form, sizeof(form)) == 0;
	(void)close(file);
	return same;
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
static unsigned look_for_paths(DIR *fds, const char *const paths[HOLDERS_FILES], struct holder *out)
{
	char link[PATH_MAX];
	const char *fd;
	unsigned has = 0;
	int i;

	while ((fd = next_link(fds, link)) != NULL) {
		i = find(paths, link);
		if (i < 0)
			continue;
		has |= 1U << i;
		if (out->fds[i] < 0 && !is_named(dirfd(fds), fd, paths[i]))
			out->fds[i] = (int)strtol(fd, NULL, 10);
	}
	return has;
}

/* Of one that has the log or the index: a store that was moved has its new name in the link. */
static void look_for_moved(DIR *fds, const char *const paths[HOLDERS_FILES], struct holder *out)
{
	char link[PATH_MAX];
	const char *fd;

	rewinddir(fds);
	while (out->fds[0] < 0 && (fd = next_link(fds, link)) != NULL) {
		if (link[0] != '/' || find(paths, link) >= 0 || !is_database(dirfd(fds), fd))
			continue;
		out->fds[0] = (int)strtol(fd, NULL, 10);
		if (is_named(dirfd(fds), fd, link))
			(void)snprintf(out->moved_to, sizeof(out->moved_to), "%s", link);
	}
}

static void look_at(const char *pid, const char *const paths[HOLDERS_FILES], holders_fn *fn, void *ctx)
{
	struct holder holder = { .pid = (pid_t)strtol(pid, NULL, 10), .fds = { -1, -1, -1 } };
	char path[64];
	unsigned has;
	DIR *fds;

	(void)snprintf(path, sizeof(path), "/proc/%.20s/fd", pid);
	fds = opendir(path);
	if (fds == NULL)
		return;
	has = look_for_paths(fds, paths, &holder);
	if (has != 0 && (has & 1) == 0)
		look_for_moved(fds, paths, &holder);
	(void)closedir(fds);
	if (holder.fds[0] < 0 && holder.fds[1] < 0 && holder.fds[2] < 0)
		return;
	read_command(pid, holder.command);
	fn(ctx, &holder);
}

int holders_of_gone(const char *const paths[HOLDERS_FILES], holders_fn *fn, void *ctx)
{
	const struct dirent *entry;
	DIR *proc = opendir("/proc");

	if (proc == NULL)
		return -errno;
	while ((entry = readdir(proc)) != NULL)
		if (isdigit((unsigned char)entry->d_name[0]))
			look_at(entry->d_name, paths, fn, ctx);
	(void)closedir(proc);
	return 0;
}
