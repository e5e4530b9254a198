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
	MFA_SSHD_SHORT,			/* LoginGraceTime: too short for enrolling a phone; no way around anything */
	MFA_SSHD_FINDINGS
};

#define MFA_SSHD_GRACE_SECONDS 600	/* that enrolment at sign-in may take */

/* text[0..len) is what `sshd -T` prints.  password: the stack asks for one before pam_mfa;
 * after_publickey: pam_mfa refuses those without a key.
 * Sets found[kind] for each.  Returns 0, or -EBADMSG (it is not what sshd prints). */
int mfa_sshd_check(const char *text, size_t len, bool password, bool after_publickey,
		   bool found[MFA_SSHD_FINDINGS]);

#endif
