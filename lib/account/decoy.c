/* SPDX-License-Identifier: BSD-2-Clause */
#include "account/decoy.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define SECRET_SIZE 20

/* An account that looks like anybody's, whose secret nobody has. */
static int new_account(unsigned number, struct mfa_account **out)
{
	struct mfa_device device = { .label = "Phone", .digits = 6, .period = 30, .secret_len = SECRET_SIZE };
	char name[32];
	size_t i;
	int r;

	(void)snprintf(name, sizeof(name), "decoy.%u", number);
	r = mfa_account_new(name, out);
	if (r != 0)
		return r;
	if (getrandom(device.secret, SECRET_SIZE, 0) != SECRET_SIZE ||
	    getrandom((*out)->recovery, sizeof((*out)->recovery), 0) != (ssize_t)sizeof((*out)->recovery)) {
		mfa_account_free(out);
		return -EIO;
	}
	(*out)->recovery_count = MFA_RECOVERY_COUNT;
	for (i = 0; i < MFA_EVENTS_MAX; i++)
		mfa_account_add_event(*out, (int64_t)i + 1, "sshd", "192.0.2.1", "totp", "ok");
	r = mfa_account_add_device(*out, &device);
	explicit_bzero(&device, sizeof(device));
	return r;
}

int mfa_decoy_make(unsigned number, char key[MFA_STORE_KEY_MAX + 1], char **plain, size_t *len)
{
	struct mfa_account *account = NULL;
	int r = new_account(number, &account);

	*plain = NULL;
	*len = 0;
	(void)snprintf(key, MFA_STORE_KEY_MAX + 1, MFA_KEY_DECOY "%u", number);
	if (r == 0)
		r = mfa_account_format(account, plain, len);
	mfa_account_free(&account);
	return r;
}

/* The version of what is there: a creation that was killed may have left decoys, sealed under a key that is lost. */
static int find_version(const struct mfa_vault *vault, const char *key, uint64_t *out)
{
	struct mfa_entry entry;
	int r = mfa_store_get(vault->store, key, &entry);

	*out = entry.version;
	mfa_entry_release(&entry);
	return r == -ENOENT ? 0 : r;
}

static void free_plain(char *plain, size_t len)
{
	if (plain != NULL)
		explicit_bzero(plain, len);
	free(plain);
}

struct batch {
	struct mfa_put puts[MFA_DECOY_COUNT];
	char keys[MFA_DECOY_COUNT][MFA_STORE_KEY_MAX + 1];
};

static int fill(struct batch *batch, const struct mfa_vault *vault)
{
	struct mfa_put *put;
	char *plain;
	unsigned i;
	int r = 0;

	for (i = 0; r == 0 && i < MFA_DECOY_COUNT; i++) {
		put = &batch->puts[i];
		r = mfa_decoy_make(i, batch->keys[i], &plain, &put->len);
		put->key = batch->keys[i];
		put->value = (const uint8_t *)plain;
		if (r == 0)
			r = find_version(vault, put->key, &put->if_version);
	}
	return r;
}

int mfa_decoy_write_all(const struct mfa_vault *vault)
{
	struct batch *batch = calloc(1, sizeof(*batch));
	unsigned i;
	int r = batch != NULL ? fill(batch, vault) : -ENOMEM;

	if (r == 0)
		r = mfa_vault_put_many(vault, batch->puts, MFA_DECOY_COUNT);
	for (i = 0; batch != NULL && i < MFA_DECOY_COUNT; i++) {
		if (r == 0)
			r = batch->puts[i].result;
		free_plain((char *)(uintptr_t)batch->puts[i].value, batch->puts[i].len);
	}
	free(batch);
	return r;
}

/* Also which of the names that share it this one is. */
static int decoy_key(const struct mfa_accounts *accounts, const char *name,
		     char key[MFA_STORE_KEY_MAX + 1], uint32_t *which)
{
	uint8_t mac[32] = { 0 };
	int r = mfa_keyring_hash_name(mfa_accounts_vault(accounts)->ring, name, mac);

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
	struct mfa_store *store = mfa_accounts_store(accounts);
	int r;

	memset(out, 0, sizeof(*out));
	mfa_account_key(name, out->key);
	r = decoy_key(accounts, name, out->decoy, &out->name);
	if (r != 0)
		return r;
	out->found = mfa_store_get(store, out->key, &out->entry);
	out->standin_found = mfa_store_get(store, out->decoy, &out->standin);
	return 0;
}

static void release_pair(struct pair *pair)
{
	mfa_entry_release(&pair->entry);
	mfa_entry_release(&pair->standin);
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
	struct mfa_vault_value value;
	int r = mfa_vault_open(mfa_accounts_vault(accounts), key, entry, &value);

	if (r == 0 && !has_device(value.plain, value.len, device))
		r = -ENOENT;
	mfa_vault_value_release(&value);
	return r == 0 ? mfa_record_open(accounts, key, entry, out) : r;
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
		found = mfa_record_open(accounts, pair.key, &pair.entry, out);
		if (found == 0 && (!eligible || !has_factor(out->account, now))) {
			*bare = *out;
			memset(out, 0, sizeof(*out));
			if (!eligible)
				mfa_record_release(bare);
			found = -ENOENT;
		}
	}
	if (found == -ENOENT)
		/* A store without its decoys is a damaged one. */
		found = pair.standin_found == 0 ? mfa_record_open(accounts, pair.decoy, &pair.standin, out)
			: pair.standin_found == -ENOENT ? -EBADMSG : pair.standin_found;
	release_pair(&pair);
	out->name = pair.name;
	if (found != 0) {
		mfa_record_release(out);
		mfa_record_release(bare);
	}
	return found;
}
