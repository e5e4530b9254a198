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

#include "account/accounts.h"
#include "clock/clock.h"
#include "factor/factor.h"
#include "holders.h"
#include "language/language.h"
#include "log/log.h"
#include "site.h"
#include "terminal/exit.h"
#include "terminal/terminal.h"
#include "text/text.h"

#define SQLITE_SCHEME "sqlite://"
#define FILES 3

/* Shared with the child that reads the store. */
struct counts {
	uint64_t accounts;
	uint64_t entries;
	uint64_t unreadable;
	uint64_t tokens;	/* whose used codes nobody can tell any more */
};

struct check {
	const struct command_options *options;
	struct site site;
	char paths[FILES][PATH_MAX];
	struct mfa_keyring *ring;
	struct mfa_accounts *accounts;
	struct counts *counts;
	bool log_missing;
	unsigned faults;
	unsigned parted;	/* processes that go on in files which have no name any more */
};

static void say_fault(struct check *check, const char *path, const char *what)
{
	(void)printf("%s: %s\n", path, what);
	check->faults++;
}

/* The files. */

static bool is_owners(const struct check *check, const struct stat *st, mode_t others)
{
	uid_t owner = check->site.owner != NULL ? check->site.owner->pw_uid : geteuid();

	return st->st_uid == owner && (st->st_mode & others) == 0;
}

/* Without log or index a store is whole that nobody has open since mfad ended. */
static void look_at_file(struct check *check, int i)
{
	struct stat st;

	if (lstat(check->paths[i], &st) != 0) {
		if (errno != ENOENT)
			say_fault(check, check->paths[i], strerror(errno));
		else if (i == 0)
			say_fault(check, check->paths[i], _("missing: restore a backup"));
		else
			(void)printf(_("%s: not there\n"), check->paths[i]);
		check->log_missing = check->log_missing || i == 1;
		return;
	}
	if (!S_ISREG(st.st_mode))
		say_fault(check, check->paths[i], _("no regular file"));
	else if (!is_owners(check, &st, S_IRWXG | S_IRWXO))
		say_fault(check, check->paths[i], _("not of the user of mfad's alone: chown it, and chmod 600"));
	else
		(void)printf(_("%s: %lld bytes\n"), check->paths[i], (long long)st.st_size);
}

static void look_at_folder(struct check *check)
{
	char copy[PATH_MAX];
	const char *folder;
	struct stat st;

	memcpy(copy, check->paths[0], sizeof(copy));
	folder = dirname(copy);
	if (stat(folder, &st) != 0)
		say_fault(check, folder, strerror(errno));
	else if (!is_owners(check, &st, S_IWGRP | S_IWOTH))
		say_fault(check, folder,
			  _("others can change what is in it: chown it to the user of mfad, and chmod 700"));
}

static void on_holder(void *ctx, const struct holder *holder)
{
	struct check *check = ctx;
	char command[256];

	mfa_text_copy(command, sizeof(command), holder->command);
	(void)printf(_("%s (process %d) goes on in a %s that was removed or replaced.\n"), command, (int)holder->pid,
		     check->paths[holder->path]);
	check->parted++;
}

/* What is in it.  In a child that is the store's owner. */

static int open_store(struct check *check)
{
	const char *url = check->site.conf->store_url;

	return mfa_accounts_open(url, check->options->accept ? MFA_STORE_ACCEPT : MFA_STORE_OPEN, check->ring,
				 &check->accounts);
}

static int read_entry(void *ctx, const char *key, const struct mfa_entry *entry)
{
	const struct check *check = ctx;
	struct mfa_vault_value value;
	int r = mfa_vault_open(mfa_accounts_vault(check->accounts), key, entry, &value);

	mfa_vault_value_release(&value);
	check->counts->entries++;
	check->counts->unreadable += r != 0;
	return 0;
}

static int read_account(void *ctx, const char *name, struct mfa_account *account, int error)
{
	const struct check *check = ctx;

	(void)account;
	check->counts->accounts++;
	if (error != 0) {
		mfa_terminal_column(stdout, name, 0);
		(void)printf(": %s\n", _("its record can't be read"));
	}
	return 0;
}

static int use_up(void *ctx, struct mfa_record *record, bool again)
{
	const struct check *check = ctx;

	(void)again;
	check->counts->tokens += mfa_factor_restore(record->account, mfa_clock_now());
	return 0;
}

/* As after a restore: no code that may have been used is good again. */
static int use_up_account(void *ctx, const char *name, struct mfa_account *account, int error)
{
	const struct check *check = ctx;
	struct mfa_record record;
	int r;

	(void)account;
	if (error != 0)
		return 0;
	r = mfa_accounts_load(check->accounts, name, &record);
	if (r == 0)
		r = mfa_accounts_change(check->accounts, &record, use_up, ctx);
	mfa_record_release(&record);
	return r == -ENOENT ? 0 : r;
}

