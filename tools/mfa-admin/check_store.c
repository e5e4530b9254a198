/* SPDX-License-Identifier: BSD-2-Clause */
/* Looking at the store: its three files, who has them open, whether they are sound and can be read, and what to do. */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "accept.h"
#include "account/accounts.h"
#include "conf/conf.h"
#include "factor/factor.h"
#include "language/language.h"
#include "log/log.h"
#include "site.h"
#include "store_files.h"
#include "terminal/exit.h"
#include "terminal/terminal.h"

/* Shared with the child that reads the store. */
struct counts {
	uint64_t accounts;
	uint64_t entries;
	uint64_t unreadable;
	struct accepted accepted;
};

struct check {
	const struct command_options *options;
	struct site site;
	struct store_files files;
	struct mfa_keyring *ring;
	struct mfa_accounts *accounts;
	struct counts *counts;
};

/* What is in it.  In a child that is the store's owner. */

static int read_entry(void *ctx, const char *key, const struct mfa_entry *entry)
{
	const struct check *check = ctx;
	struct mfa_vault_value value;
	int r = mfa_vault_open(mfa_accounts_vault(check->accounts), key, entry, &value);

	mfa_vault_value_release(&value);
	/* What only could not be read just now says nothing of the key. */
	if (r != 0 && !mfa_vault_unreadable(r))
		return r;
	check->counts->entries++;
	check->counts->unreadable += r != 0;
	return 0;
}

static int read_account(void *ctx, const char *name, struct mfa_account *account, int error)
{
	const struct check *check = ctx;

	(void)account;
	if (error != 0 && !mfa_vault_unreadable(error))
		return error;
	check->counts->accounts++;
	if (error != 0) {
		mfa_terminal_column(stdout, name, 0);
		(void)printf(": %s\n", _("its record can't be read"));
	}
	return 0;
}

static int read_store(void *ctx)
{
	struct check *check = ctx;
	struct mfa_store *store;
	int r;

	memset(check->counts, 0, sizeof(*check->counts));
	r = mfa_accounts_open(check->site.conf->store_url, MFA_STORE_LOOK, check->ring, &check->accounts);
	if (r != 0)
		return r;
	store = mfa_accounts_store(check->accounts);
	r = mfa_store_verify(store);
	if (r == 0)
		r = mfa_store_list(store, "", read_entry, check);
	if (r == 0)
		r = mfa_accounts_list(check->accounts, read_account, check);
	mfa_accounts_close(&check->accounts);
	/* A child's end does not. */
	return fflush(stdout) == 0 || r != 0 ? r : -EIO;
}

static int accept_store(void *ctx)
{
	const struct check *check = ctx;

	return accept_without_log(check->files.paths[0], check->ring, check->options->drop_recovery,
				  &check->counts->accepted);
}

/* What it comes to. */

static int say_log_missing(void)
{
	(void)fputs(_("The -wal is missing, with what was written last; so nobody is let in. If it was moved\n"
		      "away, put it back. If sqlite3 had the store open while nobody else did, it has put all of\n"
		      "that into the store, and nothing is lost. Otherwise codes that were used, and devices that\n"
		      "were removed lately, may be back.\n"
		      "To go back to a backup: mfa-admin restore --replace FILE\n"
		      "To go on with what is there: mfa-admin check-store --accept\n"), stdout);
	(void)printf(_("Then codes of apps are refused for %d minutes, and temporary passes have ended.\n"
		       "Recovery codes that were used are good again, unless you add --drop-recovery.\n"),
		     MFA_TOTP_RESTORED_MINUTES);
	return MFA_EXIT_REFUSED;
}

static int say_error(const struct check *check, int r)
{
	static const struct { int error; const char *text; } rows[] = {
		{ -EMEDIUMTYPE, N_("it is damaged, or no store. Restore a backup: mfa-admin restore --replace FILE") },
		{ -EKEYREJECTED, N_("it is not the store of this key. Restore the right one from a backup.") },
		{ -EPROTONOSUPPORT, N_("it was made by a newer version.") },
		{ -EBUSY, N_("others hold it. Try again.") },
		{ -EAGAIN, N_("its files have changed meanwhile. Try again.") },
		{ -ESTALE, N_("its files have changed meanwhile. Try again.") },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].error == r)
			break;
	(void)printf("%s: %s\n", check->files.paths[0],
		     i < sizeof(rows) / sizeof(rows[0]) ? _(rows[i].text) : strerror(-r));
	return MFA_EXIT_REFUSED;
}

static int say_result(const struct check *check)
{
	const struct counts *counts = check->counts;

	(void)printf(counts->unreadable == 0 ? _("Accounts: %llu, entries: %llu; the store is sound.\n") :
		     _("Accounts: %llu, entries: %llu.\n"),
		     (unsigned long long)counts->accounts, (unsigned long long)counts->entries);
	if (counts->unreadable > 0)
		(void)printf(_("Entries that can't be read with this key: %llu; `mfa-admin report` names accounts.\n"),
			     (unsigned long long)counts->unreadable);
	if (check->options->accept)
		(void)fputs(_("Nothing is missing; nothing was changed.\n"), stdout);
	return counts->unreadable == 0 ? MFA_EXIT_OK : MFA_EXIT_REFUSED;
}

