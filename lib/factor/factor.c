#include "factor/factor.h"

#include <ctype.h>
#include <string.h>

#include "factor/method.h"

/* An answer's form says which: digits are asked of both kinds of code. */
static const struct mfa_method *const methods[] = {
	&mfa_method_recovery, &mfa_method_pass, &mfa_method_totp, &mfa_method_hotp,
	&mfa_method_scratch,
};
#define METHOD_COUNT (sizeof(methods) / sizeof(methods[0]))

/* People type codes as they are shown, in groups. */
static void normalise(const char *answer, char out[MFA_ANSWER_MAX])
{
	size_t n = 0;

	for (; answer != NULL && *answer != '\0'; answer++) {
		if (*answer == ' ' || *answer == '-')
			continue;
		if (n + 1 >= MFA_ANSWER_MAX) {
			n = 0;
			break;
		}
		out[n++] = *answer;
	}
	out[n] = '\0';
}

static const struct mfa_method *method_for(const char *answer)
{
	size_t i;

	for (i = 0; i < METHOD_COUNT; i++)
		if (methods[i]->recognises(answer))
			return methods[i];
	return NULL;
}

/* What the user's own programs got wrong counts a fifth on root's word: they can guess, too, but can't
 * keep anybody out there by themselves. */
#define LOCAL_WEIGHT 5
#define GUESSES 3		/* of a few days: more than who mistypes one now and then */

static enum mfa_total_kind total_of(bool local)
{
	return local ? MFA_TOTAL_LOCAL_CODE : MFA_TOTAL_CODE;
}

static uint32_t beside(const struct mfa_account *account, bool local, int64_t now)
{
	uint32_t wrong = mfa_total_wrong(&account->totals[MFA_TOTAL_LOCAL_CODE], now);

	if (local)
		return 0;
	return (wrong < MFA_TOTAL_LIMIT ? wrong : MFA_TOTAL_LIMIT) / LOCAL_WEIGHT;
}

static void lift_total(struct mfa_account *account, bool local, bool by_word, int64_t now)
{
	mfa_total_lift(&account->totals[total_of(local)], beside(account, local, now), by_word, now);
}

static bool stopped(const struct mfa_account *account, const struct mfa_method *method, bool local, int64_t now)
{
	return method->stops &&
	       (mfa_throttle_stopped(&account->throttles[local ? method->local_budget : method->budget]) ||
		mfa_total_stopped(&account->totals[total_of(local)], beside(account, local, now), now));
}

static void clear_throttles(struct mfa_account *account, bool local)
{
	size_t i;

	for (i = 0; i < METHOD_COUNT; i++)
		mfa_throttle_clear(&account->throttles[local ? methods[i]->local_budget
							     : methods[i]->budget]);
}

bool mfa_factor_mend_clocks(struct mfa_account *account, int64_t now, unsigned window)
{
	bool mended = false;
	size_t i;

	for (i = 0; i < METHOD_COUNT; i++)
		if (methods[i]->mend != NULL)
			mended |= methods[i]->mend(account, now, window);
	return mended;
}

bool mfa_factor_unlock(struct mfa_account *account, int64_t now, unsigned window)
{
	clear_throttles(account, false);
	clear_throttles(account, true);
	lift_total(account, true, true, now);
	lift_total(account, false, true, now);
	memset(&account->push, 0, sizeof(account->push));
	return mfa_factor_mend_clocks(account, now, window);
}

/* What a user's own programs say clears no more than what they have done. */
void mfa_factor_shown(struct mfa_account *account, const struct mfa_attempt *attempt,
		      enum mfa_method_kind kind)
{
	clear_throttles(account, attempt->local);
	mfa_total_give_back(&account->totals[total_of(attempt->local)],
			    beside(account, attempt->local, attempt->now), attempt->mistakes, attempt->now);
	/* Whoever guesses at codes has no other method; who has one may need an app's codes again. */
	if ((kind & (MFA_METHOD_TOTP | MFA_METHOD_HOTP)) == 0)
		lift_total(account, attempt->local, false, attempt->now);
	/* Proof by a method that is no phone ends the word that somebody was not there.  What was used stays
	 * used: this system's clock, by which a step would be of the future, may be what is wrong. */
	if (!attempt->local && kind != MFA_METHOD_PUSH)
		account->push.stopped = account->push.wrong = 0;
}

static enum mfa_verdict blocked(const struct mfa_account *account, const struct mfa_method *method, bool local,
				int64_t now, int64_t *wait)
{
	*wait = 0;
	if (stopped(account, method, local, now))
		return MFA_VERDICT_STOPPED;
	*wait = mfa_throttle_wait(&account->throttles[local ? method->local_budget : method->budget], now);
	return *wait > 0 ? MFA_VERDICT_WAIT : MFA_VERDICT_RIGHT;
}

enum mfa_verdict mfa_factor_codes_blocked(const struct mfa_account *account, bool local,
					  int64_t now, int64_t *wait)
{
	return blocked(account, &mfa_method_totp, local, now, wait);
}

bool mfa_factor_guessed_lately(const struct mfa_account *account, uint32_t name, int64_t now)
{
	uint32_t all = mfa_total_lately(&account->totals[MFA_TOTAL_CODE], now);
	uint32_t of_name = mfa_lately_wrong(&account->lately, name, now);

	return (name != 0 ? of_name : all) >= GUESSES;
}

uint32_t mfa_factor_wrong_codes(const struct mfa_account *account, bool local, int64_t now)
{
	return mfa_total_wrong(&account->totals[total_of(local)], now) + beside(account, local, now);
}