static int read_store(void *ctx)
{
	struct check *check = ctx;
	struct mfa_store *store;
	int r = open_store(check);

	if (r != 0)
		return r;
	store = mfa_accounts_store(check->accounts);
	r = mfa_store_verify(store);
	if (r == 0)
		r = mfa_store_list(store, "", read_entry, check);
	if (r == 0)
		r = mfa_accounts_list(check->accounts, read_account, check);
	if (r == 0 && check->options->accept)
		r = mfa_accounts_list(check->accounts, use_up_account, check);
	mfa_accounts_close(&check->accounts);
	(void)fflush(stdout);	/* a child's end does not */
	return r;
}

/* What it comes to. */

static int say_error(const struct check *check, int r)
{
	static const struct { int error; const char *text; } rows[] = {
		{ -EMEDIUMTYPE, N_("it is damaged, or no store. Restore a backup: mfa-admin restore --replace FILE") },
		{ -EKEYREJECTED, N_("it is not the store of this key. Restore the right one from a backup.") },
		{ -EPROTONOSUPPORT, N_("it was made by a newer version.") },
		{ -EBUSY, N_("others hold it. Try again.") },
	};
	size_t i;

	if (r == -ESTALE && check->log_missing) {
		(void)fputs(_("The -wal is missing, with what was written last; so nobody is let in. If it was moved\n"
			      "away, put it back. If sqlite3 had the store open while nobody else did, it has put all of\n"
			      "that into the store, and nothing is lost. Otherwise codes that were used, and devices that\n"
			      "were removed lately, may be back.\n"
			      "To go on with what is there: mfa-admin check-store --accept\n"), stdout);
		return MFA_EXIT_REFUSED;
	}
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].error == r)
			break;
	(void)printf("%s: %s\n", check->paths[0], i < sizeof(rows) / sizeof(rows[0]) ? _(rows[i].text) : strerror(-r));
	return MFA_EXIT_REFUSED;
}

static void log_accept(const struct check *check, int r)
{
	struct mfa_log_line line;

	mfa_log_begin(&line, "check-store");
	mfa_log_text(&line, "result", r == 0 ? "ok" : "failed");
	mfa_log_number(&line, "accounts", (int64_t)check->counts->accounts);
	mfa_log_number(&line, "unreadable", (int64_t)check->counts->unreadable);
	mfa_log_number(&line, "by_uid", (int64_t)getuid());
	if (r != 0)
		mfa_log_text(&line, "error", strerrordesc_np(-r));
	mfa_log_write(&line, LOG_NOTICE);
}

static int say_result(const struct check *check)
{
	const struct counts *counts = check->counts;

	(void)printf(_("%llu accounts, %llu entries; the store is sound.\n"), (unsigned long long)counts->accounts,
		     (unsigned long long)counts->entries);
	if (counts->unreadable > 0)
		(void)printf(_("%llu entries can't be read with this key: `mfa-admin report` names accounts.\n"),
			     (unsigned long long)counts->unreadable);
	if (check->options->accept)
		(void)fputs(_("It is taken as it is. Codes of apps work again in some minutes; reset whoever lost a "
			      "device lately.\n"), stdout);
	if (check->options->accept && counts->tokens > 0)
		(void)printf(_("%llu tokens count their codes: one that was used since then is good until the token is "
			       "used again.\n"), (unsigned long long)counts->tokens);
	return counts->unreadable == 0 && check->faults == 0 ? MFA_EXIT_OK : MFA_EXIT_REFUSED;
}

static int name_files(struct check *check)
{
	static const char *const ends[FILES] = { "", "-wal", "-shm" };
	const char *path = check->site.conf->store_url + strlen(SQLITE_SCHEME);
	int i;

	for (i = 0; i < FILES; i++)
		if (snprintf(check->paths[i], PATH_MAX, "%s%s", path, ends[i]) >= PATH_MAX)
			return site_say(path, -ENAMETOOLONG);
	return 0;
}

static int check_files(struct check *check)
{
	const char *const paths[FILES] = { check->paths[0], check->paths[1], check->paths[2] };
	int i;

	look_at_folder(check);
	for (i = 0; i < FILES; i++)
		look_at_file(check, i);
	(void)holders_of_gone(paths, FILES, on_holder, check);
	if (check->parted == 0)
		return check->faults == 0 || !check->options->accept ? 0 : MFA_EXIT_REFUSED;
	(void)fputs(_("It lets nobody in. What it has is put into the store when it ends, unless somebody else has gone on "
		      "in a new file:\nrestart mfad (systemctl restart mfad), then run this again.\n"), stdout);
	return MFA_EXIT_REFUSED;
}

static int check_all(struct check *check)
{
	int r = name_files(check);

	if (r == 0)
		r = check_files(check);
	if (r != 0)
		return r;
	r = mfa_keyring_load(check->site.conf->key_file, &check->ring);
	if (r != 0) {
		(void)site_say(check->site.conf->key_file, r);
		return MFA_EXIT_REFUSED;
	}
	r = site_as_owner(&check->site, read_store, check);
	if (check->options->accept)
		log_accept(check, r);
	return r == 0 ? say_result(check) : say_error(check, r);
}

int command_check_store(const struct command_options *options, int argc, char **argv)
{
	struct check check = { .options = options };
	int r = site_open(options, &check.site);

	(void)argc, (void)argv;
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
	return r;
}
