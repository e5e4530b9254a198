/* SPDX-License-Identifier: BSD-2-Clause */
/* A device that was taken out of an account: what of it is still needed, to tell whoever has it (mfad/ask, removed). */
#ifndef MFAD_GONE_H
#define MFAD_GONE_H

#include "account/account.h"
#include "address/recipient.h"

struct gone {
	enum mfa_method_kind kind;
	char address[MFA_RECIPIENT_SIZE];	/* "": it has none */
};

/* While it is still there. */
void gone_note(struct gone *gone, const struct mfa_device *device);

#endif