uint32_t mfa_factor_codes_left(const struct mfa_account *account, bool local, int64_t now)
{
	return mfa_total_left(&account->totals[total_of(local)], beside(account, local, now), now);
}

static bool admitted(struct mfa_account *account, const struct mfa_method *method,
		     const struct mfa_attempt *attempt, struct mfa_judgement *out)
{
	enum mfa_verdict verdict;

	if (!attempt->throttle)
		return true;
	/* However many are let through at once, a row of mistakes has the same end. */
	if (attempt->admitted && !stopped(account, method, attempt->local, attempt->now))
		return true;
	out->changed = mfa_throttle_mend(&account->throttles[attempt->local ? method->local_budget
									    : method->budget], attempt->now);
	verdict = blocked(account, method, attempt->local, attempt->now, &out->wait);
	if (verdict == MFA_VERDICT_RIGHT)
		return true;
	out->verdict = verdict;
	return false;
}

/* Asks each method of the answer's form that counts, until one says that it is right. */
static void check_all(struct mfa_account *account, const char *answer,
		      const struct mfa_attempt *attempt, struct mfa_judgement *out)
{
	size_t i;

	for (i = 0; i < METHOD_COUNT; i++) {
		const struct mfa_method *method = methods[i];
		enum mfa_verdict before = out->verdict;

		if (!method->recognises(answer) || (method->kind & attempt->methods) == 0)
			continue;
		out->verdict = MFA_VERDICT_WRONG;
		method->check(account, answer, attempt, out);
		if (out->verdict == MFA_VERDICT_WRONG) {
			out->verdict = before;
			continue;
		}
		out->method = method->name;
		out->kind = method->kind;
		if (out->verdict == MFA_VERDICT_RIGHT || out->verdict == MFA_VERDICT_FAILED)
			return;
	}
}

/* A code that is known is no guess, and counts for none, so it must not be right either: each time step makes other
 * codes right, and the same digits sent at each of them would be guesses.  The account is copied for each
 * answer, so that the time does not tell. */
static void check_known(struct mfa_account *account, const char *answer, enum mfa_known_as known,
			const struct mfa_attempt *attempt, struct mfa_judgement *out)
{
	struct mfa_account before = *account;
	const char *method = out->method;

	check_all(account, answer, attempt, out);
	if (known == MFA_KNOWN && out->verdict == MFA_VERDICT_RIGHT) {
		*account = before;
		*out = (struct mfa_judgement){ .verdict = MFA_VERDICT_WRONG, .method = method };
	}
	explicit_bzero(&before, sizeof(before));
}

/* What an answer that was wrong is known by: the methods of its form that do not count here.  Where they do it may be right: an app's code that was typed
 * where only recovery codes count is good elsewhere.  And of which name, so that what was tried at one is not known
 * at others that have the same decoy. */
static uint64_t apart_by(const char *answer, const struct mfa_attempt *attempt)
{
	unsigned kinds = 0;
	size_t i;

	for (i = 0; i < METHOD_COUNT; i++)
		if (methods[i]->recognises(answer))
			kinds |= methods[i]->kind;
	return (uint64_t)attempt->name << 32 | (kinds & ~attempt->methods);
}

/* One that is known can't be right, so that nothing need wait for it: whose program sends it all day must get in
 * meanwhile. */
static void count_wrong(struct mfa_account *account, const struct mfa_method *method, const char *answer,
			enum mfa_known_as known, const struct mfa_attempt *attempt, struct mfa_judgement *out)
{
	bool local = attempt->local;
	struct mfa_throttle *throttle = &account->throttles[local ? method->local_budget : method->budget];

	if (known == MFA_KNOWN)
		mfa_known_again(&account->known, answer, apart_by(answer, attempt), attempt->now);
	else if (known == MFA_KNOWN_RIGHT_NOW)
		mfa_throttle_repeat(throttle, attempt->now);
	else
		mfa_throttle_fail(throttle, attempt->now);
	if (known != MFA_KNOWN_NOT || !method->stops)
		return;
	out->counted = true;
	if (attempt->name != 0 && !local)
		mfa_lately_fail(&account->lately, attempt->name, attempt->now);
	mfa_total_fail(&account->totals[total_of(local)], beside(account, local, attempt->now), attempt->now);
	mfa_known_add_wrong(&account->known, answer, apart_by(answer, attempt), attempt->now);
}

void mfa_factor_judge(struct mfa_account *account, const struct mfa_attempt *attempt,
		      struct mfa_judgement *out)
{
	enum mfa_known_as known = MFA_KNOWN_NOT;
	char answer[MFA_ANSWER_MAX];
	const struct mfa_method *method;

	memset(out, 0, sizeof(*out));
	normalise(attempt->answer, answer);
	method = method_for(answer);
	if (method == NULL) {
		out->verdict = MFA_VERDICT_UNCLEAR;
		goto out;
	}
	out->method = method->name;
	if (!admitted(account, method, attempt, out))
		goto out;
	if (method->stops)
		known = mfa_known_find(&account->known, answer, apart_by(answer, attempt), attempt->now);
	check_known(account, answer, known, attempt, out);
	out->known = known != MFA_KNOWN_NOT;
	if (out->verdict == MFA_VERDICT_RIGHT) {
		if (method->stops)
			mfa_known_add_right(&account->known, answer, attempt->now);
		mfa_factor_shown(account, attempt, out->kind);
		out->changed = true;
	} else if (out->verdict == MFA_VERDICT_WRONG || out->verdict == MFA_VERDICT_NEXT) {
		count_wrong(account, method, answer, known, attempt, out);
		out->changed = true;
	}
out:
	explicit_bzero(answer, sizeof(answer));
}
