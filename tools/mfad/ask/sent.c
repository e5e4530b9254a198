/* SPDX-License-Identifier: BSD-2-Clause */
/* Signing in with a code that is sent. */
#include "mfad/ask/sent.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock/clock.h"
#include "factor/sent.h"
#include "language/language.h"
#include "log/log.h"
#include "mfad/ask/sent_delay.h"
#include "mfad/ask/sent_limit.h"

#define KNOWN_MS 3000		/* that a question may wait for what became of a message */
#define TEXT_MAX 400

/* ch->state */
struct sent {
	const struct sent_way *way;
	struct mfa_sent_ask ask;
	char to[MFA_MASK_SIZE];
	char label[MFA_LABEL_MAX + 1];
	bool before;			/* it was sent at an earlier question */
	int64_t at;			/* when */
	struct sent_message message;
	bool sending;			/* the message is there */
	enum sender_state state;
	struct sent_limit_ask counted;
	bool counts;			/* it was counted here */
};

static struct sent *of(const struct challenge *ch)
{
	return ch->state;
}

bool sent_offered(const struct sent_way *way, const struct conversation *c, const struct mfa_policy *policy)
{
	const char *word = mfa_method(way->method)->word;

	return (policy->methods & 1U << way->method) != 0 && way->configured(c->conf) && sender_can(word);
}

/* Addresses. */

/* The account's that may be written to, the last one that was used first.  Returns how many. */
static size_t devices_of(const struct sent_way *way, const struct challenge *ch, const struct mfa_device **out)
{
	const struct mfa_account *account = ch->record->account;
	size_t i, at, n = 0;

	for (i = 0; i < account->device_count; i++) {
		const struct mfa_device *device = &account->devices[i];

		if ((unsigned)device->type != (unsigned)way->method || device->address == NULL ||
		    !way->reaches(ch->c->conf, device->address))
			continue;
		for (at = n++; at > 0 && out[at - 1]->used < device->used; at--)
			out[at] = out[at - 1];
		out[at] = device;
	}
	return n;
}

/* Of two names without an account one has it, each time: as if people had chosen. */
static bool made_up_has(const struct sent_way *way, uint32_t name)
{
	return (name >> way->method & 1) != 0;
}

bool sent_has(const struct sent_way *way, const struct challenge *ch)
{
	const struct mfa_device *devices[MFA_DEVICES_MAX];

	if (ch->hopeless)
		return made_up_has(way, ch->record->name);
	return devices_of(way, ch, devices) > 0;
}

/* Which of several; Enter is the first. */
static int ask_which(const struct sent_way *way, struct challenge *ch, const struct mfa_device *const *devices,
		     size_t count, size_t *which)
{
	char prompt[CHALLENGE_PROMPT_MAX], to[MFA_MASK_SIZE], answer[MFA_ANSWER_MAX], plain[MFA_ANSWER_MAX];
	size_t i, n = 0;
	int r;

	for (i = 0; i < count && n < sizeof(prompt); i++) {
		way->mask(devices[i]->address, to);
		n += (size_t)snprintf(prompt + n, sizeof(prompt) - n, "%s%zu: %s", i > 0 ? ", " : "", i + 1, to);
	}
	if (n < sizeof(prompt))
		(void)snprintf(prompt + n, sizeof(prompt) - n, " [1]: ");
	r = conversation_ask(ch->c, true, prompt, answer, sizeof(answer));
	mfa_typed_plain(answer, plain);
	*which = r == 0 && plain[0] >= '1' && plain[0] <= '9' ? strtoul(plain, NULL, 10) - 1 : 0;
	if (*which >= count)
		*which = 0;
	explicit_bzero(plain, sizeof(plain));
	explicit_bzero(answer, sizeof(answer));
	return r == -EBADMSG ? 0 : r;
}

/* The device that it is sent to; at a name without an account none.  Returns 0, 1: there is none, or a negative errno of
 * the conversation. */
static int choose(const struct sent_way *way, struct challenge *ch, const struct mfa_sent *pending)
{
	const struct mfa_device *devices[MFA_DEVICES_MAX];
	struct sent *s = of(ch);
	size_t i, which = 0, n;
	int r = 0;

	if (ch->hopeless) {
		way->made_up(ch->c->conf, ch->record->name, s->to);
		return 0;
	}
	n = devices_of(way, ch, devices);
	if (n == 0)
		return 1;
	for (i = 0; i < n && ch->named == NULL && pending != NULL; i++)
		if (devices[i]->id == pending->device)
			which = i;
	/* A word that came along with the password is all that its client can say: the one that was used last. */
	if (n > 1 && ch->named != NULL && !(ch->c->has_code && ch->answers == 0))
		r = ask_which(way, ch, devices, n, &which);
	s->ask.device = devices[which]->id;
	memcpy(s->label, devices[which]->label, sizeof(s->label));
	way->mask(devices[which]->address, s->to);
	return r;
}

