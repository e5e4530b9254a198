/* SPDX-License-Identifier: BSD-2-Clause */
/* What people (and root) ask about the devices of an account (mfad/requests has the table). */
#ifndef MFAD_DEVICES_HANDLERS_H
#define MFAD_DEVICES_HANDLERS_H

#include "mfad/base/conversation.h"

/* Each ends with conversation_done. */
void request_enrol(struct conversation *c);	/* enrol.c */
void request_replace(struct conversation *c);
void request_status(struct conversation *c);	/* devices.c */
void request_devices(struct conversation *c);
void request_rename(struct conversation *c);
void request_remove(struct conversation *c);
void request_test(struct conversation *c);
void request_codes(struct conversation *c);

#endif
