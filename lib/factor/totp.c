/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "conf/conf.h"
#include "factor/judging.h"
#include "otp/totp.h"

#define DAY 86400

/* Steps from..to, both within the window of a device around now. */
struct range {
	uint64_t from;
	uint64_t to;
};

static uint64_t step_at(uint64_t step, int64_t offset)
{
	if (offset < 0)
		return step > (uint64_t)-offset ? step - (uint64_t)-offset : 0;
	return step + (uint64_t)offset;
}

bool mfa_digits_only(const char *answer)
{
	return answer[0] != '\0' && answer[strspn(answer, "0123456789")] == '\0';
}

static int generator(const struct mfa_device *device, struct mfa_hotp **out)
{
	return mfa_hotp_new(device->hash, device->secret, device->secret_len, device->digits, out);
}

/* Looks in a range for a step that was not used yet; failing that, for one that was. */
static int find_in(struct mfa_hotp *hotp, uint32_t code, struct range r, uint64_t last,
		   uint64_t *step, bool *used)
{
	uint64_t fresh = last >= r.from && last != 0 ? last + 1 : r.from;
	int found = -ENOENT;

	*used = false;
	if (fresh <= r.to)
		found = mfa_hotp_find(hotp, code, fresh, r.to, step);
	if (found == -ENOENT && fresh > r.from) {
		found = mfa_hotp_find(hotp, code, r.from, fresh - 1 < r.to ? fresh - 1 : r.to, step);
		*used = found == 0;
	}
	return found;
}

/* Around the clock's own time and around the device's, as learned: whoever sets a phone's
 * clock right again must not be locked out by what was learned of it. */
static int find(const struct mfa_device *device, const char *answer, uint64_t now, int window,
		uint64_t *step, bool *used)
{
	const int offsets[] = { 0, device->drift };
	struct mfa_hotp *hotp = NULL;
	uint32_t code;
	bool was_used = false;
	size_t i;
	int r, found = -ENOENT;

	*used = false;
	if (mfa_otp_parse_code(answer, strlen(answer), device->digits, &code) != 0)
		return -ENOENT;
	r = generator(device, &hotp);
	if (r != 0)
		return r;
	for (i = 0; i < (device->drift != 0 ? 2U : 1U); i++) {
		struct range range = { step_at(now, offsets[i] - window),
				       step_at(now, offsets[i] + window) };

		r = find_in(hotp, code, range, device->last_step, step, &was_used);
		if (r == -ENOENT)
			continue;
		found = r;
		*used = was_used;
		if (r != 0 || !was_used)
			break;
	}
	mfa_hotp_free(&hotp);
	return found;
}

/* Follows the device by a step at a time, so that one odd code does not move the window far. */
static int learned(int drift, int64_t offset)
{
	if (offset > drift && drift < MFA_TOTP_DRIFT_MAX)
		return drift + 1;
	if (offset < drift && drift > -MFA_TOTP_DRIFT_MAX)
		return drift - 1;
	return drift;
}

/* The last step of which a code could have been right at `now`, whatever the phone's clock was, and the window. */
static uint64_t last_right_step(const struct mfa_device *device, int64_t now)
{
	return mfa_totp_step(now, device->period) + MFA_TOTP_DRIFT_MAX + MFA_CONF_TOTP_WINDOW_MAX;
}

/* Further than any code could be right. */
static bool ahead(const struct mfa_device *device, uint64_t now, unsigned window)
{
	return device->last_step > now + MFA_TOTP_DRIFT_MAX + window;
}

int64_t mfa_totp_ahead(const struct mfa_device *device, int64_t now, unsigned window)
{
	uint64_t current;

	if (device->type != MFA_DEVICE_TOTP)
		return 0;
	current = mfa_totp_step(now, device->period);
	return ahead(device, current, window) ? (int64_t)(device->last_step - current) * device->period : 0;
}

/* What a code is that comes too late.  A code that was right is of a step no further from when it was than a clock may
 * be off; what is noted as used beyond that was noted by mfa_factor_restore. */
static enum mfa_verdict of_used(const struct mfa_device *device, uint64_t now)
{
	int64_t shown = device->used > device->created ? device->used : device->created;

	/* Not of what a restored backup notes as used for a while, whatever the window is. */
	if (ahead(device, now, MFA_CONF_TOTP_WINDOW_MAX))
		return MFA_VERDICT_AHEAD;
	return device->last_step >= last_right_step(device, shown) ? MFA_VERDICT_RESTORED : MFA_VERDICT_USED;
}

static void accept(struct mfa_device *device, uint64_t step, int64_t now, struct mfa_judgement *out)
{
	device->drift = learned(device->drift,
				(int64_t)(step - mfa_totp_step(now, device->period)));
	device->last_step = step;
	device->used = now;
	out->drift = device->drift;
	out->verdict = MFA_VERDICT_RIGHT;
}

static void check(struct mfa_account *account, const char *answer,
		  const struct mfa_attempt *attempt, struct mfa_judgement *out)
{
	int64_t now = attempt->now;
	size_t i;

	for (i = 0; i < account->device_count; i++) {
		struct mfa_device *device = &account->devices[i];
		uint64_t current, step;
		bool used;
		int r;

		if (device->type != MFA_DEVICE_TOTP)
			continue;
		current = mfa_totp_step(now, device->period);
		r = find(device, answer, current, (int)attempt->window, &step, &used);
		if (r == -ENOENT)
			continue;
		memcpy(out->label, device->label, sizeof(out->label));
		if (r != 0) {
			out->verdict = MFA_VERDICT_FAILED;
			return;
		}
		if (!used) {
			accept(device, step, now, out);
			return;
		}
		/* Go on: the same digits may be another device's fresh code. */
		out->verdict = of_used(device, current);
	}
}

