/* SPDX-License-Identifier: BSD-2-Clause */
/* Number matching: the terminal shows a number, the phone asks for it. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock/clock.h"
#include "language/language.h"
#include "mfad/ask/ask.h"
#include "mfad/ask/judged.h"
#include "mfad/ask/pair.h"
#include "mfad/phones/push.h"

#define TEXT_MAX 400
#define NO_ANSWER N_("No answer came from your phone.")

extern const struct ask ask_push;

struct matching {
	struct push push;		/* the phones of the account that were asked */
	bool notified;			/* some phone buzzed */
};

static struct matching *of(const struct challenge *ch)
{
	return ch->state;
}

/* Who waits for a phone to buzz must know that it won't. */
static void add_notice(const struct challenge *ch, char *text, size_t size)
{
	size_t n = strlen(text);

	if (of(ch)->notified || n + 1 >= size)
		return;
	text[n++] = '\n';
	(void)snprintf(text + n, size - n,
		       conversation_words(ch->c, N_("No notification could be sent to it: open %s there.")),
		       ch->c->conf->portal.url);
}

/* Without what a browser adds by itself: the line is long enough. */
static const char *host_of(const char *url)
{
	static const char scheme[] = "https://";

	return strncmp(url, scheme, sizeof(scheme) - 1) == 0 ? url + sizeof(scheme) - 1 : url;
}

/* Where the text has said the rest. */
static const char *short_prompt(bool recovery, bool more)
{
	static const char *const words[2][2] = {
		{ N_("Press Enter when you have, or type a code: "),
		  N_("Press Enter when you have, or type a code or ?: ") },
		{ N_("Press Enter when you have, or type a recovery code: "),
		  N_("Press Enter when you have, or type a recovery code or ?: ") },
	};

	return words[recovery][more];
}

/* sshd, a web page or a dialog shows a text late or not at all; on a terminal the text is there already, and the
 * question may be another one (sudo -p). */
static void prompt(const struct challenge *ch, bool recovery, char out[CHALLENGE_PROMPT_MAX])
{
	const char *url = ch->c->conf->portal.url;
	unsigned number = of(ch)->push.request.number;
	bool more = challenge_hints(ch);

	if (ch->c->waits)
		(void)snprintf(out, CHALLENGE_PROMPT_MAX, "%s", conversation_words(ch->c, short_prompt(recovery, more)));
	else if (of(ch)->notified && recovery)
		(void)snprintf(out, CHALLENGE_PROMPT_MAX, conversation_words(ch->c, more
			? N_("Enter %u on your phone, then Enter, a recovery code, or ?: ")
			: N_("Enter %u on your phone, then Enter here, or a recovery code: ")), number);
	else if (of(ch)->notified)
		(void)snprintf(out, CHALLENGE_PROMPT_MAX, conversation_words(ch->c, more
			? N_("Enter %u on your phone, then Enter here, a code, or ?: ")
			: N_("Enter %u on your phone, then Enter here, or a code: ")), number);
	else if (recovery)
		(void)snprintf(out, CHALLENGE_PROMPT_MAX, conversation_words(ch->c, more
			? N_("Enter %u on your phone (%s), then Enter, a recovery code, or ?: ")
			: N_("Enter %u on your phone (%s), then Enter, or a recovery code: ")), number, host_of(url));
	else
		(void)snprintf(out, CHALLENGE_PROMPT_MAX, conversation_words(ch->c, more
			? N_("Enter %u on your phone (%s), then Enter, a code, or ?: ")
			: N_("Enter %u on your phone (%s), then Enter, or a code: ")), number, host_of(url));
}

/* Why no phone is waited for, and what there is instead. */
static int say_instead(struct challenge *ch, enum mfa_frame_type type, const char *why)
{
	char text[TEXT_MAX];

	(void)snprintf(text, sizeof(text), "%s\n%s", conversation_words(ch->c, why),
		       conversation_words(ch->c, challenge_has_codes(ch) ? N_("Please use a code.")
									 : N_("Please use a recovery code.")));
	return conversation_say(ch->c, type, text);
}

