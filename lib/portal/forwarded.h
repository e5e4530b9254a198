/* SPDX-License-Identifier: BSD-2-Clause */
/* X-Forwarded-For: what a proxy says of its client. */
#ifndef MFA_PORTAL_FORWARDED_H
#define MFA_PORTAL_FORWARDED_H

#include "address/network.h"

/* The client's address that a proxy in front of us gives, the last of the list; what stands before it may be
 * anybody's invention.  Returns 0 or -EINVAL. */
int mfa_forwarded_for(const char *header, struct mfa_address *out);

#endif