/* Codes of the steps that may have been used since are refused for as long as they
 * could be right, so that mending is no way to use one twice. */
static bool mend(struct mfa_account *account, int64_t now, unsigned window)
{
	bool mended = false;
	size_t i;

	for (i = 0; i < account->device_count; i++) {
		struct mfa_device *device = &account->devices[i];
		uint64_t current;

		if (device->type != MFA_DEVICE_TOTP)
			continue;
		current = mfa_totp_step(now, device->period);
		if (!ahead(device, current, window))
			continue;
		device->last_step = step_at(current, (int)window + (device->drift > 0 ? device->drift : 0));
		mended = true;
	}
	return mended;
}

/* People type codes as they are shown, in groups. */
static int parse_typed(const char *answer, unsigned count, uint32_t *code)
{
	char digits[MFA_ANSWER_MAX];
	int r;

	mfa_typed_plain(answer, digits);
	r = mfa_otp_parse_code(digits, strlen(digits), count, code);
	explicit_bzero(digits, sizeof(digits));
	return r;
}

int mfa_totp_first_code(struct mfa_device *device, const char *answer, int64_t now)
{
	uint64_t current = mfa_totp_step(now, device->period), step;
	struct mfa_hotp *hotp = NULL;
	uint32_t code;
	int r;

	if (parse_typed(answer, device->digits, &code) != 0)
		return -ENOENT;
	r = generator(device, &hotp);
	if (r == 0)
		r = mfa_hotp_find(hotp, code, step_at(current, -MFA_TOTP_DRIFT_MAX),
				  step_at(current, MFA_TOTP_DRIFT_MAX), &step);
	mfa_hotp_free(&hotp);
	if (r != 0)
		return r;
	device->last_step = step;
	device->drift = (int)(int64_t)(step - current);
	return 0;
}

/* How far from its time a code is right, in steps.  Returns 0 or -ENOENT. */
static int distance(struct mfa_hotp *hotp, const struct mfa_device *device, const struct mfa_wrong_code *wrong,
		    int64_t *out)
{
	uint64_t current = mfa_totp_step(wrong->time, device->period), step = 0;
	int64_t day = DAY / (int64_t)device->period;
	uint32_t code;

	if (parse_typed(wrong->text, device->digits, &code) != 0 ||
	    mfa_hotp_find(hotp, code, step_at(current, -day), step_at(current, day), &step) != 0)
		return -ENOENT;
	*out = (int64_t)(step - current);
	return 0;
}

/* Whether a and b are codes of one clock: of different steps, and as far from their times, but for the seconds that
 * one is typed after the other began. */
static bool agree(const struct mfa_device *device, const struct mfa_wrong_code *a, int64_t a_steps,
		  const struct mfa_wrong_code *b, int64_t b_steps)
{
	int64_t apart = a_steps - b_steps;

	return apart >= -1 && apart <= 1 &&
	       (int64_t)mfa_totp_step(a->time, device->period) + a_steps !=
	       (int64_t)mfa_totp_step(b->time, device->period) + b_steps;
}

static int far_of_device(const struct mfa_device *device, const struct mfa_wrong_code *codes, size_t count,
			 int64_t *seconds)
{
	struct mfa_hotp *hotp = NULL;
	int64_t before = 0, steps;
	size_t i, last = count;
	int r = -ENOENT;

	if (generator(device, &hotp) != 0)
		return r;
	for (i = 0; i < count && r != 0; i++) {
		if (distance(hotp, device, &codes[i], &steps) != 0)
			continue;
		if (last < count && agree(device, &codes[last], before, &codes[i], steps))
			r = 0;
		last = i;
		before = steps;
	}
	mfa_hotp_free(&hotp);
	if (r == 0)
		*seconds = before * device->period;
	return r;
}

int mfa_totp_find_far(const struct mfa_account *account, const struct mfa_wrong_code *codes, size_t count,
		      int64_t *seconds, char label[MFA_LABEL_MAX + 1])
{
	size_t i;

	for (i = 0; i < account->device_count && count > 1; i++) {
		const struct mfa_device *device = &account->devices[i];

		if (device->type != MFA_DEVICE_TOTP || far_of_device(device, codes, count, seconds) != 0)
			continue;
		memcpy(label, device->label, sizeof(device->label));
		return 0;
	}
	return -ENOENT;
}

static bool recognises(const struct mfa_account *account, const char *answer, const struct mfa_attempt *attempt)
{
	return mfa_digits_only(answer);
}

static void describe(const struct mfa_device *device, char out[MFA_DESCRIPTION_MAX])
{
	(void)snprintf(out, MFA_DESCRIPTION_MAX, "%s, %u digits, %u s", mfa_hash_name(device->hash), device->digits,
		       device->period);
}

static bool restore(struct mfa_device *device, int64_t now)
{
	uint64_t last = last_right_step(device, now);

	if (device->last_step < last)
		device->last_step = last;
	return true;
}

const struct mfa_factor mfa_factor_totp = {
	.recognises = recognises,
	.check = check,
	.mend = mend,
	.describe = describe,
	.restore = restore,
};
