/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/sqlite_files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "store/sqlite_db.h"
#include "table/table.h"

static const char *const ends[] = {
	[SQLITE_FILE_STORE] = "",
	[SQLITE_FILE_LOG] = "-wal",
	[SQLITE_FILE_INDEX] = "-shm",
};
MFA_TABLE_FITS(ends, SQLITE_FILE_COUNT);

int sqlite_files_name(struct sqlite_files *files, const char *path)
{
	size_t i, size = strlen(path) + 8;

	(void)pthread_mutex_init(&files->lock, NULL);
	for (i = 0; i < SQLITE_FILE_COUNT; i++) {
		files->paths[i] = malloc(size);
		if (files->paths[i] == NULL)
			return -ENOMEM;
		(void)snprintf(files->paths[i], size, "%s%s", path, ends[i]);
	}
	return 0;
}

void sqlite_files_release(struct sqlite_files *files)
{
	size_t i;

	for (i = 0; i < SQLITE_FILE_COUNT; i++)
		free(files->paths[i]);
	memset(files->paths, 0, sizeof(files->paths));
	(void)pthread_mutex_destroy(&files->lock);
}

static bool same(const struct sqlite_identity *a, const struct sqlite_identity *b)
{
	return a->dev == b->dev && a->ino == b->ino;
}

static int identify(const char *path, struct sqlite_identity *out, int64_t *size)
{
	struct stat st;

	*out = (struct sqlite_identity){ 0 };
	*size = 0;
	if (lstat(path, &st) != 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISREG(st.st_mode))
		return -EMEDIUMTYPE;
	*out = (struct sqlite_identity){ st.st_dev, st.st_ino };
	*size = (int64_t)st.st_size;
	return 0;
}

int sqlite_files_look(const struct sqlite_files *files, struct sqlite_seen *out)
{
	struct sqlite_identity *ids = out->ids;
	int64_t size;
	int r;

	memset(out, 0, sizeof(*out));
	r = sqlite_db_check_file(files->paths[SQLITE_FILE_STORE], &ids[SQLITE_FILE_STORE].dev,
				 &ids[SQLITE_FILE_STORE].ino);
	if (r == 0)
		r = identify(files->paths[SQLITE_FILE_LOG], &ids[SQLITE_FILE_LOG], &size);
	return r == 0 ? identify(files->paths[SQLITE_FILE_INDEX], &ids[SQLITE_FILE_INDEX], &size) : r;
}

bool sqlite_files_has_log(const struct sqlite_seen *seen)
{
	return seen->ids[SQLITE_FILE_LOG].ino != 0;
}

int sqlite_files_settle(struct sqlite_files *files, const struct sqlite_seen *before)
{
	struct sqlite_seen now;
	int64_t size = 0;
	size_t i;
	int r = 0;

	for (i = 0; i < SQLITE_FILE_COUNT; i++) {
		r = identify(files->paths[i], &now.ids[i], &size);
		if (r != 0)
			return r;
		if (now.ids[i].ino == 0 || (before->ids[i].ino != 0 && !same(&now.ids[i], &before->ids[i])))
			return -EAGAIN;
	}
	(void)pthread_mutex_lock(&files->lock);
	if (files->ours.ids[SQLITE_FILE_STORE].ino != 0 &&
	    !same(&files->ours.ids[SQLITE_FILE_STORE], &now.ids[SQLITE_FILE_STORE])) {
		r = -ESTALE;
	} else {
		files->ours = now;
		files->index_size = size;
	}
	(void)pthread_mutex_unlock(&files->lock);
	return r;
}

/* The first that is not ours; SQLITE_FILE_COUNT: all are.  Also whether the index was cut off: to touch what is gone of
 * it ends the process by SIGBUS. */
static enum sqlite_file find_other(struct sqlite_files *files, const struct sqlite_seen *now, int64_t index_size,
				   bool may_be_gone)
{
	size_t i;

	(void)pthread_mutex_lock(&files->lock);
	for (i = 0; i < SQLITE_FILE_COUNT; i++)
		if (!same(&now->ids[i], &files->ours.ids[i]) &&
		    !(may_be_gone && i != SQLITE_FILE_STORE && now->ids[i].ino == 0))
			break;
	if (i == SQLITE_FILE_COUNT && now->ids[SQLITE_FILE_INDEX].ino != 0 && index_size < files->index_size)
		i = SQLITE_FILE_INDEX;
	if (index_size > files->index_size)
		files->index_size = index_size;
	(void)pthread_mutex_unlock(&files->lock);
	return (enum sqlite_file)i;
}

int sqlite_files_check(struct sqlite_files *files, enum sqlite_file *which)
{
	struct sqlite_seen now;
	struct stat st;
	size_t i;

	for (i = 0; i < SQLITE_FILE_COUNT; i++) {
		*which = (enum sqlite_file)i;
		if (lstat(files->paths[i], &st) != 0)
			return errno != ENOENT ? -errno : i == SQLITE_FILE_STORE ? -EIDRM : -ESTALE;
		now.ids[i] = (struct sqlite_identity){ st.st_dev, st.st_ino };
	}
	i = (size_t)find_other(files, &now, (int64_t)st.st_size, false);
	if (i == SQLITE_FILE_COUNT)
		return 0;
	*which = (enum sqlite_file)i;
	return -ESTALE;
}

bool sqlite_files_are_ours(struct sqlite_files *files)
{
	struct sqlite_seen now;
	int64_t size = 0;
	size_t i;

	for (i = 0; i < SQLITE_FILE_COUNT; i++)
		if (identify(files->paths[i], &now.ids[i], &size) != 0)
			return false;
	return find_other(files, &now, size, true) == SQLITE_FILE_COUNT;
}
