/* SPDX-License-Identifier: BSD-2-Clause */
#include "vault/reseal.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define BATCH 64			/* a commit of a few milliseconds, which a sign-in can wait for */
#define BATCH_BYTES (512 * 1024)
#define PASSES_MOST 100
#define STEP 256			/* entries between two calls of on_progress */

struct walk {
	const struct mfa_vault *vault;
	struct mfa_reseal *out;
	bool first;			/* the pass that tells how far it is, and what can't be read */
	uint32_t active;
	uint64_t seen, total;
	bool again;			/* somebody was there before us */
	size_t count, bytes;
	struct mfa_put puts[BATCH];
	char keys[BATCH][MFA_STORE_KEY_MAX + 1];
};

static int count_one(void *ctx, const char *key, const struct mfa_entry *entry)
{
	struct walk *walk = ctx;

	(void)key, (void)entry;
	walk->total++;
	return 0;
}

static int flush(struct walk *walk)
{
	int r = walk->count > 0 ? mfa_store_put_many(walk->vault->store, walk->puts, walk->count) : 0;
	size_t i;

	for (i = 0; i < walk->count; i++) {
		free((void *)(uintptr_t)walk->puts[i].value);
		if (walk->puts[i].result == 0)
			walk->out->resealed++;
		else if (walk->puts[i].result == -EAGAIN)
			walk->again = true;
		else if (r == 0)
			r = walk->puts[i].result;
	}
	walk->count = walk->bytes = 0;
	if (r == 0 && mfa_store_wants_upkeep(walk->vault->store))
		r = mfa_store_upkeep(walk->vault->store);
	return r;
}

/* Nobody but us changes this process's keys, so there is no need to hold them. */
static int add(struct walk *walk, const char *key, const struct mfa_entry *entry,
	       const uint8_t *plain, size_t plain_len)
{
	struct mfa_put *put = &walk->puts[walk->count];
	uint8_t *sealed;
	size_t len;
	int r = mfa_seal(walk->vault->ring, key, plain, plain_len, &sealed, &len);

	if (r != 0)
		return r;
	memcpy(walk->keys[walk->count], key, strlen(key) + 1);
	*put = (struct mfa_put){ .key = walk->keys[walk->count], .if_version = entry->version,
				 .value = sealed, .len = len, .expires = entry->expires };
	walk->count++;
	walk->bytes += len;
	return walk->count == BATCH || walk->bytes >= BATCH_BYTES ? flush(walk) : 0;
}

static int look_at(struct walk *walk, const char *key, const struct mfa_entry *entry)
{
	struct mfa_vault_value value;
	int r;

	if (mfa_sealed_key(entry->value, entry->len) == walk->active)
		return 0;
	r = mfa_vault_open(walk->vault, key, entry, &value);
	if (r == 0)
		r = add(walk, key, entry, value.plain, value.len);
	else if ((r == -EBADMSG || r == -ENOKEY) && walk->first) {
		walk->out->unreadable++;
		if (walk->out->on_unreadable != NULL)
			walk->out->on_unreadable(walk->out->ctx, key, r);
	}
	mfa_vault_value_release(&value);
	return r == -EBADMSG || r == -ENOKEY ? 0 : r;
}

static int visit(void *ctx, const char *key, const struct mfa_entry *entry)
{
	struct walk *walk = ctx;
	int r = look_at(walk, key, entry);

	walk->seen++;
	if (walk->first && walk->seen % STEP == 0 && walk->out->on_progress != NULL)
		walk->out->on_progress(walk->out->ctx, walk->seen, walk->total);
	return r;
}

static int pass(struct walk *walk)
{
	size_t i;
	int r;

	walk->again = false;
	r = mfa_store_list(walk->vault->store, "", visit, walk);
	if (r == 0)
		return flush(walk);
	for (i = 0; i < walk->count; i++)
		free((void *)(uintptr_t)walk->puts[i].value);
	walk->count = walk->bytes = 0;
	return r;
}

int mfa_vault_reseal(const struct mfa_vault *vault, struct mfa_reseal *reseal)
{
	struct walk *walk = calloc(1, sizeof(*walk));
	uint64_t before;
	int i, r;

	if (walk == NULL)
		return -ENOMEM;
	*walk = (struct walk){ .vault = vault, .out = reseal, .first = true,
			       .active = mfa_keyring_active(vault->ring) };
	reseal->resealed = reseal->unreadable = 0;
	r = reseal->on_progress != NULL ? mfa_store_list(vault->store, "", count_one, walk) : 0;
	/* Entries that change during a walk may be passed over: so until one finds nothing to
	 * do. */
	for (i = 0; r == 0 && i < PASSES_MOST; i++) {
		before = reseal->resealed;
		r = pass(walk);
		if (r == 0 && walk->first && reseal->on_progress != NULL)
			reseal->on_progress(reseal->ctx, walk->total, walk->total);
		walk->first = false;
		if (r == 0 && !walk->again && reseal->resealed == before)
			break;
	}
	if (r == 0 && i == PASSES_MOST)
		r = -EBUSY;
	free(walk);
	return r;
}
