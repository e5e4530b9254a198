/* SPDX-License-Identifier: BSD-2-Clause */
#include "account/accounts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "account/spelling.h"

#define DECOY_SECRET_SIZE 20
/* Somebody who writes again and again (64 guesses at once, say) must not keep a right code out. */
#define CONFLICTS_MAX 1000

struct mfa_accounts {
	struct mfa_vault vault;
};

static void account_key(const char *name, char key[MFA_STORE_KEY_MAX + 1])
{
	(void)snprintf(key, MFA_STORE_KEY_MAX + 1, MFA_KEY_ACCOUNT "%s", name);
}

static void uid_key(uint32_t uid, char key[MFA_STORE_KEY_MAX + 1])
{
	(void)snprintf(key, MFA_STORE_KEY_MAX + 1, MFA_KEY_UID "%u", uid);
}

void mfa_record_release(struct mfa_record *record)
{
	mfa_account_free(&record->account);
	memset(record, 0, sizeof(*record));
}

int mfa_record_new(const char *name, struct mfa_record *out)
{
	memset(out, 0, sizeof(*out));
	account_key(name, out->key);
	return mfa_account_new(name, &out->account);
}

/* Unseals and parses what was read under key. */
static int open_record(const struct mfa_keyring *ring, const char *key,
		       const struct mfa_entry *entry, struct mfa_account **out)
{
	uint8_t *plain = NULL;
	size_t len = 0;
	int r;

	*out = NULL;
	r = mfa_unseal(ring, key, entry->value, entry->len, &plain, &len);
	if (r == 0)
		r = mfa_account_parse((const char *)plain, len, out);
	mfa_unsealed_free(&plain, len);
	/* The seal binds the key, and the key the name; a record that says otherwise was
	 * made by a fault of ours, and is nobody's. */
	if (r == 0 && strncmp(key, MFA_KEY_ACCOUNT, strlen(MFA_KEY_ACCOUNT)) == 0 &&
	    strcmp((*out)->name, key + strlen(MFA_KEY_ACCOUNT)) != 0) {
		mfa_account_free(out);
		r = -EBADMSG;
	}
	return r;
}

int mfa_accounts_open_entry(struct mfa_accounts *accounts, const char *key,
			    const struct mfa_entry *entry, struct mfa_account **out)
{
	return open_record(accounts->vault.ring, key, entry, out);
}

static int close_record(const struct mfa_keyring *ring, const struct mfa_record *record,
			uint8_t **out, size_t *out_len)
{
	char *plain = NULL;
	size_t len = 0;
	int r;

	*out = NULL;
	r = mfa_account_format(record->account, &plain, &len);
	if (r == 0)
		r = mfa_seal(ring, record->key, (const uint8_t *)plain, len, out, out_len);
	if (plain != NULL)
		explicit_bzero(plain, len);
	free(plain);
	return r;
}

static int load_key(struct mfa_accounts *accounts, const char *key, struct mfa_record *out)
{
	struct mfa_entry entry;
	int r;

	memset(out, 0, sizeof(*out));
	r = mfa_store_get(accounts->vault.store, key, &entry);
	if (r != 0)
		return r;
	r = open_record(accounts->vault.ring, key, &entry, &out->account);
	if (r == 0) {
		memcpy(out->key, key, strlen(key) + 1);
		out->version = entry.version;
		out->decoy = strncmp(key, MFA_KEY_DECOY, strlen(MFA_KEY_DECOY)) == 0;
	}
	mfa_entry_release(&entry);
	return r;
}

