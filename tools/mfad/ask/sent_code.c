/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfad/ask/sent_code.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "clock/clock.h"
#include "language/language.h"
#include "mfad/ask/sent_delay.h"

#define KNOWN_MS 3000		/* that a question may wait for what became of a message */
#define TEXT_MAX 400

struct sent_code *sent_code_of(const struct challenge *ch)
{
	return ch->state;
}

/* Where somebody asks, on whose word: a caller says of any service what it likes. */
static const char *address_of(const struct challenge *ch, enum mfa_voice voice)
{
	if (voice == MFA_VOICE_CALLER)
		return ch->subject->caller;
	return voice == MFA_VOICE_ROOT && ch->rhost[0] != '\0' ? ch->rhost : ch->service;
}

/* An address is as good as who says it. */
struct sent_limit_ask sent_code_limit(const struct sent_way *way, const struct challenge *ch)
{
	enum mfa_voice voice = subject_voice(ch->subject);
	const struct mfa_sender_conf *conf = &ch->c->conf->sender;
	int64_t now = mfa_clock_now();

	return (struct sent_limit_ask){
		.method = way->method,
		.address = address_of(ch, voice),
		.known_address = voice == MFA_VOICE_ROOT && sent_known_address(ch->policy, ch->rhost),
		.account = ch->subject->identity.name,	/* the record may be read anew meanwhile */
		.made_up = ch->hopeless,
		.heavy = mfa_sent_often(ch->record->account, voice, now),
		.address_hour = conf->address_hour,
		.hour = conf->hour,
		.now = now,
	};
}

static void log_result(const struct challenge *ch, const char *result, const char *why)
{
	sent_log(result, why, sent_code_of(ch)->way, ch->subject->identity.name, sent_code_of(ch)->label);
}

static int64_t since_ms(const struct timespec *began)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - began->tv_sec) * 1000 + (now.tv_nsec - began->tv_nsec) / 1000000;
}

/* Until what became of it is known, or KNOWN_MS. */
static void wait_sent(struct sent_code *s)
{
	struct timespec began;

	(void)clock_gettime(CLOCK_MONOTONIC, &began);
	s->state = sender_wait(&s->message, KNOWN_MS);
	sent_delay_note(s->way->method, since_ms(&began), s->state);
}

/* Without an account there is nothing to send, and the same to wait for and to be told: as with one of those that were
 * sent of late. */
static void make_believe(struct sent_code *s)
{
	int64_t ms = sent_delay_draw(s->way->method, &s->state);
	struct timespec time = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };

	(void)clock_nanosleep(CLOCK_MONOTONIC, 0, &time, NULL);
}

/* What the account says to one more.  Only what its record says when that is changed counts, and it is asked for at that
 * time: many may ask at once, and a question may have stood there for a while.  Of an earlier time, what others asked for
 * meanwhile would be of the future, and count for nothing. */
static enum mfa_sent_block blocked(const struct challenge *ch)
{
	struct sent_code *s = sent_code_of(ch);
	bool familiar;

	s->ask.now = mfa_clock_now();
	familiar = mfa_sent_familiar(ch->record->account, ch->rhost, s->ask.now);
	return mfa_sent_blocked(ch->record->account, &s->ask, ch->c->conf->sender.account_hour, familiar);
}

struct making {
	const struct challenge *ch;
	enum mfa_sent_block block;
	char code[MFA_SENT_SIZE];
	int64_t until;
};

/* Many who ask at the same instant have all seen the record without what the others ask for. */
static int make_in(void *ctx, struct mfa_record *record, bool again)
{
	struct making *making = ctx;
	const struct sent_code *s = sent_code_of(making->ch);
	int r;

	(void)again;
	making->block = blocked(making->ch);
	if (making->block != MFA_SENT_FREE)
		return 1;
	r = mfa_sent_new(record->account, &s->ask, making->ch->c->conf->sender.lifetime, making->code);
	making->until = record->account->sent[s->ask.voice].until;
	return r;
}

static int fail_in(void *ctx, struct mfa_record *record, bool again)
{
	const struct sent_code *s = ctx;

	(void)again;
	mfa_sent_failed(record->account, &s->ask);
	return 0;
}

