/* SPDX-License-Identifier: BSD-2-Clause */
/* An account that has all that one may have. */
#ifndef MFA_TEST_FULL_ACCOUNT_H
#define MFA_TEST_FULL_ACCOUNT_H

#include "account/account.h"

/* Every field at its bounds; the caller frees it. */
struct mfa_account *full_account(void);

#endif
