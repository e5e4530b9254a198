/* SPDX-License-Identifier: BSD-2-Clause */
/* The keys, and their text form. */
#include "seal/keyring.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MAGIC "mfa-master-key 1"
#define TEXT_SIZE (256 + MFA_KEYS_MAX * (16 + 2 * MFA_MASTER_KEY_SIZE))

/* An empty ring, or NULL.  It is a mapping of its own, so that it is neither dumped nor swapped. */
static struct mfa_keyring *alloc_ring(void)
{
	struct mfa_keyring *ring = mmap(NULL, sizeof(*ring), PROT_READ | PROT_WRITE,
					MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pthread_rwlockattr_t attr;

	if (ring == MAP_FAILED)
		return NULL;
	(void)mlock(ring, sizeof(*ring));
	(void)madvise(ring, sizeof(*ring), MADV_DONTDUMP);
	ring->self = ring;
	ring->now.fd = -1;
	(void)pthread_mutex_init(&ring->lock, NULL);
	(void)pthread_rwlockattr_init(&attr);
	/* Or those who write, one after the other, would keep out for ever whoever changes the keys. */
	(void)pthread_rwlockattr_setkind_np(&attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	(void)pthread_rwlock_init(&ring->writes, &attr);
	(void)pthread_rwlockattr_destroy(&attr);
	return ring;
}

void mfa_keyring_free(struct mfa_keyring **ring)
{
	if (*ring == NULL)
		return;
	if ((*ring)->now.fd >= 0)
		(void)close((*ring)->now.fd);
	free((*ring)->path);
	(void)pthread_mutex_destroy(&(*ring)->lock);
	(void)pthread_rwlock_destroy(&(*ring)->writes);
	OPENSSL_cleanse(*ring, sizeof(**ring));
	(void)munmap(*ring, sizeof(**ring));
	*ring = NULL;
}

const uint8_t *mfa_keyring_store_id(const struct mfa_keyring *ring)
{
	return ring->store_id;
}

static const struct mfa_master_key *find(const struct mfa_keys *keys, uint32_t id)
{
	size_t i;

	if (id == 0)
		return keys->count > 0 ? &keys->keys[keys->count - 1] : NULL;
	for (i = 0; i < keys->count; i++)
		if (keys->keys[i].id == id)
			return &keys->keys[i];
	return NULL;
}

int mfa_keyring_find(const struct mfa_keyring *ring, uint32_t id, struct mfa_master_key *out)
{
	const struct mfa_master_key *key;

	(void)pthread_mutex_lock(&ring->self->lock);
	key = find(&ring->now, id);
	if (key != NULL)
		*out = *key;
	(void)pthread_mutex_unlock(&ring->self->lock);
	return key != NULL ? 0 : -ENOKEY;
}

uint32_t mfa_keyring_active(const struct mfa_keyring *ring)
{
	struct mfa_master_key key;
	uint32_t id = mfa_keyring_find(ring, 0, &key) == 0 ? key.id : 0;

	OPENSSL_cleanse(&key, sizeof(key));
	return id;
}

void mfa_keyring_hold(const struct mfa_keyring *ring)
{
	(void)pthread_rwlock_rdlock(&ring->self->writes);
}

void mfa_keyring_release(const struct mfa_keyring *ring)
{
	(void)pthread_rwlock_unlock(&ring->self->writes);
}

/* Derives what follows from the keys, once they are there.  Returns 0 or -EIO. */
static int complete(struct mfa_keyring *ring)
{
	static const char info[] = "mfa names 1";

	return mfa_hkdf(ring->now.keys[0].bytes, MFA_MASTER_KEY_SIZE, ring->store_id,
			MFA_STORE_ID_SIZE, (const uint8_t *)info, sizeof(info) - 1,
			ring->now.name_key, sizeof(ring->now.name_key));
}

int mfa_keyring_add(struct mfa_keyring *ring)
{
	struct mfa_keys *now = &ring->now;
	struct mfa_master_key *key = &now->keys[now->count];
	uint32_t id = 0;
	size_t i;

	for (i = 0; i < now->count; i++)
		id = now->keys[i].id > id ? now->keys[i].id : id;
	if (now->count == MFA_KEYS_MAX || id == UINT32_MAX)
		return -ENOSPC;
	if (RAND_priv_bytes(key->bytes, MFA_MASTER_KEY_SIZE) != 1)
		return -EIO;
	key->id = id + 1;
	now->count++;
	return 0;
}

int mfa_keyring_drop_old(struct mfa_keyring *ring)
{
	struct mfa_keys *now = &ring->now;

	if (now->count > 1)
		now->keys[0] = now->keys[now->count - 1];
	OPENSSL_cleanse(&now->keys[1], sizeof(now->keys) - sizeof(now->keys[0]));
	now->count = 1;
	return complete(ring);
}

int mfa_keyring_new(struct mfa_keyring **out)
{
	*out = alloc_ring();
	if (*out == NULL)
		return -ENOMEM;
	if (RAND_bytes((*out)->store_id, MFA_STORE_ID_SIZE) != 1 || mfa_keyring_add(*out) != 0 ||
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
	struct mfa_keys *now = &ring->now;
	struct mfa_master_key *key = &now->keys[now->count];

	if (now->count == MFA_KEYS_MAX || !take_number(c, &key->id) || !take_word(c, " ") ||
	    find(now, key->id) != NULL || !take_hex(c, key->bytes, sizeof(key->bytes)))
		return false;
	now->count++;
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
	int r = -EBADMSG;

	*out = alloc_ring();
	if (*out == NULL)
		return -ENOMEM;
	while (ok && at < end) {
		struct cursor line;

		newline = memchr(at, '\n', (size_t)(end - at));
		line = (struct cursor){ at, newline != NULL ? newline : end };
		ok = take_line(&line, *out, &magic, &store);
		at = newline != NULL ? newline + 1 : end;
	}
	/* What only could not be derived just now is not damaged: another would be made in its place. */
	if (ok && magic && store && (*out)->now.count > 0)
		r = complete(*out);
	if (r != 0)
		mfa_keyring_free(out);
	return r;
}

static void hex(const uint8_t *in, size_t len, char *out)
{
	size_t i;

	for (i = 0; i < len; i++)
		(void)snprintf(out + 2 * i, 3, "%02x", in[i]);
}

int mfa_keyring_format(const struct mfa_keyring *ring, char **out, size_t *len)
{
	char store[2 * MFA_STORE_ID_SIZE + 1], key[2 * MFA_MASTER_KEY_SIZE + 1];
	size_t i, at;

	*len = 0;
	*out = malloc(TEXT_SIZE);
	if (*out == NULL)
		return -ENOMEM;
	hex(ring->store_id, sizeof(ring->store_id), store);
	at = (size_t)snprintf(*out, TEXT_SIZE, MAGIC "\n# Without this file nobody can sign in; "
			      "whoever has it and the store has every secret.\nstore %s\n", store);
	(void)pthread_mutex_lock(&ring->self->lock);
	for (i = 0; i < ring->now.count; i++) {
		hex(ring->now.keys[i].bytes, MFA_MASTER_KEY_SIZE, key);
		at += (size_t)snprintf(*out + at, TEXT_SIZE - at, "key %u %s\n",
				       ring->now.keys[i].id, key);
	}
	(void)pthread_mutex_unlock(&ring->self->lock);
	OPENSSL_cleanse(key, sizeof(key));
	*len = at;
	return 0;
}

int mfa_keyring_hash_name(const struct mfa_keyring *ring, const char *name, uint8_t out[32])
{
	uint8_t key[sizeof(ring->now.name_key)];
	int r;

	(void)pthread_mutex_lock(&ring->self->lock);
	memcpy(key, ring->now.name_key, sizeof(key));
	(void)pthread_mutex_unlock(&ring->self->lock);
	r = mfa_hmac(key, sizeof(key), (const uint8_t *)name, strlen(name), out);
	OPENSSL_cleanse(key, sizeof(key));
	return r;
}
