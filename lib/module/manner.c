/* SPDX-License-Identifier: BSD-2-Clause */
#include "module/manner.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "module/command.h"
#include "table/table.h"
#include "wire/wait.h"

#define TITLE_SIZE 512

static bool ends_with(const char *text, size_t len, const char *end)
{
	size_t n = strlen(end);

	return len >= n && memcmp(text + len - n, end, n) == 0;
}

/* "sshd: alice [pam]" asks by keyboard-interactive, for which sshd makes a process of its own; the one that holds the
 * privileges checks what the method "password" was sent. */
enum mfa_manner mfa_manner_of_sshd(const char *args, size_t len)
{
	while (len > 0 && (args[len - 1] == '\0' || args[len - 1] == ' '))
		len--;
	if (ends_with(args, len, " [pam]"))
		return MFA_MANNER_SSHD_ASKS;
	return ends_with(args, len, " [priv]") ? MFA_MANNER_SSHD_PASSWORD : MFA_MANNER_SSHD;
}

static enum mfa_manner of_this_sshd(void)
{
	int fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
	char title[TITLE_SIZE];
	ssize_t n = -1;

	if (fd >= 0) {
		n = read(fd, title, sizeof(title));
		(void)close(fd);
	}
	/* One that was cut says nothing. */
	return n > 0 && (size_t)n < sizeof(title) ? mfa_manner_of_sshd(title, (size_t)n) : MFA_MANNER_SSHD;
}

enum mfa_manner mfa_manner_find(const char *service, const char *tty)
{
	bool is_sudo;
	int fd;

	if (tty != NULL && strcmp(tty, "ssh") == 0)
		return of_this_sshd();
	if (mfa_command_of_service(service, &is_sudo) && is_sudo && mfa_command_line_has_askpass())
		return MFA_MANNER_ASKPASS;
	fd = mfa_wait_open();
	if (fd < 0)
		return MFA_MANNER_OTHER;
	(void)close(fd);
	return MFA_MANNER_TERMINAL;
}

#define BEHIND "let the code be typed behind the password: forward_pass in pam_mfa(8)"
#define GIVES_IT "this program gives the password to every question; "

const char *mfa_manner_advice(enum mfa_manner manner, const char *service, bool is_empty)
{
	static const char *const by_manner[] = {
		[MFA_MANNER_OTHER] = GIVES_IT BEHIND,
		[MFA_MANNER_TERMINAL] = "somebody typed it again, twice",
		[MFA_MANNER_ASKPASS] = "the program that sudo -A starts (SUDO_ASKPASS) gives it to every question; use one "
			"that shows the question which it is given, as ssh-askpass does, or leave -A out",
		[MFA_MANNER_SSHD] = "sshd's method \"password\" and some clients give it to every question; " BEHIND,
		[MFA_MANNER_SSHD_ASKS] = "the client (curl does) gives it to every question, or somebody typed it again, "
			"twice; for such a client " BEHIND,
		[MFA_MANNER_SSHD_PASSWORD] = "sshd's method \"password\" can ask for nothing else; set "
			"PasswordAuthentication no and KbdInteractiveAuthentication yes in sshd_config, or " BEHIND,
	};
	MFA_TABLE_FITS(by_manner, MFA_MANNER_COUNT);
	static const struct { const char *service, *advice; } by_service[] = {
		{ "openvpn", "OpenVPN's plugin gives it to every hidden question where its line names none; name them there "
			"(login USERNAME password PASSWORD '' OTP) and set static-challenge in the client's "
			"file, or " BEHIND },
		{ "dovecot", GIVES_IT BEHIND "; and each connection signs in anew, which remember in mfa.conf(5) spares" },
		/* saslauthd has no address to give. */
		{ "smtp", GIVES_IT BEHIND "; where saslauthd asks nothing is remembered, for it gives no address" },
		{ "imap", GIVES_IT BEHIND "; where an address is given, remember in mfa.conf(5) spares the next connections" },
		{ "pop3", GIVES_IT BEHIND "; where an address is given, remember in mfa.conf(5) spares the next connections" },
	};
	size_t i;

	if (is_empty)
		return "sshd's method \"none\" can answer nothing; set PermitEmptyPasswords no in sshd_config";
	for (i = 0; manner == MFA_MANNER_OTHER && service != NULL && i < sizeof(by_service) / sizeof(by_service[0]); i++)
		if (strcmp(by_service[i].service, service) == 0)
			return by_service[i].advice;
	return by_manner[manner];
}
