/* SPDX-License-Identifier: BSD-2-Clause */
/* How an application puts questions, as far as that can be known, and what helps where it could not put one.  libc
 * only: the module links this. */
#ifndef MFA_MANNER_H
#define MFA_MANNER_H

#include <stdbool.h>
#include <stddef.h>

enum mfa_manner {
	MFA_MANNER_OTHER,	/* not known: by its own window, by a network protocol */
	MFA_MANNER_TERMINAL,	/* on a terminal of its own, where a text is seen at once */
	MFA_MANNER_ASKPASS,	/* sudo -A: a program of the caller's, which gets a question's last line */
	MFA_MANNER_SSHD,	/* sshd's, by a method that can't be told */
	MFA_MANNER_SSHD_ASKS,	/* sshd's keyboard-interactive: a text comes with the next question */
	MFA_MANNER_SSHD_PASSWORD,	/* sshd's "password", or "none": each hidden question gets the password, no
					 * other is answered, and no text is shown */
	MFA_MANNER_COUNT
};

/* Of this process.  service, tty: PAM's items, which may be NULL. */
enum mfa_manner mfa_manner_find(const char *service, const char *tty);

/* By the title that an sshd has given itself (args as /proc/PID/cmdline has them, len bytes): which of its methods
 * asks. */
enum mfa_manner mfa_manner_of_sshd(const char *args, size_t len);

/* For the log: why the login password was given once more (is_empty: it has no letters) where a code was asked for,
 * and what to do.  Constant. */
const char *mfa_manner_advice(enum mfa_manner manner, const char *service, bool is_empty);

#endif
