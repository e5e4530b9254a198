/* SPDX-License-Identifier: BSD-2-Clause */
/* Whoever changes an account shows first that it is theirs. */
#ifndef MFAD_PROVE_H
#define MFAD_PROVE_H

#include "mfad/ask/challenge.h"
#include "mfad/change/change.h"

/* A user who has a device shows it before anything is changed (change_take_proof); root need not.
 * Returns whether to go on; the result is still a failure then. */
bool prove(struct change *change);

/* Asks for a code as a sign-in does, with the rules of mfa-enroll.  The result stands in change->result; *judgement
 * says what was shown. */
void prove_ask(struct change *change, struct mfa_judgement *judgement);

#endif