int mfa_accounts_load(struct mfa_accounts *accounts, const char *name, struct mfa_record *out)
{
	char key[MFA_STORE_KEY_MAX + 1];

	account_key(name, key);
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

/* Also which of the names that share it this one is. */
static int decoy_key(const struct mfa_accounts *accounts, const char *name,
		     char key[MFA_STORE_KEY_MAX + 1], uint32_t *which)
{
	uint8_t mac[32] = { 0 };
	int r = mfa_keyring_hash_name(accounts->vault.ring, name, mac);

	if (r == 0)
		(void)snprintf(key, MFA_STORE_KEY_MAX + 1, MFA_KEY_DECOY "%u",
			       mac[0] % MFA_DECOY_COUNT);
	memcpy(which, mac + 1, sizeof(*which));
	*which |= 1;
	return r;
}

/* Whether there is anything to show a factor by. */
static bool has_factor(const struct mfa_account *account, int64_t now)
{
	return account->device_count > 0 || mfa_account_has_pass(account, now);
}

/* What there is of a name, and what stands in for it: both are read for everybody, so that a watch on the time
 * learns nothing. */
struct pair {
	char key[MFA_STORE_KEY_MAX + 1], decoy[MFA_STORE_KEY_MAX + 1];
	uint32_t name;
	struct mfa_entry entry, standin;
	int found, standin_found;	/* as mfa_store_get returned */
};

static int get_pair(struct mfa_accounts *accounts, const char *name, struct pair *out)
{
	int r;

	memset(out, 0, sizeof(*out));
	account_key(name, out->key);
	r = decoy_key(accounts, name, out->decoy, &out->name);
	if (r != 0)
		return r;
	out->found = mfa_store_get(accounts->vault.store, out->key, &out->entry);
	out->standin_found = mfa_store_get(accounts->vault.store, out->decoy, &out->standin);
	return 0;
}

static void release_pair(struct pair *pair)
{
	mfa_entry_release(&pair->entry);
	mfa_entry_release(&pair->standin);
}

static int open_entry(struct mfa_accounts *accounts, const char *key, const struct mfa_entry *entry,
		      struct mfa_record *out)
{
	memset(out, 0, sizeof(*out));
	memcpy(out->key, key, strlen(key) + 1);
	out->version = entry->version;
	out->decoy = strncmp(key, MFA_KEY_DECOY, strlen(MFA_KEY_DECOY)) == 0;
	return open_record(accounts->vault.ring, key, entry, &out->account);
}

/* Whether a record's text, as mfa_account_format writes it, has a device of that id. */
static bool has_device(const uint8_t *plain, size_t len, uint64_t id)
{
	char member[32];
	const char *at = (const char *)plain, *end = at + len, *found;
	size_t n = (size_t)snprintf(member, sizeof(member), "\"id\":%llu", (unsigned long long)id);

	while ((found = memmem(at, (size_t)(end - at), member, n)) != NULL) {
		at = found + n;
		if (at == end || *at < '0' || *at > '9')
			return true;
	}
	return false;
}

/* Opens an entry, and goes on with it only where it has the device. */
static int open_with_device(struct mfa_accounts *accounts, const char *key, const struct mfa_entry *entry,
			    uint64_t device, struct mfa_record *out)
{
	uint8_t *plain = NULL;
	size_t len = 0;
	int r = mfa_unseal(accounts->vault.ring, key, entry->value, entry->len, &plain, &len);

	if (r == 0 && !has_device(plain, len, device))
		r = -ENOENT;
	mfa_unsealed_free(&plain, len);
	return r == 0 ? open_entry(accounts, key, entry, out) : r;
}

int mfa_accounts_load_device(struct mfa_accounts *accounts, const char *name, uint64_t device, struct mfa_record *out)
{
	struct mfa_record nobody = { .account = NULL };
	struct pair pair;
	int r = get_pair(accounts, name, &pair), found;

	memset(out, 0, sizeof(*out));
	if (r != 0)
		return r;
	found = pair.found;
	if (found == 0) {
		found = open_with_device(accounts, pair.key, &pair.entry, device, out);
	} else if (found == -ENOENT && pair.standin_found == 0) {
		/* For the work alone. */
		(void)open_with_device(accounts, pair.decoy, &pair.standin, device, &nobody);
		mfa_record_release(&nobody);
	}
	release_pair(&pair);
	if (found != 0)
		mfa_record_release(out);
	return found;
}

int mfa_accounts_load_or_decoy(struct mfa_accounts *accounts, const char *name, bool eligible,
			       int64_t now, struct mfa_record *out, struct mfa_record *bare)
{
	struct pair pair;
	int r = get_pair(accounts, name, &pair), found;

	memset(out, 0, sizeof(*out));
	memset(bare, 0, sizeof(*bare));
	if (r != 0)
		return r;
	found = pair.found;
	if (found == 0) {
		found = open_entry(accounts, pair.key, &pair.entry, out);
		if (found == 0 && (!eligible || !has_factor(out->account, now))) {
			*bare = *out;
			if (!eligible)
				mfa_record_release(bare);
			found = -ENOENT;
		}
	}
	if (found == -ENOENT)
		/* A store without its decoys is a damaged one. */
		found = pair.standin_found == 0 ? open_entry(accounts, pair.decoy, &pair.standin, out)
			: pair.standin_found == -ENOENT ? -EBADMSG : pair.standin_found;
	release_pair(&pair);
	out->name = pair.name;
	if (found != 0) {
		mfa_record_release(out);
		mfa_record_release(bare);
	}
	return found;
}

/* Before an account is first written. */
static int note_spelling(struct mfa_accounts *accounts, const struct mfa_record *record)
{
	return record->version == 0 && !record->decoy
		? mfa_spelling_note(&accounts->vault, record->account->name) : 0;
}

int mfa_accounts_save(struct mfa_accounts *accounts, struct mfa_record *record)
{
	uint8_t *sealed = NULL;
	size_t len = 0;
	int r = note_spelling(accounts, record);

	if (r != 0)
		return r;
	mfa_keyring_hold(accounts->vault.ring);
	r = close_record(accounts->vault.ring, record, &sealed, &len);
	if (r == 0)
		r = mfa_store_put_if(accounts->vault.store, record->key, record->version, sealed, len, 0,
				     &record->version);
	mfa_keyring_release(accounts->vault.ring);
	free(sealed);
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

int mfa_accounts_save_many(struct mfa_accounts *accounts, struct mfa_record *records,
			   size_t count, int *results)
{
	struct mfa_put *puts = calloc(count, sizeof(*puts));
	size_t i;
	int r = puts != NULL || count == 0 ? 0 : -ENOMEM;

	for (i = 0; r == 0 && i < count; i++)
		r = note_spelling(accounts, &records[i]);
	mfa_keyring_hold(accounts->vault.ring);
	for (i = 0; r == 0 && i < count; i++) {
		uint8_t *sealed;

		r = close_record(accounts->vault.ring, &records[i], &sealed, &puts[i].len);
		puts[i].key = records[i].key;
		puts[i].if_version = records[i].version;
		puts[i].value = sealed;
	}
	if (r == 0 && count > 0)
		r = mfa_store_put_many(accounts->vault.store, puts, count);
	mfa_keyring_release(accounts->vault.ring);
	for (i = 0; puts != NULL && i < count; i++) {
		free((void *)(uintptr_t)puts[i].value);
		if (r == 0) {
			results[i] = puts[i].result;
			if (results[i] == 0)
				records[i].version = puts[i].version;
		}
	}
	free(puts);
	return r;
}

/* Which name claims a uid; version 0 and an empty name if none does. */
static int read_claim(struct mfa_accounts *accounts, uint32_t uid,
		      char name[MFA_ACCOUNT_NAME_MAX + 1], uint64_t *version)
{
	char key[MFA_STORE_KEY_MAX + 1];
	struct mfa_entry entry;
	uint8_t *plain = NULL;
	size_t len = 0;
	int r;

	name[0] = '\0';
	*version = 0;
	uid_key(uid, key);
	r = mfa_store_get(accounts->vault.store, key, &entry);
	if (r == -ENOENT)
		return 0;
	if (r != 0)
		return r;
	r = mfa_unseal(accounts->vault.ring, key, entry.value, entry.len, &plain, &len);
	if (r == 0 && (len == 0 || len > MFA_ACCOUNT_NAME_MAX))
		r = -EBADMSG;
	if (r == 0) {
		memcpy(name, plain, len + 1);
		*version = entry.version;
	}
	mfa_unsealed_free(&plain, len);
	mfa_entry_release(&entry);
	return r;
}

/* Whether the account that claims a uid still has it: a claim is written before its
 * record, so that a kill between the two leaves a claim for nothing. */
static int claim_holds(struct mfa_accounts *accounts, uint32_t uid, const char *claimant)
{
	struct mfa_record record;
	int r = mfa_accounts_load(accounts, claimant, &record);

	if (r == -ENOENT)
		return 0;
	if (r != 0)
		return r;
	r = record.account->has_uid && record.account->uid == uid ? -EEXIST : 0;
	mfa_record_release(&record);
	return r;
}

int mfa_accounts_check_uid(struct mfa_accounts *accounts, uint32_t uid, const char *name)
{
	char claimant[MFA_ACCOUNT_NAME_MAX + 1];
	uint64_t version;
	char key[MFA_STORE_KEY_MAX + 1];
	int r = read_claim(accounts, uid, claimant, &version);

	if (r == 0 && version == 0) {
		uid_key(uid, key);
		mfa_unseal_nothing(accounts->vault.ring, key, strlen(name));
	}
	if (r != 0 || version == 0 || strcmp(claimant, name) == 0)
		return r;
	return claim_holds(accounts, uid, claimant);
}

static int put_sealed(struct mfa_accounts *accounts, const char *key, uint64_t if_version,
		      const uint8_t *plain, size_t plain_len)
{
	uint8_t *sealed;
	size_t len;
	int r;

	mfa_keyring_hold(accounts->vault.ring);
	r = mfa_seal(accounts->vault.ring, key, plain, plain_len, &sealed, &len);
	if (r == 0)
		r = mfa_store_put_if(accounts->vault.store, key, if_version, sealed, len, 0, NULL);
	mfa_keyring_release(accounts->vault.ring);
	free(sealed);
	return r;
}

int mfa_accounts_claim_uid(struct mfa_accounts *accounts, uint32_t uid, const char *name)
{
	char claimant[MFA_ACCOUNT_NAME_MAX + 1], key[MFA_STORE_KEY_MAX + 1];
	uint64_t version;
	int r, tries;

	uid_key(uid, key);
	for (tries = 0; tries < 8; tries++) {
		r = read_claim(accounts, uid, claimant, &version);
		if (r != 0 || (version != 0 && strcmp(claimant, name) == 0))
			return r;
		r = version != 0 ? claim_holds(accounts, uid, claimant) : 0;
		if (r != 0)
			return r;
		r = put_sealed(accounts, key, version, (const uint8_t *)name, strlen(name));
		if (r != -EAGAIN)
			return r;
	}
	return -EAGAIN;
}

int mfa_accounts_remove(struct mfa_accounts *accounts, struct mfa_record *record)
{
	char claimant[MFA_ACCOUNT_NAME_MAX + 1], key[MFA_STORE_KEY_MAX + 1];
	uint64_t version;
	int r = mfa_store_delete_if(accounts->vault.store, record->key, record->version);

	if (r != 0 || !record->account->has_uid)
		return r;
	/* The record is what counts; a claim without one is void, so no error from here. */
	uid_key(record->account->uid, key);
	if (read_claim(accounts, record->account->uid, claimant, &version) == 0 && version != 0 &&
	    strcmp(claimant, record->account->name) == 0)
		(void)mfa_store_delete_if(accounts->vault.store, key, version);
	return 0;
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
	int error = open_record(list->accounts->vault.ring, key, entry, &account);
	int r = list->fn(list->ctx, key + strlen(MFA_KEY_ACCOUNT), account, error);

	mfa_account_free(&account);
	return r;
}

int mfa_accounts_list(struct mfa_accounts *accounts, mfa_accounts_list_fn *fn, void *ctx)
{
	struct list_ctx list = { accounts, fn, ctx };

	return mfa_store_list(accounts->vault.store, MFA_KEY_ACCOUNT, list_entry, &list);
}

/* A record that looks like anybody's, whose secret nobody has. */
static int decoy_new(unsigned number, struct mfa_record *out)
{
	struct mfa_device device = { .label = "Phone", .digits = 6, .period = 30,
				     .secret_len = DECOY_SECRET_SIZE };
	char name[32];
	size_t i;
	int r;

	memset(out, 0, sizeof(*out));
	(void)snprintf(name, sizeof(name), "decoy.%u", number);
	(void)snprintf(out->key, sizeof(out->key), MFA_KEY_DECOY "%u", number);
	r = mfa_account_new(name, &out->account);
	if (r != 0)
		return r;
	if (getrandom(device.secret, DECOY_SECRET_SIZE, 0) != DECOY_SECRET_SIZE ||
	    getrandom(out->account->recovery, sizeof(out->account->recovery), 0) !=
	    (ssize_t)sizeof(out->account->recovery)) {
		mfa_record_release(out);
		return -EIO;
	}
	out->account->recovery_count = MFA_RECOVERY_COUNT;
	out->decoy = true;
	for (i = 0; i < MFA_EVENTS_MAX; i++)
		mfa_account_add_event(out->account, (int64_t)i + 1, "sshd", "192.0.2.1", "totp", "ok");
	r = mfa_account_add_device(out->account, &device);
	explicit_bzero(&device, sizeof(device));
	return r;
}

int mfa_decoy_make(unsigned number, char key[MFA_STORE_KEY_MAX + 1], char **plain, size_t *len)
{
	struct mfa_record record;
	int r = decoy_new(number, &record);

	*plain = NULL;
	*len = 0;
	if (r != 0)
		return r;
	memcpy(key, record.key, sizeof(record.key));
	r = mfa_account_format(record.account, plain, len);
	mfa_record_release(&record);
	return r;
}

/* A creation that was killed may have left decoys, sealed under a key that is lost. */
static int adopt_version(struct mfa_accounts *accounts, struct mfa_record *record)
{
	struct mfa_entry entry;
	int r = mfa_store_get(accounts->vault.store, record->key, &entry);

	if (r == -ENOENT)
		return 0;
	if (r == 0)
		record->version = entry.version;
	mfa_entry_release(&entry);
	return r;
}

static int write_decoys(struct mfa_accounts *accounts)
{
	struct mfa_record *records = calloc(MFA_DECOY_COUNT, sizeof(*records));
	int results[MFA_DECOY_COUNT] = { 0 };
	unsigned i;
	int r = records != NULL ? 0 : -ENOMEM;

	for (i = 0; r == 0 && i < MFA_DECOY_COUNT; i++)
		if ((r = decoy_new(i, &records[i])) == 0)
			r = adopt_version(accounts, &records[i]);
	if (r == 0)
		r = mfa_accounts_save_many(accounts, records, MFA_DECOY_COUNT, results);
	for (i = 0; records != NULL && i < MFA_DECOY_COUNT; i++) {
		if (r == 0)
			r = results[i];
		mfa_record_release(&records[i]);
	}
	free(records);
	return r;
}

static int write_store_id(struct mfa_accounts *accounts)
{
	return put_sealed(accounts, MFA_KEY_STORE_ID, 0, mfa_keyring_store_id(accounts->vault.ring),
			  MFA_STORE_ID_SIZE);
}

static int check_store_id(struct mfa_accounts *accounts)
{
	struct mfa_entry entry;
	uint8_t *plain = NULL;
	size_t len = 0;
	int r = mfa_store_get(accounts->vault.store, MFA_KEY_STORE_ID, &entry);

	if (r == -ENOENT)
		return -EKEYREJECTED;
	if (r != 0)
		return r;
	r = mfa_unseal(accounts->vault.ring, MFA_KEY_STORE_ID, entry.value, entry.len, &plain, &len);
	if (r == -ENOKEY || r == -EBADMSG ||
	    (r == 0 && (len != MFA_STORE_ID_SIZE ||
			memcmp(plain, mfa_keyring_store_id(accounts->vault.ring), len) != 0)))
		r = -EKEYREJECTED;
	mfa_unsealed_free(&plain, len);
	mfa_entry_release(&entry);
	return r;
}

static int accounts_new(const char *url, enum mfa_store_open_flags flags,
			const struct mfa_keyring *ring, struct mfa_accounts **out)
{
	int r;

	*out = calloc(1, sizeof(**out));
	if (*out == NULL)
		return -ENOMEM;
	(*out)->vault.ring = ring;
	r = mfa_store_open(url, flags, &(*out)->vault.store);
	if (r != 0)
		mfa_accounts_close(out);
	return r;
}

static int any_key(void *ctx, const char *key, const struct mfa_entry *entry)
{
	(void)ctx, (void)key, (void)entry;
	return -EEXIST;
}

/* A store whose creation was killed has no id yet, and nobody's record: it may be finished.
 * Returns 0 or -EALREADY: it is complete, and ring's. */
static int open_unfinished(const char *store_url, const struct mfa_keyring *ring,
			   struct mfa_accounts **out)
{
	struct mfa_entry entry;
	int r = accounts_new(store_url, MFA_STORE_OPEN, ring, out);

	if (r != 0)
		return r;
	r = mfa_store_get((*out)->vault.store, MFA_KEY_STORE_ID, &entry);
	if (r == 0) {
		mfa_entry_release(&entry);
		r = check_store_id(*out);
		r = r == 0 ? -EALREADY : r == -EKEYREJECTED ? -EEXIST : r;
	} else if (r == -ENOENT) {
		r = mfa_store_list((*out)->vault.store, MFA_KEY_ACCOUNT, any_key, NULL);
	}
	if (r != 0)
		mfa_accounts_close(out);
	return r;
}

int mfa_accounts_create(const char *store_url, const struct mfa_keyring *ring)
{
	struct mfa_accounts *accounts;
	int r = accounts_new(store_url, MFA_STORE_CREATE, ring, &accounts);

	if (r == -EEXIST)
		r = open_unfinished(store_url, ring, &accounts);
	if (r != 0)
		return r == -EALREADY ? 0 : r;
	r = write_decoys(accounts);
	if (r == 0)
		r = mfa_spelling_set_folded(&accounts->vault);
	/* Last: a store without its id is refused. */
	if (r == 0)
		r = write_store_id(accounts);
	mfa_accounts_close(&accounts);
	return r;
}

int mfa_accounts_open(const char *store_url, enum mfa_store_open_flags flags,
		      const struct mfa_keyring *ring, struct mfa_accounts **out)
{
	int r = accounts_new(store_url, flags, ring, out);

	if (r != 0)
		return r;
	r = check_store_id(*out);
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
