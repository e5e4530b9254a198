/* SPDX-License-Identifier: BSD-2-Clause */
/* How long a text message is: GSM 03.38 (3GPP TS 23.038 section 6.2.1), whose letters take 7 bits, or 14 of its
 * extension. */
#ifndef MFA_GSM7_H
#define MFA_GSM7_H

#include <stddef.h>

#define MFA_GSM7_PART 160	/* septets of a message that is sent as one */

/* The septets of a text in UTF-8, or -1: there is a character in it that the alphabet does not have, for which a
 * message is sent in UCS-2 and costs more than twice as much. */
int mfa_gsm7_septets(const char *text);
/* Copies what fits; what is no printable ASCII of the alphabet, one septet each, becomes '?'. */
void mfa_gsm7_copy(char *out, size_t size, const char *text);

#endif
