/* SPDX-License-Identifier: BSD-2-Clause */
/* Signing in with a code that is sent. */
#include "mfad/ask/sent_code.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock/clock.h"
#include "language/language.h"

#define TEXT_MAX 400

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

/* Names that share a decoy share its one code.  What was made for another is none of this one's: else whoever asks for
 * many names would see of which ones a code is told that was never asked for. */
static bool is_anothers(const struct challenge *ch, const struct mfa_sent *sent)
{
	return ch->hopeless && sent->device != ch->record->name;
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

/* The device that it is sent to; where nobody gets in none, and the name is kept in its stead.  Returns 0, 1: there is
 * none, or a negative errno of the conversation. */
static int choose(const struct sent_way *way, struct challenge *ch, const struct mfa_sent *pending)
{
	const struct mfa_device *devices[MFA_DEVICES_MAX];
	struct sent_code *s = sent_code_of(ch);
	size_t i, which = 0, n;
	int r = 0;

	if (ch->hopeless) {
		way->made_up(ch->c->conf, ch->record->name, s->to);
		s->ask.device = ch->record->name;
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

/* Beginning. */

static void let_go(struct challenge *ch)
{
	struct sent_code *s = sent_code_of(ch);

	if (s->sending)
		sender_forget(&s->message);
	free(s);
	ch->state = NULL;
	ch->begun = NULL;
}

/* A code that is good here stands for itself, unless another is asked for. */
static bool stands(const struct challenge *ch, const struct mfa_sent *pending)
{
	const struct sent_code *s = sent_code_of(ch);

	return pending != NULL && ch->named == NULL && pending->method == s->way->method &&
	       pending->device == s->ask.device;
}

static void show_before(struct sent_code *s, const struct mfa_sent *pending)
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
		show_before(sent_code_of(ch), pending);
		return 0;
	}
	*error = sent_code_send(ch, &block, &scope, &failed);
	if (*error == 0 && block == MFA_SENT_TOO_SOON) {
		show_before(sent_code_of(ch), &ch->record->account->sent[sent_code_of(ch)->ask.voice]);
		return 0;
	}
	*going = *error == 0 && block == MFA_SENT_FREE && !failed;
	if (*error == 0 && block != MFA_SENT_FREE)
		return sent_code_say_blocked(ch, block, scope);
	return failed ? sent_code_say_failed(ch, error) : 0;
}

int sent_begin(const struct sent_way *way, struct challenge *ch, int *error)
{
	enum mfa_voice voice = subject_voice(ch->subject);
	const struct mfa_sent *pending;
	struct sent_code *s = calloc(1, sizeof(*s));
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
		    MFA_SENT_ELSEWHERE || sent->method != way->method || is_anothers(ch, sent))
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

/* Whether there is none any more that could be typed.  That another's has taken its place takes none away. */
static bool has_ended(const struct challenge *ch)
{
	const struct mfa_sent *pending;

	switch (mfa_sent_find(ch->record->account, sent_code_of(ch)->ask.voice, ch->place, mfa_clock_now(), &pending)) {
	case MFA_SENT_HERE:
		return false;
	case MFA_SENT_ELSEWHERE:
		return !is_anothers(ch, pending);
	default:
		return true;
	}
}

void sent_prompt(const struct challenge *ch, bool recovery, char out[CHALLENGE_PROMPT_MAX])
{
	const struct sent_code *s = sent_code_of(ch);
	bool more = challenge_hints(ch);
	char at[16];

	(void)recovery;
	if (has_ended(ch)) {
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
	struct sent_code *s = sent_code_of(ch);
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
		r = sent_code_say_failed(ch, error);
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
		sent_code_give_back(sent_code_of(ch), true);
	let_go(ch);
}

/* It was sent at an earlier sign-in. */
void sent_used(const struct challenge *ch)
{
	const struct ask *row = ask_of(ch->judgement.kind);
	struct sent_limit_ask ask;

	if (row == NULL || (ch->begun == row && sent_code_of(ch)->counts))
		return;
	ask = sent_code_limit(&(struct sent_way){ .method = row->method }, ch);
	sent_limit_give_back(&ask, true);
}
