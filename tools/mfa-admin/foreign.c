/* SPDX-License-Identifier: BSD-2-Clause */
#include "foreign.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "account/account.h"
#include "import/foreign.h"
#include "language/language.h"

#define FILE_MAX (1 << 20)

struct source {
	const char *path;
	char owner[MFA_ACCOUNT_NAME_MAX + 1];
};

static void note(void *ctx, uint32_t number, const char *what)
{
	const struct source *source = ctx;

	(void)fprintf(stderr, "%s:%u: %s\n", source->path, number, _(what));
}

static int become(const struct passwd *pw)
{
	if (geteuid() != 0 || pw->pw_uid == 0)
		return 0;
	if (setgroups(0, NULL) != 0 || setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) != 0 ||
	    setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid) != 0 || setuid(0) == 0)
		return -EPERM;
	return 0;
}

/* In a child, as the owner: whatever a path of his leads to, it is nothing that he could not read himself,
 * and a file of somebody else's is none of his. */
static void copy_out(const char *path, const struct passwd *pw, int to)
{
	char buffer[65536];
	struct stat st;
	ssize_t n;
	int fd;

	if (become(pw) != 0)
		_exit(EPERM);
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		_exit(errno);
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_uid != pw->pw_uid || st.st_size > FILE_MAX)
		_exit(EINVAL);
	while ((n = read(fd, buffer, sizeof(buffer))) > 0)
		if (write(to, buffer, (size_t)n) != n)
			_exit(EIO);
	explicit_bzero(buffer, sizeof(buffer));
	_exit(n < 0 ? EIO : 0);
}

static int collect(int fd, char **out, size_t *len)
{
	char *text = malloc(FILE_MAX + 1);
	ssize_t n = 0;

	*len = 0;
	while (text != NULL && *len <= FILE_MAX && (n = read(fd, text + *len, FILE_MAX + 1 - *len)) > 0)
		*len += (size_t)n;
	*out = text;
	return text == NULL ? -ENOMEM : n < 0 ? -EIO : 0;
}

static int read_as_owner(const char *path, const struct passwd *pw, char **out, size_t *len)
{
	int fds[2], status, r;
	pid_t pid;

	*out = NULL;
	if (pipe2(fds, O_CLOEXEC) != 0)
		return -errno;
	(void)fflush(NULL);
	pid = fork();
	if (pid == 0) {
		(void)close(fds[0]);
		copy_out(path, pw, fds[1]);
	}
	(void)close(fds[1]);
	r = pid < 0 ? -errno : collect(fds[0], out, len);
	(void)close(fds[0]);
	if (pid > 0 && (waitpid(pid, &status, 0) != pid || !WIFEXITED(status)))
		r = -EIO;
	else if (pid > 0 && WEXITSTATUS(status) != 0)
		r = -WEXITSTATUS(status);
	return r;
}

static int read_one(const char *path, bool google, struct mfa_foreign *lines)
{
	struct source source = { .path = path };
	const struct passwd *pw = NULL;
	struct stat st;
	char *text = NULL;
	size_t len = 0;
	int r = lstat(path, &st) != 0 ? -errno : 0;

	if (r == 0) {
		errno = 0;
		pw = getpwuid(st.st_uid);
		if (pw == NULL)
			r = errno != 0 ? -errno : -ENOENT;
	}
	if (r == 0 && pw != NULL && strlen(pw->pw_name) > MFA_ACCOUNT_NAME_MAX)
		r = -EINVAL;
	if (r == 0 && pw != NULL) {
		(void)strcpy(source.owner, pw->pw_name);
		r = read_as_owner(path, pw, &text, &len);
	}
	if (r != 0) {
		(void)fprintf(stderr, "mfa-admin: %s: %s\n", path, r == -ENOENT && pw == NULL
			      ? _("it is not there, or its owner is not known")
			      : r == -EINVAL ? _("it is no file of its owner's") : strerror(-r));
		r = -EINVAL;
	} else {
		r = google ? mfa_foreign_google(source.owner, text, len, note, &source, lines)
			   : mfa_foreign_oath(text, len, note, &source, lines);
	}
	if (text != NULL)
		explicit_bzero(text, len);
	free(text);
	return r;
}

int foreign_read(const char *kind, int count, char **paths, char **text, size_t *len)
{
	struct mfa_foreign lines = { NULL, 0, 0 };
	bool google = strcmp(kind, "google-authenticator") == 0, bad = false;
	int i, r = 0;

	if (!google && strcmp(kind, "oath") != 0) {
		(void)fputs(_("mfa-admin: --from takes google-authenticator or oath\n"), stderr);
		return -EINVAL;
	}
	for (i = 0; i < count && r != -ENOMEM; i++) {
		r = read_one(paths[i], google, &lines);
		bad |= r != 0;
	}
	if (bad) {
		mfa_foreign_release(&lines);
		return r == -ENOMEM ? r : -EINVAL;
	}
	*text = lines.text;
	*len = lines.len;
	return 0;
}

void foreign_say_delete(int count, char **paths)
{
	int i;

	(void)puts(_("The secrets are in mfad's store now. When sign-ins work, delete:"));
	for (i = 0; i < count; i++)
		(void)printf("    %s\n", paths[i]);
}
