/* SPDX-License-Identifier: BSD-2-Clause */
/* Addresses of mailboxes that codes are sent to.  Narrower than RFC 5322 on purpose: what is allowed here needs no
 * quoting in SMTP or on a terminal.  Pure: nothing is ever resolved. */
#ifndef MFA_EMAIL_H
#define MFA_EMAIL_H

#include <stdbool.h>

#define MFA_EMAIL_MAX 254		/* bytes (RFC 5321 section 4.5.3.1.3, without the angle brackets) */
#define MFA_EMAIL_LOCAL_MAX 64		/* before the @ (section 4.5.3.1.1) */

/* Whether text is a dot-atom (RFC 5322 section 3.2.3) that does not begin with a hyphen, an @, and a domain of two or
 * more labels of letters, digits and inner hyphens, the last of which is no number: ASCII alone, nothing quoted, no
 * literal. */
bool mfa_email_valid(const char *text);
/* What stands behind the @ of a valid one, within it. */
const char *mfa_email_domain(const char *text);

#endif
