/* SPDX-License-Identifier: BSD-2-Clause */
/* What all conversations of a verifier share. */
#ifndef MFAD_VERIFIER_H
#define MFAD_VERIFIER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>

#include "account/accounts.h"
#include "conf/conf.h"
#include "seal/seal.h"
#include "webpush/webpush.h"

/* A loaded configuration, shared by those who began under it. */
struct conf_ref;
const struct mfa_conf *conf_ref_conf(const struct conf_ref *ref);

struct verifier {
	char *conf_path;
	struct mfa_keyring *ring;
	int refresh_error;		/* of verifier_refresh_key: said once */
	int store_error;		/* likewise, of verifier_check_store */
	struct mfa_accounts *accounts;
	bool worked;			/* its one client was told WORKING before its request was read (--stdio) */
	uid_t own_uid;
	uid_t overflow_uid;
	uid_t portal_uid;		/* of mfa-portal; (uid_t)-1: there is no such user */
	uid_t sender_uid;		/* of mfa-sender, likewise */
	bool has_vapid;
	struct mfa_p256 vapid;		/* of vapid_key */
	pthread_mutex_t lock;		/* of current */
	struct conf_ref *current;
	atomic_bool finds_callers;	/* somebody looks for them just now */
};

/* Reads the configuration, as root still if mfad was started so, and the key. Returns 0 or a negative errno; the
 * reason has been logged. */
int verifier_load(struct verifier *verifier, const char *conf_path);
/* Opens the store; call it after ids were dropped.  MFA_STORE_CREATE: a store and key that are
 * both absent are made first.  Returns as verifier_load. */
int verifier_open(struct verifier *verifier, enum mfa_store_open_flags how);
void verifier_close(struct verifier *verifier);

/* Complains of groups in the rules that are not there.  Such a rule spares nobody, so that it keeps nobody out.  For
 * whoever serves already: the directory may be slow. */
void verifier_check(struct verifier *verifier);

/* Looks once more for callers whom the directory did not know, or not in time; waits for nothing. */
void verifier_find_callers(struct verifier *verifier);

/* Reads the configuration again; on an error the old one stays, and the log says so. */
void verifier_reload(struct verifier *verifier);

/* Reads the key file again if it was replaced (mfa-admin rotate-key), by the thread that keeps house. */
void verifier_refresh_key(struct verifier *verifier);

/* Says in the log when the store's files are not those any more that were opened; nobody gets in by them then. */
void verifier_check_store(struct verifier *verifier);

/* The configuration of now; give it back with verifier_put_conf. */
struct conf_ref *verifier_get_conf(struct verifier *verifier);
void verifier_put_conf(struct verifier *verifier, struct conf_ref *ref);

#endif
