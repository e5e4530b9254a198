/* SPDX-License-Identifier: BSD-2-Clause */
/* What a backup is made of: items, each a name and a value, in the stream of a container.
 *
 *   name's length   2 bytes, big endian, 1 to MFA_STORE_KEY_MAX
 *   value's length  4 bytes, at most MFA_STORE_VALUE_MAX
 *   name, value
 *
 * The last has a name of no bytes, and its value is the number of those before it, 8 bytes; nothing
 * follows. */
#ifndef MFA_BACKUP_ITEMS_H
#define MFA_BACKUP_ITEMS_H

#include "backup/container.h"
#include "store/store.h"

struct mfa_item {
	char name[MFA_STORE_KEY_MAX + 1];
	size_t len;
	uint8_t *value;			/* a zero follows; a secret */
};

/* count is how many have been put; the caller keeps it, from 0. */
int mfa_item_put(struct mfa_container *c, uint64_t *count, const char *name, const uint8_t *value,
		 size_t len);
int mfa_item_put_end(struct mfa_container *c, uint64_t count);

/* The next item; the caller releases it.  Returns 1; 0: that was the last, and all of it is
 * there; -EBADMSG, -ENOMEM or as mfa_container_read. */
int mfa_item_next(struct mfa_container *c, uint64_t *count, struct mfa_item *out);
/* Wipes, frees, empties. */
void mfa_item_release(struct mfa_item *item);

#endif
