/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfad/base/verifier.h"

#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "account/create.h"
#include "account/identity.h"
#include "account/spelling.h"
#include "log/log.h"
#include "mfad/base/bounded.h"

#define CALLERS_SECONDS 1	/* that the start waits for them: clients wait already */

struct conf_ref {
	struct mfa_conf *conf;
	unsigned refs;			/* guarded by verifier.lock */
};

const struct mfa_conf *conf_ref_conf(const struct conf_ref *ref)
{
	return ref->conf;
}

struct conf_ref *verifier_get_conf(struct verifier *verifier)
{
	struct conf_ref *ref;

	(void)pthread_mutex_lock(&verifier->lock);
	ref = verifier->current;
	ref->refs++;
	(void)pthread_mutex_unlock(&verifier->lock);
	return ref;
}

void verifier_put_conf(struct verifier *verifier, struct conf_ref *ref)
{
	bool last;

	if (ref == NULL)
		return;
	(void)pthread_mutex_lock(&verifier->lock);
	last = --ref->refs == 0;
	(void)pthread_mutex_unlock(&verifier->lock);
	if (!last)
		return;
	mfa_conf_free(&ref->conf);
	free(ref);
}

static int load_conf(const char *path, struct conf_ref **out)
{
	char error[MFA_CONF_ERROR_SIZE];
	struct conf_ref *ref = calloc(1, sizeof(*ref));
	int r = ref != NULL ? mfa_conf_load(path, &ref->conf, error) : -ENOMEM;

	*out = NULL;
	if (r == 0) {
		ref->refs = 1;
		*out = ref;
		return 0;
	}
	mfa_log_message(LOG_ERR, "config", ref != NULL ? error : path, ref != NULL ? 0 : r);
	free(ref);
	return r;
}

/* What is looked up of the names in the rules; of a directory that hangs nobody waits for the end. */
struct name_check {
	struct verifier *verifier;
	struct conf_ref *ref;
	char *path;			/* of the file, for complaints */
	bool groups, callers;		/* which of them */
	bool seen;			/* others have the configuration: one at a time looks for its callers */
	bool again;			/* it was complained of before */
};

static int check_names(void *ctx)
{
	const struct name_check *check = ctx;
	char error[MFA_CONF_ERROR_SIZE];
	int r = 0;

	if (check->groups)
		r = mfa_conf_check_groups(check->path, check->ref->conf, error);
	if (r != 0)
		mfa_log_message(LOG_ERR, "config", error, 0);
	if (!check->callers)
		return r;
	if (mfa_conf_find_callers(check->path, check->ref->conf, error) != 0) {
		r = -ENOENT;
		if (!check->again)
			mfa_log_message(LOG_ERR, "config", error, 0);
	} else if (check->again) {
		mfa_log_message(LOG_NOTICE, "config", "all callers are found now", 0);
	}
	return r;
}

static void end_name_check(void *ctx)
{
	struct name_check *check = ctx;

	if (check->seen)
		atomic_store(&check->verifier->finds_callers, false);
	verifier_put_conf(check->verifier, check->ref);
	free(check->path);
	free(check);
}

/* The main thread has them blocked, and waits here. */
static bool is_told_to_end(void)
{
	sigset_t pending;

	return sigpending(&pending) == 0 &&
	       (sigismember(&pending, SIGTERM) == 1 || sigismember(&pending, SIGINT) == 1);
}

/* Returns 0, -ENOENT (one is surely missing, or a caller can't be known), or another negative errno: it is not known
 * within so many seconds; it goes on then. */
static int look_for_names(struct conf_ref *ref, const struct name_check *which, unsigned seconds)
{
	struct name_check *check = malloc(sizeof(*check));
	struct bounded what = { check_names, end_name_check, check };
	struct verifier *verifier = which->verifier;

	if (check == NULL) {
		if (which->seen)
			atomic_store(&verifier->finds_callers, false);
		return -ENOMEM;
	}
	*check = *which;
	check->path = strdup(verifier->conf_path);
	check->ref = ref;
	(void)pthread_mutex_lock(&verifier->lock);
	ref->refs++;
	(void)pthread_mutex_unlock(&verifier->lock);
	if (check->path == NULL) {
		end_name_check(check);
		return -ENOMEM;
	}
	/* It is end_name_check's from here on. */
	/* cppcheck-suppress memleak */
	return bounded_run(&what, seconds, is_told_to_end);
}

static void say_not_known(int r)
{
	if (r != 0 && r != -ENOENT)
		mfa_log_message(LOG_WARNING, "config",
				"whether the names in the rules are there can't be known just now", r);
}

/* Whether there are callers; sought: only those who are not found yet. */
static bool has_callers(const struct mfa_conf *conf, bool sought)
{
	size_t i, k;

	for (i = 0; i < conf->policy_count; i++)
		for (k = 0; k < conf->policies[i].callers.count; k++)
			if (!sought || !atomic_load(&conf->policies[i].callers.rows[k].found))
				return true;
	return false;
}

