/* SPDX-License-Identifier: BSD-2-Clause */
/* One name for each account: `names` lists those that differ in capital letters alone, `names --fold` makes an
 * older store one in which such a name is nobody's a second time (lib/account/spelling.h). */
#include <errno.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "account/accounts.h"
#include "account/identity.h"
#include "account/spelling.h"
#include "language/language.h"
#include "log/log.h"
#include "name/name.h"
#include "names.h"
#include "terminal/exit.h"
#include "terminal/terminal.h"

#define TRIES_MAX 100

struct names {
	const struct site *site;
	struct mfa_keyring *ring;
	struct mfa_accounts *accounts;
	struct names_counts *counts;	/* shared with the child that works on the store */
	bool quiet;			/* the list was shown before */
	char **todo;			/* names to be changed: a walk is no time to write */
	size_t todo_count;
};

/* What becomes of a name with capital letters: FOLD: its lower case. */
enum fate { FOLD, KEEP, CONFLICT, UNREADABLE, LOST };

static void show(const struct names *n, const char *name, const char *words)
{
	if (n->quiet)
		return;
	(void)fputs("  ", stdout);
	mfa_terminal_column(stdout, name, 24);
	(void)printf("  %s\n", words);
}

static bool same_device(const struct mfa_device *a, const struct mfa_device *b)
{
	return a->type == b->type && a->created == b->created && strcmp(a->label, b->label) == 0 &&
	       a->secret_len == b->secret_len && CRYPTO_memcmp(a->secret, b->secret, a->secret_len) == 0 &&
	       (a->phone == NULL) == (b->phone == NULL) &&
	       (a->phone == NULL || memcmp(a->phone->key, b->phone->key, sizeof(a->phone->key)) == 0) &&
	       (a->address == NULL) == (b->address == NULL) &&
	       (a->address == NULL || strcmp(a->address, b->address) == 0);
}

/* The two halves of a change of name that was interrupted are one account: by what nobody else has.  The ids of the
 * oldest records are new each time they are read. */
static bool same_account(const struct mfa_account *a, const struct mfa_account *b)
{
	bool same = a->created == b->created && a->device_count == b->device_count &&
		    memcmp(a->recovery_salt, b->recovery_salt, sizeof(a->recovery_salt)) == 0 &&
		    memcmp(a->pass.salt, b->pass.salt, sizeof(a->pass.salt)) == 0;
	size_t i;

	for (i = 0; same && i < a->device_count; i++)
		same = same_device(&a->devices[i], &b->devices[i]);
	return same;
}

static bool are_halves(struct mfa_accounts *accounts, const char *a, const char *b)
{
	struct mfa_record one = { .version = 0 }, two = { .version = 0 };
	bool same = mfa_accounts_load(accounts, a, &one) == 0 && mfa_accounts_load(accounts, b, &two) == 0 &&
		    same_account(one.account, two.account);

	mfa_record_release(&one);
	mfa_record_release(&two);
	return same;
}

/* Whether the record of a name can be read, and so written under another one.  Returns 0 or a negative errno. */
static int try_record(struct mfa_accounts *accounts, const char *name)
{
	struct mfa_record record;
	int r = mfa_accounts_load(accounts, name, &record);

	mfa_record_release(&record);
	return r;
}

/* Why a name that the system does not know is refused where names are folded, whatever is done with it; or NULL. */
static const char *is_lost(const struct names *n, const char *name)
{
	char spelt[MFA_ACCOUNT_NAME_MAX + 1];
	const char *why = NULL;
	size_t i;

	for (i = 0; i < n->site->conf->policy_count; i++) {
		const struct mfa_policy *policy = &n->site->conf->policies[i];

		if (policy->nss || policy->names_exact)
			continue;
		if (mfa_name_take_realm(name, &policy->realms, spelt))
			return N_("CAN'T SIGN IN: its realm is taken off (realms); import it without");
		mfa_name_fold(spelt, spelt);
		if (!mfa_name_is_plain(spelt))
			why = N_("CAN'T SIGN IN: it has other letters than a to z (names = exact takes it)");
	}
	return why;
}

