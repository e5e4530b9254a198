/* SPDX-License-Identifier: BSD-2-Clause */
#include "otp/totp.h"

uint64_t mfa_totp_step(int64_t now, unsigned period)
{
	return now < 0 ? 0 : (uint64_t)now / period;
}
