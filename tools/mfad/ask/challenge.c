/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfad/ask/challenge.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "clock/clock.h"
#include "language/language.h"
#include "mfad/ask/ask.h"
#include "mfad/ask/judged.h"
#include "mfad/ask/ways.h"
#include "mfad/base/caller_limit.h"
#include "mfad/base/metrics.h"
#include "table/table.h"

#define PROMPT_CODE N_("Authenticator code: ")
#define PROMPT_CODE_HINT N_("Authenticator code (? for another way): ")
#define PROMPT_RECOVERY N_("Recovery code: ")
#define PROMPT_RECOVERY_HINT N_("Recovery code (? for another way): ")
/* One text, whatever the account has and whoever it is of: "far ahead" would tell a guesser of a code that is good
 * later. */
#define NOT_RIGHT N_("That code is not right. Wait for the next one on your phone (on a token: press the\n" \
		     "button again).")
/* The next one does not come by itself there.  What was begun stands in the question already. */
#define NOT_THE_SENT N_("That code is not right. Type the one in the last message; ? shows other ways.")

struct judging {
	struct challenge *challenge;
	struct mfa_attempt attempt;
};

static int judge_in(void *ctx, struct mfa_record *record, bool again)
{
	struct judging *judging = ctx;
	struct challenge *ch = judging->challenge;

	judging->attempt.admitted = again;
	mfa_factor_judge(record->account, &judging->attempt, &ch->judgement);
	/* Whoever has another code need not answer the phone. */
	if (ch->judgement.verdict == MFA_VERDICT_RIGHT)
		challenge_settle(ch, record->account);
	if (ch->hopeless && ch->judgement.verdict == MFA_VERDICT_RIGHT)
		ch->judgement.verdict = MFA_VERDICT_WRONG;
	return ch->judgement.changed ? judged_put_in_record(ch) : 1;
}

static enum mfa_method_kind begun_kind(const struct challenge *ch)
{
	return ch->begun != NULL ? (enum mfa_method_kind)(1U << ch->begun->method) : MFA_METHOD_NONE;
}

/* Whether a caller's answer may be looked at, by what it got wrong at all accounts. */
static bool may_try(struct challenge *ch)
{
	if (ch->subject->caller == NULL || !ch->c->conf->throttle ||
	    caller_limit_take(ch->subject->caller, mfa_clock_now()))
		return true;
	memset(&ch->judgement, 0, sizeof(ch->judgement));
	ch->judgement.verdict = MFA_VERDICT_WAIT;
	return false;
}

/* What was no guess, or told nothing, is none of its tries; nor are mistakes of a sign-in that ends with the right
 * answer. */
static void settle_try(const struct challenge *ch, bool told)
{
	const char *caller = ch->subject->caller;
	enum mfa_verdict verdict = ch->judgement.verdict;
	int64_t now = mfa_clock_now();

	if (caller == NULL || !ch->c->conf->throttle)
		return;
	if (told && !ch->judgement.known && (verdict == MFA_VERDICT_WRONG || verdict == MFA_VERDICT_NEXT))
		return;
	caller_limit_give_back(caller, 1, now);
	if (!told || verdict != MFA_VERDICT_RIGHT)
		return;
	caller_limit_give_back(caller, ch->counted, now);
	caller_limit_make_room(caller, ch->record->account->name, now);
}

/* Judges until the judgement stands in the store. */
static int judge(struct challenge *ch, const char *answer)
{
	struct judging judging = { .challenge = ch, .attempt = {
		.answer = answer,
		.now = mfa_clock_now(),
		.voice = subject_voice(ch->subject),
		.place = ch->place,
		.methods = mfa_methods_open(ch->policy->methods, begun_kind(ch)),
		.window = ch->c->conf->totp_window,
		.throttle = ch->c->conf->throttle,
		.name = ch->record->decoy ? ch->record->name : 0,
		.mistakes = ch->counted,
	} };
	int r;

	if (!may_try(ch))
		return 0;
	r = mfa_accounts_change(ch->c->verifier->accounts, ch->record, judge_in, &judging);
	settle_try(ch, r >= 0);
	if (r == 0 && judged_is_news(ch))
		ch->mistakes++;
	if (r == 0 && ch->judgement.counted)
		ch->counted++;
	if (r == 1)
		return 0;
	return subject_still(r);
}

