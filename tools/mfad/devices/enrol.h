/* SPDX-License-Identifier: BSD-2-Clause */
/* Enrolling a device: what mfa-enroll and an enrolment within a sign-in share.  A key is shown,
 * and saved only when a code from the phone was right; or a phone is paired. */
#ifndef MFAD_ENROL_H
#define MFAD_ENROL_H

#include "mfad/ask/ask.h"

/* How often a choice may be something that is none. */
#define ENROL_CHOICE_TRIES 3

/* Which kind of device, where there is more than one: a menu. asked: a method's word, or "" for no
 * choice yet.  The row is in e->ask; e->replaces says what goes for it.  Returns 0, -EINVAL (it can't be had:
 * e->ask->not_offered says why), -EPERM (it can't be the account's only one), -ENODEV (nothing can be added that is
 * enough for the account: enrol_nothing_alone) or as conversation_ask. */
int enrol_choose(struct change *ch, const struct mfa_policy *policy, const char *asked, struct enrolment *e);
/* What is said then. */
extern const char enrol_nothing_alone[];

/* Leads to the end: ch->result is MFA_RESULT_OK when the device is saved durably.  label: ""
 * for one that is free.  Nothing of the recovery codes has been told yet. */
void enrol_device(struct change *ch, struct enrolment *e, const char *label);
/* The recovery codes of a first device, and what they are for.  Returns 0 or a negative errno. */
int enrol_tell_codes(struct conversation *c, struct enrolment *e);
/* Wipes. */
void enrolment_wipe(struct enrolment *e);

#endif
