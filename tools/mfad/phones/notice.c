/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfad/phones/notice.h"

#include <stdio.h>

#include "clock/clock.h"
#include "log/log.h"
#include "mfad/phones/feed.h"
#include "mfad/phones/push.h"
#include "phone/request.h"

#define DAY 86400
#define LEAST 3		/* as many as one sign-in has tries: people mistype */
#define PLAIN_MAX 128

/* A clock that was ahead when it noted that keeps nothing back. */
static bool is_due(const struct mfa_account *account, int64_t now)
{
	const struct mfa_unheard *unheard = &account->unheard;

	return unheard->count >= LEAST &&
	       (unheard->pushed == 0 || unheard->pushed > now || now - unheard->pushed >= DAY);
}

static bool has_subscribed(const struct mfa_account *account)
{
	size_t i;

	for (i = 0; i < account->device_count; i++)
		if (account->devices[i].phone != NULL && account->devices[i].phone->subscribed)
			return true;
	return false;
}

static int note_in(void *ctx, struct mfa_record *record, bool again)
{
	int64_t now = *(int64_t *)ctx;

	(void)again;
	if (!is_due(record->account, now))
		return 1;
	record->account->unheard.pushed = now;
	return 0;
}

static int send_one(struct conversation *c, const struct mfa_phone *phone, uint32_t count)
{
	struct mfa_phone_request id;	/* a random one: what comes of it concerns nobody */
	char plain[PLAIN_MAX + 1];
	struct push_letter letter = { .id = id.id, .topic = "wrong-codes", .plain = plain, .seconds = DAY };
	int r = mfa_phone_request_new(&id);

	(void)snprintf(plain, sizeof(plain), "{\"wrong\":%lu,\"language\":\"%s\"}", (unsigned long)count,
		       phone->language);
	return r == 0 ? push_send(c, phone, &letter) : r;
}

void notice_wrong(struct conversation *c, struct mfa_record *record)
{
	int64_t now = mfa_clock_now();
	size_t i;
	int r;

	if (c->conf->portal.url == NULL || record->decoy || record->account == NULL || !feed_heard() ||
	    !is_due(record->account, now) || !has_subscribed(record->account))
		return;
	r = mfa_accounts_change(c->verifier->accounts, record, note_in, &now);
	for (i = 0; r == 0 && i < record->account->device_count; i++) {
		const struct mfa_phone *phone = record->account->devices[i].phone;

		if (phone != NULL && phone->subscribed)
			r = send_one(c, phone, record->account->unheard.count);
	}
	if (r < 0)
		mfa_log_message(LOG_ERR, "push", "a notification can't be made", r);
}
