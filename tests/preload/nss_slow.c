/* SPDX-License-Identifier: BSD-2-Clause */
/* A source for the system's directory (nss(5)) that knows nobody, and takes its time to say so to mfad alone.
 *
 * /run/slow has lines NAME MILLISECONDS: how long it takes over that user or group, each time.  What it was asked is
 * kept in /run/slow.asked, a line each: user, group or groups_of, and the name.  With a line "one-lock 1" it asks its
 * directory for one name at a time, as libraries with one lock for the process do. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <nss.h>
#include <pthread.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SEEN __attribute__((visibility("default")))

SEEN enum nss_status _nss_slow_getpwnam_r(const char *name, struct passwd *pw, char *buffer, size_t size, int *error);
SEEN enum nss_status _nss_slow_getgrnam_r(const char *name, struct group *gr, char *buffer, size_t size, int *error);
SEEN enum nss_status _nss_slow_initgroups_dyn(const char *name, gid_t first, long *start, long *size, gid_t **groups,
					      long limit, int *error);

static void note(const char *what, const char *name)
{
	char line[320];
	int n = snprintf(line, sizeof(line), "%s %s\n", what, name);
	int fd = open("/run/slow.asked", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);

	if (fd < 0)
		return;
	if (n > 0 && (size_t)n < sizeof(line) && write(fd, line, (size_t)n) != n)
		perror("/run/slow.asked");
	(void)close(fd);
}

static long delay_of(const char *name)
{
	FILE *f = fopen("/run/slow", "re");
	char who[256];
	long found = 0, ms;

	if (f == NULL)
		return 0;
	while (fscanf(f, "%255s %ld", who, &ms) == 2)
		if (strcmp(who, name) == 0)
			found = ms;
	(void)fclose(f);
	return found;
}

static enum nss_status take_time(const char *what, const char *name, int *error)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	struct timespec left;
	bool has_lock;
	long ms;

	*error = ENOENT;
	if (strcmp(program_invocation_short_name, "mfad") != 0)
		return NSS_STATUS_NOTFOUND;
	note(what, name);
	ms = delay_of(name);
	left = (struct timespec){ .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
	has_lock = delay_of("one-lock") > 0;
	if (has_lock)
		(void)pthread_mutex_lock(&lock);
	while (nanosleep(&left, &left) != 0 && errno == EINTR)
		;
	if (has_lock)
		(void)pthread_mutex_unlock(&lock);
	return NSS_STATUS_NOTFOUND;
}

enum nss_status _nss_slow_getpwnam_r(const char *name, struct passwd *pw, char *buffer, size_t size, int *error)
{
	(void)pw, (void)buffer, (void)size;
	return take_time("user", name, error);
}

enum nss_status _nss_slow_getgrnam_r(const char *name, struct group *gr, char *buffer, size_t size, int *error)
{
	(void)gr, (void)buffer, (void)size;
	return take_time("group", name, error);
}

enum nss_status _nss_slow_initgroups_dyn(const char *name, gid_t first, long *start, long *size, gid_t **groups,
					 long limit, int *error)
{
	(void)first, (void)start, (void)size, (void)groups, (void)limit;
	return take_time("groups_of", name, error);
}
