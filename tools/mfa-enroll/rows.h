/* SPDX-License-Identifier: BSD-2-Clause */
/* What is shown of an account: its devices, and how it stands. */
#ifndef MFA_ENROLL_ROWS_H
#define MFA_ENROLL_ROWS_H

#include <stdbool.h>

struct rows {
	bool json;
	bool status;		/* one row about the account, instead of one for each device */
	unsigned count;
};

/* For mfa_client: ctx is a struct rows. */
int rows_print(void *ctx, const char *json);
void rows_end(const struct rows *rows);

#endif
