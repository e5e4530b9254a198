/* SPDX-License-Identifier: BSD-2-Clause */
/* A stream of bytes under a passphrase, in a file.
 *
 *   magic      8 bytes "mfabkup" and a zero
 *   version    1 byte, 1
 *   cost       3 bytes: log2 of N, r and p of scrypt (RFC 7914)
 *   salt       16 random bytes
 *   check      16 bytes: HMAC-SHA-256 of all that is before it, cut off
 *   chunks     each of 65536 bytes of the stream and a tag of 16; the last may be shorter
 *
 * scrypt of the passphrase gives 64 bytes: the key of check, and that of the chunks, which are sealed
 * with AES-256-GCM.  A chunk's nonce is its number (11 bytes, big endian) and a byte that is 1 for
 * the last, as in the STREAM construction: none can be left out, repeated, moved or cut off. */
#ifndef MFA_BACKUP_CONTAINER_H
#define MFA_BACKUP_CONTAINER_H

#include <stddef.h>
#include <stdint.h>

#define MFA_CONTAINER_HEAD 44
#define MFA_CONTAINER_CHUNK 65536
#define MFA_CONTAINER_TAG 16
#define MFA_CONTAINER_LOG_N 17	/* with r = 8: 128 MiB and about half a second */

struct mfa_container;

/* Begins to write to fd, which stays the caller's.  log_n: MFA_CONTAINER_LOG_N but for tests.
 * Returns 0, -ENOMEM, -EIO or an errno of write. */
int mfa_container_create(int fd, const char *passphrase, unsigned log_n,
			 struct mfa_container **out);
int mfa_container_write(struct mfa_container *c, const void *data, size_t len);
/* Writes the last chunk; without it the file counts as damaged. */
int mfa_container_finish(struct mfa_container *c);

/* Begins to read.  Returns 0; -EMEDIUMTYPE (not such a file); -EPROTONOSUPPORT (a newer version,
 * or a cost that is more than is sane: 256 MiB); -EKEYREJECTED (another passphrase, or the head
 * is damaged); -ENOMEM, -EIO or an errno of read. */
int mfa_container_open(int fd, const char *passphrase, struct mfa_container **out);
/* All len bytes.  Returns 0; -ENODATA (the stream is at its end: nothing was read); -EBADMSG
 * (damaged, or it ends too early) or an errno of read.  Nothing is given out before its tag was
 * found right. */
int mfa_container_read(struct mfa_container *c, void *data, size_t len);
/* Bytes of the file that have been read or written. */
uint64_t mfa_container_offset(const struct mfa_container *c);

/* Wipes, frees, sets NULL.  Does not finish. */
void mfa_container_free(struct mfa_container **c);

#endif
