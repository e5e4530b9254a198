/* SPDX-License-Identifier: BSD-2-Clause */
/* The request to sign somebody in (mfad/requests has the table). */
#ifndef MFAD_SIGNIN_HANDLERS_H
#define MFAD_SIGNIN_HANDLERS_H

#include "mfad/base/conversation.h"

/* Each ends with conversation_done. */
void request_signin(struct conversation *c);

/* The log's line of a sign-in that failmode = open has let in. */
void signin_log_open(const char *user, const char *service, const char *why);

#endif
