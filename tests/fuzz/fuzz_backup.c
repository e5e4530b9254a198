/* SPDX-License-Identifier: BSD-2-Clause */
/* A backup that somebody else wrote: as a file, and as what one who knows the passphrase has put in it. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "backup/backup.h"
#include "backup/items.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PASSPHRASE "fuzz fuzz fuzz"
#define LOG_N 10

static void check_item(const struct mfa_item *item)
{
	if (item->name[0] == '\0' || strlen(item->name) > MFA_STORE_KEY_MAX ||
	    item->len > MFA_STORE_VALUE_MAX || item->value[item->len] != 0)
		abort();
}

static void read_all(int fd)
{
	struct mfa_container *c;
	struct mfa_keyring *ring = NULL;
	struct mfa_backup_counts counts;
	struct mfa_item item;
	uint64_t items = 0;
	int r;

	if (lseek(fd, 0, SEEK_SET) != 0)
		abort();
	if (mfa_container_open(fd, PASSPHRASE, &c) != 0) {
		if (c != NULL)
			abort();
		return;
	}
	r = mfa_backup_read_keyring(c, &items, &ring, &counts);
	if ((r == 0) != (ring != NULL))
		abort();
	while (r == 0 && mfa_item_next(c, &items, &item) == 1) {
		check_item(&item);
		mfa_item_release(&item);
	}
	mfa_keyring_free(&ring);
	mfa_container_free(&c);
}

/* The bytes are a file; it may begin with any head, whose cost is bounded. */
static void as_file(int fd, const uint8_t *data, size_t size)
{
	/* What scrypt costs is no fault of the parser's. */
	if (size > 9 && data[9] > LOG_N)
		return;
	if (write(fd, data, size) != (ssize_t)size)
		abort();
	read_all(fd);
}

static void as_stream(int fd, const uint8_t *data, size_t size)
{
	struct mfa_container *c;

	if (mfa_container_create(fd, PASSPHRASE, LOG_N, &c) != 0 ||
	    mfa_container_write(c, data, size) != 0 || mfa_container_finish(c) != 0)
		abort();
	mfa_container_free(&c);
	read_all(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd;

	if (size == 0)
		return 0;
	fd = memfd_create("backup", MFD_CLOEXEC);
	if (fd < 0)
		abort();
	if (data[0] == 'F')
		as_file(fd, data + 1, size - 1);
	else
		as_stream(fd, data + 1, size - 1);
	(void)close(fd);
	return 0;
}
