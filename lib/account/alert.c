/* SPDX-License-Identifier: BSD-2-Clause */
#include "account/alert.h"

#include <stdio.h>
#include <string.h>

static bool is_new(const struct mfa_account *account, const struct mfa_device *device)
{
	return device->created > account->told;
}

const struct mfa_device *mfa_alert_next(const struct mfa_account *account, size_t *at)
{
	while (*at < account->device_count) {
		const struct mfa_device *device = &account->devices[(*at)++];

		if (is_new(account, device))
			return device;
	}
	return NULL;
}

int64_t mfa_alert_until(const struct mfa_account *account)
{
	const struct mfa_device *device;
	int64_t until = 0;
	size_t at = 0;

	while ((device = mfa_alert_next(account, &at)) != NULL)
		if (device->created > until)
			until = device->created;
	return until;
}

static bool hushes_itself(const struct mfa_account *account, const char *label, int64_t now)
{
	bool own = false, other = false;
	size_t i;

	for (i = 0; i < account->device_count; i++) {
		const struct mfa_device *device = &account->devices[i];

		if (!is_new(account, device))
			other = true;
		else if (strcmp(device->label, label) == 0)
			own = now < device->created + MFA_ALERT_SECONDS;
	}
	return own && other;
}

void mfa_alert_said(struct mfa_account *account, int64_t until, const char *label, int64_t now)
{
	if (until > account->told && !hushes_itself(account, label, now))
		account->told = until;
}

static void forget_wrong(struct mfa_unheard *unheard)
{
	unheard->count = 0;
	unheard->first = unheard->last = 0;
}

/* A clock that was set back makes nothing old. */
static bool is_old(const struct mfa_unheard *unheard, int64_t now)
{
	return now - unheard->last >= MFA_ALERT_WRONG_SECONDS;
}

void mfa_alert_wrong(struct mfa_account *account, int64_t now)
{
	struct mfa_unheard *unheard = &account->unheard;

	if (is_old(unheard, now))
		forget_wrong(unheard);
	if (unheard->count == 0 || now < unheard->first)
		unheard->first = now;
	if (unheard->count < UINT32_MAX)
		unheard->count++;
	unheard->last = now;
}

void mfa_alert_take_wrong(struct mfa_account *account, uint32_t own, const char *label, bool shown, int64_t now,
			  struct mfa_unheard *out)
{
	struct mfa_unheard *unheard = &account->unheard;

	unheard->count -= own < unheard->count ? own : unheard->count;
	if (unheard->count == 0 || is_old(unheard, now))
		forget_wrong(unheard);
	*out = *unheard;
	if (shown && !hushes_itself(account, label, now))
		forget_wrong(unheard);
}

/* One more place, if it fits and something after it would. */
static bool add_place(const struct mfa_event *event, char *out, size_t size)
{
	size_t n = strlen(out), len;

	len = (size_t)snprintf(out + n, size - n, "%s%s%s%s", n > 0 ? ", " : "", event->service,
			       event->rhost[0] != '\0' ? " " : "", event->rhost);
	if (n + len + sizeof(", ...") <= size && strcmp(event->service, MFA_ELSEWHERE) != 0)
		return true;
	(void)snprintf(out + n, size - n, "%s", n > 0 ? ", ..." : "...");
	return false;
}

void mfa_alert_places(const struct mfa_account *account, int64_t since, char *out, size_t size)
{
	size_t i;

	out[0] = '\0';
	for (i = account->failure_count; i-- > 0;) {
		const struct mfa_event *event = &account->failures[i].last;

		if (event->time < since || mfa_event_is_claim(event))
			continue;
		if (!add_place(event, out, size))
			return;
	}
}
