/* SPDX-License-Identifier: BSD-2-Clause */
#include "factor/sent.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>

#include "address/mask.h"
#include "address/network.h"
#include "factor/judging.h"
#include "table/table.h"

#define CODES 1000000U		/* that there are, of MFA_SENT_DIGITS */
#define V4_BITS 24
#define V6_BITS 64

/* Whether it is still good, wherever.  A clock that was set back makes it last no longer than twice its life. */
static bool is_good(const struct mfa_sent *sent, int64_t now)
{
	return sent->code[0] != '\0' && sent->left > 0 && now < sent->until &&
	       sent->created - now < sent->until - sent->created;
}

static bool is_of_place(const struct mfa_sent *sent, const uint8_t *place)
{
	return place != NULL && memcmp(sent->place, place, MFA_PLACE_SIZE) == 0;
}

static bool is_of(const struct mfa_sent *sent, const struct mfa_sent_ask *ask)
{
	return sent->method == ask->method && sent->device == ask->device && is_of_place(sent, ask->place);
}

enum mfa_sent_where mfa_sent_find(const struct mfa_account *account, enum mfa_voice voice,
				  const uint8_t place[MFA_PLACE_SIZE], int64_t now, const struct mfa_sent **out)
{
	const struct mfa_sent *sent = &account->sent[voice];

	*out = is_good(sent, now) ? sent : NULL;
	if (*out == NULL)
		return MFA_SENT_NOWHERE;
	return is_of_place(sent, place) ? MFA_SENT_HERE : MFA_SENT_ELSEWHERE;
}

void mfa_sent_drop(struct mfa_account *account)
{
	explicit_bzero(account->sent, sizeof(account->sent));
}

/* Asking for one. */

static bool same_network(const char *a, const char *b)
{
	struct mfa_network network;
	struct mfa_address address;

	if (mfa_address_parse(a, &network.address) != 0 || mfa_address_parse(b, &address) != 0)
		return strcmp(a, b) == 0;
	network.bits = network.address.v4 ? V4_BITS : V6_BITS;
	return mfa_network_has(&network, &address);
}

bool mfa_sent_familiar(const struct mfa_account *account, const char *rhost, int64_t now)
{
	size_t i;

	for (i = 0; i < account->event_count; i++) {
		const struct mfa_event *event = &account->events[i];

		if (strcmp(event->result, "ok") == 0 && !mfa_event_is_claim(event) && event->time <= now &&
		    now - event->time < MFA_SENT_FAMILIAR && same_network(event->rhost, rhost))
			return true;
	}
	return false;
}

static unsigned limit_at(unsigned limit, bool familiar)
{
	unsigned kept = limit / 2 < MFA_SENT_KEPT ? limit / 2 : MFA_SENT_KEPT;

	return familiar ? limit : limit - kept;
}

enum mfa_sent_block mfa_sent_blocked(const struct mfa_account *account, const struct mfa_sent_ask *ask, unsigned limit,
				     bool familiar)
{
	static const enum mfa_budget budgets[] = {
		[MFA_VOICE_ROOT] = MFA_BUDGET_SENT, [MFA_VOICE_OWN] = MFA_BUDGET_LOCAL_SENT,
		[MFA_VOICE_CALLER] = MFA_BUDGET_CALLER_SENT,
	};
	const struct mfa_sent *sent = &account->sent[ask->voice];
	MFA_TABLE_FITS(budgets, MFA_VOICE_COUNT);

	if (!ask->unthrottled && mfa_factor_stopped(account, budgets[ask->voice], ask->voice, ask->now))
		return MFA_SENT_STOPPED;
	if (is_good(sent, ask->now) && is_of(sent, ask) && sent->said_at <= ask->now &&
	    ask->now - sent->said_at < MFA_SENT_AGAIN)
		return MFA_SENT_TOO_SOON;
	/* Only root's word of where somebody is counts. */
	if (mfa_asked_full(&account->asked_sent[ask->voice], ask->voice,
			   ask->voice == MFA_VOICE_ROOT ? limit_at(limit, familiar) : limit, ask->now))
		return MFA_SENT_LIMITED;
	return MFA_SENT_FREE;
}

bool mfa_sent_often(const struct mfa_account *account, enum mfa_voice voice, int64_t now)
{
	return mfa_asked_full(&account->asked_sent[voice], voice, MFA_SENT_OFTEN, now);
}

int mfa_sent_draw(const struct mfa_account *account, int64_t now, char code[MFA_SENT_SIZE])
{
	const uint32_t below = UINT32_MAX - UINT32_MAX % CODES;
	uint32_t random;

	do {
		if (RAND_bytes((uint8_t *)&random, sizeof(random)) != 1)
			return -EIO;
		(void)snprintf(code, MFA_SENT_SIZE, "%06u", random % CODES);
	} while (random >= below || mfa_known_was_right(&account->known, code, now) != MFA_KNOWN_NOT);
	explicit_bzero(&random, sizeof(random));
	return 0;
}

void mfa_sent_settle(struct mfa_account *account, enum mfa_voice voice, int64_t at)
{
	mfa_asked_settle(&account->asked_sent[voice], at);
	explicit_bzero(&account->sent[voice], sizeof(account->sent[voice]));
}

