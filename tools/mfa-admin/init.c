/* SPDX-License-Identifier: BSD-2-Clause */
/* Making the key and the store, both or neither; what failed half-way is gone on with by the next run. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "account/accounts.h"
#include "account/create.h"
#include "language/language.h"
#include "site.h"
#include "terminal/exit.h"

struct init {
	struct site site;
	struct mfa_keyring *ring;
};

static int open_store(void *ctx)
{
	const struct init *init = ctx;
	struct mfa_accounts *accounts;
	int r = mfa_accounts_open(init->site.conf->store_url, MFA_STORE_OPEN, init->ring, &accounts);

	mfa_accounts_close(&accounts);
	return r;
}

static int create_store(void *ctx)
{
	const struct init *init = ctx;

	return mfa_accounts_create(init->site.conf->store_url, init->ring);
}

/* The key is there: then so must be its store. */
static int check_both(struct init *init)
{
	const char *key = init->site.conf->key_file, *store = init->site.conf->store_url;
	int r = mfa_keyring_load(key, &init->ring);

	if (r != 0)
		return site_say_key(&init->site, r);
	r = site_as_owner(&init->site, open_store, init);
	if (r == 0) {
		(void)printf(_("%s and %s are there already, and belong together.\n"), key, store);
		return MFA_EXIT_OK;
	}
	if (r == -ENOENT)
		(void)fprintf(stderr,
			_("mfa-admin: the key %s is there, but its store %s is not.\n"
			  "Restore the store from a backup. Only if everybody is to enrol again: move the\n"
			  "key away, and run this again.\n"), key, store);
	else if (r == -EKEYREJECTED)
		(void)fprintf(stderr, _("mfa-admin: %s is not the key of %s.\n"
					"Restore the right one from a backup.\n"), key, store);
	else
		return site_say(store, r);
	return MFA_EXIT_INVALID;
}

static int make_both(struct init *init)
{
	const char *store = init->site.conf->store_url;
	int r = site_make_key_folder(&init->site);

	if (r == 0)
		r = mfa_keyring_prepare(init->site.conf->key_file, &init->ring);
	if (r != 0)
		return site_say(init->site.conf->key_file, r);
	r = site_make_store_folder(&init->site);
	if (r == 0)
		r = site_as_owner(&init->site, create_store, init);
	if (r == -EEXIST) {
		mfa_keyring_discard(init->site.conf->key_file);
		(void)fprintf(stderr,
			_("mfa-admin: the store %s is there, but its key %s is not.\n"
			  "Restore the key from a backup. Only if everybody is to enrol again: move the\n"
			  "store away, and run this again.\n"), store, init->site.conf->key_file);
		return MFA_EXIT_INVALID;
	}
	if (r == 0)
		r = mfa_keyring_publish(init->site.conf->key_file, site_group(&init->site));
	if (r != 0) {
		/* What failed at the end may be complete; then the key that waits is its only one. */
		(void)site_say(store, r);
		(void)fputs(_("Run it again: it goes on from here.\n"), stderr);
		return MFA_EXIT_FAILED;
	}
	(void)printf(_("Made the key %s\nand the store %s.\n"
		       "Keep a copy of the key in a safe place, apart from copies of the store. The store is three files\n"
		       "while it is in use: that one, and -wal and -shm beside it. Copy it by `mfa-admin backup`.\n"),
		     init->site.conf->key_file, store);
	return MFA_EXIT_OK;
}

int command_init(const struct command_options *options, int argc, char **argv)
{
	struct init init = { .ring = NULL };
	int r = site_open(options, &init.site);

	(void)argc, (void)argv;
	if (r == 0 && access(init.site.conf->key_file, F_OK) == 0)
		r = check_both(&init);
	else if (r == 0)
		r = make_both(&init);
	mfa_keyring_free(&init.ring);
	site_close(&init.site);
	return r;
}