static int say_blocked(struct challenge *ch, enum mfa_verdict verdict, int64_t wait)
{
	char text[400];

	if (verdict == MFA_VERDICT_STOPPED)
		return conversation_say(ch->c, MFA_INFO,
			N_("Too many wrong codes. Codes from an app are refused from now on, until you sign in\n"
			   "another way (recovery code, pass, phone) or your administrator unlocks this account."));
	(void)snprintf(text, sizeof(text), wait < 90
		       ? conversation_words(ch->c,
			       N_("Too many wrong codes. Codes from an app are refused for another %lld seconds.\n"
				  "A recovery code still works."))
		       : conversation_words(ch->c,
			       N_("Too many wrong codes. Codes from an app are refused for another %lld minutes.\n"
				  "A recovery code still works.")),
		       (long long)(wait < 90 ? wait : (wait + 59) / 60));
	return conversation_say(ch->c, MFA_INFO, text);
}

bool challenge_has_codes(const struct challenge *ch)
{
	const struct ask *rows[WAYS_MAX];
	size_t i, n = ways_allowed(ch->policy, rows);
	bool others = false;

	for (i = 0; i < n; i++) {
		if (ways_is_paper(rows[i]) || !ways_has(ch, rows[i]))
			continue;
		if (rows[i]->begin == NULL)
			return true;
		others = true;
	}
	return !others;
}

void challenge_settle(const struct challenge *ch, struct mfa_account *account)
{
	size_t i;

	if (ch->begun != NULL && ch->begun->settle != NULL)
		ch->begun->settle(ch, account, ch->begun_at);
	for (i = 0; i < ch->left_count; i++)
		ch->left[i].row->settle(ch, account, ch->left[i].at);
}

/* Codes of every kind may be typed at each question: where nothing has to be begun there is nothing to choose.  Who has
 * enrolled what must not show, so it does not go by what the account has. */
bool challenge_hints(const struct challenge *ch)
{
	const struct ask *rows[WAYS_MAX];
	size_t i, n = ways_offered(ch->c, ch->policy, rows);

	for (i = 0; i < n && ch->menus < CHALLENGE_TURNS; i++)
		if (rows[i]->begin != NULL && rows[i] != ch->begun)
			return true;
	return false;
}

/* The question.  blocked: app codes are refused just now. */
static void write_prompt(const struct challenge *ch, bool blocked, char out[CHALLENGE_PROMPT_MAX])
{
	static const char *const words[2][2] = {
		{ PROMPT_CODE, PROMPT_CODE_HINT }, { PROMPT_RECOVERY, PROMPT_RECOVERY_HINT },
	};
	bool recovery = blocked || !challenge_has_codes(ch) ||
			(ch->named != NULL && ways_is_paper(ch->named));

	if (ch->begun != NULL)
		ch->begun->prompt(ch, recovery, out);
	else if (!recovery && ch->policy->prompt != NULL)
		(void)snprintf(out, CHALLENGE_PROMPT_MAX, "%s: ", ch->policy->prompt);
	else
		(void)snprintf(out, CHALLENGE_PROMPT_MAX, "%s",
			       conversation_words(ch->c, words[recovery][challenge_hints(ch)]));
}

/* Whether app codes are looked at just now: RIGHT, or why not. */
static enum mfa_verdict codes_blocked(const struct challenge *ch, int64_t *wait)
{
	*wait = 0;
	if (!ch->c->conf->throttle)
		return MFA_VERDICT_RIGHT;
	return mfa_factor_codes_blocked(ch->record->account, subject_voice(ch->subject), mfa_clock_now(), wait);
}

