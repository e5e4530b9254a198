/* SPDX-License-Identifier: BSD-2-Clause */
/* Stands in for libFuzzer's main: feeds each file that argv names, and each file
 * of a directory that it names, to the target.  Silent on success. */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define INPUT_MAX (1L << 20)	/* bytes */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int complain(const char *path, int error)
{
	fprintf(stderr, "replay: %s: %s\n", path, strerror(error));
	return -error;
}

/* In memory of exactly its size, so that ASan sees a byte read too far. */
static int replay_file(const char *path, size_t size)
{
	FILE *f = fopen(path, "re");
	uint8_t *data = NULL;
	int r = -EIO;

	if (f == NULL)
		return complain(path, errno);
	data = malloc(size > 0 ? size : 1);
	if (data == NULL)
		goto out;
	if (fread(data, 1, size, f) != size)
		goto out;
	LLVMFuzzerTestOneInput(data, size);
	r = 0;
out:
	free(data);
	fclose(f);
	return r == 0 ? 0 : complain(path, EIO);
}

static int replay(const char *path);

static int replay_directory(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	char *name = NULL;
	int r = 0, files = 0;

	if (dir == NULL)
		return complain(path, errno);
	while (r == 0 && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		if (asprintf(&name, "%s/%s", path, entry->d_name) < 0) {
			r = complain(path, ENOMEM);
			break;
		}
		r = replay(name);
		free(name);
		files++;
	}
	closedir(dir);
	/* An empty corpus would pass without testing anything. */
	if (r == 0 && files == 0)
		r = complain(path, ENOENT);
	return r;
}

static int replay(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return complain(path, errno);
	if (S_ISDIR(st.st_mode))
		return replay_directory(path);
	if (!S_ISREG(st.st_mode) || st.st_size > INPUT_MAX)
		return complain(path, EINVAL);
	return replay_file(path, (size_t)st.st_size);
}

int main(int argc, char **argv)
{
	int i;

	if (argc < 2) {
		fprintf(stderr, "usage: %s FILE|DIRECTORY...\n", argv[0]);
		return 2;
	}
	for (i = 1; i < argc; i++)
		if (replay(argv[i]) != 0)
			return 1;
	return 0;
}