/* Another may stand there by now, and that one is on its way. */
void mfa_sent_failed(struct mfa_account *account, const struct mfa_sent_ask *ask)
{
	struct mfa_sent *sent = &account->sent[ask->voice];

	mfa_asked_settle(&account->asked_sent[ask->voice], ask->now);
	if (!is_of(sent, ask) || sent->said_at != ask->now)
		return;
	if (sent->created == ask->now)
		explicit_bzero(sent, sizeof(*sent));
	else
		sent->said_at = sent->created;
}

/* Whoever had one sent, and waits for it, has the same in all that is still under way. */
static bool repeats(const struct mfa_sent *sent, const struct mfa_sent_ask *ask)
{
	return is_good(sent, ask->now) && is_of(sent, ask) &&
	       sent->until - ask->now >= (sent->until - sent->created) / 2;
}

int mfa_sent_new(struct mfa_account *account, const struct mfa_sent_ask *ask, unsigned lifetime,
		 char code[MFA_SENT_SIZE])
{
	struct mfa_sent *sent = &account->sent[ask->voice];
	int r = 0;

	memset(code, 0, MFA_SENT_SIZE);
	if (repeats(sent, ask))
		memcpy(code, sent->code, MFA_SENT_SIZE);
	else
		r = mfa_sent_draw(account, ask->now, code);
	if (r != 0)
		return r;
	if (!repeats(sent, ask)) {
		*sent = (struct mfa_sent){ .method = ask->method, .device = ask->device, .created = ask->now,
					   .until = ask->now + lifetime, .left = MFA_SENT_TRIES };
		memcpy(sent->code, code, MFA_SENT_SIZE);
		memcpy(sent->place, ask->place, MFA_PLACE_SIZE);
	}
	sent->said_at = ask->now;
	mfa_asked_add(&account->asked_sent[ask->voice], ask->now);
	return 0;
}

/* Judging. */

/* A code of another place is not compared with anything, so that nothing is learned of it there, and nothing lost. */
static bool is_asked(const struct mfa_account *account, enum mfa_method_id method, const char *answer,
		     const struct mfa_attempt *attempt)
{
	const struct mfa_sent *sent = &account->sent[attempt->voice];

	return is_good(sent, attempt->now) && sent->method == method && is_of_place(sent, attempt->place) &&
	       strlen(answer) == MFA_SENT_DIGITS && mfa_digits_only(answer);
}

/* At a decoy it is sent to no device, and so nothing is right. */
static void check(struct mfa_account *account, const char *answer, const struct mfa_attempt *attempt,
		  struct mfa_judgement *out)
{
	struct mfa_sent *sent = &account->sent[attempt->voice];
	struct mfa_device *device = mfa_account_device_by_id(account, sent->device);
	bool same = CRYPTO_memcmp(sent->code, answer, MFA_SENT_DIGITS) == 0;

	if (!same || device == NULL || (unsigned)device->type != (unsigned)sent->method)
		return;
	device->used = attempt->now;
	memcpy(out->label, device->label, sizeof(out->label));
	mfa_asked_settle_since(&account->asked_sent[attempt->voice], sent->created);
	explicit_bzero(sent, sizeof(*sent));
	out->verdict = MFA_VERDICT_RIGHT;
}

static void missed(struct mfa_account *account, const struct mfa_attempt *attempt)
{
	account->sent[attempt->voice].left--;
}

static uint32_t apart(const struct mfa_account *account, const struct mfa_attempt *attempt)
{
	return (uint32_t)account->sent[attempt->voice].created;
}

static bool is_email(const struct mfa_account *account, const char *answer, const struct mfa_attempt *attempt)
{
	return is_asked(account, MFA_METHOD_ID_EMAIL, answer, attempt);
}

static bool is_sms(const struct mfa_account *account, const char *answer, const struct mfa_attempt *attempt)
{
	return is_asked(account, MFA_METHOD_ID_SMS, answer, attempt);
}

_Static_assert(MFA_MASK_SIZE <= MFA_DESCRIPTION_MAX, "a mask is a description");

static void describe_email(const struct mfa_device *device, char out[MFA_DESCRIPTION_MAX])
{
	mfa_mask_email(device->address, out);
}

static void describe_sms(const struct mfa_device *device, char out[MFA_DESCRIPTION_MAX])
{
	mfa_mask_number(device->address, out);
}

const struct mfa_factor mfa_factor_email = {
	.recognises = is_email,
	.check = check,
	.missed = missed,
	.apart = apart,
	.describe = describe_email,
};

const struct mfa_factor mfa_factor_sms = {
	.recognises = is_sms,
	.check = check,
	.missed = missed,
	.apart = apart,
	.describe = describe_sms,
};

/* Devices. */

void mfa_device_from_recipient(enum mfa_recipient_kind kind, char *address, size_t number, int64_t now,
			       struct mfa_device *out)
{
	static const enum mfa_device_type types[] = {
		[MFA_RECIPIENT_EMAIL] = MFA_DEVICE_EMAIL,
		[MFA_RECIPIENT_NUMBER] = MFA_DEVICE_SMS,
	};

	memset(out, 0, sizeof(*out));
	out->type = types[kind];
	out->address = address;
	out->created = now;
	mfa_device_label(out->type, number, out->label);
}
