/* SPDX-License-Identifier: BSD-2-Clause */
/* Where codes can be sent, as files of accounts name it: mailto: (RFC 6068) and tel: (RFC 3966).  Pure. */
#ifndef MFA_RECIPIENT_H
#define MFA_RECIPIENT_H

#include <stddef.h>

#include "address/email.h"
#include "address/number.h"

/* Of any kind, and a NUL. */
#define MFA_RECIPIENT_SIZE (MFA_EMAIL_MAX + 1)

enum mfa_recipient_kind { MFA_RECIPIENT_EMAIL, MFA_RECIPIENT_NUMBER };

/* Reads a URI, which need not end with a NUL: one address, without header fields or anything percent-encoded; a global
 * number, without parameters.  Returns 0, -ENOENT (neither scheme) or -EINVAL (*kind is set, so that it can be said
 * what was expected).  *out is the address as it is kept, empty on error. */
int mfa_recipient_parse(const char *uri, size_t len, enum mfa_recipient_kind *kind, char out[MFA_RECIPIENT_SIZE]);

#endif