static int say_why_not(struct challenge *ch, enum push_offer offer)
{
	switch (offer) {
	case PUSH_UNREACHABLE:
		return say_instead(ch, MFA_INFO, N_("Your phone can't be asked just now."));
	case PUSH_STOPPED:
		return say_instead(ch, MFA_INFO, N_("Your phone is not asked, because a request was refused there.\n"
						    "It will be asked again once you have signed in another way."));
	case PUSH_LIMITED:
		return say_instead(ch, MFA_INFO, N_("Your phone was asked too often without an answer."));
	default:
		return 0;
	}
}

/* Where the question has not the room. */
static int say_not_notified(struct challenge *ch)
{
	char text[TEXT_MAX];

	if (of(ch)->notified || ch->c->waits)
		return 0;
	(void)snprintf(text, sizeof(text),
		       conversation_words(ch->c, N_("No notification could be sent to your phone: open\n%s there.")),
		       ch->c->conf->portal.url);
	return conversation_say(ch->c, MFA_INFO, text);
}

static void end(struct challenge *ch)
{
	push_end(&of(ch)->push);
	free(ch->state);
	ch->state = NULL;
	ch->begun = NULL;
}

/* Nobody is asked for a name without an account: it has no phone. */
static bool has(const struct challenge *ch)
{
	return !ch->hopeless && (mfa_account_methods(ch->record->account) & MFA_METHOD_PUSH) != 0;
}

static int begin(struct challenge *ch, int *error)
{
	enum mfa_voice voice = subject_voice(ch->subject);
	struct push_subject subject = {
		/* Whose word it is says the claim, and no mark before the name. */
		.service = ch->service + (voice == MFA_VOICE_CALLER ? strlen(MFA_CALLER) : 0),
		.address = ch->place_not_known ? MFA_PHONE_REQUEST_NOWHERE : ch->rhost,
		.command = ch->command,
		.voice = voice, .policy = ch->policy,
	};
	enum push_offer offer = PUSH_NONE;

	ch->state = calloc(1, sizeof(struct matching));
	*error = ch->state == NULL ? -ENOMEM : push_begin(&of(ch)->push, ch->c, ch->record, &subject, &offer);
	if (*error != 0 || offer != PUSH_ASKED) {
		free(ch->state);
		ch->state = NULL;
		if (*error == 0 && offer == PUSH_NONE)
			return 1;
		return *error != 0 ? 0 : say_why_not(ch, offer);
	}
	ch->begun = &ask_push;
	ch->begun_at = of(ch)->push.asked_at;
	of(ch)->notified = push_notified(&of(ch)->push);
	return say_not_notified(ch);
}

static void settle(const struct challenge *ch, struct mfa_account *account, int64_t at)
{
	mfa_push_settle(account, subject_voice(ch->subject), at);
}

/* The account is changed as after a right code. */
static int accept_in(void *ctx, struct mfa_record *record, bool again)
{
	struct challenge *ch = ctx;
	struct mfa_attempt attempt = { .now = mfa_clock_now(), .voice = subject_voice(ch->subject),
				       .window = ch->c->conf->totp_window, .mistakes = ch->counted };
	struct mfa_device *device = mfa_account_device_by_id(record->account, of(ch)->push.request.device);

	(void)again;
	/* It was removed meanwhile. */
	if (device == NULL || device->phone == NULL)
		return -EPERM;
	challenge_settle(ch, record->account);
	mfa_push_accept(record->account, device, &attempt, &ch->judgement);
	return judged_put_in_record(ch);
}

static int accept(struct challenge *ch)
{
	int r = mfa_accounts_change(ch->c->verifier->accounts, ch->record, accept_in, ch);

	return subject_still(r);
}

