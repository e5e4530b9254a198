/* SPDX-License-Identifier: BSD-2-Clause */
/* Number matching: what an account's phones were asked, and what comes of it.  Whoever has stolen a
 * password must not wear its owner down with requests until one is approved. */
#include <stdio.h>
#include <string.h>

#include "factor/factor.h"
#include "factor/judging.h"
#include "table/table.h"

#define HOUR 3600

static struct mfa_asked *asked_of(struct mfa_push_state *push, enum mfa_voice voice)
{
	struct mfa_asked *const all[] = {
		[MFA_VOICE_ROOT] = &push->asked, [MFA_VOICE_OWN] = &push->asked_local,
		[MFA_VOICE_CALLER] = &push->asked_caller,
	};
	MFA_TABLE_FITS(all, MFA_VOICE_COUNT);

	return all[voice];
}

enum mfa_push_block mfa_push_blocked(const struct mfa_account *account, enum mfa_voice voice, unsigned limit,
				     int64_t now)
{
	struct mfa_push_state push = account->push;

	if (push.stopped != 0 || (voice == MFA_VOICE_CALLER && push.caller_stopped != 0))
		return MFA_PUSH_STOPPED;
	return mfa_asked_full(asked_of(&push, voice), voice, limit, now) ? MFA_PUSH_LIMITED : MFA_PUSH_FREE;
}

void mfa_push_ask(struct mfa_account *account, enum mfa_voice voice, int64_t now)
{
	mfa_asked_add(asked_of(&account->push, voice), now);
}

void mfa_push_settle(struct mfa_account *account, enum mfa_voice voice, int64_t asked_at)
{
	mfa_asked_settle(asked_of(&account->push, voice), asked_at);
}

void mfa_push_refuse(struct mfa_account *account, enum mfa_voice voice, int64_t now)
{
	*(voice == MFA_VOICE_CALLER ? &account->push.caller_stopped : &account->push.stopped) = now;
}

void mfa_push_mistake(struct mfa_account *account, enum mfa_voice voice, int64_t now)
{
	int64_t *wrong = voice == MFA_VOICE_CALLER ? &account->push.caller_wrong : &account->push.wrong;

	/* Either way, for the same reason. */
	if (*wrong != 0 && *wrong > now - HOUR && *wrong < now + HOUR)
		mfa_push_refuse(account, voice, now);
	*wrong = now;
}

void mfa_push_accept(struct mfa_account *account, struct mfa_device *device,
		     const struct mfa_attempt *attempt, struct mfa_judgement *out)
{
	memset(out, 0, sizeof(*out));
	out->verdict = MFA_VERDICT_RIGHT;
	out->method = mfa_method_word(MFA_METHOD_PUSH);
	out->kind = MFA_METHOD_PUSH;
	memcpy(out->label, device->label, sizeof(out->label));
	out->changed = true;
	device->used = attempt->now;
	if (attempt->voice == MFA_VOICE_ROOT)
		account->push.wrong = 0;
	if (attempt->voice == MFA_VOICE_CALLER)
		account->push.caller_wrong = 0;
	mfa_factor_shown(account, attempt, MFA_METHOD_PUSH);
}

static void describe(const struct mfa_device *device, char out[MFA_DESCRIPTION_MAX])
{
	(void)snprintf(out, MFA_DESCRIPTION_MAX, "%s, %s", device->phone->language,
		       device->phone->subscribed ? "notifications" : "no notifications");
}

const struct mfa_factor mfa_factor_push = {
	.describe = describe,
};
