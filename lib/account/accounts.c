/* SPDX-License-Identifier: BSD-2-Clause */
#include "account/accounts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account/decoy.h"
#include "account/spelling.h"
#include "account/uid_index.h"

/* Somebody who writes again and again (64 guesses at once, say) must not keep a right code out. */
#define CONFLICTS_MAX 1000

struct mfa_accounts {
	struct mfa_vault vault;
};

int mfa_accounts_open(const char *store_url, enum mfa_store_open_flags flags,
		      const struct mfa_keyring *ring, struct mfa_accounts **out)
{
	int r;

	*out = calloc(1, sizeof(**out));
	if (*out == NULL)
		return -ENOMEM;
	(*out)->vault.ring = ring;
	r = mfa_store_open(store_url, flags, &(*out)->vault.store);
	if (r == 0)
		r = mfa_vault_check_id(&(*out)->vault);
	if (r != 0)
		mfa_accounts_close(out);
	return r;
}

void mfa_accounts_close(struct mfa_accounts **accounts)
{
	if (*accounts == NULL)
		return;
	mfa_store_close(&(*accounts)->vault.store);
	free(*accounts);
	*accounts = NULL;
}

struct mfa_store *mfa_accounts_store(struct mfa_accounts *accounts)
{
	return accounts->vault.store;
}

const struct mfa_vault *mfa_accounts_vault(const struct mfa_accounts *accounts)
{
	return &accounts->vault;
}

void mfa_account_key(const char *name, char key[MFA_STORE_KEY_MAX + 1])
{
	(void)snprintf(key, MFA_STORE_KEY_MAX + 1, MFA_KEY_ACCOUNT "%s", name);
}

void mfa_record_release(struct mfa_record *record)
{
	mfa_account_free(&record->account);
	memset(record, 0, sizeof(*record));
}

int mfa_record_new(const char *name, struct mfa_record *out)
{
	memset(out, 0, sizeof(*out));
	mfa_account_key(name, out->key);
	return mfa_account_new(name, &out->account);
}

static bool begins(const char *key, const char *prefix)
{
	return strncmp(key, prefix, strlen(prefix)) == 0;
}

int mfa_accounts_open_entry(struct mfa_accounts *accounts, const char *key,
			    const struct mfa_entry *entry, struct mfa_account **out)
{
	struct mfa_vault_value value;
	int r = mfa_vault_open(&accounts->vault, key, entry, &value);

	*out = NULL;
	if (r == 0)
		r = mfa_account_parse((const char *)value.plain, value.len, out);
	mfa_vault_value_release(&value);
	/* The seal binds the key, and the key the name; a record that says otherwise was
	 * made by a fault of ours, and is nobody's. */
	if (r == 0 && begins(key, MFA_KEY_ACCOUNT) && strcmp((*out)->name, key + strlen(MFA_KEY_ACCOUNT)) != 0) {
		mfa_account_free(out);
		r = -EBADMSG;
	}
	return r;
}

int mfa_record_open(struct mfa_accounts *accounts, const char *key, const struct mfa_entry *entry,
		    struct mfa_record *out)
{
	int r;

	memset(out, 0, sizeof(*out));
	r = mfa_accounts_open_entry(accounts, key, entry, &out->account);
	if (r != 0)
		return r;
	memcpy(out->key, key, strlen(key) + 1);
	out->version = entry->version;
	out->decoy = begins(key, MFA_KEY_DECOY);
	return 0;
}

static int load_key(struct mfa_accounts *accounts, const char *key, struct mfa_record *out)
{
	struct mfa_entry entry;
	int r;

	memset(out, 0, sizeof(*out));
	r = mfa_store_get(accounts->vault.store, key, &entry);
	if (r != 0)
		return r;
	r = mfa_record_open(accounts, key, &entry, out);
	mfa_entry_release(&entry);
	return r;
}

int mfa_accounts_load(struct mfa_accounts *accounts, const char *name, struct mfa_record *out)
{
	char key[MFA_STORE_KEY_MAX + 1];

	mfa_account_key(name, key);
	return load_key(accounts, key, out);
}