static int write_to(const struct challenge *ch, const struct making *making)
{
	const struct mfa_device *device = mfa_account_device_by_id(ch->record->account, sent_code_of(ch)->ask.device);
	struct sent_code *s = sent_code_of(ch);
	int r;

	/* It was removed meanwhile. */
	if (device == NULL || device->address == NULL)
		return -ENOENT;
	r = sent_send(ch->c, ch->record->account->name, &(struct sent_letter){
		.way = s->way, .to = device->address, .kind = "code", .code = making->code, .service = ch->service,
		.address = ch->rhost, .until = making->until }, &s->message);
	s->sending = r == 0;
	return r;
}

void sent_code_give_back(struct sent_code *s, bool used)
{
	if (s->counts)
		sent_limit_give_back(&s->counted, used);
	s->counts = false;
}

/* It was counted before it was sent, and durable; surely not sent, it is as if it had not been asked for. */
int sent_code_say_failed(struct challenge *ch, int *error)
{
	struct sent_code *s = sent_code_of(ch);
	char text[TEXT_MAX], why[MFA_ORDER_WHY_SIZE];
	size_t n;

	sent_why(s->sending ? &s->message : NULL, why);
	log_result(ch, "failed", why);
	if (!sent_was_taken(why)) {
		sent_code_give_back(s, false);
		*error = mfa_accounts_change(ch->c->verifier->accounts, ch->record, fail_in, s);
	}
	(void)snprintf(text, sizeof(text), conversation_words(ch->c, N_("No code could be sent to %s.")), s->to);
	n = strlen(text);
	if (!challenge_has_codes(ch))
		(void)snprintf(text + n, sizeof(text) - n, "\n%s", conversation_words(ch->c,
			N_("Please try again later, or use a recovery code.")));
	return conversation_say(ch->c, MFA_ERROR, text);
}

/* Returns 0: *block says why there is none, and *failed whether it surely was not sent; or a negative errno of the
 * store. */
static int send_new(struct challenge *ch, enum mfa_sent_block *block, bool *failed)
{
	static const char *const words[] = {
		[SENDER_UNDERWAY] = "underway", [SENDER_SENT] = "sent", [SENDER_FAILED] = "failed",
		[SENDER_UNKNOWN] = "unknown",
	};
	struct making making = { .ch = ch };
	struct sent_code *s = sent_code_of(ch);
	char why[MFA_ORDER_WHY_SIZE];
	int r = mfa_accounts_change(ch->c->verifier->accounts, ch->record, make_in, &making);

	*failed = false;
	*block = making.block;
	if (r == 0 && ch->hopeless) {
		*failed = !sender_can(mfa_method(s->way->method)->word);
		if (!*failed)
			make_believe(s);
	} else if (r == 0) {
		*failed = write_to(ch, &making) != 0;
		if (!*failed)
			wait_sent(s);
		*failed = *failed || s->state == SENDER_FAILED;
		if (!*failed) {
			sent_why(&s->message, why);
			log_result(ch, words[s->state], why);
		}
	} else {
		sent_code_give_back(s, false);
	}
	explicit_bzero(making.code, sizeof(making.code));
	return r < 0 ? r : 0;
}

/* Whether one may be sent, by what the account was sent, and all others. */
static enum mfa_sent_block may_send(struct challenge *ch, const char **scope)
{
	static const char *const scopes[] = {
		[SENT_LIMIT_ADDRESS] = "address", [SENT_LIMIT_HOUSE] = "house", [SENT_LIMIT_ALL_OF] = "account",
	};
	struct sent_code *s = sent_code_of(ch);
	enum mfa_sent_block block = blocked(ch);
	enum sent_limit limit;

	*scope = "account";
	if (block != MFA_SENT_FREE)
		return block;
	s->counted = sent_code_limit(s->way, ch);
	limit = sent_limit_take(&s->counted);
	s->counts = limit == SENT_LIMIT_FREE;
	if (s->counts)
		return MFA_SENT_FREE;
	*scope = scopes[limit];
	return MFA_SENT_LIMITED;
}

int sent_code_say_blocked(struct challenge *ch, enum mfa_sent_block block, const char *scope)
{
	if (block == MFA_SENT_STOPPED)
		return conversation_say(ch->c, MFA_ERROR,
			N_("Too many wrong codes. None is sent until you sign in another way or your administrator\n"
			   "unlocks this account."));
	log_result(ch, "limited", scope);
	return conversation_say(ch->c, MFA_ERROR, sent_limited());
}

int sent_code_send(struct challenge *ch, enum mfa_sent_block *block, const char **scope, bool *failed)
{
	int r;

	*failed = false;
	*block = may_send(ch, scope);
	if (*block != MFA_SENT_FREE)
		return 0;
	r = send_new(ch, block, failed);
	*scope = "account";
	return r;
}