static int fate_of(struct names *n, const char *name, const char *folded, unsigned others, enum fate *out)
{
	struct mfa_identity id, as_folded;
	int r = mfa_identity_of_name(name, &id);

	if (r == 0)
		r = mfa_identity_of_name(folded, &as_folded);
	if (r != 0)
		return r;
	r = try_record(n->accounts, name);
	if (mfa_vault_unreadable(r)) {
		*out = UNREADABLE;
		return 0;
	}
	if (others > 0 && !(others == 1 && are_halves(n->accounts, name, folded)))
		*out = CONFLICT;
	else if (!id.known && is_lost(n, name) != NULL)
		*out = LOST;
	/* The system knows it so; or its lower case, which then is somebody: an administrator has to say who. */
	else if (id.known)
		*out = KEEP;
	else
		*out = as_folded.known ? CONFLICT : FOLD;
	return 0;
}

static int remember(struct names *n, const char *name)
{
	char **grown = reallocarray(n->todo, n->todo_count + 1, sizeof(*grown));

	if (grown == NULL)
		return -ENOMEM;
	n->todo = grown;
	n->todo[n->todo_count] = strdup(name);
	return n->todo[n->todo_count++] != NULL ? 0 : -ENOMEM;
}

static int look_at(void *ctx, const char *name, const char *folded, unsigned others)
{
	struct names *n = ctx;
	char words[MFA_ACCOUNT_NAME_MAX + 64];
	enum fate fate;
	int r = fate_of(n, name, folded, others, &fate);

	if (r != 0)
		return r;
	switch (fate) {
	case FOLD:
		n->counts->rename++;
		(void)snprintf(words, sizeof(words), _("becomes %s"), folded);
		show(n, name, words);
		return remember(n, name);
	case KEEP:
		n->counts->kept++;
		show(n, name, _("stays: the system knows it so"));
		return 0;
	case LOST:	/* look_for_lost tells of it */
		return 0;
	case UNREADABLE:
		n->counts->unreadable++;
		show(n, name, _("can't be read, and stays: see mfa-admin show"));
		return 0;
	default:
		n->counts->conflicts++;
		(void)snprintf(words, sizeof(words), _("CONFLICT: another account or person is %s"), folded);
		show(n, name, words);
		return 0;
	}
}

/* Of names that nobody can sign in with once the store is folded; those with capital letters are among them. */
static int look_for_lost(void *ctx, const char *key, const struct mfa_entry *entry)
{
	struct names *n = ctx;
	const char *name = key + strlen(MFA_KEY_ACCOUNT), *why = is_lost(n, name);
	struct mfa_identity id;
	int r;

	(void)entry;
	if (why == NULL)
		return 0;
	r = mfa_identity_of_name(name, &id);
	if (r != 0 || id.known)
		return r;
	n->counts->lost++;
	show(n, name, _(why));
	return 0;
}

/* In a child that is the store's owner. */
static int open_and_look(struct names *n)
{
	const struct mfa_vault *vault;
	int r = mfa_accounts_open(n->site->conf->store_url, MFA_STORE_OPEN, n->ring, &n->accounts);

	if (r != 0)
		return r;
	memset(n->counts, 0, sizeof(*n->counts));
	vault = mfa_accounts_vault(n->accounts);
	r = mfa_spelling_folded(vault, &n->counts->folded);
	if (mfa_vault_unreadable(r)) {
		n->counts->damaged = true;
		r = 0;
	}
	if (r == 0)
		r = mfa_spelling_list(vault->store, look_at, n);
	return r == 0 ? mfa_store_list(vault->store, MFA_KEY_ACCOUNT, look_for_lost, n) : r;
}

