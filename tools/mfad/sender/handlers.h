/* SPDX-License-Identifier: BSD-2-Clause */
/* What mfa-sender asks, and who tries it out (mfad/requests has the table). */
#ifndef MFAD_SENDER_HANDLERS_H
#define MFAD_SENDER_HANDLERS_H

#include "mfad/base/conversation.h"

/* Each ends with conversation_done, or the client has gone. */
void request_sender(struct conversation *c);	/* link.c */
void request_test_send(struct conversation *c);	/* test_send.c */

#endif
