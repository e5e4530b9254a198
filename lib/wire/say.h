/* The few sentences that the module says by itself, where mfad can't: in the languages that mfad has.  libc only: the
 * module links this.
 *
 * No catalogue is read for them: gettext would look for one where the caller's environment says. */
#ifndef MFA_SAY_H
#define MFA_SAY_H

enum mfa_say {
	MFA_SAY_PASSWORD_AND_CODE,	/* a prompt */
	MFA_SAY_IS_PASSWORD,		/* the answer was the login password */
	MFA_SAY_INTERRUPTED,
	MFA_SAY_UNREACHABLE,
	MFA_SAY_CANNOT_ENROL,		/* a code came with the password, and no question can be asked */
	MFA_SAY_COUNT
};

/* By the program's locale, or what the environment says of one: two letters of it are compared, and no
 * more.  Constant. */
const char *mfa_say(enum mfa_say what);

#endif
