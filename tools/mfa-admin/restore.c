/* SPDX-License-Identifier: BSD-2-Clause */
/* Putting a backup back: all of it or nothing.
 *
 * A key that is there stays, and the accounts are sealed under it. Where there is none, the
 * backup's waits beside its place (lib/seal/seal.h) until the store is complete; so neither ever
 * stands alone, and whoever is killed in between runs it again. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "account/accounts.h"
#include "backup/backup.h"
#include "beside.h"
#include "clock/clock.h"
#include "factor/factor.h"
#include "language/language.h"
#include "log/log.h"
#include "passphrase.h"
#include "site.h"
#include "store_files.h"
#include "terminal/exit.h"
#include "terminal/terminal.h"

struct restore {
	const struct command_options *options;
	struct site site;
	const char *file;
	int fd;
	struct mfa_container *container;
	uint64_t items;			/* read so far */
	struct mfa_keyring *backed_up;	/* the backup's */
	struct mfa_keyring *ring;	/* that is in place, or waits; or NULL */
	bool has_key;			/* it is in place */
	bool new_key;			/* it waits since now */
	bool lacks_log;			/* the store does: nobody is to go on with what it has */
	struct mfa_backup_counts *counts;	/* shared with the child that writes the store */
	struct mfa_progress progress;
};

static int say_file(const struct restore *re, int r)
{
	static const struct { int error; const char *text; enum mfa_exit status; } rows[] = {
		{ -EMEDIUMTYPE, N_("this is not a backup of mfa-admin's."), MFA_EXIT_INVALID },
		{ -EPROTONOSUPPORT, N_("it was made by a newer version."), MFA_EXIT_INVALID },
		{ -EKEYREJECTED, N_("that is not its passphrase."), MFA_EXIT_REFUSED },
		{ -EBADMSG, N_("it is damaged, or not all of it is there."), MFA_EXIT_INVALID },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].error != r)
			continue;
		(void)fprintf(stderr, "mfa-admin: %s: %s %s\n", re->file, _(rows[i].text),
			      _("Nothing was changed."));
		return rows[i].status;
	}
	return site_say(re->file, r);
}

static int open_backup(struct restore *re)
{
	char passphrase[PASSPHRASE_SIZE] = "";
	int r;

	re->fd = open(re->file, O_RDONLY | O_CLOEXEC);
	if (re->fd < 0) {
		(void)site_say(re->file, -errno);
		return MFA_EXIT_INVALID;
	}
	r = passphrase_read(re->options, false, passphrase);
	if (r == 0) {
		r = mfa_container_open(re->fd, passphrase, &re->container);
		if (r == 0)
			r = mfa_backup_read_keyring(re->container, &re->items, &re->backed_up,
						    re->counts);
		if (r != 0)
			r = say_file(re, r);
	}
	explicit_bzero(passphrase, sizeof(passphrase));
	return r;
}

/* What is there. */

/* In a child that is the store's owner.  Returns 0: a store, and re->ring's if there is one;
 * -ENOENT: none, or one whose making was interrupted; -EKEYREJECTED: it is not re->ring's. */
static int look_at_store(void *ctx)
{
	const struct restore *re = ctx;
	struct mfa_accounts *accounts = NULL;
	struct mfa_store *store;
	struct mfa_entry id;
	int r = mfa_store_open(re->site.conf->store_url, MFA_STORE_OPEN, &store);

	if (r != 0)
		return r;
	/* The id is what a store gets last, or together with everything else. */
	r = mfa_store_get(store, MFA_KEY_STORE_ID, &id);
	mfa_entry_release(&id);
	mfa_store_close(&store);
	if (r == 0 && re->ring != NULL)
		r = mfa_accounts_open(re->site.conf->store_url, MFA_STORE_OPEN, re->ring, &accounts);
	mfa_accounts_close(&accounts);
	return r;
}

/* The key that is in place, or the one that waits.  A damaged one is as good as none. */
static int find_key(struct restore *re)
{
	const char *key = re->site.conf->key_file;
	int r = mfa_keyring_load(key, &re->ring);

	re->has_key = r == 0;
	if (r == -EBADMSG && re->options->replace)
		r = -ENOENT;
	if (r == -ENOENT) {
		r = mfa_keyring_load_prepared(key, &re->ring);
		if (r == -ENOENT || r == -EBADMSG)
			r = 0;
	}
	return r == 0 ? 0 : site_say(key, r);
}

