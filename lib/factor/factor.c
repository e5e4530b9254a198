/* SPDX-License-Identifier: BSD-2-Clause */
#include "factor/factor.h"

#include <string.h>

#include "factor/judging.h"
#include "factor/sent.h"
#include "table/table.h"

/* Of each voice. */
#define BUDGETS(NAME) \
	{ [MFA_VOICE_ROOT] = MFA_BUDGET_##NAME, [MFA_VOICE_OWN] = MFA_BUDGET_LOCAL_##NAME, \
	  [MFA_VOICE_CALLER] = MFA_BUDGET_CALLER_##NAME }

/* Which file judges for which method, and where wrong answers are counted. */
static const struct row {
	const struct mfa_factor *factor;
	enum mfa_method_id method;
	enum mfa_budget budgets[MFA_VOICE_COUNT];
} rows[] = {
#define FACTOR(name, METHOD, NAME) { &mfa_factor_##name, MFA_METHOD_ID_##METHOD, BUDGETS(NAME) },
#include "method/list.h"
};
#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

/* Those that an answer is asked of: it may be of the form of several methods. */
struct asked {
	size_t count;
	const struct row *rows[ROW_COUNT];
	uint64_t apart;			/* what a wrong one is known by (apart_by) */
	enum mfa_known_as known;
	enum mfa_known_as repeat;	/* whether it was right before, whatever it was of */
};

static unsigned kind_of(const struct row *row)
{
	return 1U << row->method;
}

static bool recognises(const struct row *row, const struct mfa_account *account, const char *answer,
		       const struct mfa_attempt *attempt)
{
	return row->budgets[MFA_VOICE_ROOT] != MFA_BUDGET_NONE && row->factor->recognises(account, answer, attempt);
}

/* All whose form it has and whose method counts here.  Where none of them does, the first whose form it has: it can't be
 * right, and is counted as what it looks like. */
static void pick(const struct mfa_account *account, const char *answer, const struct mfa_attempt *attempt,
		 struct asked *out)
{
	const struct row *first = NULL;
	size_t i;

	out->count = 0;
	for (i = 0; i < ROW_COUNT; i++) {
		if (!recognises(&rows[i], account, answer, attempt))
			continue;
		if (first == NULL)
			first = &rows[i];
		if ((kind_of(&rows[i]) & attempt->methods) != 0)
			out->rows[out->count++] = &rows[i];
	}
	if (out->count == 0 && first != NULL)
		out->rows[out->count++] = first;
}

/* What the user's own programs and callers got wrong counts a fifth on root's word: they can guess, too, but can't
 * keep anybody out there by themselves. */
#define OTHERS_WEIGHT 5
#define GUESSES 3		/* of a few days: more than whoever mistypes one now and then */

static const enum mfa_total_kind totals[] = {
	[MFA_VOICE_ROOT] = MFA_TOTAL_CODE, [MFA_VOICE_OWN] = MFA_TOTAL_LOCAL_CODE,
	[MFA_VOICE_CALLER] = MFA_TOTAL_CALLER_CODE,
};
MFA_TABLE_FITS(totals, MFA_VOICE_COUNT);

static uint32_t others_wrong(const struct mfa_account *account, enum mfa_total_kind kind, int64_t now)
{
	uint32_t wrong = mfa_total_wrong(&account->totals[kind], now);

	return wrong < MFA_TOTAL_LIMIT ? wrong : MFA_TOTAL_LIMIT;
}

/* Of both together no more than of one. */
static uint32_t beside(const struct mfa_account *account, enum mfa_voice voice, int64_t now)
{
	uint32_t wrong = 0;

	if (voice == MFA_VOICE_ROOT)
		wrong = others_wrong(account, MFA_TOTAL_LOCAL_CODE, now) +
			others_wrong(account, MFA_TOTAL_CALLER_CODE, now);
	return (wrong < MFA_TOTAL_LIMIT ? wrong : MFA_TOTAL_LIMIT) / OTHERS_WEIGHT;
}

static void lift_total(struct mfa_account *account, enum mfa_voice voice, bool by_word, int64_t now)
{
	mfa_total_lift(&account->totals[totals[voice]], beside(account, voice, now), by_word, now);
}

bool mfa_factor_stopped(const struct mfa_account *account, enum mfa_budget budget, enum mfa_voice voice, int64_t now)
{
	return mfa_budget(budget)->stops &&
	       (mfa_throttle_stopped(&account->throttles[budget]) ||
		mfa_total_stopped(&account->totals[totals[voice]], beside(account, voice, now), now));
}

static void clear_throttles(struct mfa_account *account, enum mfa_voice voice)
{
	static const enum mfa_budget all[][MFA_VOICE_COUNT] = {
#define BUDGET(NAME, ...) BUDGETS(NAME),
#include "method/list.h"
	};
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		mfa_throttle_clear(&account->throttles[all[i][voice]]);
}

bool mfa_factor_mend_clocks(struct mfa_account *account, int64_t now, unsigned window)
{
	bool mended = false;
	size_t i;

	for (i = 0; i < ROW_COUNT; i++)
		if (rows[i].factor->mend != NULL)
			mended |= rows[i].factor->mend(account, now, window);
	return mended;
}

bool mfa_factor_unlock(struct mfa_account *account, int64_t now, unsigned window)
{
	size_t i;

	/* Root's last: what is lifted there depends on what the others got wrong. */
	for (i = MFA_VOICE_COUNT; i-- > 0;) {
		clear_throttles(account, (enum mfa_voice)i);
		lift_total(account, (enum mfa_voice)i, true, now);
	}
	memset(&account->push, 0, sizeof(account->push));
	mfa_sent_drop(account);
	memset(account->asked_sent, 0, sizeof(account->asked_sent));
	return mfa_factor_mend_clocks(account, now, window);
}

static void clear_own_throttles(struct mfa_account *account, enum mfa_method_kind kind, enum mfa_voice voice)
{
	size_t i;

	for (i = 0; i < ROW_COUNT; i++)
		if (kind_of(&rows[i]) == (unsigned)kind && rows[i].budgets[voice] != MFA_BUDGET_NONE)
			mfa_throttle_clear(&account->throttles[rows[i].budgets[voice]]);
}

/* What a user's own programs or a caller say clears no more than what they have done. */
void mfa_factor_shown(struct mfa_account *account, const struct mfa_attempt *attempt,
		      enum mfa_method_kind kind)
{
	const struct mfa_method *method = mfa_method_of(kind);

	if (method->clears_own) {
		clear_own_throttles(account, kind, attempt->voice);
		return;
	}
	clear_throttles(account, attempt->voice);
	mfa_total_give_back(&account->totals[totals[attempt->voice]],
			    beside(account, attempt->voice, attempt->now), attempt->mistakes, attempt->now);
	/* Whoever guesses at codes has no other method; who has one may need an app's codes again. */
	if (method->lifts_total)
		lift_total(account, attempt->voice, false, attempt->now);
	/* Proof by a method that is no phone ends the word that somebody was not there.  What was used stays
	 * used: this system's clock, by which a step would be of the future, may be what is wrong. */
	if (attempt->voice == MFA_VOICE_ROOT && method->ends_push_stop)
		account->push.stopped = account->push.wrong = 0;
	if (attempt->voice != MFA_VOICE_OWN && method->ends_push_stop)
		account->push.caller_stopped = account->push.caller_wrong = 0;
}

static enum mfa_verdict blocked(const struct mfa_account *account, enum mfa_budget budget, enum mfa_voice voice,
				int64_t now, int64_t *wait)
{
	*wait = 0;
	if (mfa_factor_stopped(account, budget, voice, now))
		return MFA_VERDICT_STOPPED;
	*wait = mfa_throttle_wait(&account->throttles[budget], now);
	return *wait > 0 ? MFA_VERDICT_WAIT : MFA_VERDICT_RIGHT;
}

enum mfa_verdict mfa_factor_codes_blocked(const struct mfa_account *account, enum mfa_voice voice,
					  int64_t now, int64_t *wait)
{
	static const enum mfa_budget codes[MFA_VOICE_COUNT] = BUDGETS(CODE);

	return blocked(account, codes[voice], voice, now, wait);
}

bool mfa_factor_guessed_lately(const struct mfa_account *account, uint32_t name, int64_t now)
{
	uint32_t all = mfa_total_lately(&account->totals[MFA_TOTAL_CODE], now);
	uint32_t of_name = mfa_lately_wrong(&account->lately, name, now);

	return (name != 0 ? of_name : all) >= GUESSES;
}

uint32_t mfa_factor_wrong_codes(const struct mfa_account *account, enum mfa_voice voice, int64_t now)
{
	return mfa_total_wrong(&account->totals[totals[voice]], now) + beside(account, voice, now);
}

uint32_t mfa_factor_codes_left(const struct mfa_account *account, enum mfa_voice voice, int64_t now)
{
	return mfa_total_left(&account->totals[totals[voice]], beside(account, voice, now), now);
}

/* Whether a budget lets an answer be looked at now; if not, why and how long. */
static bool admitted(struct mfa_account *account, enum mfa_budget budget, const struct mfa_attempt *attempt,
		     struct mfa_judgement *out)
{
	enum mfa_verdict verdict;
	int64_t wait;

	if (!attempt->throttle)
		return true;
	/* However many are let through at once, a row of mistakes has the same end. */
	if (attempt->admitted && !mfa_factor_stopped(account, budget, attempt->voice, attempt->now))
		return true;
	out->changed |= mfa_throttle_mend(&account->throttles[budget], attempt->now);
	verdict = blocked(account, budget, attempt->voice, attempt->now, &wait);
	if (verdict == MFA_VERDICT_RIGHT)
		return true;
	/* Of several that do not, the one that will first. */
	if (out->verdict != MFA_VERDICT_WAIT || (verdict == MFA_VERDICT_WAIT && wait < out->wait)) {
		out->verdict = verdict;
		out->wait = wait;
	}
	return false;
}

/* Leaves those whose own budget lets the answer be looked at.  A method that is stopped is not asked, however many others
 * have the same form: else its codes would be right again behind theirs. */
static void admit(struct mfa_account *account, const struct mfa_attempt *attempt, struct asked *asked,
		  struct mfa_judgement *out)
{
	size_t i, n = 0;

	for (i = 0; i < asked->count; i++)
		if (admitted(account, asked->rows[i]->budgets[attempt->voice], attempt, out))
			asked->rows[n++] = asked->rows[i];
	asked->count = n;
	if (n > 0) {
		out->verdict = MFA_VERDICT_WRONG;
		out->wait = 0;
	}
}

/* Whether wrong answers of this form count in the total, and are known. */
static bool is_code(const struct asked *asked)
{
	size_t i;

	for (i = 0; i < asked->count; i++)
		if (mfa_budget(asked->rows[i]->budgets[MFA_VOICE_ROOT])->stops)
			return true;
	return false;
}

/* Asks each that counts, until one says that it is right. */
static void check_all(struct mfa_account *account, const char *answer, const struct asked *asked,
		      const struct mfa_attempt *attempt, struct mfa_judgement *out)
{
	size_t i;

	for (i = 0; i < asked->count; i++) {
		const struct row *row = asked->rows[i];
		enum mfa_verdict before = out->verdict;

		if ((kind_of(row) & attempt->methods) == 0)
			continue;
		out->verdict = MFA_VERDICT_WRONG;
		row->factor->check(account, answer, attempt, out);
		if (out->verdict == MFA_VERDICT_WRONG) {
			out->verdict = before;
			continue;
		}
		out->method = mfa_method(row->method)->word;
		out->kind = (enum mfa_method_kind)kind_of(row);
		if (out->verdict == MFA_VERDICT_RIGHT || out->verdict == MFA_VERDICT_FAILED)
			return;
	}
}

/* A code that is known is no guess, and counts for none, so it must not be right either: each time step makes other
 * codes right, and the same digits sent at each of them would be guesses.  The account is copied for each
 * answer, so that the time does not tell. */
static void check_known(struct mfa_account *account, const char *answer, const struct asked *asked,
			const struct mfa_attempt *attempt, struct mfa_judgement *out)
{
	struct mfa_account before = *account;

	check_all(account, answer, asked, attempt, out);
	if (asked->known == MFA_KNOWN && out->verdict == MFA_VERDICT_RIGHT) {
		*account = before;
		*out = (struct mfa_judgement){ .verdict = MFA_VERDICT_WRONG, .method = out->asked, .asked = out->asked };
	}
	explicit_bzero(&before, sizeof(before));
}

/* What an answer that was wrong is known by: the methods of its form that it was not asked of, because they do not count
 * here or their budgets did not admit it.  Where they are asked it may be right: an app's code that was typed where only
 * recovery codes count is good elsewhere.  And of which name, so that what was tried at one is not known at others that
 * have the same decoy; and of which code that was sent, where it was compared with one. */
static uint64_t apart_by(const struct mfa_account *account, const char *answer, const struct asked *asked,
			 const struct mfa_attempt *attempt)
{
	unsigned kinds = 0, asked_of = 0;
	uint32_t apart = attempt->name;
	size_t i;

	for (i = 0; i < ROW_COUNT; i++)
		if (recognises(&rows[i], account, answer, attempt))
			kinds |= kind_of(&rows[i]);
	for (i = 0; i < asked->count; i++) {
		const struct mfa_factor *factor = asked->rows[i]->factor;

		asked_of |= kind_of(asked->rows[i]);
		if (factor->apart != NULL)
			apart ^= factor->apart(account, attempt);
	}
	return (uint64_t)apart << 32 | (kinds & ~(asked_of & attempt->methods));
}

/* A wrong answer counts in the budget of each that was asked, once. */
static void count_in_budgets(struct mfa_account *account, const struct asked *asked, const struct mfa_attempt *attempt)
{
	bool counted[MFA_BUDGET_COUNT] = { false };
	size_t i;

	for (i = 0; i < asked->count; i++) {
		enum mfa_budget budget = asked->rows[i]->budgets[attempt->voice];

		if (asked->rows[i]->factor->missed != NULL)
			asked->rows[i]->factor->missed(account, attempt);
		if (!counted[budget])
			mfa_throttle_fail(&account->throttles[budget], attempt->now);
		counted[budget] = true;
	}
}

static struct mfa_throttle *repeats_of(struct mfa_account *account, enum mfa_voice voice)
{
	static const enum mfa_budget budgets[MFA_VOICE_COUNT] = BUDGETS(REPEAT);

	return &account->throttles[budgets[voice]];
}

/* One that is known can't be right, so that nothing need wait for it: whose program sends it all day must get in
 * meanwhile.  What was right before is a program's that has kept it, a mail client's; it has a budget of its own, which
 * stops nothing but itself. */
static void count_wrong(struct mfa_account *account, const char *answer, const struct asked *asked,
			const struct mfa_attempt *attempt, struct mfa_judgement *out)
{
	enum mfa_voice voice = attempt->voice;

	if (asked->known == MFA_KNOWN || asked->repeat == MFA_KNOWN)
		mfa_known_again(&account->known, answer, asked->apart, attempt->now);
	if (asked->repeat != MFA_KNOWN_NOT)
		mfa_throttle_repeat(repeats_of(account, voice), attempt->now);
	else if (asked->known != MFA_KNOWN)
		count_in_budgets(account, asked, attempt);
	if (asked->known != MFA_KNOWN_NOT || !is_code(asked))
		return;
	out->counted = true;
	if (attempt->name != 0 && voice == MFA_VOICE_ROOT)
		mfa_lately_fail(&account->lately, attempt->name, attempt->now);
	mfa_total_fail(&account->totals[totals[voice]], beside(account, voice, attempt->now), attempt->now);
	mfa_known_add_wrong(&account->known, answer, asked->apart, attempt->now);
}

/* As what an answer is known.  A recovery code that was right is gone, and a pass may be good again: these are looked at
 * whatever they were. */
static void find_known(struct mfa_account *account, const char *answer, struct asked *asked,
		       const struct mfa_attempt *attempt)
{
	struct mfa_throttle *repeats = repeats_of(account, attempt->voice);

	asked->known = MFA_KNOWN_NOT;
	asked->repeat = mfa_known_was_right(&account->known, answer, attempt->now);
	if (is_code(asked))
		asked->known = mfa_known_find(&account->known, answer, asked->apart, attempt->now);
	/* Who sends one that was right a moment ago too often is refused as if that were long ago. */
	if (asked->known == MFA_KNOWN_RIGHT_NOW && attempt->throttle && mfa_throttle_wait(repeats, attempt->now) > 0)
		asked->known = MFA_KNOWN;
}

static void judge(struct mfa_account *account, const char *answer, struct asked *asked,
		  const struct mfa_attempt *attempt, struct mfa_judgement *out)
{
	out->method = out->asked = mfa_method(asked->rows[0]->method)->word;
	admit(account, attempt, asked, out);
	if (asked->count == 0)
		return;
	out->method = out->asked = mfa_method(asked->rows[0]->method)->word;
	asked->apart = apart_by(account, answer, asked, attempt);
	find_known(account, answer, asked, attempt);
	check_known(account, answer, asked, attempt, out);
	out->repeated = asked->repeat != MFA_KNOWN_NOT && out->verdict != MFA_VERDICT_RIGHT;
	out->known = out->repeated || asked->known != MFA_KNOWN_NOT;
	if (out->verdict == MFA_VERDICT_RIGHT) {
		mfa_known_add_right(&account->known, answer, attempt->now);
		mfa_factor_shown(account, attempt, out->kind);
		out->changed = true;
	} else if (out->verdict == MFA_VERDICT_WRONG || out->verdict == MFA_VERDICT_NEXT) {
		count_wrong(account, answer, asked, attempt, out);
		out->changed = true;
	}
}

static void spend(struct mfa_account *account, const char *answer, struct asked *asked,
		  const struct mfa_attempt *attempt, struct mfa_judgement *out)
{
	struct mfa_account before = *account;

	check_all(account, answer, asked, attempt, out);
	out->changed = out->verdict == MFA_VERDICT_RIGHT;
	if (out->changed)
		mfa_known_add_right(&account->known, answer, attempt->now);
	else
		*account = before;
	explicit_bzero(&before, sizeof(before));
}

typedef void weigh_fn(struct mfa_account *account, const char *answer, struct asked *asked,
		      const struct mfa_attempt *attempt, struct mfa_judgement *out);

/* An answer as it was typed, once it is known what it may be of. */
static void weigh(struct mfa_account *account, const struct mfa_attempt *attempt, weigh_fn *how,
		  struct mfa_judgement *out)
{
	char answer[MFA_ANSWER_MAX];
	struct asked asked;

	memset(out, 0, sizeof(*out));
	mfa_typed_plain(attempt->answer, answer);
	pick(account, answer, attempt, &asked);
	if (asked.count > 0)
		how(account, answer, &asked, attempt, out);
	else
		out->verdict = MFA_VERDICT_UNCLEAR;
	explicit_bzero(answer, sizeof(answer));
}

void mfa_factor_judge(struct mfa_account *account, const struct mfa_attempt *attempt,
		      struct mfa_judgement *out)
{
	weigh(account, attempt, judge, out);
}

bool mfa_factor_spend(struct mfa_account *account, const struct mfa_attempt *attempt, struct mfa_judgement *out)
{
	weigh(account, attempt, spend, out);
	return out->changed;
}

/* Devices. */

static const struct mfa_factor *of_device(const struct mfa_device *device)
{
	size_t i;

	for (i = 0; i < ROW_COUNT && (unsigned)rows[i].method != (unsigned)device->type; i++)
		;
	return i < ROW_COUNT ? rows[i].factor : NULL;
}

void mfa_factor_describe(const struct mfa_device *device, char out[MFA_DESCRIPTION_MAX])
{
	const struct mfa_factor *factor = of_device(device);

	out[0] = '\0';
	if (factor != NULL && factor->describe != NULL)
		factor->describe(device, out);
}

size_t mfa_factor_restore(struct mfa_account *account, int64_t now, bool drop_recovery)
{
	size_t i, unsure = 0;

	for (i = 0; i < account->device_count; i++) {
		const struct mfa_factor *factor = of_device(&account->devices[i]);

		if (factor != NULL && factor->restore != NULL)
			unsure += !factor->restore(&account->devices[i], now);
	}
	memset(&account->pass, 0, sizeof(account->pass));
	mfa_sent_drop(account);
	if (drop_recovery) {
		account->recovery_count = 0;
		memset(account->recovery, 0, sizeof(account->recovery));
	}
	return unsure;
}

unsigned mfa_factor_stand_ins(const struct mfa_account *account, int64_t now)
{
	unsigned methods = 0;
	size_t i;

	for (i = 0; i < ROW_COUNT; i++)
		if (rows[i].factor->stands_in != NULL && rows[i].factor->stands_in(account, now))
			methods |= kind_of(&rows[i]);
	return methods;
}
