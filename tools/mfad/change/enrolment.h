/* SPDX-License-Identifier: BSD-2-Clause */
/* Adding a device: what whoever begins it wants, and what comes of it.  mfa-enroll and an enrolment within a sign-in
 * share it; how a device proves itself is its method's (mfad/ask). */
#ifndef MFAD_ENROLMENT_H
#define MFAD_ENROLMENT_H

#include "address/recipient.h"
#include "factor/factor.h"
#include "mfad/change/change.h"
#include "mfad/change/gone.h"

struct ask;

struct enrolment {
	/* How it is to be done. */
	const struct ask *ask;	/* the method's row */
	bool first;		/* nothing was shown to allow it: who enrols meanwhile has it */
	const char *service;	/* for the record's list of events */
	const char *rhost;	/* from where, on root's word; NULL: from this host, or it is not known */
	const char *prompt;	/* for the code */
	/* Shows the key; uri is wiped afterwards.  Returns 0 or a negative errno. */
	int (*show)(struct change *ch, const struct enrolment *e, const char *uri);
	/* An answer that is no code but wants it shown differently.  May be NULL. */
	bool (*wants_other)(struct enrolment *e, const char *answer);
	unsigned view;		/* of show and wants_other */
	const char *replaces;	/* label of the device whose place it takes; NULL: none */
	/* Hands the recovery codes of a first device out (e->codes), before it is saved: whoever has not got them has
	 * no device either, and begins anew.  Returns 0 or a negative errno, -EOPNOTSUPP: they could not be shown.
	 * NULL: whoever began it tells them afterwards (new_codes). */
	int (*hand_out)(struct change *ch, struct enrolment *e);
	int64_t until;		/* when there is no time left; 0: as long as somebody answers.  The method says how
				 * long there is still once the device has proven itself */
	/* What comes of it. */
	struct mfa_device device;
	struct mfa_phone phone;		/* the device's, where it has one, */
	char address[MFA_RECIPIENT_SIZE];	/* and where codes are sent to, if that is what it is */
	struct gone gone;		/* with replaces, once the other one is gone */
	char codes[MFA_RECOVERY_COUNT][MFA_RECOVERY_CODE_SIZE];
	bool new_codes;			/* the account has them now */
	struct mfa_account *paper;	/* what was handed out, as an account has it; NULL: nothing */
};

#endif
