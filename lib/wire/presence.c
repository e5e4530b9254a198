/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/presence.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "wire/wait.h"

#define FIELD_SIZE 5
#define NOBODY UINT32_MAX	/* (uid_t)-1, which no user can have */

/* Whether a terminal is called so.  By its device: a name may be spelt in several ways. */
static bool is_called(int fd, const char *tty)
{
	char path[128];
	struct stat named, open;
	int n = snprintf(path, sizeof(path), "%s%s", tty[0] == '/' ? "" : "/dev/", tty);

	return n > 0 && (size_t)n < sizeof(path) && stat(path, &named) == 0 && fstat(fd, &open) == 0 &&
	       S_ISCHR(named.st_mode) && S_ISCHR(open.st_mode) && named.st_rdev == open.st_rdev;
}

/* Whether what is read from is the terminal of this process's own session.  One in whose background it
 * stands is read by somebody else. */
static bool reads_from_own(void)
{
	int fd = mfa_wait_open();

	if (fd < 0)
		return false;
	(void)close(fd);
	return tcgetsid(STDIN_FILENO) == getsid(0);
}

void mfa_presence_look(const char *tty, struct mfa_presence *out)
{
	bool named = tty != NULL && tty[0] != '\0';

	*out = (struct mfa_presence){ .told = true, .uid = getuid() };
	if (!reads_from_own())
		return;
	out->own_terminal = named ? is_called(STDIN_FILENO, tty) : out->uid != 0;
}

void mfa_presence_put(struct mfa_frame *frame, const struct mfa_presence *presence)
{
	uint32_t uid = presence->uid;
	const uint8_t field[FIELD_SIZE] = { presence->own_terminal ? 1 : 0, (uint8_t)(uid >> 24),
					    (uint8_t)(uid >> 16), (uint8_t)(uid >> 8), (uint8_t)uid };

	mfa_frame_put(frame, MFA_FIELD_OWN_TERMINAL, field, sizeof(field));
}

void mfa_presence_read(const struct mfa_frame *frame, struct mfa_presence *out)
{
	struct mfa_field field;

	*out = (struct mfa_presence){ .told = false, .uid = NOBODY };
	if (mfa_frame_find(frame, MFA_FIELD_OWN_TERMINAL, &field) != 0)
		return;
	out->told = true;
	if (field.len != FIELD_SIZE || field.data[0] > 1)
		return;
	out->own_terminal = field.data[0] == 1;
	out->uid = (uint32_t)field.data[1] << 24 | (uint32_t)field.data[2] << 16 |
		   (uint32_t)field.data[3] << 8 | field.data[4];
}
