/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfad/phones/vapid.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "vault/vault.h"

#define KEY "push/vapid"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int read_key(const struct mfa_vault *vault, struct mfa_p256 *out)
{
	struct mfa_vault_value value;
	int r = mfa_vault_get(vault, KEY, &value);

	if (r == 0 && value.len != sizeof(*out))
		r = -EBADMSG;
	if (r == 0)
		memcpy(out, value.plain, sizeof(*out));
	mfa_vault_value_release(&value);
	return r;
}

int vapid_key(struct verifier *verifier, struct mfa_p256 *out)
{
	const struct mfa_vault *vault = mfa_accounts_vault(verifier->accounts);
	int r = 0;

	(void)pthread_mutex_lock(&lock);
	if (!verifier->has_vapid) {
		r = read_key(vault, &verifier->vapid);
		if (r == -ENOENT) {
			r = mfa_p256_generate(&verifier->vapid);
			if (r == 0)
				r = mfa_vault_put(vault, KEY, 0, &verifier->vapid,
						  sizeof(verifier->vapid), 0, NULL);
			/* Somebody else has just made one. */
			if (r == -EAGAIN)
				r = read_key(vault, &verifier->vapid);
		}
		verifier->has_vapid = r == 0;
	}
	if (r == 0)
		*out = verifier->vapid;
	(void)pthread_mutex_unlock(&lock);
	return r;
}
