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
	memset(&account->push, 0, sizeof(account->push));
	return mfa_factor_mend_clocks(account, now, window);
}

/* What a user's own programs say clears no more than what they have done. */
void mfa_factor_shown(struct mfa_account *account, const struct mfa_attempt *attempt,
		      enum mfa_method_kind kind)
{
	clear_throttles(account, attempt->local);
	/* Proof by a method that is no phone ends the word that somebody was not there.  What was used stays
	 * used: this system's clock, by which a step would be of the future, may be what is wrong. */
	if (!attempt->local && kind != MFA_METHOD_PUSH)
		account->push.stopped = account->push.wrong = 0;
}

static enum mfa_verdict blocked(const struct mfa_throttle *throttle, bool stops, int64_t now,
				int64_t *wait)
{
	*wait = 0;
	if (stops && mfa_throttle_stopped(throttle))
		return MFA_VERDICT_STOPPED;
	*wait = mfa_throttle_wait(throttle, now);
	return *wait > 0 ? MFA_VERDICT_WAIT : MFA_VERDICT_RIGHT;
}

enum mfa_verdict mfa_factor_codes_blocked(const struct mfa_account *account, bool local,
					  int64_t now, int64_t *wait)
{
	const struct mfa_method *m = &mfa_method_totp;

	return blocked(&account->throttles[local ? m->local_budget : m->budget], m->stops, now, wait);
}

static bool admitted(struct mfa_throttle *throttle, const struct mfa_method *method,
		     const struct mfa_attempt *attempt, struct mfa_judgement *out)
{
	enum mfa_verdict verdict;

	if (!attempt->throttle)
		return true;
	/* However many are let through at once, a row of mistakes has the same end. */
	if (attempt->admitted && !(method->stops && mfa_throttle_stopped(throttle)))
		return true;
	out->changed = mfa_throttle_mend(throttle, attempt->now);
	verdict = blocked(throttle, method->stops, attempt->now, &out->wait);
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

void mfa_factor_judge(struct mfa_account *account, const struct mfa_attempt *attempt,
		      struct mfa_judgement *out)
{
	char answer[MFA_ANSWER_MAX];
	const struct mfa_method *method;
	struct mfa_throttle *throttle;

	memset(out, 0, sizeof(*out));
	normalise(attempt->answer, answer);
	method = method_for(answer);
	if (method == NULL) {
		out->verdict = MFA_VERDICT_UNCLEAR;
		goto out;
	}
	out->method = method->name;
	throttle = &account->throttles[attempt->local ? method->local_budget : method->budget];
	if (!admitted(throttle, method, attempt, out))
		goto out;
	check_all(account, answer, attempt, out);
	if (out->verdict == MFA_VERDICT_RIGHT) {
		mfa_factor_shown(account, attempt, out->kind);
		out->changed = true;
	} else if (out->verdict == MFA_VERDICT_WRONG || out->verdict == MFA_VERDICT_NEXT) {
		mfa_throttle_fail(throttle, attempt->now);
		out->changed = true;
	}
out:
	explicit_bzero(answer, sizeof(answer));
}
