/* SPDX-License-Identifier: BSD-2-Clause */
#include "throttle/total.h"

#include <string.h>

static int64_t span_at(int64_t now)
{
	return now > 0 ? now / MFA_TOTAL_SPAN : 0;
}

/* How many spans have begun since the newest; a clock that was set back makes none newer. */
static int64_t passed(const struct mfa_total *total, int64_t now)
{
	int64_t n = span_at(now) - total->span;

	return n < 0 ? 0 : n < MFA_TOTAL_SPANS ? n : MFA_TOTAL_SPANS;
}

static uint32_t plus(uint32_t a, uint32_t b)
{
	return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

/* Of the span that is now and so many before it. */
static uint32_t sum_of(const struct mfa_total *total, int64_t before, int64_t now)
{
	int64_t i, kept = before + 1 - passed(total, now);
	uint32_t sum = 0;

	for (i = 0; i < kept; i++)
		sum = plus(sum, total->wrong[i]);
	return sum;
}

uint32_t mfa_total_wrong(const struct mfa_total *total, int64_t now)
{
	return sum_of(total, MFA_TOTAL_SPANS - 1, now);
}

uint32_t mfa_total_lately(const struct mfa_total *total, int64_t now)
{
	return sum_of(total, 1, now);
}

static bool full(const struct mfa_total *total, uint32_t beside, int64_t now)
{
	return plus(mfa_total_wrong(total, now), beside) >= MFA_TOTAL_LIMIT;
}

bool mfa_total_stopped(const struct mfa_total *total, uint32_t beside, int64_t now)
{
	return total->more == 0 && full(total, beside, now);
}

uint32_t mfa_total_left(const struct mfa_total *total, uint32_t beside, int64_t now)
{
	uint32_t wrong = plus(mfa_total_wrong(total, now), beside);

	/* What was lifted is used up only once the limit is reached. */
	return plus(total->more, wrong < MFA_TOTAL_LIMIT ? MFA_TOTAL_LIMIT - wrong : 0);
}

/* A clock that was weeks ahead when it counted is not waited for. */
static void advance(struct mfa_total *total, int64_t now)
{
	int64_t n = passed(total, now), span = span_at(now);

	memmove(&total->wrong[n], total->wrong, (size_t)(MFA_TOTAL_SPANS - n) * sizeof(total->wrong[0]));
	memset(total->wrong, 0, (size_t)n * sizeof(total->wrong[0]));
	if (span > total->span || total->span - span >= MFA_TOTAL_SPANS)
		total->span = span;
}

void mfa_total_fail(struct mfa_total *total, uint32_t beside, int64_t now)
{
	if (total->more > 0 && full(total, beside, now))
		total->more--;
	advance(total, now);
	total->wrong[0] = plus(total->wrong[0], 1);
}

/* The newest that there is, for a span may have ended since. */
static bool take_one(struct mfa_total *total)
{
	size_t i = 0;

	while (i < MFA_TOTAL_SPANS && total->wrong[i] == 0)
		i++;
	if (i == MFA_TOTAL_SPANS)
		return false;
	total->wrong[i]--;
	return true;
}

void mfa_total_give_back(struct mfa_total *total, uint32_t beside, uint32_t count, int64_t now)
{
	for (; count > 0 && take_one(total); count--)
		/* It was one of those that were looked at nevertheless. */
		if (full(total, beside, now) && total->more < MFA_TOTAL_LIFT)
			total->more++;
}

/* Whether so much time has passed since; what lies ahead is begun anew. */
static bool passed_since(int64_t *at, int64_t seconds, int64_t now)
{
	if (*at > now)
		*at = now;
	return *at == 0 || now - *at >= seconds;
}

void mfa_total_lift(struct mfa_total *total, uint32_t beside, bool by_word, int64_t now)
{
	bool whole, again;

	if (!mfa_total_stopped(total, beside, now))
		return;
	whole = passed_since(&total->lifted, MFA_TOTAL_SECONDS, now);
	again = passed_since(&total->lifted_again, MFA_TOTAL_AGAIN_SECONDS, now) || by_word;
	if (!whole && !again)
		return;
	total->more = whole ? MFA_TOTAL_LIFT : MFA_TOTAL_LIFT_AGAIN;
	total->lifted_again = now;
	if (whole)
		total->lifted = now;
}
