/* SPDX-License-Identifier: BSD-2-Clause */
#include "folder/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int mfa_folder_sync(const char *path)
{
	char *copy = strdup(path);
	int fd, r;

	if (copy == NULL)
		return -ENOMEM;
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	r = fd >= 0 && fsync(fd) == 0 ? 0 : -errno;
	if (fd >= 0)
		(void)close(fd);
	free(copy);
	return r;
}

int mfa_folder_publish(const char *fresh, const char *path)
{
	if (renameat2(AT_FDCWD, fresh, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -errno;
	/* A file system that can't: for a moment it has two names. */
	if (link(fresh, path) != 0)
		return -errno;
	return unlink(fresh) == 0 ? 0 : -errno;
}