static void refused(struct challenge *ch, enum mfa_verdict verdict)
{
	memset(&ch->judgement, 0, sizeof(ch->judgement));
	ch->judgement.method = mfa_method_word(MFA_METHOD_PUSH);
	ch->judgement.verdict = verdict;
	ch->answers++;
}

/* Returns whether an outcome is the end of the sign-in. */
static bool ends(struct challenge *ch, enum push_outcome outcome, enum mfa_result *result, int *error)
{
	switch (outcome) {
	case PUSH_APPROVED:
		*error = mfa_accounts_reload(ch->c->verifier->accounts, ch->record);
		if (*error == 0)
			*error = accept(ch);
		ch->answers++;
		*result = *error == 0 ? MFA_RESULT_OK : MFA_RESULT_FAILED;
		return true;
	case PUSH_DENIED:
		refused(ch, MFA_VERDICT_NOT_ME);
		(void)conversation_say(ch->c, MFA_ERROR, "This sign-in was refused on your phone.");
		*result = MFA_RESULT_DENIED;
		return true;
	case PUSH_WRONG:
		refused(ch, MFA_VERDICT_WRONG);
		(void)conversation_say(ch->c, MFA_ERROR, "Another number was entered on your phone. Please sign in again.");
		*result = MFA_RESULT_DENIED;
		return true;
	case PUSH_GONE:
		*result = MFA_RESULT_ABORTED;
		return true;
	case PUSH_FAILED:
		*error = -EIO;
		*result = MFA_RESULT_FAILED;
		return true;
	default:
		return false;
	}
}

static bool wait_for_phone(struct challenge *ch, enum mfa_result *result, int *error)
{
	enum push_outcome outcome;
	char text[TEXT_MAX];

	(void)snprintf(text, sizeof(text), challenge_has_codes(ch)
		? conversation_words(ch->c,
			N_("To sign in, enter %u on your phone. (Press Enter to type a code instead.)"))
		: conversation_words(ch->c,
			N_("To sign in, enter %u on your phone. (Press Enter for a recovery code.)")),
		of(ch)->push.request.number);
	add_notice(ch, text, sizeof(text));
	if (conversation_wait(ch->c, text) != 0) {
		*result = MFA_RESULT_ABORTED;
		return true;
	}
	outcome = push_wait(&of(ch)->push);
	if (ends(ch, outcome, result, error))
		return true;
	if (outcome == PUSH_EXPIRED) {
		end(ch);
		(void)say_instead(ch, MFA_INFO, NO_ANSWER);
	}
	return false;
}

static bool answered(struct challenge *ch, const char *answer, enum mfa_result *result, int *error,
		     bool *judge)
{
	bool enter = mfa_typed_is_enter(answer);
	enum push_outcome outcome = enter ? push_wait(&of(ch)->push) : push_look(&of(ch)->push);

	*judge = !enter;
	if (ends(ch, outcome, result, error))
		return true;
	if (outcome == PUSH_EXPIRED) {
		end(ch);
		if (!*judge)
			(void)say_instead(ch, MFA_ERROR, NO_ANSWER);
	}
	return false;
}

const struct ask ask_push = {
	.method = MFA_METHOD_ID_PUSH,
	.choice = N_("number matching on this phone (recommended)"),
	.brief = N_("number matching (recommended)"),
	.word = "phone",
	.offered = pair_offered,
	.enrol = pair_phone,
	.enrolled = pair_end,
	.proven = N_("The phone is paired."),
	.not_offered = N_("Number matching is not set up on this system, or mfa-portal does not run.\n"
			  "`mfa-enroll add --totp` sets up an authenticator app."),
	.names_itself = true,
	.shows_page = true,
	.way = N_("number on your phone"),
	.way_brief = N_("phone"),
	.ready = pair_offered,
	.has = has,
	.begin = begin,
	.prompt = prompt,
	.wait = wait_for_phone,
	.answered = answered,
	.settle = settle,
	.end = end,
};
