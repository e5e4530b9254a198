/* SPDX-License-Identifier: BSD-2-Clause */
#include "module/session.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STAT_START_TIME 22	/* proc(5): /proc/PID/stat */
#define NO_AUDIT_SESSION "4294967295"

/* Reads a small file of /proc. */
static int read_text(const char *path, char *out, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	ssize_t n;

	out[0] = '\0';
	if (fd < 0)
		return -errno;
	n = read(fd, out, size - 1);
	(void)close(fd);
	if (n <= 0)
		return -EIO;
	out[n] = '\0';
	out[strcspn(out, "\n")] = '\0';
	return 0;
}

/* Ids are of the boot: it comes with each, for counters begin again with the next. */
static int boot_id(char *out, size_t size)
{
	int r = read_text("/proc/sys/kernel/random/boot_id", out, size);

	if (r != 0 || out[0] == '\0' || strspn(out, "0123456789abcdef-") != strlen(out))
		return -ENOENT;
	return 0;
}

/* Inherited by all that a login starts, and not to be changed without CAP_AUDIT_CONTROL. */
static int audit_session(char *out, size_t size)
{
	if (read_text("/proc/self/sessionid", out, size) != 0 || out[0] == '\0' ||
	    strspn(out, "0123456789") != strlen(out) || strcmp(out, NO_AUDIT_SESSION) == 0 ||
	    strcmp(out, "0") == 0)
		return -ENOENT;
	return 0;
}

/* When a process began: its id may have been another's before.  The name of its program, which may
 * hold anything, ends at the last bracket. */
static int start_time(pid_t pid, char *out, size_t size)
{
	char path[32], text[1024], *at, *word = NULL, *rest = NULL;
	int field = 3, r;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	r = read_text(path, text, sizeof(text));
	at = r == 0 ? strrchr(text, ')') : NULL;
	if (at == NULL)
		return -ENOENT;
	word = strtok_r(at + 1, " ", &rest);
	for (; word != NULL && field < STAT_START_TIME; field++)
		word = strtok_r(NULL, " ", &rest);
	if (word == NULL || strspn(word, "0123456789") != strlen(word))
		return -ENOENT;
	(void)snprintf(out, size, "%s", word);
	return 0;
}

int mfa_session_name(char out[MFA_SESSION_SIZE])
{
	char boot[40], id[24];
	pid_t leader = getsid(0);

	out[0] = '\0';
	if (getuid() == 0 || boot_id(boot, sizeof(boot)) != 0)
		return -ENOENT;
	if (audit_session(id, sizeof(id)) == 0)
		(void)snprintf(out, MFA_SESSION_SIZE, "audit:%s:%s", boot, id);
	else if (leader > 0 && start_time(leader, id, sizeof(id)) == 0)
		(void)snprintf(out, MFA_SESSION_SIZE, "leader:%s:%d:%s", boot, (int)leader, id);
	return out[0] != '\0' ? 0 : -ENOENT;
}
