/* SPDX-License-Identifier: BSD-2-Clause */
/* A record as it comes out of the seal: what is read is written the same. */
#include <stdlib.h>
#include <string.h>

#include "account/account.h"
#include "address/email.h"
#include "address/number.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool key_valid(const struct mfa_device *d)
{
	return d->secret_len >= 1 && d->secret_len <= MFA_OTP_SECRET_MAX &&
	       d->digits >= MFA_OTP_DIGITS_MIN && d->digits <= MFA_OTP_DIGITS_MAX;
}

/* Whether a device is made of what its method needs. */
static bool is_whole(const struct mfa_device *d)
{
	switch (mfa_method((enum mfa_method_id)d->type)->holds) {
	case MFA_HOLDS_CLOCK: return key_valid(d) && d->period >= 1;
	case MFA_HOLDS_COUNTER: return key_valid(d) && d->far_count <= MFA_FAR_MAX;
	case MFA_HOLDS_PHONE: return d->phone != NULL;
	case MFA_HOLDS_EMAIL: return d->address != NULL && mfa_email_valid(d->address);
	case MFA_HOLDS_NUMBER: return d->address != NULL && mfa_number_valid(d->address);
	default: return false;
	}
}

/* Whatever was read keeps the rules that account.h states. */
static void check_rules(struct mfa_account *account)
{
	size_t i;

	if (!mfa_account_name_valid(account->name) || account->device_count > MFA_DEVICES_MAX ||
	    account->recovery_count > MFA_RECOVERY_COUNT || account->event_count > MFA_EVENTS_MAX)
		abort();
	for (i = 0; i < MFA_VOICE_COUNT; i++)
		if (account->asked_sent[i].count > MFA_ASKED_MAX ||
		    strnlen(account->sent[i].code, MFA_SENT_DIGITS + 1) % MFA_SENT_DIGITS != 0)
			abort();
	for (i = 0; i < account->device_count; i++) {
		struct mfa_device *d = &account->devices[i];

		if (!mfa_label_valid(d->label) || mfa_account_device(account, d->label) != d || !is_whole(d))
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
