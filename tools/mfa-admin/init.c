/* Making the key and the store, both or neither.
 *
 * The store lies in a folder of the user MFA_USER, so root
 * never touches it: a child that has become that user does.
 * Root makes that folder only where nobody else can have put
 * a link on the way to it. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <libgen.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "account/accounts.h"
#include "command.h"
#include "conf/conf.h"
#include "language/language.h"
#include "terminal/exit.h"

#define SQLITE_SCHEME "sqlite://"

struct init {
	struct mfa_conf *conf;
	struct mfa_keyring *ring;
	const struct passwd *owner;	/* of the store; NULL: ourselves */
};

static int say(const char *what, int r)
{
	(void)fprintf(stderr, "mfa-admin: %s: %s\n", what, strerror(-r));
	return MFA_EXIT_FAILED;
}

/* Where root may make a folder: nobody else can put anything else in its place. */
static bool safe_place(int fd)
{
	struct stat st;

	return geteuid() != 0 ||
	       (fstat(fd, &st) == 0 && st.st_uid == 0 && (st.st_mode & (S_IWGRP | S_IWOTH)) == 0);
}

/* Opens a folder that can be reached through safe places alone. Links that are on the way
 * now are resolved first, so that one put there later leads nowhere.
 * Returns a descriptor, -EPERM (somebody else's place) or another negative errno. */
static int open_safe(const char *folder)
{
	char *real = realpath(folder, NULL), *part, *rest = NULL;
	int fd = -1, next, r = -errno;

	if (real == NULL)
		return r;
	fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	r = fd < 0 ? -errno : safe_place(fd) ? 0 : -EPERM;
	for (part = strtok_r(real, "/", &rest); r == 0 && part != NULL;
	     part = strtok_r(NULL, "/", &rest)) {
		next = openat(fd, part, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		r = next < 0 ? -errno : safe_place(next) ? 0 : -EPERM;
		(void)close(fd);
		fd = next;
	}
	free(real);
	if (r == 0)
		return fd;
	if (fd >= 0)
		(void)close(fd);
	return r;
}

/* What an init that was killed between mkdir and fchown has left. */
static bool left_half_made(int parent, const char *name, mode_t mode)
{
	struct stat st;

	return fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode) &&
	       st.st_uid == 0 && (st.st_mode & 07777) == mode &&
	       unlinkat(parent, name, AT_REMOVEDIR) == 0;
}

static int make_folder_in(int parent, const char *name, mode_t mode, const struct passwd *owner)
{
	int fd, r = mkdirat(parent, name, mode) == 0 ? 0 : -errno;

	if (r == -EEXIST && owner != NULL && left_half_made(parent, name, mode))
		r = mkdirat(parent, name, mode) == 0 ? 0 : -errno;
	if (r == -EEXIST)
		return 0;
	if (r != 0 || owner == NULL)
		return r;
	fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	r = fd >= 0 && fchown(fd, owner->pw_uid, owner->pw_gid) == 0 ? 0 : -errno;
	if (fd >= 0)
		(void)close(fd);
	return r;
}

/* Makes the folder that file is to lie in, if it is not there.  Returns 0, -EPERM (where it
 * would be made is not root's alone) or another negative errno. */
static int make_folder(const char *file, mode_t mode, const struct passwd *owner)
{
	char *copy = strdup(file), *other = NULL;
	const char *folder;
	struct stat st;
	int parent, r = -ENOMEM;

	if (copy == NULL)
		return r;
	folder = dirname(copy);
	r = 0;
	if (strcmp(folder, "/") == 0)
		goto out;
	r = -ENOMEM;
	other = strdup(folder);
	if (other == NULL)
		goto out;
	parent = open_safe(dirname(other));
	if (parent >= 0) {
		r = make_folder_in(parent, strrchr(folder, '/') + 1, mode, owner);
		(void)close(parent);
	} else {
		r = stat(folder, &st) == 0 && S_ISDIR(st.st_mode) ? 0 : parent;
	}
out:
	free(other);
	free(copy);
	return r;
}

static int become(const struct passwd *owner)
{
	if (setgroups(0, NULL) != 0 ||
	    setresgid(owner->pw_gid, owner->pw_gid, owner->pw_gid) != 0 ||
	    setresuid(owner->pw_uid, owner->pw_uid, owner->pw_uid) != 0)
		return -errno;
	return setuid(0) == 0 || seteuid(0) == 0 ? -EPERM : 0;
}