/* Whether the store may be written.  Returns 0 or the exit status. */
static int check_store(struct restore *re)
{
	const char *store = re->site.conf->store_url;
	int r = site_as_owner(&re->site, look_at_store, re);

	/* One whose key still waits has let nobody in yet: an earlier restore was interrupted. */
	if (r == -ENOENT || (r == 0 && !re->has_key && re->ring != NULL))
		return 0;
	if (r == -EMEDIUMTYPE) {
		(void)fprintf(stderr, _("mfa-admin: the store %s is damaged. Move it away, with the files -wal and -shm "
					"beside it, and run this again.\n"), store);
		return MFA_EXIT_FAILED;
	}
	if (r != 0 && r != -EKEYREJECTED && r != -ESTALE)
		return site_say(store, r);
	re->lacks_log = r == -ESTALE;
	if (re->options->replace)
		return 0;
	(void)fprintf(stderr, _("mfa-admin: the store %s is there already. To put the backup in its place, "
				"add --replace.\n"), store);
	return MFA_EXIT_EXISTS;
}

/* Writing. */

static void on_progress(void *ctx, uint64_t done, uint64_t total)
{
	struct restore *re = ctx;

	(void)total;
	mfa_progress_step(&re->progress, done);
}

static int fill_store(struct restore *re, const char *url, enum mfa_store_open_flags how)
{
	struct mfa_restore_options options = { .now = mfa_clock_now(),
					       .drop_recovery = re->options->drop_recovery };
	struct mfa_backup_watch watch = { .on_progress = on_progress, .ctx = re };
	struct mfa_vault vault = { .ring = re->ring };
	struct stat st;
	int r = mfa_store_open(url, how, &vault.store);

	if (r != 0)
		return r;
	mfa_progress_begin(&re->progress, fstat(re->fd, &st) == 0 ? (uint64_t)st.st_size : 0,
			   _("Restoring"));
	r = mfa_backup_restore(re->container, re->items, &vault, &options, &watch, re->counts);
	mfa_progress_end(&re->progress);
	mfa_store_close(&vault.store);
	return r;
}

/* In a child that is the store's owner.  One without its log is not opened: others would go on in it until all is
 * there, by codes that were used.  Nor is one made in its place before it is whole. */
static int fill(void *ctx)
{
	static const char scheme[] = "sqlite://";
	struct restore *re = ctx;
	const char *url = re->site.conf->store_url, *path = url + sizeof(scheme) - 1;
	char copy_url[PATH_MAX + sizeof(scheme)];
	struct beside beside;
	bool is_there = access(path, F_OK) == 0 || errno != ENOENT;
	int r = beside_begin(path, BESIDE_RESTORE, &beside);

	if (r != 0)
		return r;
	if (is_there && !re->lacks_log) {
		r = fill_store(re, url, MFA_STORE_OPEN);
	} else {
		(void)snprintf(copy_url, sizeof(copy_url), "%s%s", scheme, beside.copy);
		r = fill_store(re, copy_url, MFA_STORE_CREATE);
		if (r == 0)
			r = beside_put(&beside, is_there);
	}
	beside_end(&beside);
	return r;
}

/* The backup's keys wait for the store, if there are none in place. */
static int put_key(struct restore *re)
{
	const char *key = re->site.conf->key_file;
	int r;

	if (re->has_key)
		return 0;
	mfa_keyring_free(&re->ring);
	r = site_make_key_folder(&re->site);
	if (r == 0)
		r = mfa_keyring_prepare_as(key, re->backed_up);
	re->new_key = r == 0;
	if (r >= 0)
		r = mfa_keyring_load_prepared(key, &re->ring);
	return r == 0 ? 0 : site_say(key, r);
}

static void log_result(const struct restore *re, int r)
{
	struct mfa_log_line line;

	mfa_log_begin(&line, "restore");
	mfa_log_text(&line, "result", r == 0 ? "ok" : "failed");
	mfa_log_number(&line, "accounts", (int64_t)re->counts->accounts);
	mfa_log_number(&line, "made", re->counts->time);
	mfa_log_number(&line, "by_uid", (int64_t)getuid());
	if (r != 0)
		mfa_log_text(&line, "error", strerrordesc_np(-r));
	mfa_log_write(&line, LOG_NOTICE);
}

