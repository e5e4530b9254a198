/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfad/phones/vapid.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "sealed/sealed.h"

#define KEY "push/vapid"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int read_key(struct mfa_store *store, const struct mfa_keyring *ring, struct mfa_p256 *out)
{
	struct mfa_sealed sealed;
	int r = mfa_sealed_get(store, ring, KEY, &sealed);

	if (r == 0 && sealed.len != sizeof(*out))
		r = -EBADMSG;
	if (r == 0)
		memcpy(out, sealed.plain, sizeof(*out));
	mfa_sealed_release(&sealed);
	return r;
}

int vapid_key(struct verifier *verifier, struct mfa_p256 *out)
{
	struct mfa_store *store = mfa_accounts_store(verifier->accounts);
	int r = 0;

	(void)pthread_mutex_lock(&lock);
	if (!verifier->has_vapid) {
		r = read_key(store, verifier->ring, &verifier->vapid);
		if (r == -ENOENT) {
			r = mfa_p256_generate(&verifier->vapid);
			if (r == 0)
				r = mfa_sealed_put(store, verifier->ring, KEY, 0, &verifier->vapid,
						   sizeof(verifier->vapid), 0, NULL);
			/* Somebody else has just made one. */
			if (r == -EAGAIN)
				r = read_key(store, verifier->ring, &verifier->vapid);
		}
		verifier->has_vapid = r == 0;
	}
	if (r == 0)
		*out = verifier->vapid;
	(void)pthread_mutex_unlock(&lock);
	return r;
}