/* What is said before the question, and the question. */
static int prepare(struct challenge *ch, char prompt[CHALLENGE_PROMPT_MAX])
{
	enum mfa_verdict verdict;
	int64_t wait;
	int r = 0;

	if (ch->menu)
		return ways_say_menu(ch->c, ch->policy, prompt);
	verdict = codes_blocked(ch, &wait);
	if (verdict != MFA_VERDICT_RIGHT)
		r = say_blocked(ch, verdict, wait);
	write_prompt(ch, verdict != MFA_VERDICT_RIGHT, prompt);
	return r;
}

/* One question, and why it is not the usual one.  A menu takes codes as well. */
static int ask(struct challenge *ch, char *answer, size_t size)
{
	char prompt[CHALLENGE_PROMPT_MAX];
	int r = prepare(ch, prompt);

	if (r != 0)
		return r;
	ch->c->asks_code = true;
	r = conversation_ask(ch->c, ch->echo, prompt, answer, size);
	ch->c->asks_code = false;
	return r;
}

static int complain(struct challenge *ch)
{
	static const char *const words[] = {
		[MFA_VERDICT_WRONG] = NOT_RIGHT,
		[MFA_VERDICT_USED] = N_("That code was used already. Please wait for the next one."),
		[MFA_VERDICT_AHEAD] = N_("That code can't be used: the clock of this system was wrong for a while, or its accounts\n"
			"were restored from a backup. Please ask your administrator to unlock this account."),
		[MFA_VERDICT_UNCLEAR] = N_("That is not a code. A code from your app has 6 to 8 digits; "
			"a recovery\ncode looks like xxxx-xxxx-xxxx, a temporary pass like tap-xxxxx-xxxxx."),
		[MFA_VERDICT_NEXT] = NOT_RIGHT,
		[MFA_VERDICT_WAIT] = N_("Not looked at: too many codes were wrong."),
		[MFA_VERDICT_STOPPED] = N_("Not looked at: too many codes were wrong."),
		[MFA_VERDICT_RIGHT] = NULL,
		[MFA_VERDICT_NOT_ME] = NULL,
		[MFA_VERDICT_FAILED] = N_("That code could not be checked."),
		[MFA_VERDICT_RESTORED] = N_("Codes are refused for some minutes, because the accounts were restored just now.\n"
			"Please try again in a few minutes."),
	};
	MFA_TABLE_FITS(words, MFA_VERDICT_COUNT);
	const char *said = words[ch->judgement.verdict];

	if (said == words[MFA_VERDICT_WRONG] && ch->begun != NULL && ch->begun->sends)
		said = NOT_THE_SENT;
	return conversation_say(ch->c, MFA_ERROR, said);
}

static enum mfa_result ended(int r)
{
	return r == -ETIMEDOUT ? MFA_RESULT_BUSY : MFA_RESULT_ABORTED;
}

/* A person took a while over the answer; what was read before the prompt may be old. */
static int refresh(struct challenge *ch, int64_t read_at)
{
	int r;

	if (mfa_clock_now() == read_at)
		return 0;
	r = mfa_accounts_reload(ch->c->verifier->accounts, ch->record);
	return subject_still(r);
}

static void count_judged(const struct challenge *ch, const struct timespec *began)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	metrics_judged((int64_t)(now.tv_sec - began->tv_sec) * 1000000 +
		       (now.tv_nsec - began->tv_nsec) / 1000);
	if (ch->judgement.verdict == MFA_VERDICT_WAIT || ch->judgement.verdict == MFA_VERDICT_STOPPED)
		metrics_throttled();
}

static void note_wrong(struct challenge *ch, const char *answer)
{
	struct mfa_wrong_code *wrong;

	if (ch->wrong_count == CHALLENGE_TRIES)
		return;
	wrong = &ch->wrong[ch->wrong_count++];
	memcpy(wrong->text, answer, sizeof(wrong->text));
	wrong->time = mfa_clock_now();
}

