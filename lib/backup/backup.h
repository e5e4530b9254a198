/* SPDX-License-Identifier: BSD-2-Clause */
/* A backup: all accounts, and the keys, in a container under a passphrase.
 *
 * Its items (items.h), in this order:
 *   info         {"format": 1, "time": seconds since 1970, "version": of mfa-admin}
 *   keyring      the text of the key file
 *   KEY ...      what rests in the store under KEY, unsealed, in the order of keys
 * (how names are spelt is among them).  But for what expires by itself, such as remembered sign-ins; the decoys, which are made anew;
 * and the store's id, which is the keyring's. */
#ifndef MFA_BACKUP_H
#define MFA_BACKUP_H

#include <stdbool.h>

#include "backup/container.h"
#include "vault/vault.h"

struct mfa_backup_counts {
	uint64_t accounts;
	uint64_t unreadable;		/* save: left out */
	uint64_t tokens;		/* restore: devices that count (HOTP) */
	int64_t time;			/* restore: when the backup was made */
};

struct mfa_backup_watch {
	/* Called now and then; may be NULL.  save: entries; restore: bytes of the file, and no
	 * total. */
	void (*on_progress)(void *ctx, uint64_t done, uint64_t total);
	/* save: an entry that can't be opened is left out; may be NULL. */
	void (*on_unreadable)(void *ctx, const char *key, int error);
	void *ctx;
};

/* Writes all of it to c, and finishes c.  Sign-ins go on meanwhile: each record is as it was at one
 * moment, not all at the same one.  That is enough, because a record is complete in itself.  What
 * there is between two is a claim of a uid, listed after all accounts and written before its
 * account: so an account that is in the backup lacks its claim only if it was removed meanwhile,
 * and a claim without its account is void.
 * Returns 0 or as mfa_store_list and mfa_container_write. */
int mfa_backup_save(struct mfa_container *c, const struct mfa_vault *vault,
		    const struct mfa_backup_watch *watch, struct mfa_backup_counts *counts);

/* Reads as far as the keyring, which the caller frees.  Returns 0, -EBADMSG, -EPROTONOSUPPORT (a
 * newer format) or as mfa_container_read. */
int mfa_backup_read_keyring(struct mfa_container *c, uint64_t *items, struct mfa_keyring **ring,
			    struct mfa_backup_counts *counts);

struct mfa_restore_options {
	int64_t now;
	bool drop_recovery;		/* accounts lose their recovery codes */
};

/* Reads the rest, and puts it in the place of all that is in the vault: all or
 * nothing.  What may have been used since the backup is not good again: an app's codes are refused
 * until MFA_TOTP_DRIFT_MAX + MFA_CONF_TOTP_WINDOW_MAX steps from now, temporary passes are void.  Recovery
 * codes, and those of tokens that count, can't be known; doc/THREATS says so.
 * Returns 0, -EBADMSG (damaged, or not as save writes it), -EPROTONOSUPPORT (an account in a
 * newer format) or as mfa_container_read and mfa_store_replace. */
int mfa_backup_restore(struct mfa_container *c, uint64_t items, const struct mfa_vault *vault,
		       const struct mfa_restore_options *options, const struct mfa_backup_watch *watch,
		       struct mfa_backup_counts *counts);

#endif