/* Whether a new configuration is to be left alone.  Callers who were not found would be nobody from now on. */
static bool names_are_missing(struct verifier *verifier, struct conf_ref *fresh)
{
	struct name_check all = { .verifier = verifier, .groups = true, .callers = true };
	int r = look_for_names(fresh, &all, fresh->conf->directory_timeout);

	say_not_known(r);
	return r == -ENOENT || (r != 0 && has_callers(fresh->conf, false));
}

void verifier_check(struct verifier *verifier)
{
	struct name_check groups = { .verifier = verifier, .groups = true };

	say_not_known(look_for_names(verifier->current, &groups, verifier->current->conf->directory_timeout));
}

void verifier_find_callers(struct verifier *verifier)
{
	struct name_check callers = { .verifier = verifier, .callers = true, .seen = true, .again = true };

	if (has_callers(verifier->current->conf, true) && !atomic_exchange(&verifier->finds_callers, true))
		(void)look_for_names(verifier->current, &callers, 0);
}

/* An older store has an account for each spelling, until an administrator ends that. */
static void warn_of_spellings(const struct verifier *verifier)
{
	const struct mfa_conf *conf = verifier->current->conf;
	bool folded, strangers = false;
	size_t i;

	for (i = 0; i < conf->policy_count; i++)
		strangers = strangers || (!conf->policies[i].nss && !conf->policies[i].names_exact);
	if (strangers && mfa_spelling_folded(mfa_accounts_vault(verifier->accounts), &folded) == 0 &&
	    !folded)
		mfa_log_message(LOG_WARNING, "names", "nss = no, and each spelling of a name is an account of its own "
				"in this store; mfa-admin names --fold ends that", 0);
}

/* Key or store can't be had. */
static void log_closed(const char *event, const char *what, int r)
{
	char text[PATH_MAX + 64];

	(void)snprintf(text, sizeof(text), "%s: mfa-admin check-store says what to do", what);
	mfa_log_message(LOG_CRIT, event, text, r);
}

int verifier_load(struct verifier *verifier, const char *conf_path)
{
	int r;

	memset(verifier, 0, sizeof(*verifier));
	(void)pthread_mutex_init(&verifier->lock, NULL);
	verifier->conf_path = strdup(conf_path);
	if (verifier->conf_path == NULL)
		return -ENOMEM;
	r = load_conf(conf_path, &verifier->current);
	if (r != 0)
		return r;
	r = mfa_keyring_load(verifier->current->conf->key_file, &verifier->ring);
	if (r == -ENOENT)	/* verifier_open decides whether it may be made */
		return 0;
	if (r != 0)
		log_closed("key", verifier->current->conf->key_file, r);
	return r;
}

void verifier_refresh_key(struct verifier *verifier)
{
	int r = mfa_keyring_refresh(verifier->ring);

	if (r == 1)
		mfa_log_message(LOG_NOTICE, "key", "the key file was read again", 0);
	else if (r != verifier->refresh_error && r != 0)
		mfa_log_message(LOG_ERR, "key", r == -EKEYREJECTED ?
				"the key file is another store's now; the keys stay as they were" :
				"the key file can't be read again; the keys stay as they were", r);
	verifier->refresh_error = r < 0 ? r : 0;
}

/* What has gone beside the store, mfad puts into it at its end.  The store itself it does not. */
static void log_parted(const char *path, bool is_all, int r)
{
	char text[PATH_MAX + 192];

	(void)snprintf(text, sizeof(text), is_all ?
		       "%s was removed or replaced, and mfad alone has what was in it: do not restart mfad before "
		       "mfa-admin check-store has said how to save it" :
		       "%s was removed or replaced while mfad runs: restart mfad, then mfa-admin check-store", path);
	mfa_log_message(LOG_CRIT, "store", text, r);
}

void verifier_check_store(struct verifier *verifier)
{
	const char *path;
	bool is_all;
	int r = mfa_store_check(mfa_accounts_store(verifier->accounts), &path, &is_all);

	if (r == -EIDRM || r == -ESTALE) {
		if (r != verifier->store_error)
			log_parted(path, is_all, r);
	} else if (verifier->store_error != 0 && r == 0) {
		mfa_log_message(LOG_NOTICE, "store", "the store's files are back", 0);
	}
	verifier->store_error = r == -EIDRM || r == -ESTALE ? r : 0;
}

/* Both key and store, or neither: a key that waits is kept, for a store may be complete although its making failed at
 * the end, and whoever tries again goes on from there.  It goes when the store is another key's. */
