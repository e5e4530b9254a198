#include "account/news.h"

#include <string.h>

static bool is_news(const struct mfa_account *account, const struct mfa_device *device)
{
	return device->created > account->told;
}

const struct mfa_device *mfa_news_next(const struct mfa_account *account, size_t *at)
{
	while (*at < account->device_count) {
		const struct mfa_device *device = &account->devices[(*at)++];

		if (is_news(account, device))
			return device;
	}
	return NULL;
}

int64_t mfa_news_until(const struct mfa_account *account)
{
	const struct mfa_device *device;
	int64_t until = 0;
	size_t at = 0;

	while ((device = mfa_news_next(account, &at)) != NULL)
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

		if (!is_news(account, device))
			other = true;
		else if (strcmp(device->label, label) == 0)
			own = now < device->created + MFA_NEWS_SECONDS;
	}
	return own && other;
}

void mfa_news_said(struct mfa_account *account, int64_t until, const char *label, int64_t now)
{
	if (until > account->told && !hushes_itself(account, label, now))
		account->told = until;
}
