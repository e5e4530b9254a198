/* SPDX-License-Identifier: BSD-2-Clause */
#include "sent_codes.h"

#include <stdio.h>
#include <string.h>

#include "unit.h"

const uint8_t here[MFA_PLACE_SIZE] = "here", there[MFA_PLACE_SIZE] = "there";

const struct mfa_device *add_address(struct mfa_account *account, enum mfa_recipient_kind kind, const char *address)
{
	char own[MFA_RECIPIENT_SIZE];
	struct mfa_device d;

	(void)snprintf(own, sizeof(own), "%s", address);
	mfa_device_from_recipient(kind, own, 1, NOW, &d);
	assert_int_equal(mfa_account_add_device(account, &d), 0);
	return &account->devices[account->device_count - 1];
}

const struct mfa_device *add_mobile(struct mfa_account *account)
{
	return add_address(account, MFA_RECIPIENT_NUMBER, MOBILE);
}

struct mfa_sent_ask ask_of_device(const struct mfa_device *device, const uint8_t *place, int64_t now)
{
	return (struct mfa_sent_ask){ .method = (enum mfa_method_id)device->type, .device = device->id, .place = place,
				      .now = now };
}

void send_to(struct mfa_account *account, const struct mfa_device *device, const uint8_t *place, int64_t now,
	     char out[MFA_SENT_SIZE])
{
	struct mfa_sent_ask ask = ask_of_device(device, place, now);

	assert_int_equal(mfa_sent_new(account, &ask, LIFETIME, out), 0);
	assert_int_equal(strspn(out, "0123456789"), MFA_SENT_DIGITS);
}

struct mfa_judgement judge_at(struct mfa_account *account, const char *answer, struct mfa_attempt attempt)
{
	struct mfa_judgement j;

	attempt.answer = answer;
	attempt.methods = attempt.methods != 0 ? attempt.methods : ALL_METHODS;
	attempt.window = 1;
	attempt.throttle = true;
	mfa_factor_judge(account, &attempt, &j);
	return j;
}

bool is_apps(const struct mfa_account *account, const char *text, int64_t now)
{
	int64_t step;

	for (step = -2; step <= 2; step++)
		if (strcmp(code(account, now, step), text) == 0)
			return true;
	return false;
}

void wrong(const struct mfa_account *account, const char *sent, unsigned nth, char out[MFA_SENT_SIZE])
{
	unsigned at = 0, seen = 0;

	do {
		(void)snprintf(out, MFA_SENT_SIZE, "%06u", 7 * at++);
		seen += strcmp(out, sent) != 0 && !is_apps(account, out, NOW);
	} while (seen <= nth);
}
