/* SPDX-License-Identifier: BSD-2-Clause */
#include "codes.h"

#include <stdio.h>

#include "otp/totp.h"
#include "unit.h"

const char *counter_code_of(const struct mfa_device *device, uint64_t counter)
{
	static char text[16];
	struct mfa_hotp *hotp;
	uint32_t value;

	assert_int_equal(mfa_hotp_new(device->hash, device->secret, device->secret_len, device->digits, &hotp), 0);
	assert_int_equal(mfa_hotp_code(hotp, counter, &value), 0);
	mfa_hotp_free(&hotp);
	(void)snprintf(text, sizeof(text), "%0*u", (int)device->digits, value);
	return text;
}

const char *code_of(const struct mfa_device *device, int64_t time, int64_t steps)
{
	return counter_code_of(device, mfa_totp_step(time, device->period) + (uint64_t)steps);
}
