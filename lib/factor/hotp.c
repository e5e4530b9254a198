/* Hardware tokens that count (RFC 4226). */
#include <errno.h>
#include <string.h>

#include "factor/method.h"

struct search {
	struct mfa_hotp *hotp;
	uint32_t code;
	uint64_t counter;
};

static uint64_t plus(uint64_t counter, uint64_t more)
{
	return counter > INT64_MAX - more ? INT64_MAX : counter + more;
}

static int find(const struct search *s, uint64_t first, uint64_t count, uint64_t *at)
{
	return mfa_hotp_find(s->hotp, s->code, first, plus(first, count - 1), at);
}

/* Whether it is one of the last codes that were used: seen, or typed twice. */
static bool is_old(const struct search *s)
{
	uint64_t first = s->counter > MFA_HOTP_WINDOW ? s->counter - MFA_HOTP_WINDOW : 0, at;

	return s->counter > 0 && mfa_hotp_find(s->hotp, s->code, first, s->counter - 1, &at) == 0;
}

static void accept(struct mfa_device *device, uint64_t at, const struct mfa_attempt *attempt,
		   struct mfa_judgement *out)
{
	device->counter = plus(at, 1);
	device->resync = 0;
	device->used = attempt->now;
	out->verdict = MFA_VERDICT_RIGHT;
}

/* One that is far ahead opens nothing by itself: the one after it must follow (section 7.4). */
static void judge_far(struct mfa_device *device, const struct search *s,
		      const struct mfa_attempt *attempt, struct mfa_judgement *out)
{
	uint64_t at;

	if (device->resync != 0 && find(s, device->resync, 1, &at) == 0) {
		accept(device, at, attempt, out);
	} else if (find(s, plus(s->counter, MFA_HOTP_WINDOW), MFA_HOTP_RESYNC, &at) == 0) {
		device->resync = plus(at, 1);
		out->verdict = MFA_VERDICT_NEXT;
	} else if (is_old(s)) {
		out->verdict = MFA_VERDICT_USED;
	}
}

static void check_device(struct mfa_device *device, const char *answer,
			 const struct mfa_attempt *attempt, struct mfa_judgement *out)
{
	struct search s = { .counter = device->counter };
	uint64_t at;
	int r;

	if (mfa_otp_parse_code(answer, strlen(answer), device->digits, &s.code) != 0)
		return;
	r = mfa_hotp_new(device->hash, device->secret, device->secret_len, device->digits, &s.hotp);
	if (r == 0)
		r = find(&s, s.counter, MFA_HOTP_WINDOW, &at);
	if (r == 0)
		accept(device, at, attempt, out);
	else if (r == -ENOENT)
		judge_far(device, &s, attempt, out);
	else
		out->verdict = MFA_VERDICT_FAILED;
	mfa_hotp_free(&s.hotp);
	if (out->verdict != MFA_VERDICT_WRONG)
		memcpy(out->label, device->label, sizeof(out->label));
}

static void check(struct mfa_account *account, const char *answer,
		  const struct mfa_attempt *attempt, struct mfa_judgement *out)
{
	struct mfa_judgement one;
	size_t i;

	for (i = 0; i < account->device_count; i++) {
		if (account->devices[i].type != MFA_DEVICE_HOTP)
			continue;
		memset(&one, 0, sizeof(one));
		check_device(&account->devices[i], answer, attempt, &one);
		if (one.verdict == MFA_VERDICT_WRONG)
			continue;
		out->verdict = one.verdict;
		memcpy(out->label, one.label, sizeof(out->label));
		if (one.verdict == MFA_VERDICT_RIGHT || one.verdict == MFA_VERDICT_FAILED)
			return;
	}
}

const struct mfa_method mfa_method_hotp = {
	.name = "hotp",
	.kind = MFA_METHOD_HOTP,
	.budget = MFA_BUDGET_CODE,
	.local_budget = MFA_BUDGET_LOCAL_CODE,
	.stops = true,
	.recognises = mfa_digits_only,
	.check = check,
};
