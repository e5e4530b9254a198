/* SPDX-License-Identifier: BSD-2-Clause */
/* The few sentences that the module says by itself, where mfad can't: in the languages that mfad has.  libc only: the
 * module links this.
 *
 * They are in the module, not in a catalogue.  libc could read one (dgettext), but sudo and su run with their user's
 * environment: whether a file is opened in root's process, and which, would be for the user to say (LANGUAGE, LOCPATH,
 * and what libc forgets to ignore in a set-id program), and a program that is not set-id, as sshd, would have to be
 * given a locale, which is not a module's to change. */
#ifndef MFA_SAY_H
#define MFA_SAY_H

enum mfa_say {
	MFA_SAY_PASSWORD_AND_CODE,	/* a prompt: programs look for "Password" where it begins (OpenVPN, in English), and
					 * for "assword: " at its end */
	MFA_SAY_IS_PASSWORD,		/* the answer was the login password, where a code is asked for, */
	MFA_SAY_IS_PASSWORD_HERE,	/* and where something else is */
	MFA_SAY_INTERRUPTED,
	MFA_SAY_UNREACHABLE,
	MFA_SAY_CANNOT_ENROL,		/* a code came with the password, and no question can be asked */
	MFA_SAY_COUNT
};

/* language: what mfad speaks, for it knows the policy, or the option says; "": not known.
 * Then it goes by the program's locale; if it has set none, by the environment.  (sshd asks from a process whose
 * environment it has emptied.)  A few letters are compared, and no more: whoever sets them chooses the language of a
 * sentence.  Constant; never NULL. */
const char *mfa_say(enum mfa_say what, const char *language);

#endif
