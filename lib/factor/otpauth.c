/* SPDX-License-Identifier: BSD-2-Clause */
/* Devices that come as otpauth URIs. */
#include <errno.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>

#include "factor/factor.h"
#include "otp/otpauth.h"
#include "table/table.h"

static const enum mfa_device_type types[] = {
	[MFA_OTPAUTH_TOTP] = MFA_DEVICE_TOTP,
	[MFA_OTPAUTH_HOTP] = MFA_DEVICE_HOTP,
};
MFA_TABLE_FITS(types, MFA_OTPAUTH_COUNT);

void mfa_device_label(enum mfa_device_type type, size_t number, char out[MFA_LABEL_MAX + 1])
{
	const char *word = mfa_method((enum mfa_method_id)type)->label;

	if (number == 1)
		(void)snprintf(out, MFA_LABEL_MAX + 1, "%s", word);
	else
		(void)snprintf(out, MFA_LABEL_MAX + 1, "%s %02zu", word, number);
}

int mfa_device_from_otpauth(const struct mfa_otpauth *otpauth, size_t number, int64_t now, struct mfa_device *out)
{
	memset(out, 0, sizeof(*out));
	if (otpauth->counter > INT64_MAX)
		return -EINVAL;
	out->type = types[otpauth->type];
	out->hash = otpauth->hash;
	out->digits = otpauth->digits;
	out->period = otpauth->period;
	out->counter = otpauth->counter;
	out->secret_len = otpauth->secret_len;
	memcpy(out->secret, otpauth->secret, otpauth->secret_len);
	out->created = now;
	mfa_device_label(out->type, number, out->label);
	return 0;
}

bool mfa_device_same_codes(const struct mfa_device *a, const struct mfa_device *b)
{
	return a->type == b->type && a->hash == b->hash && a->digits == b->digits &&
	       (a->type == MFA_DEVICE_HOTP || a->period == b->period) &&
	       a->secret_len == b->secret_len &&
	       CRYPTO_memcmp(a->secret, b->secret, a->secret_len) == 0 &&
	       (a->address == NULL) == (b->address == NULL) &&
	       (a->address == NULL || strcmp(a->address, b->address) == 0);
}

/* Neither is lowered, whatever the URI says: reset the device first, if that is meant. */
void mfa_device_keep_used(struct mfa_device *device, const struct mfa_device *old)
{
	size_t i;

	device->last_step = old->last_step;
	if (old->counter > device->counter)
		device->counter = old->counter;
	device->resync = old->resync > device->counter ? old->resync : 0;
	device->far_count = 0;
	for (i = 0; i < old->far_count; i++)
		if (old->far[i] >= device->counter)
			device->far[device->far_count++] = old->far[i];
}
