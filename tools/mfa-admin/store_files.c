/* SPDX-License-Identifier: BSD-2-Clause */
#include "store_files.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "beside.h"
#include "language/language.h"
#include "terminal/exit.h"
#include "terminal/terminal.h"
#include "text/text.h"

#define SQLITE_SCHEME "sqlite://"

int store_files_name(struct store_files *files, const struct site *site)
{
	static const char *const ends[HOLDERS_FILES] = { "", "-wal", "-shm" };
	const char *path = site->conf->store_url + strlen(SQLITE_SCHEME), *base = strrchr(path, '/');
	char folder[PATH_MAX], real[PATH_MAX];
	int i;

	*files = (struct store_files){ .site = site };
	/* As /proc names what is open: a folder may be a link. */
	if (snprintf(folder, sizeof(folder), "%.*s/", (int)(base - path), path) >= (int)sizeof(folder))
		return site_say(path, -ENAMETOOLONG);
	if (realpath(folder, real) == NULL)
		(void)snprintf(real, sizeof(real), "%.*s", (int)(base - path), path);
	for (i = 0; i < HOLDERS_FILES; i++)
		if (snprintf(files->paths[i], PATH_MAX, "%s%s%s", strcmp(real, "/") != 0 ? real : "", base, ends[i]) >=
		    PATH_MAX)
			return site_say(path, -ENAMETOOLONG);
	return 0;
}

static void say_fault(struct store_files *files, const char *path, const char *what)
{
	(void)printf("%s: %s\n", path, what);
	files->faults++;
}

/* A word of a command, as a shell reads it. */
static void print_word(const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+,:@";
	char shown[PATH_MAX];

	mfa_text_copy(shown, sizeof(shown), word);
	if (shown[0] != '-' && shown[strspn(shown, plain)] == '\0') {
		(void)fputs(shown, stdout);
		return;
	}
	(void)putchar('\'');
	for (word = shown; *word != '\0'; word++)
		(void)(*word == '\'' ? fputs("'\\''", stdout) : putchar(*word));
	(void)putchar('\'');
}

static void say_owner(struct store_files *files, const char *path, const char *mode)
{
	const struct passwd *owner = files->site->owner;

	say_fault(files, path, _("others could read or change it, or mfad can't. Mend that:"));
	(void)fputs("    ", stdout);
	if (owner != NULL) {
		(void)printf("chown %s: ", owner->pw_name);
		print_word(path);
		(void)fputs(" && ", stdout);
	}
	(void)printf("chmod %s ", mode);
	print_word(path);
	(void)putchar('\n');
}

static uid_t owner_of(const struct store_files *files)
{
	return files->site->owner != NULL ? files->site->owner->pw_uid : geteuid();
}

static bool is_owners(const struct store_files *files, const struct stat *st, mode_t others)
{
	return st->st_uid == owner_of(files) && (st->st_mode & others) == 0;
}

/* Without log or index a store is whole that nobody has open since mfad ended. */
static void look_at_file(struct store_files *files, int i)
{
	struct stat st;

	if (lstat(files->paths[i], &st) != 0) {
		if (errno != ENOENT)
			say_fault(files, files->paths[i], strerror(errno));
		else if (i == 0)
			say_fault(files, files->paths[i], _("missing"));
		else
			(void)printf(_("%s: not there\n"), files->paths[i]);
		files->log_missing = files->log_missing || i == 1;
		return;
	}
	if (!S_ISREG(st.st_mode))
		say_fault(files, files->paths[i], _("no regular file"));
	else if (!is_owners(files, &st, S_IRWXG | S_IRWXO))
		say_owner(files, files->paths[i], "600");
	else
		(void)printf(_("%s: %lld bytes\n"), files->paths[i], (long long)st.st_size);
}

/* Returns whether the files can be looked at. */
static bool look_at_folder(struct store_files *files)
{
	char copy[PATH_MAX];
	const char *folder;
	struct stat st;

	memcpy(copy, files->paths[0], sizeof(copy));
	folder = dirname(copy);
	if (stat(folder, &st) != 0) {
		say_fault(files, folder, errno == ENOENT ? _("missing") : strerror(errno));
		return false;
	}
	if (!is_owners(files, &st, S_IWGRP | S_IWOTH))
		say_owner(files, folder, "700");
	return true;
}

static void on_copy(void *ctx, const char *name)
{
	unsigned *copies = ctx;

	(void)printf(_("%s: an unfinished copy\n"), name);
	++*copies;
}

static void look_for_copies(const struct store_files *files)
{
	unsigned copies = 0;

	beside_each(files->paths[0], on_copy, &copies);
	if (copies > 0)
		(void)fputs(_("A restore or an --accept is at work, or has left that when it was killed: the next one\n"
			      "removes it.\n"), stdout);
}

static void on_holder(void *ctx, const struct holder *holder)
{
	struct store_files *files = ctx;
	char command[64];
	int i;

	if (holder->hidden) {
		files->hidden = *holder;
		return;
	}
	mfa_text_copy(command, sizeof(command), holder->command);
	for (i = 0; i < HOLDERS_FILES; i++)
		if (holder->fds[i] >= 0)
			(void)fprintf(files->to, _("%s (process %d) goes on in a %s that was removed or replaced.\n"),
				      command, (int)holder->pid, files->paths[i]);
	files->parted++;
	if (holder->fds[0] >= 0)
		files->last_copy = *holder;
}