/* A code that was typed: judged, and complained of.  Returns whether that was the end. */
static bool judge_typed(struct challenge *ch, const char *answer, int64_t read_at, enum mfa_result *result,
			int *error)
{
	struct timespec began;
	int r;

	(void)clock_gettime(CLOCK_MONOTONIC, &began);
	r = refresh(ch, read_at);
	if (r == 0)
		r = judge(ch, answer);
	count_judged(ch, &began);
	ch->answers++;
	if (r != 0 || ch->judgement.verdict == MFA_VERDICT_FAILED) {
		*error = r != 0 ? r : -EIO;
		*result = MFA_RESULT_FAILED;
		return true;
	}
	if (ch->judgement.verdict == MFA_VERDICT_RIGHT) {
		*result = MFA_RESULT_OK;
		return true;
	}
	if (ch->judgement.verdict == MFA_VERDICT_WRONG && !ch->hopeless)
		note_wrong(ch, answer);
	r = complain(ch);
	if (r != 0)
		*result = ended(r);
	return r != 0;
}

/* What was begun ends, for another way.  It counts until somebody has shown who he is: else phones could be asked again
 * and again by going to and fro. */
static void leave_begun(struct challenge *ch)
{
	if (ch->begun == NULL)
		return;
	if (ch->begun->settle != NULL && ch->left_count < sizeof(ch->left) / sizeof(ch->left[0])) {
		ch->left[ch->left_count].row = ch->begun;
		ch->left[ch->left_count++].at = ch->begun_at;
	}
	ch->begun->end(ch);
}

/* Returns whether that was the end. */
static bool wait_for_begun(struct challenge *ch, enum mfa_result *result, int *error)
{
	return ch->begun != NULL && ch->begun->wait != NULL && ch->c->waits && ch->begun->wait(ch, result, error);
}

/* A code that came along with the password is all that its client can say: nobody would see which number to enter. */
static bool is_unseen(const struct challenge *ch, const struct ask *row)
{
	return ch->c->has_code && ch->answers == 0 && ch->menus == 0 && ch->choices == 0 && row->begin != NULL &&
	       !row->sends;
}

/* Goes over to the way that somebody has chosen; NULL: to one that is not offered.  What the account does not have is
 * told in the words that a name without an account gets; what is typed at hand changes no more than the question, so
 * that it is asked of everybody.  Returns 0 or a negative errno of the conversation. */
static int change_over(struct challenge *ch, const struct ask *row, int *error)
{
	bool usable = row != NULL && !is_unseen(ch, row);
	int r = usable && row->begin != NULL && !ways_has(ch, row) ? 1 : 0;

	ch->choices++;
	if (!usable)
		return conversation_say(ch->c, MFA_INFO, N_("That way can't be used here."));
	/* Where something is sent, that is to be done anew. */
	if (r == 0 && (row != ch->begun || row->sends)) {
		leave_begun(ch);
		ch->named = row;
		r = row->begin != NULL ? row->begin(ch, error) : 0;
	}
	return r == 1 ? conversation_say(ch->c, MFA_INFO, N_("That way is not set up for this account.")) : r;
}

/* An answer that is no code: a word, or of the menu that was shown.  Returns whether it was one; *over: the end. */
static bool take_word(struct challenge *ch, const char *answer, bool menu, bool *over, enum mfa_result *result,
		      int *error)
{
	const struct ask *row;
	enum ways_answer what = ways_read(ch->c, ch->policy, answer, menu, &row);
	int r = 0;

	*over = false;
	switch (what) {
	case WAYS_NO_SUCH:
	case WAYS_MENU:
		ch->menu = ch->menus++ < CHALLENGE_TURNS;
		if (ch->menu && what == WAYS_NO_SUCH)
			r = conversation_say(ch->c, MFA_ERROR, N_("That is none of these. Type the number of one."));
		if (r != 0)
			*result = ended(r);
		*over = r != 0;
		return ch->menu;
	case WAYS_BACK:
		return true;
	case WAYS_CHOICE:
		if (ch->choices == CHALLENGE_TURNS)
			return false;
		r = change_over(ch, row, error);
		if (r == 0 && *error == 0) {
			*over = wait_for_begun(ch, result, error);
			return true;
		}
		*result = *error != 0 ? MFA_RESULT_FAILED : ended(r);
		*over = true;
		return true;
	default:
		return false;
	}
}