static int close_up(struct names *n, int r)
{
	while (n->todo_count > 0)
		free(n->todo[--n->todo_count]);
	free(n->todo);
	n->todo = NULL;
	mfa_accounts_close(&n->accounts);
	(void)fflush(stdout);	/* a child's is gone with it */
	return r;
}

static int look(void *ctx)
{
	struct names *n = ctx;

	return close_up(n, open_and_look(n));
}

static int note(void *ctx, const char *name, const char *folded, unsigned others)
{
	struct names *n = ctx;

	(void)folded, (void)others;
	return mfa_spelling_note(mfa_accounts_vault(n->accounts), name);
}

/* The record that is to be written under the new name; *version is of what an interrupted run has left there. */
static int half_of(struct names *n, const char *folded, const struct mfa_record *old, struct mfa_record *out)
{
	int r = mfa_accounts_load(n->accounts, folded, out);

	if (r == -ENOENT)
		return mfa_record_new(folded, out);
	if (r == 0 && !same_account(old->account, out->account))
		r = -EEXIST;
	return r;
}

/* First the new record, then the old one goes; between the two both are refused, as names that differ in case alone.
 * Whoever is interrupted there goes on when it is run again.  A sign-in that had begun under the old name may still
 * use a code up in the old record: so that is what is written until it could be removed as it was read. */
static int rename_once(struct names *n, const char *name)
{
	struct mfa_record old, new = { .version = 0 };
	char folded[MFA_ACCOUNT_NAME_MAX + 1];
	int r;

	mfa_name_fold(name, folded);
	r = mfa_accounts_load(n->accounts, name, &old);
	if (r != 0)
		return r == -ENOENT ? 0 : r;
	r = half_of(n, folded, &old, &new);
	if (r == 0) {
		mfa_account_free(&new.account);
		new.account = old.account;
		old.account = NULL;
		memcpy(new.account->name, folded, strlen(folded) + 1);
		r = mfa_accounts_save(n->accounts, &new);
	}
	if (r == 0)
		r = mfa_store_delete_if(mfa_accounts_store(n->accounts), old.key, old.version);
	mfa_record_release(&old);
	mfa_record_release(&new);
	return r;
}

/* One that can't be renamed, since somebody made it so meanwhile, keeps nobody else back. */
static int rename_one(struct names *n, const char *name)
{
	int r = -EAGAIN, tries;

	for (tries = 0; r == -EAGAIN && tries < TRIES_MAX; tries++)
		r = rename_once(n, name);
	n->counts->renamed += r == 0;
	n->counts->unreadable += mfa_vault_unreadable(r);
	n->counts->conflicts += r == -EEXIST;
	return mfa_vault_unreadable(r) || r == -EEXIST ? 0 : r;
}

static int fold(void *ctx)
{
	struct names *n = ctx;
	const struct mfa_vault *vault;
	size_t i;
	int r = open_and_look(n);

	if (r != 0)
		return close_up(n, r);
	vault = mfa_accounts_vault(n->accounts);
	/* In this order: at no moment is a spelling an account that has nothing enrolled. */
	r = mfa_spelling_list(vault->store, note, n);
	if (r == 0)
		r = mfa_spelling_set_folded(vault);
	n->counts->folded = r == 0;
	for (i = 0; r == 0 && i < n->todo_count; i++)
		r = rename_one(n, n->todo[i]);
	return close_up(n, r);
}

static void say_conflicts(const struct names_counts *c)
{
	if (c->unreadable > 0)
		(void)printf(_("Records that can't be read, and stay as they are: %u. mfa-admin reset NAME removes one.\n"),
			     c->unreadable);
	if (c->lost > 0)
		(void)printf(_("Accounts that can't sign in where nss = no and names are in lower case: %u.\n"), c->lost);
	if (c->conflicts > 0)
		(void)printf(_("Names in conflict: %u. Where nss = no they are refused until one of each is removed\n"
			       "(mfa-admin reset NAME); mfa-admin show NAME shows when and from where it was used.\n"), c->conflicts);
}