/* Copies of what has no name any more.  The process neither writes nor folds its log back while one of them is
 * missing, so that they belong together; the store comes last, for without its log it is of no use to anybody. */
static void print_copies(const struct store_files *files)
{
	const struct holder *holder = &files->last_copy;
	int i;

	for (i = 1; i >= 0; i--) {
		if (holder->fds[i] < 0)
			continue;
		(void)fputs("    install ", stdout);
		if (files->site->owner != NULL)
			(void)printf("-o %s ", files->site->owner->pw_name);
		(void)printf("-m 600 /proc/%d/fd/%d ", (int)holder->pid, holder->fds[i]);
		print_word(files->paths[i]);
		(void)putchar('\n');
	}
	(void)fputs("    systemctl restart mfad\n"
		    "    mfa-admin check-store\n", stdout);
}

/* The store itself went: whoever has it open has the only copy. */
static void say_last_copy(const struct store_files *files)
{
	const struct holder *holder = &files->last_copy;

	(void)printf(_("Do NOT restart mfad, nor this system: process %d alone has what was in\n%s,\n"
		       "and that is gone when it ends. Until this is mended nobody is let in.\n"),
		     (int)holder->pid, files->paths[0]);
	if (holder->moved_to[0] != '\0') {
		(void)fputs(_("It was moved. Put it back, and mfad goes on by itself:\n"), stdout);
		(void)fputs("    mv ", stdout);
		print_word(holder->moved_to);
		(void)putchar(' ');
		print_word(files->paths[0]);
		(void)putchar('\n');
		return;
	}
	if (access(files->paths[0], F_OK) == 0)
		/* That of one store over another is neither. */
		(void)fputs(_("If you have put another store there, and want that one: stop mfad, move the -wal and\n"
			      "the -shm of the one before away, and start it. If not, save what that process has, and\n"
			      "only then restart mfad:\n"), stdout);
	else
		(void)fputs(_("If the file was moved away, put it back, and mfad goes on by itself. If not, save what\n"
			      "that process has, and only then restart mfad:\n"), stdout);
	print_copies(files);
}

static void look_for_holders(struct store_files *files, FILE *to)
{
	const char *const paths[HOLDERS_FILES] = { files->paths[0], files->paths[1], files->paths[2] };

	files->to = to;
	files->proc_error = holders_of_gone(paths, owner_of(files), on_holder, files);
}

bool store_files_say_hidden(const struct store_files *files, FILE *to)
{
	char command[64];

	if (files->hidden.pid != 0) {
		mfa_text_copy(command, sizeof(command), files->hidden.command);
		(void)fprintf(to, _("What %s (process %d) has open can't be seen from here: it may have what is missing.\n"),
			      command, (int)files->hidden.pid);
	} else if (files->proc_error != 0) {
		(void)fprintf(to, _("Who has what is missing can't be seen: /proc: %s.\n"), strerror(-files->proc_error));
	}
	return files->hidden.pid != 0 || files->proc_error != 0;
}

void store_files_say_stop(FILE *to)
{
	(void)fputs(_("Nothing was changed. Have root look, who can see that: mfa-admin check-store. Or, if you\n"
		      "do not want what may be lost: stop mfad (systemctl stop mfad), then run this again.\n"), to);
}

int store_files_refuse_parted(const struct site *site)
{
	struct store_files files;
	int r = store_files_name(&files, site);

	if (r != 0)
		return r;
	look_for_holders(&files, stderr);
	if (files.parted > 0)
		(void)fputs(_("Nothing was changed. `mfa-admin check-store` says what that process has, and how to save\n"
			      "it. If you do not want that: stop mfad (systemctl stop mfad), then run this again.\n"),
			    stderr);
	else if (store_files_say_hidden(&files, stderr))
		store_files_say_stop(stderr);
	else
		return 0;
	return MFA_EXIT_REFUSED;
}

int store_files_look(struct store_files *files)
{
	bool missing;
	int i;

	if (look_at_folder(files))
		for (i = 0; i < HOLDERS_FILES; i++)
			look_at_file(files, i);
	look_for_copies(files);
	look_for_holders(files, stdout);
	missing = access(files->paths[0], F_OK) != 0 && errno == ENOENT;
	if (files->last_copy.pid != 0)
		say_last_copy(files);
	else if (files->parted > 0)
		(void)fputs(_("It lets nobody in. What it has is put into the store when it ends, unless somebody else\n"
			      "has gone on in a new file: restart mfad (systemctl restart mfad), then run this again.\n"), stdout);
	else if (missing && store_files_say_hidden(files, stdout))
		(void)fputs(_("Do NOT restart mfad, nor this system, before you know: have root look.\n"), stdout);
	else if (missing)
		(void)fputs(_("If it was moved away, put it back, and the -wal with it. If not, restore a backup:\n"
			      "mfa-admin restore FILE\n"), stdout);
	else if (files->faults > 0)
		(void)fputs(_("Then run this again: what is in the store was not looked at.\n"), stdout);
	return files->parted > 0 || files->faults > 0 ? MFA_EXIT_REFUSED : 0;
}
