/* Exit codes that mfa-enroll and mfa-admin share. */
#ifndef MFA_EXIT_H
#define MFA_EXIT_H

#include "wire/dial.h"
#include "wire/frame.h"

enum mfa_exit {
	MFA_EXIT_OK = 0,
	MFA_EXIT_REFUSED = 1,		/* wrong, or not allowed */
	MFA_EXIT_USAGE = 2,
	MFA_EXIT_UNREACHABLE = 3,	/* mfad can't be reached */
	MFA_EXIT_NOT_FOUND = 4,
	MFA_EXIT_EXISTS = 5,
	MFA_EXIT_INVALID = 6,		/* invalid input or configuration */
	MFA_EXIT_FAILED = 7,		/* nothing was changed */
	MFA_EXIT_INTERRUPTED = 130,
};

int mfa_exit_of_result(enum mfa_result result);
/* Says on stderr what went wrong on the way to mfad and what to do next; error is a negative errno of
 * mfa_exchange_run.  -EINTR says nothing: the program knows what was lost.  Returns the code. */
int mfa_exit_of_error(const char *program, const struct mfa_dial *dial, int error);

#endif
