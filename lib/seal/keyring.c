#include "seal/keyring.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder/folder.h"

#define FILE_SIZE_MAX 65536
#define LOCK_ATTEMPTS 1000
#define MAGIC "mfa-master-key 1"

/* A mapping of its own, so that it is neither dumped nor swapped. */
static struct mfa_keyring *ring_alloc(void)
{
	struct mfa_keyring *ring = mmap(NULL, sizeof(*ring), PROT_READ | PROT_WRITE,
					MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (ring == MAP_FAILED)
		return NULL;
	(void)mlock(ring, sizeof(*ring));
	(void)madvise(ring, sizeof(*ring), MADV_DONTDUMP);
	return ring;
}

void mfa_keyring_free(struct mfa_keyring **ring)
{
	if (*ring == NULL)
		return;
	OPENSSL_cleanse(*ring, sizeof(**ring));
	(void)munmap(*ring, sizeof(**ring));
	*ring = NULL;
}

const uint8_t *mfa_keyring_store_id(const struct mfa_keyring *ring)
{
	return ring->store_id;
}

const struct mfa_master_key *mfa_keyring_find(const struct mfa_keyring *ring, uint32_t id)
{
	size_t i;

	for (i = 0; i < ring->count; i++)
		if (ring->keys[i].id == id)
			return &ring->keys[i];
	return NULL;
}

/* What is derived once the first key is there. */
static int complete(struct mfa_keyring *ring)
{
	static const char info[] = "mfa names 1";

	return mfa_hkdf(ring->keys[0].bytes, MFA_MASTER_KEY_SIZE, ring->store_id, MFA_STORE_ID_SIZE,
			(const uint8_t *)info, sizeof(info) - 1, ring->name_key,
			sizeof(ring->name_key));
}

int mfa_keyring_new(struct mfa_keyring **out)
{
	*out = ring_alloc();
	if (*out == NULL)
		return -ENOMEM;
	(*out)->count = 1;
	(*out)->keys[0].id = 1;
	if (RAND_bytes((*out)->store_id, MFA_STORE_ID_SIZE) != 1 ||
	    RAND_priv_bytes((*out)->keys[0].bytes, MFA_MASTER_KEY_SIZE) != 1 ||
	    complete(*out) != 0) {
		mfa_keyring_free(out);
		return -EIO;
	}
	return 0;
}

/* The text form. */

struct cursor {
	const char *at;
	const char *end;
};

static bool take_word(struct cursor *c, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(c->end - c->at) < len || memcmp(c->at, word, len) != 0)
		return false;
	c->at += len;
	return true;
}

static bool take_hex(struct cursor *c, uint8_t *out, size_t size)
{
	static const char digits[] = "0123456789abcdef";
	const char *hi, *lo;
	size_t i;

	if ((size_t)(c->end - c->at) < 2 * size)
		return false;
	for (i = 0; i < size; i++, c->at += 2) {
		hi = memchr(digits, c->at[0], 16);
		lo = memchr(digits, c->at[1], 16);
		if (hi == NULL || lo == NULL)
			return false;
		out[i] = (uint8_t)((hi - digits) << 4 | (lo - digits));
	}
	return true;
}

static bool take_number(struct cursor *c, uint32_t *out)
{
	uint64_t value = 0;
	const char *start = c->at;

	while (c->at < c->end && *c->at >= '0' && *c->at <= '9' && value <= UINT32_MAX)
		value = value * 10 + (uint64_t)(*c->at++ - '0');
	*out = (uint32_t)value;
	return c->at > start && *start != '0' && value <= UINT32_MAX;
}

static bool take_key(struct cursor *c, struct mfa_keyring *ring)
{
	struct mfa_master_key *key = &ring->keys[ring->count];

	if (ring->count == MFA_KEYS_MAX || !take_number(c, &key->id) || !take_word(c, " ") ||
	    mfa_keyring_find(ring, key->id) != NULL || !take_hex(c, key->bytes, sizeof(key->bytes)))
		return false;
	ring->count++;
	return true;
}

static bool take_line(struct cursor *c, struct mfa_keyring *ring, bool *magic, bool *store)
{
	if (c->at == c->end || *c->at == '#')
		return true;
	if (!*magic)
		return (*magic = take_word(c, MAGIC)) && c->at == c->end;
	if (take_word(c, "store ")) {
		if (*store)
			return false;
		*store = true;
		return take_hex(c, ring->store_id, MFA_STORE_ID_SIZE) && c->at == c->end;
	}
	return take_word(c, "key ") && take_key(c, ring) && c->at == c->end;
}

int mfa_keyring_parse(const char *text, size_t len, struct mfa_keyring **out)
{
	const char *at = text, *end = text + len, *newline;
	bool ok = true, magic = false, store = false;

	*out = ring_alloc();
	if (*out == NULL)
		return -ENOMEM;
	while (ok && at < end) {
		struct cursor line;

		newline = memchr(at, '\n', (size_t)(end - at));
		line = (struct cursor){ at, newline != NULL ? newline : end };
		ok = take_line(&line, *out, &magic, &store);
		at = newline != NULL ? newline + 1 : end;
	}
	if (ok && magic && store && (*out)->count > 0 && complete(*out) == 0)
		return 0;
	mfa_keyring_free(out);
	return -EBADMSG;
}

/* Files. */

static int check_file(int fd)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || (st.st_uid != 0 && st.st_uid != geteuid()) ||
	    (st.st_mode & (S_IWGRP | S_IXGRP | S_IRWXO)) != 0)
		return -EPERM;
	return 0;
}

