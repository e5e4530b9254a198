/* SPDX-License-Identifier: BSD-2-Clause */
/* What phones are told without being asked: that wrong codes were given. */
#ifndef MFAD_NOTICE_H
#define MFAD_NOTICE_H

#include "account/accounts.h"
#include "mfad/base/conversation.h"

/* Tells the phones of an account of the wrong codes that its owner has not heard of, at most once a day.
 * After everything was told to whoever gave them: it takes time, and only for some accounts.  The record is changed. */
void notice_wrong(struct conversation *c, struct mfa_record *record);

#endif
