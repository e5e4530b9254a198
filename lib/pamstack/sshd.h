/* SPDX-License-Identifier: BSD-2-Clause */
/* What sshd's settings mean for the second factor. */
#ifndef MFA_PAMSTACK_SSHD_H
#define MFA_PAMSTACK_SSHD_H

#include <stdbool.h>
#include <stddef.h>

enum mfa_sshd_finding {
	MFA_SSHD_NO_PAM,		/* UsePAM no: nothing of the stack is asked */
	MFA_SSHD_NO_KEYBOARD,		/* KbdInteractiveAuthentication no: nothing can be asked */
	MFA_SSHD_PASSWORD,		/* PasswordAuthentication yes: a method that can't ask for a code */
	MFA_SSHD_KEY_ALONE,		/* a key (or host, or ticket) gets in without PAM's auth stack */
	MFA_SSHD_NO_KEY_FIRST,		/* the stack relies on a key, and sshd does not ask for one first */
	MFA_SSHD_TICKETS,		/* KerberosAuthentication: sshd takes the password for itself, PAM asks nothing */
	MFA_SSHD_OTHER_SERVICE,		/* PAMServiceName: another stack than "sshd" is asked */
	MFA_SSHD_SHORT,			/* LoginGraceTime: too short for enrolling a phone; no way around anything */
	MFA_SSHD_WARNINGS,		/* from here on: what keeps people out at the wrong time */
	MFA_SSHD_PLACES = MFA_SSHD_WARNINGS,	/* LoginGraceTime is long, and an address can have all places */
	MFA_SSHD_PENALTIES,		/* PerSourcePenalties: a few mistakes shut out all who share an address */
	MFA_SSHD_FINDINGS
};

#define MFA_SSHD_GRACE_SECONDS 600	/* that enrolment at sign-in may take */
#define MFA_SSHD_GRACE_USUAL 120	/* that sshd has by itself */
#define MFA_SSHD_PENALTY_SECONDS 1	/* that an address with many people can stand for each mistake */

struct mfa_sshd_stack {
	bool password;			/* it asks for one before pam_mfa */
	bool after_publickey;		/* pam_mfa refuses those without a key */
	bool splits;			/* forward_pass: the code comes behind the password */
};

/* text[0..len) is what `sshd -T` prints.
 * Sets found[kind] for each.  Returns 0, or -EBADMSG (it is not what sshd prints). */
int mfa_sshd_check(const char *text, size_t len, const struct mfa_sshd_stack *stack,
		   bool found[MFA_SSHD_FINDINGS]);

#define MFA_SSHD_VALUE_SIZE 512

/* Steps to the next line of an sshd_config that begins with that keyword.  *at is a NUL-ended text at first, and *line
 * is 0; then where the search goes on, and the number of the line.  value gets what follows, cut where it is too long
 * for sshd to mean anything by it.  Returns false where there is no more. */
bool mfa_sshd_config_next(const char **at, unsigned *line, const char *keyword, char value[MFA_SSHD_VALUE_SIZE]);

#endif
