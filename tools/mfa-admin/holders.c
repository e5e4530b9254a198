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

/* One process that is looked at. */
struct look {
	const char *const *paths;
	uid_t owner;
	DIR *fds;
	struct holder holder;
	bool blind;		/* something of it could not be looked at */
};

/* What is not there any more was closed, or its process has ended. */
static void note_failure(struct look *look, int error)
{
	look->blind = look->blind || (error != ENOENT && error != ESRCH);
}

/* The next link of a folder of descriptors; NULL: there is none. */
static const char *next_link(struct look *look, char link[PATH_MAX])
{
	const struct dirent *entry;
	ssize_t n;

	while (errno = 0, (entry = readdir(look->fds)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		n = readlinkat(dirfd(look->fds), entry->d_name, link, PATH_MAX - 1);
		if (n < 0)
			note_failure(look, errno);
		if (n <= 0)
			continue;
		link[n] = '\0';
		return entry->d_name;
	}
	if (errno != 0)
		note_failure(look, errno);
	return NULL;
}

/* Whether it can be the store's: whoever makes a file system of his own has any path he likes in the link, but no file
 * of that owner.  What was closed meanwhile parts nobody. */
static bool is_owners(struct look *look, const char *fd, struct stat *out)
{
	if (fstatat(dirfd(look->fds), fd, out, 0) == 0)
		return S_ISREG(out->st_mode) && out->st_uid == look->owner;
	note_failure(look, errno);
	return false;
}

static bool is_database(struct look *look, const char *fd)
{
	static const char form[16] = "SQLite format 3";
	char found[sizeof(form)];
	int file, same_form;

	file = openat(dirfd(look->fds), fd, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (file < 0) {
		note_failure(look, errno);
		return false;
	}
	same_form = pread(file, found, sizeof(found), 0) == sizeof(found) && memcmp(found, form, sizeof(form)) == 0;
	(void)close(file);
	return same_form;
}

/* Returns how many of the files it has, gone or not: bits. */
static unsigned look_for_paths(struct look *look)
{
	char link[PATH_MAX];
	struct stat st;
	const char *fd;
	unsigned has = 0;
	int i;

	while ((fd = next_link(look, link)) != NULL) {
		i = find(look->paths, link);
		if (i < 0 || !is_owners(look, fd, &st))
			continue;
		has |= 1U << i;
		if (look->holder.fds[i] < 0 && !is_named(&st, look->paths[i]))
			look->holder.fds[i] = (int)strtol(fd, NULL, 10);
	}
	return has;
}

/* Of one that has the log or the index: a store that was moved has its new name in the link. */
static void look_for_moved(struct look *look)
{
	struct holder *holder = &look->holder;
	char link[PATH_MAX];
	struct stat st;
	const char *fd;

	rewinddir(look->fds);
	while (holder->fds[0] < 0 && (fd = next_link(look, link)) != NULL) {
		if (link[0] != '/' || find(look->paths, link) >= 0 || !is_owners(look, fd, &st) ||
		    !is_database(look, fd))
			continue;
		holder->fds[0] = (int)strtol(fd, NULL, 10);
		if (is_named(&st, link))
			(void)snprintf(holder->moved_to, sizeof(holder->moved_to), "%s", link);
	}
}

static bool has_gone(const struct holder *holder)
{
	int i;

	for (i = 0; i < HOLDERS_FILES; i++)
		if (holder->fds[i] >= 0)
			return true;
	return false;
}

/* Where SQLite has a lock on each store that it has open, as long as it has (sqlite.org/src, os_unix.c). */
#define SQLITE_SHARED_FIRST 0x40000002UL

/* Whether a process has such a lock; pid 0: one that /proc does not show.  Where nobody knows it may have. */
static bool has_sqlite_open(unsigned long pid)
{
	FILE *locks = fopen("/proc/locks", "re");
	unsigned long owner, first;
	char line[256], path[64];
	bool found = false;

	if (locks == NULL)
		return true;
	while (!found && fgets(line, sizeof(line), locks) != NULL) {
		if (sscanf(line, "%*u: POSIX %*s %*s %lu %*s %lu", &owner, &first) != 2 || first != SQLITE_SHARED_FIRST)
			continue;
		(void)snprintf(path, sizeof(path), "/proc/%lu", owner);
		found = pid != 0 ? owner == pid : access(path, F_OK) != 0;
	}
	found = found || ferror(locks) != 0;
	(void)fclose(locks);
	return found;
}

/* Whether it has the owner's ids or ours, as who can open his files, and has not ended but for its entry. */
static bool is_theirs(const char *pid, uid_t owner)
{
	char path[64], line[256];
	unsigned long id[4], threads = 2;
	bool ended = false, its = true;
	FILE *status;
	int i;

	(void)snprintf(path, sizeof(path), "/proc/%.20s/status", pid);
	status = fopen(path, "re");
	if (status == NULL)
		return errno != ENOENT && errno != ESRCH;
	while (fgets(line, sizeof(line), status) != NULL) {
		ended = ended || strncmp(line, "State:\tZ", 8) == 0 || strncmp(line, "State:\tX", 8) == 0;
		(void)sscanf(line, "Threads: %lu", &threads);
		if (sscanf(line, "Uid: %lu %lu %lu %lu", &id[0], &id[1], &id[2], &id[3]) != 4)
			continue;
		for (i = 0, its = false; i < 4; i++)
			its = its || id[i] == owner || id[i] == geteuid();
	}
	(void)fclose(status);
	return its && !(ended && threads <= 1);
}

/* Whether a process that can't be looked into may have the store. */
static bool may_hold(const char *pid, uid_t owner)
{
	return is_theirs(pid, owner) && has_sqlite_open(strtoul(pid, NULL, 10));
}

static void look_at(const char *pid, const char *const paths[HOLDERS_FILES], uid_t owner, holders_fn *fn, void *ctx)
{
	struct look look = { .paths = paths, .owner = owner,
			     .holder = { .pid = (pid_t)strtol(pid, NULL, 10), .fds = { -1, -1, -1 } } };
	char path[64];
	unsigned has;

	(void)snprintf(path, sizeof(path), "/proc/%.20s/fd", pid);
	look.fds = opendir(path);
	if (look.fds != NULL) {
		has = look_for_paths(&look);
		if (has != 0 && (has & 1) == 0)
			look_for_moved(&look);
		(void)closedir(look.fds);
	} else {
		note_failure(&look, errno);
	}
	look.holder.hidden = !has_gone(&look.holder) && look.blind && may_hold(pid, owner);
	if (!look.holder.hidden && (!has_gone(&look.holder) || !sees_folder(pid, paths[0])))
		return;
	read_command(pid, look.holder.command);
	fn(ctx, &look.holder);
}

/* Whether everybody is shown who may have it: whoever is not shown the first process is not shown others either, where
 * the mount says hidepid=. */
static bool shows_all(void)
{
	return access("/proc/1", F_OK) == 0 || !has_sqlite_open(0);
}

int holders_of_gone(const char *const paths[HOLDERS_FILES], uid_t owner, holders_fn *fn, void *ctx)
{
	const struct dirent *entry;
	DIR *proc = opendir("/proc");
	int r = 0;

	if (proc == NULL)
		return -errno;
	while (errno = 0, (entry = readdir(proc)) != NULL)
		if (isdigit((unsigned char)entry->d_name[0]))
			look_at(entry->d_name, paths, owner, fn, ctx);
	if (errno != 0)
		r = -errno;
	else if (!shows_all())
		r = -EACCES;
	(void)closedir(proc);
	return r;
}