static void say_state(const struct names_counts *c)
{
	if (c->damaged) {
		(void)puts(_("What says how names are spelt in this store is damaged: names that the system does not know\n"
			     "are refused. `mfa-admin names --fold` writes it anew."));
	} else if (c->folded) {
		(void)puts(_("Names that the system does not know are in lower case in this store: no spelling makes a second account."));
	} else {
		(void)puts(_("In this store each spelling of a name that the system does not know is an account of its own."));
		(void)printf(_("`mfa-admin names --fold` ends that; names that change: %u.\n"), c->rename);
	}
	say_conflicts(c);
}

static bool confirmed(const struct command_options *options)
{
	char answer[8];

	if (options->yes)
		return true;
	if (!isatty(STDIN_FILENO))
		return false;
	return mfa_terminal_ask(_("Do it? [y/N] "), true, answer, sizeof(answer)) == 0 && mfa_terminal_is_yes(answer);
}

static int carry_out(const struct command_options *options, struct names *n)
{
	struct mfa_log_line line;
	int r;

	if (n->counts->folded && n->counts->rename == 0) {
		say_state(n->counts);
		return MFA_EXIT_OK;
	}
	(void)printf(_("Names that change: %u, stay: %u, are in conflict: %u, can't sign in then: %u.\n"), n->counts->rename,
		     n->counts->kept, n->counts->conflicts, n->counts->lost);
	(void)puts(_("From then on names that the system does not know are compared in lower case where nss = no, and a\n"
		     "sign-in there makes no account: first devices are for names that were imported, or with a pass."));
	if (!confirmed(options)) {
		(void)puts(_("Nothing was changed. (--yes does it without asking.)"));
		return MFA_EXIT_OK;
	}
	n->quiet = true;
	r = site_as_owner(n->site, fold, n);
	mfa_log_begin(&line, "fold-names");
	mfa_log_text(&line, "result", r == 0 ? "ok" : "failed");
	mfa_log_number(&line, "renamed", n->counts->renamed);
	mfa_log_number(&line, "conflicts", n->counts->conflicts);
	mfa_log_number(&line, "by_uid", (int64_t)getuid());
	mfa_log_write(&line, LOG_NOTICE);
	if (r != 0)
		return site_say(n->site->conf->store_url, r);
	(void)printf(_("Names that were changed: %u.\n"), n->counts->renamed);
	say_conflicts(n->counts);
	return MFA_EXIT_OK;
}

/* Key and a place for the counts. */
static int begin(struct names *n, const struct site *site)
{
	n->site = site;
	n->counts = mmap(NULL, sizeof(*n->counts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (n->counts == MAP_FAILED)
		return -errno;
	return mfa_keyring_load(site->conf->key_file, &n->ring);
}

static void end(struct names *n)
{
	mfa_keyring_free(&n->ring);
	if (n->counts != MAP_FAILED)
		(void)munmap(n->counts, sizeof(*n->counts));
}

int names_look(const struct site *site, struct names_counts *out)
{
	struct names n = { .quiet = true };
	int r = begin(&n, site);

	if (r == 0)
		r = site_as_owner(site, look, &n);
	if (r == 0)
		*out = *n.counts;
	end(&n);
	return r;
}

static int run(const struct command_options *options, const struct site *site)
{
	struct names n = { .quiet = false };
	int r = begin(&n, site), status;

	if (r != 0) {
		status = site_say(site->conf->key_file, r);
	} else if ((r = site_as_owner(site, look, &n)) != 0) {
		status = site_say(site->conf->store_url, r);
	} else if (options->fold) {
		status = carry_out(options, &n);
	} else {
		say_state(n.counts);
		status = MFA_EXIT_OK;
	}
	end(&n);
	return status;
}

int command_names(const struct command_options *options, int argc, char **argv)
{
	struct site site;
	int r = site_open(options, &site);

	(void)argc, (void)argv;
	mfa_log_open("mfa-admin", false);
	if (r == 0)
		r = run(options, &site);
	site_close(&site);
	return r;
}
