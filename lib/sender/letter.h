/* SPDX-License-Identifier: BSD-2-Clause */
/* The words of what is sent, in the person's language.  Pure but for the time zone. */
#ifndef MFA_LETTER_H
#define MFA_LETTER_H

#include "sender/order.h"

#define MFA_LETTER_SUBJECT_SIZE 160
#define MFA_LETTER_BODY_SIZE 2048
#define MFA_LETTER_SMS_SIZE 512

struct mfa_letter {
	char subject[MFA_LETTER_SUBJECT_SIZE];	/* without the code: lock screens show it */
	char body[MFA_LETTER_BODY_SIZE];	/* lines that end in CR LF; the code is in the first */
};

/* An e-mail.  Wipe *out. */
void mfa_letter_write(const struct mfa_order *order, struct mfa_letter *out);
/* A text message: as one part, with less of the host's and the service's names where it needs that.  Wipe out. */
void mfa_letter_sms(const struct mfa_order *order, char out[MFA_LETTER_SMS_SIZE]);

#endif
