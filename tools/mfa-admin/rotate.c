/* SPDX-License-Identifier: BSD-2-Clause */
/* Changing the master key while sign-ins go on; lib/seal/rotate.h has the order of steps. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "account/accounts.h"
#include "language/language.h"
#include "log/log.h"
#include "seal/rotate.h"
#include "site.h"
#include "terminal/exit.h"
#include "terminal/terminal.h"
#include "vault/reseal.h"

#define SETTLE_MS 3000	/* a running mfad takes a second to notice */

/* Shared with the child that works on the store. */
struct counts {
	uint64_t resealed;
	uint64_t unreadable;
};

struct rotate {
	struct site site;
	struct mfa_keyring *ring;
	struct counts *counts;
	bool again;		/* the second time: quietly */
	struct mfa_progress progress;
};

static void on_progress(void *ctx, uint64_t done, uint64_t total)
{
	struct rotate *rotate = ctx;

	rotate->progress.total = total;
	mfa_progress_step(&rotate->progress, done);
}

static void on_unreadable(void *ctx, const char *key, int error)
{
	struct rotate *rotate = ctx;

	if (rotate->progress.label != NULL)
		(void)fputc('\n', stderr);
	mfa_terminal_column(stderr, "mfa-admin:", 11);
	mfa_terminal_column(stderr, key, 0);
	(void)fprintf(stderr, ": %s\n", error == -ENOKEY ? _("sealed under a key that is not there")
							 : _("damaged"));
}

/* In a child that is the store's owner. */
static int check_store(void *ctx)
{
	struct rotate *rotate = ctx;
	struct mfa_accounts *accounts;
	int r = mfa_accounts_open(rotate->site.conf->store_url, MFA_STORE_OPEN, rotate->ring,
				  &accounts);

	mfa_accounts_close(&accounts);
	return r;
}

static int reseal(void *ctx)
{
	struct rotate *rotate = ctx;
	struct mfa_reseal run = { .ctx = rotate };
	struct mfa_accounts *accounts;
	int r = mfa_accounts_open(rotate->site.conf->store_url, MFA_STORE_OPEN, rotate->ring,
				  &accounts);

	if (r != 0)
		return r;
	if (!rotate->again) {
		run.on_unreadable = on_unreadable;
		mfa_progress_begin(&rotate->progress, 1, _("Sealing"));
		run.on_progress = rotate->progress.label != NULL ? on_progress : NULL;
	}
	r = mfa_vault_reseal(mfa_accounts_vault(accounts), &run);
	/* What lies in the store's log alone would be lost with it, and the old key opens nothing else any more. */
	if (r == 0)
		r = mfa_store_upkeep(mfa_accounts_store(accounts));
	mfa_progress_end(&rotate->progress);
	rotate->counts->resealed += run.resealed;
	rotate->counts->unreadable = run.unreadable;
	mfa_accounts_close(&accounts);
	return r;
}

/* The key file as it is now. */
static int load(struct rotate *rotate)
{
	mfa_keyring_free(&rotate->ring);
	return mfa_keyring_load(rotate->site.conf->key_file, &rotate->ring);
}

/* From two keys to one. */
static int carry_out(struct rotate *rotate, struct mfa_rotation *rotation)
{
	int r = load(rotate);

	if (r == 0)
		r = site_as_owner(&rotate->site, reseal, rotate);
	if (r != 0)
		return r;
	r = mfa_rotation_settle(rotation, SETTLE_MS);
	if (r == -ETIMEDOUT) {
		(void)fputs(_("Waiting for sign-ins that began before. They end by themselves; after Ctrl-C, run it "
			      "again later.\n"), stderr);
		r = mfa_rotation_settle(rotation, -1);
	}
	/* What they have written since we passed by. */
	rotate->again = true;
	if (r == 0)
		r = site_as_owner(&rotate->site, reseal, rotate);
	return r == 0 ? mfa_rotation_finish(rotation) : r;
}

static int say_result(const struct rotate *rotate, int r)
{
	struct mfa_log_line line;

	mfa_log_begin(&line, "rotate-key");
	mfa_log_text(&line, "result", r == 0 ? "ok" : "failed");
	mfa_log_number(&line, "resealed", (int64_t)rotate->counts->resealed);
	mfa_log_number(&line, "unreadable", (int64_t)rotate->counts->unreadable);
	mfa_log_number(&line, "by_uid", (int64_t)getuid());
	if (r != 0)
		mfa_log_text(&line, "error", strerrordesc_np(-r));
	mfa_log_write(&line, LOG_NOTICE);
	if (r != 0) {
		(void)site_say(rotate->site.conf->store_url, r);
		if (r != -ESTALE && r != -EIDRM)
			(void)fputs(_("Both keys stay, and everybody can sign in. Run it again to go on from here.\n"),
				    stderr);
		return MFA_EXIT_FAILED;
	}
	(void)printf(_("The key was changed. Entries of the store that are sealed anew: %llu.\n"
		       "The old key still opens the backups and copies that were made before. Make a new backup.\n"),
		     (unsigned long long)rotate->counts->resealed);
	return MFA_EXIT_OK;
}

static int begin(struct rotate *rotate, struct mfa_rotation **rotation)
{
	const char *key = rotate->site.conf->key_file;
	int r = load(rotate);

	if (r != 0)
		return site_say_key(&rotate->site, r);
	r = site_as_owner(&rotate->site, check_store, rotate);
	if (r != 0)
		return site_say(rotate->site.conf->store_url, r);
	mfa_keyring_free(&rotate->ring);	/* or we would wait for ourselves */
	r = mfa_rotation_begin(key, rotation);
	if (r == -EBUSY)
		(void)fputs(_("mfa-admin: somebody else is changing the key just now.\n"), stderr);
	else if (r < 0)
		return site_say(key, r);
	return r == -EBUSY ? MFA_EXIT_FAILED : -r;
}

int command_rotate_key(const struct command_options *options, int argc, char **argv)
{
	struct rotate rotate = { .ring = NULL };
	struct mfa_rotation *rotation = NULL;
	int r = site_open(options, &rotate.site);

	(void)argc, (void)argv;
	mfa_log_open("mfa-admin", false);
	rotate.counts = mmap(NULL, sizeof(*rotate.counts), PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (r == 0 && rotate.counts == MAP_FAILED)
		r = site_say("mmap", -errno);
	if (r == 0)
		r = begin(&rotate, &rotation);
	if (r == -1) {
		(void)fputs(_("A change of key that was interrupted is complete now.\n"), stdout);
		r = MFA_EXIT_OK;
	} else if (r == 0) {
		if (mfa_rotation_resumed(rotation))
			(void)fputs(_("Going on with a change of key that was interrupted.\n"), stderr);
		r = say_result(&rotate, carry_out(&rotate, rotation));
	}
	mfa_rotation_free(&rotation);
	mfa_keyring_free(&rotate.ring);
	if (rotate.counts != MAP_FAILED)
		(void)munmap(rotate.counts, sizeof(*rotate.counts));
	site_close(&rotate.site);
	return r;
}
