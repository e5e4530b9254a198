/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of this room share of a keyring; not for other rooms. */
#ifndef MFA_KEYRING_H
#define MFA_KEYRING_H

#include <pthread.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "crypto/hkdf.h"
#include "seal/seal.h"

#define MFA_MASTER_KEY_SIZE 32
#define MFA_KEYS_MAX 16

struct mfa_master_key {
	uint32_t id;
	uint8_t bytes[MFA_MASTER_KEY_SIZE];
};

/* What changes when the key file does. */
struct mfa_keys {
	uint8_t name_key[32];		/* of mfa_keyring_hash_name */
	size_t count;
	struct mfa_master_key keys[MFA_KEYS_MAX];	/* the newest last */
	int fd;				/* the file that they are from, with a shared lock; or -1 */
	dev_t dev;
	ino_t ino;
};

struct mfa_keyring {
	uint8_t store_id[MFA_STORE_ID_SIZE];
	char *path;			/* NULL: of no file */
	struct mfa_keyring *self;	/* for mfa_keyring_refresh: whoever only reads a ring may do that */
	pthread_rwlock_t writes;	/* shared: by those whose writes are under way */
	pthread_mutex_t lock;		/* of what follows */
	struct mfa_keys now;
};

/* Adds a new random key, which becomes the one to seal with.  Returns 0, -ENOSPC or -EIO. */
int mfa_keyring_add(struct mfa_keyring *ring);
/* Leaves only the one to seal with.  Returns 0 or -EIO. */
int mfa_keyring_drop_old(struct mfa_keyring *ring);

/* Copies the key with an id, 0: the one to seal with.  Returns 0 or -ENOKEY.  The caller wipes
 * it. */
int mfa_keyring_find(const struct mfa_keyring *ring, uint32_t id, struct mfa_master_key *out);

/* Writes the text form to an empty file, and makes it durable.  Returns 0 or a negative errno. */
int mfa_keyring_write(const struct mfa_keyring *ring, int fd);
/* Waits for a lock of flock(2).  Returns 0 or a negative errno. */
int mfa_keyring_flock(int fd, int operation);
/* Whether path still names the open file. */
bool mfa_keyring_is_named(int fd, const char *path);

#endif
