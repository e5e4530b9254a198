/* SPDX-License-Identifier: BSD-2-Clause */
/* TOTP, RFC 6238: HOTP with the time as its counter. */
#ifndef MFA_TOTP_H
#define MFA_TOTP_H

#include <stdint.h>

#include "otp/hotp.h"

#define MFA_TOTP_PERIOD_DEFAULT 30	/* seconds */
#define MFA_TOTP_PERIOD_MIN 5
#define MFA_TOTP_PERIOD_MAX 300

/* RFC 6238 section 4.2: T = floor((now - T0) / X), with T0 = 0.
 * now in seconds since 1970 (a negative one counts as 0), period in seconds, not 0. */
uint64_t mfa_totp_step(int64_t now, unsigned period);

#endif
