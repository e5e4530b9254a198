/* SPDX-License-Identifier: BSD-2-Clause */
/* Hardware tokens that count (RFC 4226). */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "factor/judging.h"

struct search {
	struct mfa_hotp *hotp;
	uint32_t code;
	uint64_t counter;
	uint64_t ahead;			/* how many beyond the window */
};

static uint64_t plus(uint64_t counter, uint64_t more)
{
	return counter > INT64_MAX - more ? INT64_MAX : counter + more;
}

static int find(const struct search *s, uint64_t first, uint64_t count, uint64_t *at)
{
	return mfa_hotp_find(s->hotp, s->code, first, plus(first, count - 1), at);
}

/* One of the last codes that were used: seen, or typed twice. */
static bool is_old(const struct search *s)
{
	uint64_t first = s->counter > MFA_HOTP_WINDOW ? s->counter - MFA_HOTP_WINDOW : 0, at;

	return s->counter > 0 && mfa_hotp_find(s->hotp, s->code, first, s->counter - 1, &at) == 0;
}

static bool is_far(const struct mfa_device *device, uint64_t counter)
{
	size_t i;

	for (i = 0; i < device->far_count; i++)
		if (device->far[i] == counter)
			return true;
	return false;
}

/* Records of before there was such a list have only what must come next. */
static bool is_kept(const struct mfa_device *device, uint64_t counter)
{
	return is_far(device, counter) || (device->resync != 0 && counter == device->resync - 1);
}

/* Whether there is room to remember that it was shown; if not, it must not be looked at. */
static bool keep(struct mfa_device *device, uint64_t counter)
{
	if (is_far(device, counter))
		return true;
	if (device->far_count == MFA_FAR_MAX)
		return false;
	device->far[device->far_count++] = counter;
	return true;
}

static void drop_passed(struct mfa_device *device)
{
	size_t i, n = 0;

	for (i = 0; i < device->far_count; i++)
		if (device->far[i] >= device->counter)
			device->far[n++] = device->far[i];
	memset(&device->far[n], 0, (device->far_count - n) * sizeof(device->far[0]));
	device->far_count = n;
}

static void accept(struct mfa_device *device, uint64_t at, const struct mfa_attempt *attempt,
		   struct mfa_judgement *out)
{
	device->counter = plus(at, 1);
	device->resync = 0;
	device->used = attempt->now;
	drop_passed(device);
	out->verdict = MFA_VERDICT_RIGHT;
}

/* A code that is far ahead, or was when it was first shown, opens nothing by itself: the one after it must follow
 * (section 7.4).  Else a guess that is right for later would only have to wait.  shown: of the window, and
 * kept.  Everything is looked for, whatever was found, so that the time of a refusal does not tell either. */
static void judge_far(struct mfa_device *device, const struct search *s, const uint64_t *shown,
		      const struct mfa_attempt *attempt, struct mfa_judgement *out)
{
	uint64_t next, at;
	bool follows = find(s, device->resync, 1, &next) == 0 && device->resync != 0;
	bool far = find(s, plus(s->counter, MFA_HOTP_WINDOW), s->ahead, &at) == 0;
	bool old = is_old(s);

	if (follows) {
		accept(device, next, attempt, out);
		return;
	}
	if (device->resync > s->counter)
		(void)keep(device, device->resync - 1);
	if (shown != NULL || (far && keep(device, at))) {
		device->resync = plus(shown != NULL ? *shown : at, 1);
		out->verdict = MFA_VERDICT_NEXT;
	} else if (old) {
		out->verdict = MFA_VERDICT_USED;
	}
}

static void check_device(struct mfa_device *device, const char *answer, uint64_t ahead,
			 const struct mfa_attempt *attempt, struct mfa_judgement *out)
{
	struct search s = { .counter = device->counter, .ahead = ahead };
	uint64_t at;
	int r;

	/* Of another length it is no token's code, and takes as long as if it were. */
	if (mfa_otp_parse_code(answer, strlen(answer), device->digits, &s.code) != 0)
		s.code = UINT32_MAX;
	r = mfa_hotp_new(device->hash, device->secret, device->secret_len, device->digits, &s.hotp);
	if (r == 0)
		r = find(&s, s.counter, MFA_HOTP_WINDOW, &at);
	if (r == 0 && !is_kept(device, at))
		accept(device, at, attempt, out);
	else if (r == 0 || r == -ENOENT)
		judge_far(device, &s, r == 0 ? &at : NULL, attempt, out);
	else
		out->verdict = MFA_VERDICT_FAILED;
	mfa_hotp_free(&s.hotp);
	if (out->verdict != MFA_VERDICT_WRONG)
		memcpy(out->label, device->label, sizeof(out->label));
}

/* Whoever has no token is refused as slowly as those who have one: nobody learns by a wrong code which of both an account is,
 * or that there is none (doc/THREATS). */
static void look_for_nothing(const struct mfa_account *account)
{
	struct search s = { .code = UINT32_MAX };
	uint64_t at;

	if (mfa_hotp_new(MFA_HASH_SHA1, account->recovery_salt, sizeof(account->recovery_salt),
			 MFA_OTP_DIGITS_MIN, &s.hotp) == 0)
		(void)find(&s, 0, 2 * MFA_HOTP_WINDOW + MFA_HOTP_RESYNC, &at);
	mfa_hotp_free(&s.hotp);
}

static uint64_t count_tokens(const struct mfa_account *account)
{
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < account->device_count; i++)
		n += account->devices[i].type == MFA_DEVICE_HOTP;
	return n;
}

static void check(struct mfa_account *account, const char *answer,
		  const struct mfa_attempt *attempt, struct mfa_judgement *out)
{
	uint64_t tokens = count_tokens(account);
	struct mfa_judgement one;
	size_t i;

	if (tokens == 0) {
		look_for_nothing(account);
		return;
	}
	for (i = 0; i < account->device_count; i++) {
		if (account->devices[i].type != MFA_DEVICE_HOTP)
			continue;
		memset(&one, 0, sizeof(one));
		check_device(&account->devices[i], answer, MFA_HOTP_RESYNC / tokens, attempt, &one);
		if (one.verdict == MFA_VERDICT_WRONG)
			continue;
		out->verdict = one.verdict;
		memcpy(out->label, one.label, sizeof(out->label));
		if (one.verdict == MFA_VERDICT_RIGHT || one.verdict == MFA_VERDICT_FAILED)
			return;
	}
}

static bool recognises(const struct mfa_account *account, const char *answer, const struct mfa_attempt *attempt)
{
	return mfa_digits_only(answer);
}

static void describe(const struct mfa_device *device, char out[MFA_DESCRIPTION_MAX])
{
	(void)snprintf(out, MFA_DESCRIPTION_MAX, "%s, %u digits", mfa_hash_name(device->hash), device->digits);
}

/* How often its button was pressed since then nobody knows. */
static bool restore(struct mfa_device *device, int64_t now)
{
	return false;
}

bool mfa_hotp_was_far(const struct mfa_event *event, const char **method, const char **result)
{
	if (strcmp(event->result, "resync") != 0)
		return false;
	*method = mfa_method_word(MFA_METHOD_TOTP);
	*result = "wrong";
	return true;
}

const struct mfa_factor mfa_factor_hotp = {
	.recognises = recognises,
	.check = check,
	.describe = describe,
	.restore = restore,
};
