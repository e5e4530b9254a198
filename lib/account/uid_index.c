/* SPDX-License-Identifier: BSD-2-Clause */
#include "account/uid_index.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define WRITES_MAX 8

/* What is there of a uid: which name claims it; version 0 and an empty name if none does. */
struct claim {
	char key[MFA_STORE_KEY_MAX + 1];
	char name[MFA_ACCOUNT_NAME_MAX + 1];
	uint64_t version;
};

static int read_claim(struct mfa_accounts *accounts, uint32_t uid, struct claim *out)
{
	struct mfa_vault_value value;
	int r;

	memset(out, 0, sizeof(*out));
	(void)snprintf(out->key, sizeof(out->key), MFA_KEY_UID "%u", uid);
	r = mfa_vault_get(mfa_accounts_vault(accounts), out->key, &value);
	if (r == 0 && (value.len == 0 || value.len > MFA_ACCOUNT_NAME_MAX))
		r = -EBADMSG;
	if (r == 0) {
		memcpy(out->name, value.plain, value.len + 1);
		out->version = value.version;
	}
	mfa_vault_value_release(&value);
	return r == -ENOENT ? 0 : r;
}

static bool is_of(const struct claim *claim, const char *name)
{
	return claim->version != 0 && strcmp(claim->name, name) == 0;
}

/* Whether the account that claims a uid still has it: a claim is written before its
 * record, so that a kill between the two leaves a claim for nothing. */
static int claim_holds(struct mfa_accounts *accounts, uint32_t uid, const struct claim *claim)
{
	struct mfa_record record;
	int r = mfa_accounts_load(accounts, claim->name, &record);

	if (r == -ENOENT)
		return 0;
	if (r != 0)
		return r;
	r = record.account->has_uid && record.account->uid == uid ? -EEXIST : 0;
	mfa_record_release(&record);
	return r;
}

int mfa_uid_index_check(struct mfa_accounts *accounts, uint32_t uid, const char *name)
{
	struct claim claim;
	int r = read_claim(accounts, uid, &claim);

	if (r == 0 && claim.version == 0)
		mfa_unseal_nothing(mfa_accounts_vault(accounts)->ring, claim.key, strlen(name));
	if (r != 0 || claim.version == 0 || is_of(&claim, name))
		return r;
	return claim_holds(accounts, uid, &claim);
}

int mfa_uid_index_claim(struct mfa_accounts *accounts, uint32_t uid, const char *name)
{
	struct claim claim;
	int r, tries;

	for (tries = 0; tries < WRITES_MAX; tries++) {
		r = read_claim(accounts, uid, &claim);
		if (r != 0 || is_of(&claim, name))
			return r;
		r = claim.version != 0 ? claim_holds(accounts, uid, &claim) : 0;
		if (r != 0)
			return r;
		r = mfa_vault_put(mfa_accounts_vault(accounts), claim.key, claim.version, name, strlen(name), 0, NULL);
		if (r != -EAGAIN)
			return r;
	}
	return -EAGAIN;
}

void mfa_uid_index_drop(struct mfa_accounts *accounts, uint32_t uid, const char *name)
{
	struct claim claim;

	if (read_claim(accounts, uid, &claim) == 0 && is_of(&claim, name))
		(void)mfa_store_delete_if(mfa_accounts_store(accounts), claim.key, claim.version);
}