/* One question and its answer.  Returns whether that was the end. */
static bool one_turn(struct challenge *ch, unsigned *tries, enum mfa_result *result, int *error)
{
	bool judges = true, over = false, menu = ch->menu, word = false;
	int64_t read_at = mfa_clock_now();
	char answer[MFA_ANSWER_MAX];
	int r = ask(ch, answer, sizeof(answer));

	ch->menu = false;
	/* Too long to be a code: wrong, but no reason to end the sign-in. */
	if (r != 0 && r != -EBADMSG) {
		*result = ended(r);
		return true;
	}
	if (r == 0 && ch->begun != NULL)
		over = ch->begun->answered(ch, answer, result, error, &judges);
	if (r == 0 && !over && judges)
		word = take_word(ch, answer, menu, &over, result, error);
	if (!over && judges && !word)
		over = judge_typed(ch, answer, read_at, result, error);
	if (!word)
		(*tries)++;
	explicit_bzero(answer, sizeof(answer));
	return over;
}

/* Whether nothing need be begun, since what the account has of this way is typed. */
static bool is_at_hand(const struct challenge *ch, const struct ask *row)
{
	int64_t wait;

	return row->begin == NULL && codes_blocked(ch, &wait) == MFA_VERDICT_RIGHT;
}

/* The first way of those that the account has, if it must be begun and can be. */
static int begin(struct challenge *ch, int *error)
{
	const struct ask *rows[WAYS_MAX], *only;
	size_t i, n = ways_allowed(ch->policy, rows);
	int r = 0;

	if (ch->c->has_code)
		return 0;
	for (i = 0; r >= 0 && *error == 0 && ch->begun == NULL && i < n; i++) {
		if (rows[i]->sends || ways_is_paper(rows[i]) || !ways_has(ch, rows[i]))
			continue;
		if (is_at_hand(ch, rows[i]))
			return 0;
		r = rows[i]->begin != NULL ? rows[i]->begin(ch, error) : 0;
	}
	only = ways_only(ch, rows, n);
	if (r >= 0 && *error == 0 && ch->begun == NULL && only != NULL && only->sends)
		r = only->begin(ch, error);
	return r < 0 ? r : 0;
}

static void reset(struct challenge *ch)
{
	ch->answers = 0;
	ch->mistakes = 0;
	ch->counted = 0;
	ch->begun = ch->named = NULL;
	ch->state = NULL;
	ch->left_count = 0;
	ch->menu = false;
	ch->menus = ch->choices = 0;
}

/* Behind a password nobody reads them. */
static int say_notices(struct challenge *ch)
{
	const struct ask *row;
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && !ch->c->has_code && (row = ask_row(i)) != NULL; i++)
		if (row->notice != NULL)
			r = row->notice(ch);
	return r;
}

static void tell_used(const struct challenge *ch, enum mfa_result result)
{
	const struct ask *row = result == MFA_RESULT_OK ? ask_of(ch->judgement.kind) : NULL;

	if (row != NULL && row->used != NULL)
		row->used(ch);
}

enum mfa_result challenge_run(struct challenge *ch, int *error)
{
	enum mfa_result result = MFA_RESULT_MAXTRIES;
	bool over = false;
	unsigned tries = 0;
	int r;

	*error = 0;
	reset(ch);
	r = begin(ch, error);
	if (r != 0 || *error != 0) {
		result = *error != 0 ? MFA_RESULT_FAILED : ended(r);
		over = true;
	}
	if (!over && say_notices(ch) != 0) {
		result = MFA_RESULT_ABORTED;
		over = true;
	}
	if (!over)
		over = wait_for_begun(ch, &result, error);
	while (tries < CHALLENGE_TRIES && !over)
		over = one_turn(ch, &tries, &result, error);
	tell_used(ch, result);
	if (ch->begun != NULL)
		ch->begun->end(ch);
	return result;
}

void challenge_aftermath(struct challenge *ch)
{
	const struct ask *row;
	size_t i;

	for (i = 0; ch->wrong_count > 0 && (row = ask_row(i)) != NULL; i++)
		if (row->after_wrong != NULL)
			row->after_wrong(ch);
	explicit_bzero(ch->wrong, sizeof(ch->wrong));
}