/* Sending. */

static bool has_network(const struct mfa_networks *list, const char *rhost)
{
	struct mfa_address address;
	size_t i;

	if (mfa_address_parse(rhost, &address) != 0)
		return false;
	for (i = 0; i < list->count; i++)
		if (mfa_network_has(&list->rows[i], &address))
			return true;
	return false;
}

bool sent_known_address(const struct mfa_policy *policy, const char *rhost)
{
	return has_network(&policy->exempt_networks, rhost) || has_network(&policy->enrol_networks, rhost);
}

/* Where somebody asks, on whose word: a caller says of any service what it likes. */
static const char *address_of(const struct challenge *ch, enum mfa_voice voice)
{
	if (voice == MFA_VOICE_CALLER)
		return ch->subject->caller;
	return voice == MFA_VOICE_ROOT && ch->rhost[0] != '\0' ? ch->rhost : ch->service;
}

/* An address is as good as who says it. */
static struct sent_limit_ask limit_of(const struct sent_way *way, const struct challenge *ch)
{
	enum mfa_voice voice = subject_voice(ch->subject);
	const struct mfa_sender_conf *conf = &ch->c->conf->sender;
	int64_t now = mfa_clock_now();

	return (struct sent_limit_ask){
		.method = way->method,
		.address = address_of(ch, voice),
		.known_address = voice == MFA_VOICE_ROOT && sent_known_address(ch->policy, ch->rhost),
		.account = ch->record->account->name,
		.made_up = ch->hopeless,
		.heavy = mfa_sent_often(ch->record->account, voice, now),
		.address_hour = conf->address_hour,
		.hour = conf->hour,
		.now = now,
	};
}

const char *sent_limited(void)
{
	return N_("Too many codes were sent in the last hour. Please choose another way, or wait.");
}

void sent_log(const char *result, const char *why, const struct sent_way *way, const char *user, const char *device)
{
	struct mfa_log_line line;

	mfa_log_begin(&line, "sent");
	mfa_log_text(&line, "result", result);
	mfa_log_text(&line, "why", why);
	mfa_log_text(&line, "method", mfa_method(way->method)->word);
	mfa_log_text(&line, "user", user);
	mfa_log_text(&line, "device", device);
	mfa_log_write(&line, strcmp(result, "sent") == 0 ? LOG_INFO : LOG_NOTICE);
}

static void log_result(const struct challenge *ch, const char *result, const char *why)
{
	sent_log(result, why, of(ch)->way, ch->subject->identity.name, of(ch)->label);
}

int sent_send(const struct conversation *c, const char *account, const struct sent_letter *letter,
	      struct sent_message *message)
{
	struct sending sending = {
		.method = mfa_method(letter->way->method)->word, .kind = letter->kind, .to = letter->to,
		.language = c->language, .code = letter->code, .account = account, .service = letter->service,
		.address = letter->address, .now = mfa_clock_now(), .until = letter->until,
	};

	return sender_send(message, &sending);
}

static int64_t since_ms(const struct timespec *began)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - began->tv_sec) * 1000 + (now.tv_nsec - began->tv_nsec) / 1000000;
}

/* Until what became of it is known, or KNOWN_MS. */
static void wait_sent(struct sent *s)
{
	struct timespec began;

	(void)clock_gettime(CLOCK_MONOTONIC, &began);
	s->state = sender_wait(&s->message, KNOWN_MS);
	sent_delay_note(s->way->method, since_ms(&began), s->state);
}

/* Without an account there is nothing to send, and the same to wait for and to be told: as with one of those that were
 * sent of late. */
static void make_believe(struct sent *s)
{
	int64_t ms = sent_delay_draw(s->way->method, &s->state);
	struct timespec time = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };

	(void)clock_nanosleep(CLOCK_MONOTONIC, 0, &time, NULL);
}

/* What the account says to one more.  Only what its record says when that is changed counts: many may ask at once, and a
 * question may have stood there for a while. */
static enum mfa_sent_block blocked(const struct challenge *ch)
{
	const struct sent *s = of(ch);
	bool familiar = mfa_sent_familiar(ch->record->account, ch->rhost, s->ask.now);

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
	const struct sent *s = of(making->ch);
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
	const struct sent *s = ctx;

	(void)again;
	mfa_sent_failed(record->account, &s->ask);
	return 0;
}