static int create_both(struct verifier *verifier)
{
	const struct mfa_conf *conf = verifier->current->conf;
	int r;

	r = mfa_keyring_prepare(conf->key_file, &verifier->ring);
	if (r == 0)
		r = mfa_accounts_create(conf->store_url, verifier->ring);
	if (r == 0)
		r = mfa_keyring_publish(conf->key_file, (gid_t)-1);
	if (r == 0)
		verifier_refresh_key(verifier);
	if (r == -EEXIST)
		mfa_keyring_discard(conf->key_file);
	if (r != 0) {
		mfa_log_message(LOG_CRIT, "init", "cannot make a new key and store", r);
		mfa_keyring_free(&verifier->ring);
	}
	return r;
}

static bool has_store(const struct mfa_conf *conf)
{
	const char *path = strstr(conf->store_url, "://");

	return path != NULL && access(path + 3, F_OK) == 0;
}

static int open_accounts(struct verifier *verifier, enum mfa_store_open_flags how)
{
	const struct mfa_conf *conf = verifier->current->conf;
	int r;

	if (verifier->ring == NULL) {
		mfa_log_message(LOG_CRIT, "key", has_store(conf) ?
				"there is a store, but not its key; `mfa-admin restore --key-only` takes it from a backup" :
				"there is no key; `mfa-admin init` makes key and store", -ENOENT);
		return -ENOKEY;
	}
	r = mfa_accounts_open(conf->store_url, how, verifier->ring, &verifier->accounts);
	if (r == -EKEYREJECTED)
		mfa_log_message(LOG_CRIT, "store", "key and store do not belong together", r);
	else if (r == -ESTALE)
		mfa_log_message(LOG_CRIT, "store", "the store's -wal is missing, and what was written last: mfa-admin "
				"check-store says how to go on", r);
	else if (r != 0)
		log_closed("store", conf->store_url, r);
	return r;
}

static uid_t user_id(const char *name)
{
	char buffer[4096];
	struct passwd pw, *found = NULL;

	return getpwnam_r(name, &pw, buffer, sizeof(buffer), &found) == 0 && found != NULL
		? pw.pw_uid : (uid_t)-1;
}

int verifier_open(struct verifier *verifier, enum mfa_store_open_flags how)
{
	struct name_check callers = { .verifier = verifier, .callers = true, .seen = true };
	int r;

	verifier->own_uid = geteuid();
	verifier->overflow_uid = mfa_identity_overflow_uid();
	verifier->portal_uid = user_id(MFA_PORTAL_USER);
	verifier->sender_uid = user_id(MFA_SENDER_USER);
	if (how == MFA_STORE_CREATE && verifier->ring == NULL) {
		/* A store without its key is somebody's records, not a fresh start. */
		r = create_both(verifier);
		if (r != 0)
			return r;
	}
	/* A caller who is not there is nobody: that keeps nobody else out. */
	if (how != MFA_STORE_OPEN_BRIEFLY && has_callers(verifier->current->conf, false) &&
	    !atomic_exchange(&verifier->finds_callers, true))
		say_not_known(look_for_names(verifier->current, &callers, CALLERS_SECONDS));
	r = open_accounts(verifier, how == MFA_STORE_OPEN_BRIEFLY ? how : MFA_STORE_OPEN);
	if (r == 0 && how != MFA_STORE_OPEN_BRIEFLY)
		warn_of_spellings(verifier);
	return r;
}

void verifier_close(struct verifier *verifier)
{
	mfa_accounts_close(&verifier->accounts);
	mfa_keyring_free(&verifier->ring);
	explicit_bzero(&verifier->vapid, sizeof(verifier->vapid));
	verifier_put_conf(verifier, verifier->current);
	verifier->current = NULL;
	free(verifier->conf_path);
	verifier->conf_path = NULL;
}

void verifier_reload(struct verifier *verifier)
{
	struct conf_ref *fresh, *old;
	int r = load_conf(verifier->conf_path, &fresh);

	if (r == 0 && names_are_missing(verifier, fresh)) {
		verifier_put_conf(verifier, fresh);
		r = -ENOENT;
	}
	if (r != 0) {
		mfa_log_message(LOG_ERR, "reload", "the configuration stays as it was", 0);
		return;
	}
	(void)pthread_mutex_lock(&verifier->lock);
	old = verifier->current;
	verifier->current = fresh;
	(void)pthread_mutex_unlock(&verifier->lock);
	if (strcmp(old->conf->store_url, fresh->conf->store_url) != 0 ||
	    strcmp(old->conf->key_file, fresh->conf->key_file) != 0)
		mfa_log_message(LOG_WARNING, "reload", "another store or key needs a restart", 0);
	verifier_put_conf(verifier, old);
	if (verifier->accounts != NULL)
		warn_of_spellings(verifier);
	mfa_log_message(LOG_INFO, "reload", "the configuration was read again", 0);
}
