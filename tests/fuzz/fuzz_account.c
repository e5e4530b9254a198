/* SPDX-License-Identifier: BSD-2-Clause */
/* A record as it comes out of the seal: what is read is written the same. */
#include <stdlib.h>
#include <string.h>

#include "account/account.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever was read keeps the rules that account.h states. */
static void check_rules(struct mfa_account *account)
{
	size_t i;

	if (!mfa_account_name_valid(account->name) || account->device_count > MFA_DEVICES_MAX ||
	    account->recovery_count > MFA_RECOVERY_COUNT || account->event_count > MFA_EVENTS_MAX)
		abort();
	for (i = 0; i < account->device_count; i++) {
		struct mfa_device *d = &account->devices[i];

		if (!mfa_label_valid(d->label) || mfa_account_device(account, d->label) != d ||
		    d->secret_len < 1 || d->secret_len > MFA_OTP_SECRET_MAX ||
		    d->digits < MFA_OTP_DIGITS_MIN || d->digits > MFA_OTP_DIGITS_MAX ||
		    d->period < 1)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mfa_account *account, *again;
	char *text, *second;
	size_t len, second_len;

	if (mfa_account_parse((const char *)data, size, &account) != 0) {
		if (account != NULL)
			abort();
		return 0;
	}
	check_rules(account);
	if (mfa_account_format(account, &text, &len) != 0 ||
	    mfa_account_parse(text, len, &again) != 0 ||
	    mfa_account_format(again, &second, &second_len) != 0 || strcmp(text, second) != 0)
		abort();
	free(text);
	free(second);
	mfa_account_free(&account);
	mfa_account_free(&again);
	return 0;
}
