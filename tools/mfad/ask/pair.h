/* SPDX-License-Identifier: BSD-2-Clause */
/* Pairing a phone, at the terminal's side (doc/PROTOCOL, Phones). */
#ifndef MFAD_PAIR_H
#define MFAD_PAIR_H

#include "mfad/change/change.h"
#include "mfad/change/enrolment.h"

/* Whether a phone can be paired just now: the rules take it, and mfa-portal listens. */
bool pair_offered(const struct conversation *c, const struct mfa_policy *policy);

/* Leads a phone to prove itself in both directions; e->device is it then, with a label that is free if
 * e->device.label is "".  Returns whether it did; otherwise change_stop or change_fail was called.
 * Nothing is saved.  End it with pair_end. */
bool pair_phone(struct change *ch, struct enrolment *e);
/* The device is saved now, or can't be: the phone hears which. */
void pair_end(struct change *ch, const struct enrolment *e);

#endif
