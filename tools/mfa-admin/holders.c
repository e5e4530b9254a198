/* SPDX-License-Identifier: BSD-2-Clause */
#include "holders.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char deleted[] = " (deleted)";

/* The index of path, as a link of /proc has it; -1: it is none of them. */
static int find(const char *const *paths, int count, const char *link)
{
	size_t len;
	int i;

	for (i = 0; i < count; i++) {
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

static void look_at(const char *pid, const char *const *paths, int count, holders_fn *fn, void *ctx)
{
	struct holder holder = { .pid = (pid_t)strtol(pid, NULL, 10) };
	char path[64], link[PATH_MAX];
	const struct dirent *entry;
	ssize_t n;
	DIR *fds;

	(void)snprintf(path, sizeof(path), "/proc/%.20s/fd", pid);
	fds = opendir(path);
	if (fds == NULL)
		return;
	while ((entry = readdir(fds)) != NULL) {
		n = readlinkat(dirfd(fds), entry->d_name, link, sizeof(link) - 1);
		if (n <= 0)
			continue;
		link[n] = '\0';
		holder.path = find(paths, count, link);
		if (holder.path < 0 || is_named(dirfd(fds), entry->d_name, paths[holder.path]))
			continue;
		read_command(pid, holder.command);
		fn(ctx, &holder);
		break;
	}
	(void)closedir(fds);
}

int holders_of_gone(const char *const *paths, int count, holders_fn *fn, void *ctx)
{
	const struct dirent *entry;
	DIR *proc = opendir("/proc");

	if (proc == NULL)
		return -errno;
	while ((entry = readdir(proc)) != NULL)
		if (isdigit((unsigned char)entry->d_name[0]))
			look_at(entry->d_name, paths, count, fn, ctx);
	(void)closedir(proc);
	return 0;
}