static int read_ring(int fd, struct mfa_keyring **out)
{
	char *text = NULL;
	size_t len = 0;
	ssize_t n;
	int r = check_file(fd);

	if (r != 0)
		return r;
	text = malloc(FILE_SIZE_MAX);
	r = text != NULL ? 0 : -ENOMEM;
	while (r == 0 && len < FILE_SIZE_MAX) {
		n = read(fd, text + len, FILE_SIZE_MAX - len);
		if (n == 0)
			break;
		if (n > 0)
			len += (size_t)n;
		else if (errno != EINTR)
			r = -errno;
	}
	if (r == 0)
		r = len < FILE_SIZE_MAX ? mfa_keyring_parse(text, len, out) : -EBADMSG;
	if (text != NULL)
		OPENSSL_cleanse(text, FILE_SIZE_MAX);
	free(text);
	return r;
}

int mfa_keyring_load(const char *path, struct mfa_keyring **out)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK), r;

	*out = NULL;
	if (fd < 0)
		return -errno;
	r = read_ring(fd, out);
	(void)close(fd);
	return r;
}

static void hex(const uint8_t *in, size_t len, char *out)
{
	size_t i;

	for (i = 0; i < len; i++)
		(void)snprintf(out + 2 * i, 3, "%02x", in[i]);
}

static int write_text(int fd, const struct mfa_keyring *ring)
{
	char store[2 * MFA_STORE_ID_SIZE + 1], key[2 * MFA_MASTER_KEY_SIZE + 1];
	size_t i;
	int r = 0;

	hex(ring->store_id, sizeof(ring->store_id), store);
	if (dprintf(fd, MAGIC "\n# Without this file nobody can sign in; whoever has it and the "
		    "store has every secret.\nstore %s\n", store) < 0)
		r = -errno;
	for (i = 0; r == 0 && i < ring->count; i++) {
		hex(ring->keys[i].bytes, MFA_MASTER_KEY_SIZE, key);
		if (dprintf(fd, "key %u %s\n", ring->keys[i].id, key) < 0)
			r = -errno;
	}
	OPENSSL_cleanse(key, sizeof(key));
	if (r == 0 && fsync(fd) != 0)
		r = -errno;
	return r;
}

int mfa_keyring_save(const struct mfa_keyring *ring, const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600), r;

	if (fd < 0)
		return -errno;
	r = write_text(fd, ring);
	if (close(fd) != 0 && r == 0)
		r = -errno;
	if (r == 0)
		r = mfa_folder_sync(path);
	if (r != 0)
		(void)unlink(path);
	return r;
}

static int pending_path(const char *path, char out[PATH_MAX])
{
	return snprintf(out, PATH_MAX, "%s.new", path) < PATH_MAX ? 0 : -ENAMETOOLONG;
}

/* Opens the file that waits, or a new one, and locks it, so that several who begin at once don't
 * each make a key, of which one is kept and another's store.  Returns it or a negative errno. */
static int open_pending(const char *pending)
{
	struct stat ours, named;
	int i, fd, r = -EAGAIN;

	for (i = 0; r == -EAGAIN && i < LOCK_ATTEMPTS; i++) {
		fd = open(pending, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);
		if (fd < 0)
			return -errno;
		if (flock(fd, LOCK_EX) != 0 || fstat(fd, &ours) != 0)
			r = -errno;
		else if (lstat(pending, &named) != 0)
			r = errno == ENOENT ? -EAGAIN : -errno;
		else if (named.st_dev == ours.st_dev && named.st_ino == ours.st_ino)
			return fd;
		(void)close(fd);	/* published or discarded while we waited */
	}
	return r == -EAGAIN ? -EBUSY : r;
}

static int write_pending(int fd, const char *pending, struct mfa_keyring **out)
{
	int r = mfa_keyring_new(out);

	if (r == 0 && (ftruncate(fd, 0) != 0 || lseek(fd, 0, SEEK_SET) != 0))
		r = -errno;
	if (r == 0)
		r = write_text(fd, *out);
	if (r == 0)
		r = mfa_folder_sync(pending);
	if (r != 0) {
		(void)unlink(pending);
		mfa_keyring_free(out);
	}
	return r;
}

int mfa_keyring_prepare(const char *path, struct mfa_keyring **out)
{
	char pending[PATH_MAX];
	int fd, r = pending_path(path, pending);

	*out = NULL;
	if (r != 0)
		return r;
	fd = open_pending(pending);
	if (fd < 0)
		return fd;
	r = read_ring(fd, out);
	/* It is new; or what a killed run has left half written, which has sealed nothing. */
	if (r == -EBADMSG)
		r = write_pending(fd, pending, out);
	(void)close(fd);
	return r;
}

int mfa_keyring_publish(const char *path, gid_t group)
{
	char pending[PATH_MAX];
	int fd, r = pending_path(path, pending);

	if (r != 0)
		return r;
	fd = open(pending, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (group != (gid_t)-1 && (fchown(fd, 0, group) != 0 || fchmod(fd, 0640) != 0))
		r = -errno;
	if (r == 0 && fsync(fd) != 0)
		r = -errno;
	(void)close(fd);
	if (r == 0 && rename(pending, path) != 0)
		r = -errno;
	return r == 0 ? mfa_folder_sync(path) : r;
}

void mfa_keyring_discard(const char *path)
{
	char pending[PATH_MAX];

	if (pending_path(path, pending) == 0)
		(void)unlink(pending);
}

int mfa_keyring_hash_name(const struct mfa_keyring *ring, const char *name, uint8_t out[32])
{
	unsigned n = 32;

	return HMAC(EVP_sha256(), ring->name_key, sizeof(ring->name_key), (const uint8_t *)name,
		    strlen(name), out, &n) != NULL ? 0 : -EIO;
}
