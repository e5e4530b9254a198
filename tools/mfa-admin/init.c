/* SPDX-License-Identifier: BSD-2-Clause */
/* Making the key and the store, both or neither. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "account/accounts.h"
#include "account/create.h"
#include "language/language.h"
#include "place.h"
#include "terminal/exit.h"

struct init {
	struct place place;
	struct mfa_keyring *ring;
};

static int open_store(void *ctx)
{
	const struct init *init = ctx;
	struct mfa_accounts *accounts;
	int r = mfa_accounts_open(init->place.conf->store_url, MFA_STORE_OPEN, init->ring, &accounts);

	mfa_accounts_close(&accounts);
	return r;
}

static int create_store(void *ctx)
{
	const struct init *init = ctx;

	return mfa_accounts_create(init->place.conf->store_url, init->ring);
}

/* The key is there: then so must be its store. */
static int check_both(struct init *init)
{
	const char *key = init->place.conf->key_file, *store = init->place.conf->store_url;
	int r = mfa_keyring_load(key, &init->ring);

	if (r != 0)
		return place_say(key, r);
	r = place_as_owner(&init->place, open_store, init);
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
		return place_say(store, r);
	return MFA_EXIT_INVALID;
}

static int make_both(struct init *init)
{
	const char *store = init->place.conf->store_url;
	int r = place_make_key_folder(&init->place);

	if (r == 0)
		r = mfa_keyring_prepare(init->place.conf->key_file, &init->ring);
	if (r != 0)
		return place_say(init->place.conf->key_file, r);
	r = place_make_store_folder(&init->place);
	if (r == 0)
		r = place_as_owner(&init->place, create_store, init);
	if (r != 0)
		mfa_keyring_discard(init->place.conf->key_file);
	if (r == -EEXIST) {
		(void)fprintf(stderr,
			_("mfa-admin: the store %s is there, but its key %s is not.\n"
			  "Restore the key from a backup. Only if everybody is to enrol again: move the\n"
			  "store away, and run this again.\n"), store, init->place.conf->key_file);
		return MFA_EXIT_INVALID;
	}
	if (r == 0)
		r = mfa_keyring_publish(init->place.conf->key_file, place_group(&init->place));
	if (r != 0)
		return place_say(store, r);
	(void)printf(_("Made the key %s\nand the store %s.\n"
		       "Keep a copy of the key in a safe place, apart from copies of the store.\n"),
		     init->place.conf->key_file, store);
	return MFA_EXIT_OK;
}

int command_init(const struct command_options *options, int argc, char **argv)
{
	struct init init = { .ring = NULL };
	int r = place_open(options, &init.place);

	(void)argc, (void)argv;
	if (r == 0 && access(init.place.conf->key_file, F_OK) == 0)
		r = check_both(&init);
	else if (r == 0)
		r = make_both(&init);
	mfa_keyring_free(&init.ring);
	place_close(&init.place);
	return r;
}
