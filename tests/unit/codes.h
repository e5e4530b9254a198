/* SPDX-License-Identifier: BSD-2-Clause */
/* What a device would show. */
#ifndef MFA_TEST_CODES_H
#define MFA_TEST_CODES_H

#include <stdint.h>

#include "account/account.h"

/* The code of an app so many steps from a time, and that of a token at a counter; both stay until the next call. */
const char *code_of(const struct mfa_device *device, int64_t time, int64_t steps);
const char *counter_code_of(const struct mfa_device *device, uint64_t counter);

#endif
