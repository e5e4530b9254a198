/* SPDX-License-Identifier: BSD-2-Clause */
#include "passphrase.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "language/language.h"
#include "terminal/exit.h"
#include "terminal/terminal.h"

static int read_line(int fd, char out[PASSPHRASE_SIZE])
{
	size_t len = 0;
	ssize_t n = 1;

	while (len < PASSPHRASE_SIZE && n != 0) {
		n = read(fd, out + len, 1);
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n == 1 && out[len] == '\n')
			break;
		len += n > 0;
	}
	if (len == PASSPHRASE_SIZE)
		return -ENOBUFS;
	out[len] = '\0';
	return memchr(out, '\0', len) == NULL ? 0 : -EINVAL;
}

static int read_file(const char *path, char out[PASSPHRASE_SIZE])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), r = 0;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0)
		r = -errno;
	else if (S_ISREG(st.st_mode) && (st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		r = -EPERM;
	else
		r = read_line(fd, out);
	if (fd >= 0)
		(void)close(fd);
	if (r == -EPERM)
		(void)fprintf(stderr, _("mfa-admin: others may read %s. Before it is used: chmod 600 %s\n"), path,
			      path);
	else if (r != 0)
		(void)fprintf(stderr, "mfa-admin: %s: %s\n", path, strerror(-r));
	return r == 0 ? 0 : MFA_EXIT_INVALID;
}

static int ask(const char *prompt, char out[PASSPHRASE_SIZE])
{
	int r = isatty(STDIN_FILENO) == 1 ? mfa_terminal_ask(prompt, false, out, PASSPHRASE_SIZE)
					  : read_line(STDIN_FILENO, out);

	if (r == -EINTR)
		return MFA_EXIT_INTERRUPTED;
	if (r == 0 && out[0] != '\0')
		return 0;
	(void)fputs(_("mfa-admin: no passphrase was given.\n"), stderr);
	return MFA_EXIT_INVALID;
}

static int ask_again(const char *first)
{
	char second[PASSPHRASE_SIZE];
	int r = ask(_("The same again: "), second);

	if (r == 0 && strcmp(first, second) != 0) {
		(void)fputs(_("mfa-admin: that was not the same.\n"), stderr);
		r = MFA_EXIT_INVALID;
	}
	explicit_bzero(second, sizeof(second));
	return r;
}

int passphrase_read(const struct command_options *options, bool is_new, char out[PASSPHRASE_SIZE])
{
	bool asked = options->passphrase_file == NULL;
	int r;

	if (!asked)
		r = read_file(options->passphrase_file, out);
	else
		r = ask(is_new ? _("A passphrase for the backup: ") : _("The backup's passphrase: "), out);
	if (r == 0 && is_new && strlen(out) < PASSPHRASE_MIN) {
		(void)fprintf(stderr, _("mfa-admin: a passphrase needs %d characters or more: whoever has the "
					"backup may try as many as he likes.\n"), PASSPHRASE_MIN);
		r = MFA_EXIT_INVALID;
	}
	if (r == 0 && is_new && asked && isatty(STDIN_FILENO) == 1)
		r = ask_again(out);
	return r;
}
