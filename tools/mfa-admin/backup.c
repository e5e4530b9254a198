/* SPDX-License-Identifier: BSD-2-Clause */
/* All accounts and the key in one file, under a passphrase. */
#include "backup/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "account/accounts.h"
#include "folder/folder.h"
#include "language/language.h"
#include "log/log.h"
#include "passphrase.h"
#include "site.h"
#include "terminal/exit.h"
#include "terminal/terminal.h"

struct backup {
	struct site site;
	const char *file;
	char part[PATH_MAX];		/* its name until it is complete; "": it has none */
	int fd;
	struct mfa_keyring *ring;
	char passphrase[PASSPHRASE_SIZE];
	struct mfa_backup_counts *counts;	/* shared with the child that reads the store */
	struct mfa_progress progress;
};

static void on_progress(void *ctx, uint64_t done, uint64_t total)
{
	struct backup *b = ctx;

	b->progress.total = total;
	mfa_progress_step(&b->progress, done);
}

static void on_unreadable(void *ctx, const char *key, int error)
{
	const struct backup *b = ctx;

	if (b->progress.label != NULL)
		(void)fputc('\n', stderr);
	mfa_terminal_column(stderr, "mfa-admin: ", 0);
	mfa_terminal_column(stderr, key, 0);
	(void)fprintf(stderr, ": %s\n", error == -ENOKEY ? _("sealed under a key that is not there")
				      : error == -EBADMSG ? _("damaged") : strerror(-error));
}

/* In a child that is the store's owner. */
static int save(void *ctx)
{
	struct backup *b = ctx;
	struct mfa_backup_watch watch = { .on_unreadable = on_unreadable, .ctx = b };
	struct mfa_accounts *accounts;
	struct mfa_container *container = NULL;
	int r = mfa_accounts_open(b->site.conf->store_url, MFA_STORE_OPEN, b->ring, &accounts);

	if (r == 0)
		r = mfa_container_create(b->fd, b->passphrase, MFA_CONTAINER_LOG_N, &container);
	if (r == 0) {
		mfa_progress_begin(&b->progress, 1, _("Saving"));
		watch.on_progress = b->progress.label != NULL ? on_progress : NULL;
		r = mfa_backup_save(container, mfa_accounts_vault(accounts), &watch, b->counts);
		mfa_progress_end(&b->progress);
	}
	mfa_container_free(&container);
	mfa_accounts_close(&accounts);
	return r;
}

/* A file without a name, so that nothing is left of a backup that was killed; where there can be
 * none, one with another name. */
static int open_file(struct backup *b)
{
	char *copy = strdup(b->file);

	if (copy == NULL)
		return -ENOMEM;
	b->fd = open(dirname(copy), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
	free(copy);
	if (b->fd >= 0)
		return 0;
	if (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)
		return -errno;
	if (snprintf(b->part, sizeof(b->part), "%s.part", b->file) >= (int)sizeof(b->part))
		return -ENAMETOOLONG;
	b->fd = open(b->part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (b->fd >= 0)
		return 0;
	b->part[0] = '\0';
	return -errno;
}

/* Durable, and under its name; never over something that is there. */
static int publish(struct backup *b)
{
	char name[64];
	int r;

	if (fsync(b->fd) != 0)
		return -errno;
	(void)snprintf(name, sizeof(name), "/proc/self/fd/%d", b->fd);
	if (b->part[0] != '\0')
		r = link(b->part, b->file);
	else
		r = linkat(AT_FDCWD, name, AT_FDCWD, b->file, AT_SYMLINK_FOLLOW);
	return r == 0 ? mfa_folder_sync(b->file) : -errno;
}

static void log_result(const struct backup *b, int r)
{
	struct mfa_log_line line;

	mfa_log_begin(&line, "backup");
	mfa_log_text(&line, "result", r == 0 ? "ok" : "failed");
	mfa_log_number(&line, "accounts", (int64_t)b->counts->accounts);
	mfa_log_number(&line, "unreadable", (int64_t)b->counts->unreadable);
	mfa_log_number(&line, "by_uid", (int64_t)getuid());
	if (r != 0)
		mfa_log_text(&line, "error", strerrordesc_np(-r));
	mfa_log_write(&line, LOG_NOTICE);
}

static int make(struct backup *b)
{
	const char *what = b->file;
	int r = open_file(b);

	if (r == 0) {
		what = b->site.conf->store_url;
		r = site_as_owner(&b->site, save, b);
		if (r == -ENOSPC || r == -EDQUOT || r == -EFBIG)
			what = b->file;
	}
	if (r == 0) {
		what = b->file;
		r = publish(b);
	}
	if (b->part[0] != '\0')
		(void)unlink(b->part);
	log_result(b, r);
	if (r != 0)
		return site_say(what, r);
	(void)printf(_("Accounts: %llu, with the key, in %s.\n"
		       "Whoever has it and its passphrase has every secret: keep them apart.\n"),
		     (unsigned long long)b->counts->accounts, b->file);
	if (b->counts->unreadable == 0)
		return MFA_EXIT_OK;
	(void)fprintf(stderr, _("mfa-admin: entries of the store that can't be read, and are not in it: %llu.\n"),
		      (unsigned long long)b->counts->unreadable);
	return MFA_EXIT_FAILED;
}

static int prepare(const struct command_options *options, struct backup *b)
{
	struct stat st;
	int r = site_open(options, &b->site);

	if (r != 0)
		return r;
	if (lstat(b->file, &st) == 0) {
		(void)fprintf(stderr, _("mfa-admin: %s is there already. Choose another name.\n"), b->file);
		return MFA_EXIT_EXISTS;
	}
	r = mfa_keyring_load(b->site.conf->key_file, &b->ring);
	if (r != 0)
		return site_say_key(&b->site, r);
	return passphrase_read(options, true, b->passphrase);
}

int command_backup(const struct command_options *options, int argc, char **argv)
{
	struct backup b = { .file = argv[1], .fd = -1 };
	int r = prepare(options, &b);

	(void)argc;
	mfa_log_open("mfa-admin", false);
	b.counts = mmap(NULL, sizeof(*b.counts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			-1, 0);
	if (r == 0 && b.counts == MAP_FAILED)
		r = site_say("mmap", -errno);
	if (r == 0)
		r = make(&b);
	if (b.fd >= 0)
		(void)close(b.fd);
	if (b.counts != MAP_FAILED)
		(void)munmap(b.counts, sizeof(*b.counts));
	explicit_bzero(b.passphrase, sizeof(b.passphrase));
	mfa_keyring_free(&b.ring);
	site_close(&b.site);
	return r;
}
