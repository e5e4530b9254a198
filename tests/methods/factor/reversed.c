/* SPDX-License-Identifier: BSD-2-Clause */
/* A method for tests alone: right is the account's name backwards.  Its answers have the form of other methods' where the
 * name has. */
#include <stdio.h>
#include <string.h>

#include "factor/judging.h"

static bool recognises(const struct mfa_account *account, const char *answer, const struct mfa_attempt *attempt)
{
	return strlen(answer) == strlen(account->name);
}

static bool is_reversed(const char *name, const char *answer)
{
	size_t i, len = strlen(name);

	for (i = 0; i < len; i++)
		if (answer[i] != name[len - 1 - i])
			return false;
	return true;
}

static void check(struct mfa_account *account, const char *answer,
		  const struct mfa_attempt *attempt, struct mfa_judgement *out)
{
	size_t i;

	for (i = 0; i < account->device_count; i++) {
		struct mfa_device *device = &account->devices[i];

		if (device->type != MFA_DEVICE_REVERSED || !is_reversed(account->name, answer))
			continue;
		memcpy(out->label, device->label, sizeof(out->label));
		device->used = attempt->now;
		out->verdict = MFA_VERDICT_RIGHT;
		return;
	}
}

static void describe(const struct mfa_device *device, char out[MFA_DESCRIPTION_MAX])
{
	(void)snprintf(out, MFA_DESCRIPTION_MAX, "the account's name backwards");
}

const struct mfa_factor mfa_factor_reversed = {
	.recognises = recognises,
	.check = check,
	.describe = describe,
};