static int write_to(const struct challenge *ch, const struct making *making)
{
	const struct mfa_device *device = mfa_account_device_by_id(ch->record->account, of(ch)->ask.device);
	struct sent *s = of(ch);
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

static void give_back(struct sent *s, bool used)
{
	if (s->counts)
		sent_limit_give_back(&s->counted, used);
	s->counts = false;
}

bool sent_was_taken(const char *why)
{
	return strcmp(why, MFA_ORDER_WHY_ANSWER) == 0;
}

/* It was counted before it was sent, and durable; surely not sent, it is as if it had not been asked for. */
static int say_failed(struct challenge *ch, int *error)
{
	struct sent *s = of(ch);
	char text[TEXT_MAX];
	size_t n;

	log_result(ch, "failed", s->sending ? s->message.last.why : "no-sender");
	if (!s->sending || !sent_was_taken(s->message.last.why)) {
		give_back(s, false);
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
	struct sent *s = of(ch);
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
		if (!*failed)
			log_result(ch, words[s->state], s->message.last.why);
	} else {
		give_back(s, false);
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
	struct sent *s = of(ch);
	enum mfa_sent_block block = blocked(ch);
	enum sent_limit limit;

	*scope = "account";
	if (block != MFA_SENT_FREE)
		return block;
	s->counted = limit_of(s->way, ch);
	limit = sent_limit_take(&s->counted);
	s->counts = limit == SENT_LIMIT_FREE;
	if (s->counts)
		return MFA_SENT_FREE;
	*scope = scopes[limit];
	return MFA_SENT_LIMITED;
}

static int say_blocked(struct challenge *ch, enum mfa_sent_block block, const char *scope)
{
	if (block == MFA_SENT_STOPPED)
		return conversation_say(ch->c, MFA_ERROR,
			N_("Too many wrong codes. None is sent until you sign in another way or your administrator\n"
			   "unlocks this account."));
	log_result(ch, "limited", scope);
	return conversation_say(ch->c, MFA_ERROR, sent_limited());
}

static void let_go(struct challenge *ch)
{
	struct sent *s = of(ch);

	if (s->sending)
		sender_forget(&s->message);
	free(s);
	ch->state = NULL;
	ch->begun = NULL;
}

/* A code that is good here stands for itself, unless another is asked for. */
static bool stands(const struct challenge *ch, const struct mfa_sent *pending)
{
	const struct sent *s = of(ch);

	return pending != NULL && ch->named == NULL && pending->method == s->way->method &&
	       pending->device == s->ask.device;
}

static void show_before(struct sent *s, const struct mfa_sent *pending)
{
	s->before = true;
	s->at = pending->said_at;
	s->state = SENDER_SENT;
}

/* Returns 0; *going: there is a code to be typed; or a negative errno of the conversation. */
static int start(struct challenge *ch, const struct mfa_sent *pending, bool *going, int *error)
{
	enum mfa_sent_block block;
	const char *scope;
	bool failed = false;

	*going = true;
	if (stands(ch, pending)) {
		show_before(of(ch), pending);
		return 0;
	}
	block = may_send(ch, &scope);
	if (block == MFA_SENT_FREE) {
		*error = send_new(ch, &block, &failed);
		scope = "account";
	}
	if (*error == 0 && block == MFA_SENT_TOO_SOON) {
		show_before(of(ch), &ch->record->account->sent[of(ch)->ask.voice]);
		return 0;
	}
	*going = *error == 0 && block == MFA_SENT_FREE && !failed;
	if (*error == 0 && block != MFA_SENT_FREE)
		return say_blocked(ch, block, scope);
	return failed ? say_failed(ch, error) : 0;
}

int sent_begin(const struct sent_way *way, struct challenge *ch, int *error)
{
	enum mfa_voice voice = subject_voice(ch->subject);
	const struct mfa_sent *pending;
	struct sent *s = calloc(1, sizeof(*s));
	bool going = false;
	int r;

	if (s == NULL || ch->place == NULL) {
		free(s);
		*error = -ENOMEM;
		return 0;
	}
	ch->state = s;
	s->way = way;
	s->ask = (struct mfa_sent_ask){ .method = way->method, .place = ch->place, .voice = voice,
					.now = mfa_clock_now(), .unthrottled = !ch->c->conf->throttle };
	if (mfa_sent_find(ch->record->account, voice, ch->place, s->ask.now, &pending) != MFA_SENT_HERE)
		pending = NULL;
	r = choose(way, ch, pending);
	if (r == 0)
		r = start(ch, pending, &going, error);
	if (r != 0 || !going) {
		let_go(ch);
		return r;
	}
	ch->begun = ask_of((enum mfa_method_kind)(1U << way->method));
	ch->begun_at = s->ask.now;
	return 0;
}

/* A code of another place is not compared with anything here, or what is answered would tell of it; so it is said
 * beforehand, to whoever has gone from one network to another. */
int sent_notice(const struct sent_way *way, struct challenge *ch)
{
	const struct mfa_sent *sent;
	char text[TEXT_MAX];

	if (ch->place == NULL || !sent_offered(way, ch->c, ch->policy) ||
	    mfa_sent_find(ch->record->account, subject_voice(ch->subject), ch->place, mfa_clock_now(), &sent) !=
		    MFA_SENT_ELSEWHERE || sent->method != way->method)
		return 0;
	(void)snprintf(text, sizeof(text), conversation_words(ch->c,
		N_("A code was sent for a sign-in elsewhere, and is good there alone. For one here: %s")),
		way->ask_again);
	return conversation_say(ch->c, MFA_INFO, text);
}

/* Asking for it. */

static void write_clock(int64_t at, char out[16])
{
	time_t time = (time_t)at;
	struct tm tm;

	(void)snprintf(out, 16, "?");
	if (localtime_r(&time, &tm) != NULL)
		(void)strftime(out, 16, "%H:%M", &tm);
}

void sent_prompt(const struct challenge *ch, bool recovery, char out[CHALLENGE_PROMPT_MAX])
{
	const struct sent *s = of(ch);
	const struct mfa_sent *pending;
	bool more = challenge_hints(ch);
	char at[16];

	(void)recovery;
	if (mfa_sent_find(ch->record->account, s->ask.voice, ch->place, mfa_clock_now(), &pending) != MFA_SENT_HERE) {
		(void)snprintf(out, CHALLENGE_PROMPT_MAX, conversation_words(ch->c,
			N_("That code has ended. Another, or %s for a new one: ")),
			s->way->ask_again);
	} else if (s->before) {
		write_clock(s->at, at);
		(void)snprintf(out, CHALLENGE_PROMPT_MAX, conversation_words(ch->c, more
			? N_("A code was sent to %s at %s. Code or ?: ")
			: N_("A code was sent to %s at %s. Code: ")), s->to, at);
	} else if (s->state == SENDER_SENT) {
		(void)snprintf(out, CHALLENGE_PROMPT_MAX, conversation_words(ch->c, more
			? N_("A code was sent to %s. Code or ?: ") : N_("A code was sent to %s. Code: ")), s->to);
	} else {
		(void)snprintf(out, CHALLENGE_PROMPT_MAX, conversation_words(ch->c, more
			? N_("A code is on its way to %s. Code or ?: ") : N_("A code is on its way to %s. Code: ")),
			s->to);
	}
}

bool sent_answered(struct challenge *ch, const char *answer, enum mfa_result *result, int *error, bool *judge)
{
	struct sent *s = of(ch);
	char text[TEXT_MAX];
	int r;

	*judge = !mfa_typed_is_enter(answer);
	if (*judge)
		return false;
	(void)snprintf(text, sizeof(text), conversation_words(ch->c, N_("Type the code that was sent to you; %s sends another.")),
		       s->way->ask_again);
	if (s->sending && s->state == SENDER_UNDERWAY)
		s->state = sender_wait(&s->message, 0);
	if (s->state == SENDER_FAILED) {
		r = say_failed(ch, error);
		let_go(ch);
	} else {
		r = conversation_say(ch->c, MFA_ERROR, s->state == SENDER_SENT
			? text
			: N_("The code is on its way; that can take some minutes."));
	}
	if (r == 0 && *error == 0)
		return false;
	*result = *error != 0 ? MFA_RESULT_FAILED : r == -ETIMEDOUT ? MFA_RESULT_BUSY : MFA_RESULT_ABORTED;
	return true;
}

void sent_settle(const struct challenge *ch, struct mfa_account *account, int64_t at)
{
	mfa_sent_settle(account, subject_voice(ch->subject), at);
}

/* Whoever has shown who he is has spent nobody's money. */
void sent_end(struct challenge *ch)
{
	if (ch->judgement.verdict == MFA_VERDICT_RIGHT)
		give_back(of(ch), true);
	let_go(ch);
}

/* It was sent at an earlier sign-in. */
void sent_used(const struct challenge *ch)
{
	const struct ask *row = ask_of(ch->judgement.kind);
	struct sent_limit_ask ask;

	if (row == NULL || (ch->begun == row && of(ch)->counts))
		return;
	ask = limit_of(&(struct sent_way){ .method = row->method }, ch);
	sent_limit_give_back(&ask, true);
}

/* A thief who takes an address out of an account can't do so unheard. */
void sent_removed(const struct sent_way *way, struct conversation *c, const char *account, const char *address)
{
	struct sent_letter letter = { .way = way, .to = address, .kind = "removed",
				      .until = mfa_clock_now() + c->conf->sender.lifetime };
	struct sent_message message;
	int r = -EPERM;

	if (way->configured(c->conf) && way->reaches(c->conf, address))
		r = sent_send(c, account, &letter, &message);
	if (r == 0)
		sender_forget(&message);
	else
		sent_log("failed", "removed", way, account, "");
}
