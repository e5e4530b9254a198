/* SPDX-License-Identifier: BSD-2-Clause */
/* Enrolment within a sign-in: somebody whose password was right, and who has no device yet (or
 * fewer than the rules want), is led through it by the prompts of sshd or sudo. */
#ifndef MFAD_SIGNIN_ENROL_H
#define MFAD_SIGNIN_ENROL_H

#include "mfad/change/change.h"
#include "policy/policy.h"

/* How long it may take, in seconds.  sshd's LoginGraceTime may be shorter; mfad can't know. */
#define SIGNIN_ENROL_SECONDS 600

struct signin_enrol {
	const struct mfa_policy *policy;
	const struct mfa_decision *decision;	/* ENROL */
	const char *service;		/* for the record */
	const char *rhost;		/* as struct enrolment's */
	bool first;			/* nothing was shown: there must still be no device */
	/* What comes of it. */
	bool postponed;			/* put off, and that stands */
};

/* ch has its conversation, subject and record; change_take_proof was called if anything was
 * shown.  When ch->result is MFA_RESULT_OK, a device is saved or it was put off, durably. */
void signin_enrol(struct change *ch, struct signin_enrol *se);

#endif