int mfa_accounts_reload(struct mfa_accounts *accounts, struct mfa_record *record)
{
	struct mfa_record fresh;
	int r = load_key(accounts, record->key, &fresh);

	if (r != 0)
		return r;
	mfa_account_free(&record->account);
	fresh.name = record->name;
	*record = fresh;
	return 0;
}

/* Before an account is first written. */
static int note_spelling(struct mfa_accounts *accounts, const struct mfa_record *record)
{
	return record->version == 0 && !record->decoy
		? mfa_spelling_note(&accounts->vault, record->account->name) : 0;
}

static void free_plain(char *plain, size_t len)
{
	if (plain != NULL)
		explicit_bzero(plain, len);
	free(plain);
}

int mfa_accounts_save(struct mfa_accounts *accounts, struct mfa_record *record)
{
	char *plain = NULL;
	size_t len = 0;
	int r = note_spelling(accounts, record);

	if (r == 0)
		r = mfa_account_format(record->account, &plain, &len);
	if (r == 0)
		r = mfa_vault_put(&accounts->vault, record->key, record->version, plain, len, 0, &record->version);
	free_plain(plain, len);
	return r;
}

int mfa_accounts_change(struct mfa_accounts *accounts, struct mfa_record *record, mfa_record_change *change, void *ctx)
{
	int r, i;

	for (i = 0; i < CONFLICTS_MAX; i++) {
		r = change(ctx, record, i > 0);
		if (r == 0)
			r = mfa_accounts_save(accounts, record);
		if (r != -EAGAIN)
			return r;
		r = mfa_accounts_reload(accounts, record);
		if (r != 0)
			return r;
	}
	return -EBUSY;
}

static int format_put(const struct mfa_record *record, struct mfa_put *out)
{
	char *plain = NULL;
	int r = mfa_account_format(record->account, &plain, &out->len);

	out->key = record->key;
	out->if_version = record->version;
	out->value = (const uint8_t *)plain;
	return r;
}

int mfa_accounts_save_many(struct mfa_accounts *accounts, struct mfa_record *records,
			   size_t count, int *results)
{
	struct mfa_put *puts = calloc(count, sizeof(*puts));
	size_t i;
	int r = puts != NULL || count == 0 ? 0 : -ENOMEM;

	for (i = 0; r == 0 && i < count; i++)
		r = note_spelling(accounts, &records[i]);
	for (i = 0; r == 0 && i < count; i++)
		r = format_put(&records[i], &puts[i]);
	if (r == 0)
		r = mfa_vault_put_many(&accounts->vault, puts, count);
	for (i = 0; puts != NULL && i < count; i++) {
		free_plain((char *)(uintptr_t)puts[i].value, puts[i].len);
		if (r != 0)
			continue;
		results[i] = puts[i].result;
		if (results[i] == 0)
			records[i].version = puts[i].version;
	}
	free(puts);
	return r;
}

int mfa_accounts_remove(struct mfa_accounts *accounts, struct mfa_record *record)
{
	int r = mfa_store_delete_if(accounts->vault.store, record->key, record->version);

	/* The record is what counts; a claim without one is void, so no error from here. */
	if (r == 0 && record->account->has_uid)
		mfa_uid_index_drop(accounts, record->account->uid, record->account->name);
	return r;
}

struct list_ctx {
	struct mfa_accounts *accounts;
	mfa_accounts_list_fn *fn;
	void *ctx;
};

static int list_entry(void *ctx, const char *key, const struct mfa_entry *entry)
{
	struct list_ctx *list = ctx;
	struct mfa_account *account = NULL;
	int error = mfa_accounts_open_entry(list->accounts, key, entry, &account);
	int r = list->fn(list->ctx, key + strlen(MFA_KEY_ACCOUNT), account, error);

	mfa_account_free(&account);
	return r;
}

int mfa_accounts_list(struct mfa_accounts *accounts, mfa_accounts_list_fn *fn, void *ctx)
{
	struct list_ctx list = { accounts, fn, ctx };

	return mfa_store_list(accounts->vault.store, MFA_KEY_ACCOUNT, list_entry, &list);
}
