/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "account/accounts.h"
#include "account/decoy.h"
#include "backup/backup.h"
#include "backup/items.h"
#include "conf/conf.h"
#include "factor/factor.h"
#include "json/read.h"
#include "otp/totp.h"

#define FORMAT 1
#define STEP 64		/* items between two calls of on_progress */

struct restore {
	struct mfa_container *c;
	uint64_t items;
	const struct mfa_vault *vault;
	const struct mfa_restore_options *options;
	const struct mfa_backup_watch *watch;
	struct mfa_backup_counts *counts;
	unsigned decoys;		/* made */
	bool id_made;
	char key[MFA_STORE_KEY_MAX + 1];
	uint8_t *sealed;		/* what was yielded last */
};

static int read_info(const struct mfa_item *item, struct mfa_backup_counts *counts)
{
	json_t *info = mfa_json_read(item->value, item->len);
	json_int_t format = 0, time = 0;
	int r = -EBADMSG;

	if (json_unpack(info, "{s:I}", "format", &format) == 0 && format > FORMAT)
		r = -EPROTONOSUPPORT;
	else if (format == FORMAT && json_unpack(info, "{s:I}", "time", &time) == 0)
		r = 0;
	counts->time = time;
	json_decref(info);
	return r;
}

/* The next item, which must have that name. */
static int expect(struct mfa_container *c, uint64_t *items, const char *name, struct mfa_item *out)
{
	int r = mfa_item_next(c, items, out);

	if (r == 1)
		r = strcmp(out->name, name) == 0 ? 0 : -EBADMSG;
	else if (r == 0)
		r = -EBADMSG;
	if (r != 0)
		mfa_item_release(out);
	return r;
}

int mfa_backup_read_keyring(struct mfa_container *c, uint64_t *items, struct mfa_keyring **ring,
			    struct mfa_backup_counts *counts)
{
	struct mfa_item item;
	int r;

	*ring = NULL;
	*items = 0;
	memset(counts, 0, sizeof(*counts));
	r = expect(c, items, "info", &item);
	if (r != 0)
		return r;
	r = read_info(&item, counts);
	mfa_item_release(&item);
	if (r == 0)
		r = expect(c, items, "keyring", &item);
	if (r == 0)
		r = mfa_keyring_parse((const char *)item.value, item.len, ring);
	mfa_item_release(&item);
	return r;
}

static int yield(struct restore *re, const char *key, const uint8_t *plain, size_t plain_len,
		 struct mfa_put *put)
{
	int r;

	free(re->sealed);
	re->sealed = NULL;
	r = mfa_seal(re->vault->ring, key, plain, plain_len, &re->sealed, &put->len);
	if (r != 0)
		return r;
	memmove(re->key, key, strlen(key) + 1);
	put->key = re->key;
	put->value = re->sealed;
	put->expires = 0;
	return 1;
}

static int yield_account(struct restore *re, const struct mfa_item *item, struct mfa_put *put)
{
	struct mfa_account *account;
	char *plain = NULL;
	size_t len = 0;
	int r = mfa_account_parse((const char *)item->value, item->len, &account);

	if (r == 0 && strcmp(account->name, item->name + strlen(MFA_KEY_ACCOUNT)) != 0)
		r = -EBADMSG;
	if (r == 0) {
		re->counts->tokens += mfa_factor_restore(account, re->options->now, re->options->drop_recovery);
		r = mfa_account_format(account, &plain, &len);
	}
	if (r == 0)
		r = yield(re, item->name, (const uint8_t *)plain, len, put);
	re->counts->accounts += r == 1;
	if (plain != NULL)
		explicit_bzero(plain, len);
	free(plain);
	mfa_account_free(&account);
	return r;
}

static int yield_item(struct restore *re, struct mfa_put *put)
{
	struct mfa_item item;
	int r = mfa_item_next(re->c, &re->items, &item);

	if (re->watch->on_progress != NULL && re->items % STEP == 0)
		re->watch->on_progress(re->watch->ctx, mfa_container_offset(re->c), 0);
	if (r != 1)
		return r;
	if (strncmp(item.name, MFA_KEY_ACCOUNT, strlen(MFA_KEY_ACCOUNT)) == 0)
		r = yield_account(re, &item, put);
	else
		r = yield(re, item.name, item.value, item.len, put);
	mfa_item_release(&item);
	return r;
}

static int yield_decoy(struct restore *re, struct mfa_put *put)
{
	char key[MFA_STORE_KEY_MAX + 1], *plain;
	size_t len;
	int r = mfa_decoy_make(re->decoys++, key, &plain, &len);

	if (r == 0)
		r = yield(re, key, (const uint8_t *)plain, len, put);
	free(plain);
	return r;
}

static int next(void *ctx, struct mfa_put *put)
{
	struct restore *re = ctx;

	if (re->decoys < MFA_DECOY_COUNT)
		return yield_decoy(re, put);
	if (!re->id_made) {
		re->id_made = true;
		return yield(re, MFA_KEY_STORE_ID, mfa_keyring_store_id(re->vault->ring), MFA_STORE_ID_SIZE,
			     put);
	}
	return yield_item(re, put);
}

int mfa_backup_restore(struct mfa_container *c, uint64_t items, const struct mfa_vault *vault,
		       const struct mfa_restore_options *options, const struct mfa_backup_watch *watch,
		       struct mfa_backup_counts *counts)
{
	struct restore re = { .c = c, .items = items, .vault = vault, .options = options,
			      .watch = watch, .counts = counts };
	int r = mfa_store_replace(vault->store, next, &re);

	free(re.sealed);
	/* Decoys and id are no items: whoever put one in a backup has made that by hand. */
	return r == -EEXIST ? -EBADMSG : r;
}
