/* SPDX-License-Identifier: BSD-2-Clause */
/* What sudo was asked to do, by its own command line (sudo(8) of 1.9; it reads options with getopt_long).
 * libc only: the module links this. */
#ifndef MFA_SUDO_H
#define MFA_SUDO_H

#include <stddef.h>

/* What an option means for whoever looks on. */
enum mfa_sudo_meaning {
	MFA_SUDO_USER, MFA_SUDO_GROUP,		/* as whom it runs */
	MFA_SUDO_LOGIN, MFA_SUDO_SHELL,		/* a shell, or by one */
	MFA_SUDO_EDIT,				/* files, which may be anybody's */
	MFA_SUDO_LIST, MFA_SUDO_OF,		/* what may be run, or whether that may be; by somebody else */
	MFA_SUDO_VALIDATE,			/* nothing now, but more later without being asked */
	MFA_SUDO_IN, MFA_SUDO_ROOT,		/* a folder that paths begin in, or lie within */
	MFA_SUDO_ON,				/* another host */
	MFA_SUDO_ROLE, MFA_SUDO_TYPE,		/* of SELinux */
	MFA_SUDO_KEEP,				/* the caller's environment, or variables of it */
	MFA_SUDO_ASKPASS,			/* a program of the caller's asks in sudo's place */
	MFA_SUDO_MEANINGS,
	MFA_SUDO_NOTHING = MFA_SUDO_MEANINGS,	/* of what runs */
	MFA_SUDO_HELP,				/* nothing runs at all */
};

struct mfa_sudo {
	const char *values[MFA_SUDO_MEANINGS];	/* NULL: not said; "": said without a value */
	size_t command;				/* its index in argv; argc: none */
};

/* argv[0..argc), argc at least 1; *out points into it.  Calls on_variable for each VAR=VALUE.
 * Returns 0, or -EINVAL: sudo would not take it, or it is of a sudo that is not known here. */
typedef void mfa_sudo_variable(void *ctx, const char *text);
int mfa_sudo_parse(size_t argc, const char *const *argv, mfa_sudo_variable *on_variable, void *ctx,
		   struct mfa_sudo *out);

#endif
