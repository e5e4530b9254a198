/* SPDX-License-Identifier: BSD-2-Clause */
/* What mfa-portal asks on behalf of phones (mfad/requests has the table). */
#ifndef MFAD_PHONES_HANDLERS_H
#define MFAD_PHONES_HANDLERS_H

#include "mfad/base/conversation.h"

/* Each ends with conversation_done. */
void request_phone(struct conversation *c);	/* phone.c */
void request_events(struct conversation *c);	/* feed.c */

#endif