/* Calls fn as the owner of the store; its result must be 0 or a negative errno. */
static int as_owner(const struct init *init, int (*fn)(const struct init *init))
{
	int status, pipe_fds[2], r = -EIO;
	pid_t pid;

	if (init->owner == NULL)
		return fn(init);
	if (pipe2(pipe_fds, O_CLOEXEC) != 0)
		return -errno;
	pid = fork();
	if (pid == 0) {
		r = become(init->owner);
		if (r == 0)
			r = fn(init);
		_exit(write(pipe_fds[1], &r, sizeof(r)) == sizeof(r) ? 0 : 1);
	}
	(void)close(pipe_fds[1]);
	if (pid < 0)
		r = -errno;
	else if (read(pipe_fds[0], &r, sizeof(r)) != sizeof(r))
		r = -EIO;
	(void)close(pipe_fds[0]);
	if (pid > 0)
		(void)waitpid(pid, &status, 0);
	return r;
}

static int open_store(const struct init *init)
{
	struct mfa_accounts *accounts;
	int r = mfa_accounts_open(init->conf->store_url, MFA_STORE_OPEN, init->ring, &accounts);

	mfa_accounts_close(&accounts);
	return r;
}

/* A store's folder within another of its owner's. */
static int create_folder(const struct init *init)
{
	char *copy = strdup(init->conf->store_url + strlen(SQLITE_SCHEME));
	int r = -ENOMEM;

	if (copy != NULL)
		r = mkdir(dirname(copy), 0700) == 0 || errno == EEXIST ? 0 : -errno;
	free(copy);
	return r;
}

static int create_store(const struct init *init)
{
	return mfa_accounts_create(init->conf->store_url, init->ring);
}

/* The key is there: then so must be its store. */
static int check_both(struct init *init)
{
	const char *key = init->conf->key_file, *store = init->conf->store_url;
	int r = mfa_keyring_load(key, &init->ring);

	if (r != 0)
		return say(key, r);
	r = as_owner(init, open_store);
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
		return say(store, r);
	return MFA_EXIT_INVALID;
}

static int make_both(struct init *init)
{
	const char *store = init->conf->store_url;
	int r = make_folder(init->conf->key_file, 0755, NULL);

	if (r == 0)
		r = mfa_keyring_prepare(init->conf->key_file, &init->ring);
	if (r != 0)
		return say(init->conf->key_file, r);
	r = make_folder(store + strlen(SQLITE_SCHEME), 0700, init->owner);
	if (r == -EPERM)
		r = as_owner(init, create_folder);
	if (r == 0)
		r = as_owner(init, create_store);
	if (r != 0)
		mfa_keyring_discard(init->conf->key_file);
	if (r == -EEXIST) {
		(void)fprintf(stderr,
			_("mfa-admin: the store %s is there, but its key %s is not.\n"
			  "Restore the key from a backup. Only if everybody is to enrol again: move the\n"
			  "store away, and run this again.\n"), store, init->conf->key_file);
		return MFA_EXIT_INVALID;
	}
	if (r == 0)
		r = mfa_keyring_publish(init->conf->key_file,
					init->owner != NULL ? init->owner->pw_gid : (gid_t)-1);
	if (r != 0)
		return say(store, r);
	(void)printf(_("Made the key %s\nand the store %s.\n"
		       "Keep a copy of the key in a safe place, apart from copies of the store.\n"),
		     init->conf->key_file, store);
	return MFA_EXIT_OK;
}

static int find_owner(struct init *init)
{
	if (geteuid() != 0)
		return 0;
	init->owner = getpwnam(MFA_USER);
	if (init->owner != NULL && init->owner->pw_uid != 0)
		return 0;
	(void)fprintf(stderr, _("mfa-admin: there is no user %s, as which mfad runs. Make it with one of these:\n"),
		      MFA_USER);
	(void)fputs("    systemd-sysusers\n"
		    "    useradd --system --user-group --home-dir /nonexistent "
		    "--shell /usr/sbin/nologin " MFA_USER "\n", stderr);
	return -ENOENT;
}

int command_init(const struct command_options *options, int argc, char **argv)
{
	char error[MFA_CONF_ERROR_SIZE];
	struct init init = { NULL };
	int r;

	(void)argc, (void)argv;
	if (mfa_conf_load(options->dial.conf, &init.conf, error) != 0) {
		(void)fprintf(stderr, "mfa-admin: %s\n", error);
		return MFA_EXIT_INVALID;
	}
	(void)umask(022);
	if (find_owner(&init) != 0)
		r = MFA_EXIT_INVALID;
	else if (access(init.conf->key_file, F_OK) == 0)
		r = check_both(&init);
	else
		r = make_both(&init);
	mfa_keyring_free(&init.ring);
	mfa_conf_free(&init.conf);
	return r;
}
