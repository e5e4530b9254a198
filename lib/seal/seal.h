/* SPDX-License-Identifier: BSD-2-Clause */
/* Sealing of records: AES-256-GCM under keys derived from a master key.
 *
 * Each sealing has a key and nonce of its own: HKDF-SHA-256 (RFC 5869) of the
 * master key, with a 128-bit random salt, and the record's name as info.  The
 * name is also associated data, with the header, so that a record can't be
 * passed off as another.  A key id in the header allows rotation.
 *
 * Sealed form: version (1 byte, 1), key id (4 bytes, big endian), salt (16),
 * ciphertext, tag (16). */
#ifndef MFA_SEAL_H
#define MFA_SEAL_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define MFA_SEAL_OVERHEAD (1 + 4 + 16 + 16)
#define MFA_STORE_ID_SIZE 16

/* Master keys, the store's id, and the keyed contexts made from them.
 * Safe for use by several threads at once. */
struct mfa_keyring;

/* The key file is text:
 *
 *   mfa-master-key 1
 *   store 32 hex digits
 *   key ID 64 hex digits
 *
 * where the last `key` line is the one that new records are sealed with, ID is
 * decimal from 1; lines that begin with # are comments.
 * Anything else in it is an error.  It is replaced, never written to: whoever has read it keeps
 * a shared lock (flock) on what he has read. */

/* A new random keyring with one key, id 1.  Returns 0, -EIO or -ENOMEM. */
int mfa_keyring_new(struct mfa_keyring **out);
/* Parses text[0..len).  Returns 0, -EBADMSG or -ENOMEM. */
int mfa_keyring_parse(const char *text, size_t len, struct mfa_keyring **out);
/* Reads the file (at most 64 KiB), opened with O_NOFOLLOW | O_CLOEXEC; it must be a
 * regular file, owned by root or the effective user, and not readable or writable by
 * others nor writable by its group.
 * Returns 0, a negative errno of open or read, -EPERM (its mode or owner), or as _parse. */
int mfa_keyring_load(const char *path, struct mfa_keyring **out);
/* Creates path (O_EXCL, mode 0600, never over something there), writes, fsyncs
 * file and folder; on any failure nothing stays.  Returns 0 or a negative errno. */
int mfa_keyring_save(const struct mfa_keyring *ring, const char *path);
/* The text form.  The caller wipes it (len bytes) and frees it.  Returns 0 or -ENOMEM. */
int mfa_keyring_format(const struct mfa_keyring *ring, char **out, size_t *len);
/* Wipes, frees, sets NULL. */
void mfa_keyring_free(struct mfa_keyring **ring);

/* A rotation (rotate.h) replaces the file while the ring is in use: reads it again if that is so,
 * which is cheap to find out.  mfa_unseal does it when it meets a key that it lacks; whatever lives
 * long does it now and then.
 * Returns 0: as it was; 1: there are other keys now; -EKEYREJECTED (another store's) or as _load:
 * the ring stays as it was. */
int mfa_keyring_refresh(const struct mfa_keyring *ring);
/* Held by whoever seals something to put it in a store, until it is there: a rotation takes no key away
 * meanwhile.  Nothing may be unsealed or refreshed between the two. */
void mfa_keyring_hold(const struct mfa_keyring *ring);
void mfa_keyring_release(const struct mfa_keyring *ring);
/* The id of the key that seals. */
uint32_t mfa_keyring_active(const struct mfa_keyring *ring);

/* A key for a store that is being made waits as path.new until the store is complete: whoever is
 * killed in between begins again where it ended, and neither ever stands alone. */

/* The keyring that waits there, or a new one that now does; the same for all who ask at once.
 * Returns 0 or as _load, _new and _save. */
int mfa_keyring_prepare(const char *path, struct mfa_keyring **out);
/* Makes these the keys that wait there, instead of any that did.  Returns 0; 1: they waited already; or a negative
 * errno. */
int mfa_keyring_prepare_as(const char *path, const struct mfa_keyring *ring);
/* The keyring that waits there.  Returns 0, -ENOENT or as _load. */
int mfa_keyring_load_prepared(const char *path, struct mfa_keyring **out);
/* The store is complete: the file becomes path; with group other than -1, root's with that
 * group, mode 0640.  Returns 0 or a negative errno. */
int mfa_keyring_publish(const char *path, gid_t group);
/* The store was not made, for certain: what failed to become durable may be there all the same. */
void mfa_keyring_discard(const char *path);

/* MFA_STORE_ID_SIZE bytes: the id that key file and store have in common. */
const uint8_t *mfa_keyring_store_id(const struct mfa_keyring *ring);

/* The id of the key that something is sealed under; 0: it is not sealed, or by a newer version. */
uint32_t mfa_sealed_key(const uint8_t *sealed, size_t len);

/* Seals plain under the newest key.  *out is new, *out_len = plain_len +
 * MFA_SEAL_OVERHEAD; the caller frees it with free().
 * Returns 0, -ENOMEM or -EIO. */
int mfa_seal(const struct mfa_keyring *ring, const char *name,
	     const uint8_t *plain, size_t plain_len, uint8_t **out, size_t *out_len);

/* The work of mfa_unseal on plain_len bytes, for nothing: where something is not there, and the time is not to tell. */
void mfa_unseal_nothing(const struct mfa_keyring *ring, const char *name, size_t plain_len);

/* Opens what mfa_seal made.  *out has a NUL after its *out_len bytes; it is a
 * secret: the caller frees it with mfa_unsealed_free.
 * Returns 0, -EBADMSG (damaged, or not of this name), -ENOKEY (sealed under a
 * key that is not in the ring), -EPROTONOSUPPORT (from a newer version),
 * -ENOMEM or -EIO. */
int mfa_unseal(const struct mfa_keyring *ring, const char *name,
	       const uint8_t *sealed, size_t sealed_len, uint8_t **out, size_t *out_len);
/* Wipes len bytes, frees, sets NULL. */
void mfa_unsealed_free(uint8_t **plain, size_t len);

/* HMAC-SHA-256 of a name, under a key derived (HKDF) from the oldest master key of the ring.  It
 * changes when that is taken away, as it must: whoever has stolen a key must not know names by their
 * hash for ever.
 * Returns 0 or -EIO. */
int mfa_keyring_hash_name(const struct mfa_keyring *ring, const char *name, uint8_t out[32]);

#endif