static void log_accept(const struct check *check, int r)
{
	const struct accepted *accepted = &check->counts->accepted;
	struct mfa_log_line line;

	mfa_log_begin(&line, "check-store");
	mfa_log_text(&line, "result", r == 0 ? "ok" : "failed");
	mfa_log_number(&line, "accounts", (int64_t)accepted->accounts);
	mfa_log_number(&line, "unreadable", (int64_t)accepted->unreadable);
	mfa_log_number(&line, "by_uid", (int64_t)getuid());
	if (r != 0)
		mfa_log_text(&line, "error", strerrordesc_np(-r));
	mfa_log_write(&line, LOG_NOTICE);
}

static int accept_it(struct check *check)
{
	const struct accepted *accepted = &check->counts->accepted;
	int r = site_as_owner(&check->site, accept_store, check);

	log_accept(check, r);
	if (r != 0)
		return say_error(check, r);
	(void)printf(_("Accounts: %llu; the store is taken as it is, without what was written last.\n"
		       "Codes of apps are refused for %d minutes, and temporary passes have ended. Reset\n"
		       "whoever lost a device lately.\n"),
		     (unsigned long long)accepted->accounts, MFA_TOTP_RESTORED_MINUTES);
	(void)fputs(check->options->drop_recovery ?
		    _("Nobody has recovery codes any more: have everybody make new ones (mfa-enroll codes).\n") :
		    _("Recovery codes that were used lately may be good again: have everybody make new ones\n"
		      "(mfa-enroll codes).\n"), stdout);
	if (accepted->tokens > 0)
		(void)printf(_("Tokens that count their codes: %llu; a code that was used since then is good until its\n"
			       "token is used again.\n"), (unsigned long long)accepted->tokens);
	if (accepted->unreadable > 0)
		(void)printf(_("Entries that can't be read with this key: %llu; `mfa-admin report` names accounts.\n"),
			     (unsigned long long)accepted->unreadable);
	return accepted->unreadable == 0 ? MFA_EXIT_OK : MFA_EXIT_REFUSED;
}

/* Whoever still has the log would lose what is in it: nothing is done while that may be so. */
static int without_log(struct check *check)
{
	bool hidden = store_files_say_hidden(&check->files, stdout);

	if (!check->options->accept)
		return say_log_missing();
	if (!hidden)
		return accept_it(check);
	store_files_say_stop(stdout);
	return MFA_EXIT_REFUSED;
}

/* To anybody else the folder is closed, and what he sees of it is no fault. */
static bool may_look(const struct check *check)
{
	char copy[PATH_MAX];
	struct stat st;

	memcpy(copy, check->files.paths[0], sizeof(copy));
	if (geteuid() == 0 || (stat(dirname(copy), &st) == 0 ? st.st_uid == geteuid() : errno != EACCES))
		return true;
	(void)fputs(_("mfa-admin: only root can look at the store.\n"), stderr);
	return false;
}

static int check_all(struct check *check)
{
	int r = store_files_name(&check->files, &check->site);

	if (r != 0)
		return r;
	if (!may_look(check))
		return MFA_EXIT_REFUSED;
	r = store_files_look(&check->files);
	if (r != 0)
		return r;
	r = mfa_keyring_load(check->site.conf->key_file, &check->ring);
	if (r != 0) {
		site_print_key_fault(stdout, &check->site, r);
		return MFA_EXIT_REFUSED;
	}
	r = site_as_owner(&check->site, read_store, check);
	if (r == -ESTALE && check->files.log_missing)
		return without_log(check);
	return r == 0 ? say_result(check) : say_error(check, r);
}

int command_check_store(const struct command_options *options, int argc, char **argv)
{
	struct check check = { .options = options };
	int r;

	(void)argc, (void)argv;
	if (options->drop_recovery && !options->accept) {
		(void)fputs(_("mfa-admin: --drop-recovery goes with --accept.\n"), stderr);
		return MFA_EXIT_USAGE;
	}
	r = site_open(options, &check.site);
	mfa_log_open("mfa-admin", false);
	check.counts = mmap(NULL, sizeof(*check.counts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (r == 0 && check.counts == MAP_FAILED)
		r = site_say("mmap", -errno);
	if (r == 0)
		r = check_all(&check);
	mfa_keyring_free(&check.ring);
	if (check.counts != MAP_FAILED)
		(void)munmap(check.counts, sizeof(*check.counts));
	site_close(&check.site);
	return fflush(stdout) == 0 && ferror(stdout) == 0 ? r : MFA_EXIT_FAILED;
}
