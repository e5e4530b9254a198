/* SPDX-License-Identifier: BSD-2-Clause */
/* How the tools end, the same for all of them. */
#ifndef MFA_EXIT_H
#define MFA_EXIT_H

#include "wire/dial.h"
#include "wire/frame.h"

enum mfa_exit {
	MFA_EXIT_OK = 0,
	MFA_EXIT_REFUSED = 1,		/* a code was wrong, or it is not allowed */
	MFA_EXIT_USAGE = 2,
	MFA_EXIT_UNREACHABLE = 3,	/* no mfad */
	MFA_EXIT_NOT_FOUND = 4,
	MFA_EXIT_EXISTS = 5,
	MFA_EXIT_INVALID = 6,		/* a mistake in a file or in what was asked */
	MFA_EXIT_FAILED = 7,		/* store full, read-only or damaged: nothing was changed */
	MFA_EXIT_UNKNOWN = 9,		/* test-send: it may have been sent, or not */
	MFA_EXIT_INTERRUPTED = 130,
};

enum mfa_exit mfa_exit_of_result(enum mfa_result result);
/* For an error of mfa_client_run or mfa_dial: says what went wrong and what to do next. */
enum mfa_exit mfa_exit_of_error(const char *program, const struct mfa_dial *dial, int error);

#endif
