/* SPDX-License-Identifier: BSD-2-Clause */
/* How long it took of late until it was known what had become of a message, for names without an account: what they wait
 * for and are told is what others were.  A mail server beside us takes three milliseconds and a gateway a second, so that
 * no delay that is made up fits all.  In memory, of this process. */
#ifndef MFAD_SENT_DELAY_H
#define MFAD_SENT_DELAY_H

#include <stdint.h>

#include "method/method.h"
#include "mfad/sender/sender.h"

/* What failed is not noted: no name without an account is told that. */
void sent_delay_note(enum mfa_method_id method, int64_t ms, enum sender_state state);
/* One of those that were noted last, each with the same chance; before there are any, one that is made up.  Returns
 * milliseconds. */
int64_t sent_delay_draw(enum mfa_method_id method, enum sender_state *state);

#endif
