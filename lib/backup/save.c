/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account/accounts.h"
#include "account/decoy.h"
#include "account/spelling.h"
#include "backup/backup.h"
#include "backup/items.h"
#include "clock/clock.h"

#define STEP 256	/* entries between two calls of on_progress */
#define META "meta/"

struct save {
	struct mfa_container *c;
	const struct mfa_vault *vault;
	const struct mfa_backup_watch *watch;
	struct mfa_backup_counts *counts;
	uint64_t items, seen, total;
};

static bool begins(const char *key, const char *prefix)
{
	return strncmp(key, prefix, strlen(prefix)) == 0;
}

static int count_one(void *ctx, const char *key, const struct mfa_entry *entry)
{
	struct save *save = ctx;

	(void)key, (void)entry;
	save->total++;
	return 0;
}

static int put_entry(struct save *save, const char *key, const struct mfa_entry *entry)
{
	struct mfa_vault_value value;
	int r = mfa_vault_open(save->vault, key, entry, &value);

	if (r == 0) {
		r = mfa_item_put(save->c, &save->items, key, value.plain, value.len);
		save->counts->accounts += begins(key, MFA_KEY_ACCOUNT);
	} else if (mfa_vault_unreadable(r)) {
		save->counts->unreadable++;
		if (save->watch->on_unreadable != NULL)
			save->watch->on_unreadable(save->watch->ctx, key, r);
		r = 0;
	}
	mfa_vault_value_release(&value);
	return r;
}

/* How names are spelt is the accounts'; the rest is of the store that holds them. */
static bool is_of_store(const char *key)
{
	return begins(key, MFA_KEY_DECOY) || (begins(key, META) && strcmp(key, MFA_KEY_SPELLING) != 0);
}

static int save_one(void *ctx, const char *key, const struct mfa_entry *entry)
{
	struct save *save = ctx;

	if (++save->seen % STEP == 0 && save->watch->on_progress != NULL)
		save->watch->on_progress(save->watch->ctx, save->seen, save->total);
	if (entry->expires != 0 || is_of_store(key))
		return 0;
	return put_entry(save, key, entry);
}

static int put_head(struct save *save)
{
	char info[128], *text = NULL;
	size_t len = 0;
	int r;

	(void)snprintf(info, sizeof(info), "{\"format\": 1, \"time\": %lld, \"version\": \"%s\"}",
		       (long long)mfa_clock_now(), MFA_VERSION);
	r = mfa_item_put(save->c, &save->items, "info", (const uint8_t *)info, strlen(info));
	if (r == 0)
		r = mfa_keyring_format(save->vault->ring, &text, &len);
	if (r == 0)
		r = mfa_item_put(save->c, &save->items, "keyring", (const uint8_t *)text, len);
	if (text != NULL)
		explicit_bzero(text, len);
	free(text);
	return r;
}

int mfa_backup_save(struct mfa_container *c, const struct mfa_vault *vault,
		    const struct mfa_backup_watch *watch, struct mfa_backup_counts *counts)
{
	struct save save = { .c = c, .vault = vault, .watch = watch, .counts = counts };
	int r = put_head(&save);

	memset(counts, 0, sizeof(*counts));
	if (r == 0 && watch->on_progress != NULL)
		r = mfa_store_list(vault->store, "", count_one, &save);
	if (r == 0)
		r = mfa_store_list(vault->store, "", save_one, &save);
	if (r == 0)
		r = mfa_item_put_end(c, save.items);
	if (r == 0)
		r = mfa_container_finish(c);
	if (r == 0 && watch->on_progress != NULL)
		watch->on_progress(watch->ctx, save.total, save.total);
	return r;
}
