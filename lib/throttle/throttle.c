/* SPDX-License-Identifier: BSD-2-Clause */
#include "throttle/throttle.h"

static int64_t wait_after(uint32_t failures)
{
	int64_t wait = MFA_THROTTLE_FIRST;
	uint32_t i;

	if (failures < MFA_THROTTLE_FREE)
		return 0;
	for (i = MFA_THROTTLE_FREE; i < failures && wait < MFA_THROTTLE_LONGEST; i++)
		wait *= 2;
	return wait < MFA_THROTTLE_LONGEST ? wait : MFA_THROTTLE_LONGEST;
}

int64_t mfa_throttle_wait(const struct mfa_throttle *throttle, int64_t now)
{
	int64_t left = throttle->until - now;

	if (throttle->until <= now)
		return 0;
	return left < MFA_THROTTLE_LONGEST ? left : MFA_THROTTLE_LONGEST;
}

bool mfa_throttle_stopped(const struct mfa_throttle *throttle)
{
	return throttle->failures >= MFA_THROTTLE_STOP;
}

bool mfa_throttle_mend(struct mfa_throttle *throttle, int64_t now)
{
	if (throttle->until - now <= MFA_THROTTLE_LONGEST)
		return false;
	throttle->until = now + MFA_THROTTLE_LONGEST;
	return true;
}

void mfa_throttle_fail(struct mfa_throttle *throttle, int64_t now)
{
	int64_t wait;

	if (throttle->failures < UINT32_MAX)
		throttle->failures++;
	wait = wait_after(throttle->failures);
	throttle->until = wait > 0 ? now + wait : 0;
}

void mfa_throttle_repeat(struct mfa_throttle *throttle, int64_t now)
{
	uint32_t before = throttle->failures;

	mfa_throttle_fail(throttle, now);
	if (before < MFA_THROTTLE_STOP && throttle->failures >= MFA_THROTTLE_STOP)
		throttle->failures = before;
}

void mfa_throttle_clear(struct mfa_throttle *throttle)
{
	throttle->failures = 0;
	throttle->until = 0;
}