static void say_done(const struct restore *re)
{
	char when[32] = "?";
	time_t made = (time_t)re->counts->time;
	struct tm tm;

	if (localtime_r(&made, &tm) != NULL)
		(void)strftime(when, sizeof(when), "%Y-%m-%d %H:%M", &tm);
	(void)printf(_("Accounts: %llu, restored as they were on %s.\n"
		       "Codes of apps work again in %d minutes. What was removed since then is back: devices that "
		       "were lost,\nrecovery codes that were used. Look at doc/THREATS, \"Somebody who has an old "
		       "backup\".\n"),
		     (unsigned long long)re->counts->accounts, when,
		     MFA_TOTP_RESTORED_MINUTES);
	if (re->counts->tokens > 0)
		(void)printf(_("Tokens that count their codes: %llu; a code that was used since then is good until its\n"
			       "token is used again.\n"), (unsigned long long)re->counts->tokens);
	if (!re->has_key)
		(void)puts(_("The key was restored too. If mfad is running, restart it: systemctl restart mfad"));
}

static int restore_all(struct restore *re)
{
	const char *key = re->site.conf->key_file;
	int r = store_files_refuse_parted(&re->site);

	if (r == 0)
		r = check_store(re);
	if (r == 0)
		r = put_key(re);
	if (r != 0)
		return r;
	r = site_make_store_folder(&re->site);
	if (r == 0)
		r = site_as_owner(&re->site, fill, re);
	/* Of a backup that is damaged nothing was written.  After any other failure the store may be complete, and the key
	 * that waits is the one it is sealed under: whoever runs this again goes on with it. */
	if ((r == -EBADMSG || r == -EPROTONOSUPPORT) && re->new_key)
		mfa_keyring_discard(key);
	if (r == 0 && !re->has_key)
		r = mfa_keyring_publish(key, site_group(&re->site));
	log_result(re, r);
	if (r == -EBADMSG || r == -EPROTONOSUPPORT)
		return say_file(re, r);
	if (r != 0) {
		(void)site_say(re->site.conf->store_url, r);
		if (!re->has_key)
			(void)fputs(_("Run it again: it goes on from here.\n"), stderr);
		return MFA_EXIT_FAILED;
	}
	say_done(re);
	return MFA_EXIT_OK;
}

/* The key alone, of a store that is there. */
static int restore_key(struct restore *re)
{
	const char *key = re->site.conf->key_file, *store = re->site.conf->store_url;
	int r;

	if (re->has_key && !re->options->replace) {
		(void)fprintf(stderr, _("mfa-admin: the key %s is there already. To put the backup's in its place, "
					"add --replace.\n"), key);
		return MFA_EXIT_EXISTS;
	}
	mfa_keyring_free(&re->ring);
	re->ring = re->backed_up;
	r = site_as_owner(&re->site, look_at_store, re);
	re->ring = NULL;
	if (r == -EKEYREJECTED) {
		(void)fprintf(stderr, _("mfa-admin: the key in the backup is not that of %s, or it was changed "
					"since.\n"), store);
		return MFA_EXIT_INVALID;
	}
	if (r != 0)
		return site_say(store, r);
	r = site_make_key_folder(&re->site);
	if (r == 0)
		r = mfa_keyring_prepare_as(key, re->backed_up);
	if (r >= 0)
		r = mfa_keyring_publish(key, site_group(&re->site));
	log_result(re, r);
	if (r != 0)
		return site_say(key, r);
	(void)printf(_("The key %s was restored.\n"), key);
	return MFA_EXIT_OK;
}

int command_restore(const struct command_options *options, int argc, char **argv)
{
	struct restore re = { .options = options, .file = argv[1], .fd = -1 };
	int r = site_open(options, &re.site);

	(void)argc;
	mfa_log_open("mfa-admin", false);
	re.counts = mmap(NULL, sizeof(*re.counts), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (r == 0 && re.counts == MAP_FAILED)
		r = site_say("mmap", -errno);
	if (r == 0)
		r = find_key(&re);
	if (r == 0)
		r = open_backup(&re);
	if (r == 0)
		r = options->key_only ? restore_key(&re) : restore_all(&re);
	mfa_container_free(&re.container);
	mfa_keyring_free(&re.backed_up);
	mfa_keyring_free(&re.ring);
	if (re.fd >= 0)
		(void)close(re.fd);
	if (re.counts != MAP_FAILED)
		(void)munmap(re.counts, sizeof(*re.counts));
	site_close(&re.site);
	return r;
}
