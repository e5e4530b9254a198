/* SPDX-License-Identifier: BSD-2-Clause */
#include "scratch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int scratch_make(char folder[SCRATCH_FOLDER], char url[SCRATCH_URL])
{
	(void)strcpy(folder, "/tmp/mfa-unit.XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	(void)snprintf(url, SCRATCH_URL, "sqlite://%s/db", folder);
	return 0;
}

int scratch_remove(const char *folder)
{
	static const char *const files[] = { "db", "db-wal", "db-shm" };
	char path[SCRATCH_FOLDER + 8];
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", folder, files[i]);
		(void)unlink(path);
	}
	return rmdir(folder);
}
