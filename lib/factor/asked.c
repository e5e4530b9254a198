/* SPDX-License-Identifier: BSD-2-Clause */
/* How often something was asked for within an hour, that disturbs somebody or costs money. */
#include <string.h>

#include "factor/judging.h"

#define HOUR 3600
#define OTHERS_LIMIT 2		/* a user's own programs and callers: none can use up what another may ask */

/* Of the last hour; a clock that was set back makes none last longer. */
static bool recent(int64_t time, int64_t now)
{
	return time > now - HOUR && time <= now;
}

bool mfa_asked_full(const struct mfa_asked *asked, enum mfa_voice voice, unsigned limit, int64_t now)
{
	unsigned count = 0;
	size_t i;

	for (i = 0; i < asked->count; i++)
		count += recent(asked->times[i], now);
	if (voice != MFA_VOICE_ROOT && limit > OTHERS_LIMIT)
		limit = OTHERS_LIMIT;
	return count >= (limit < MFA_ASKED_MAX ? limit : MFA_ASKED_MAX);
}

static void remove_at(struct mfa_asked *asked, size_t at)
{
	asked->count--;
	memmove(&asked->times[at], &asked->times[at + 1], (asked->count - at) * sizeof(asked->times[0]));
}

void mfa_asked_add(struct mfa_asked *asked, int64_t now)
{
	size_t i = 0;

	/* Those of the future stay, though they do not count now: the clock of this system may be slow, and
	 * asking here must not make room where it is right. */
	while (i < asked->count) {
		if (asked->times[i] > now - HOUR)
			i++;
		else
			remove_at(asked, i);
	}
	if (asked->count == MFA_ASKED_MAX)
		remove_at(asked, 0);
	asked->times[asked->count++] = now;
}

void mfa_asked_settle(struct mfa_asked *asked, int64_t asked_at)
{
	size_t i;

	for (i = 0; i < asked->count; i++) {
		if (asked->times[i] == asked_at) {
			remove_at(asked, i);
			return;
		}
	}
}

void mfa_asked_settle_since(struct mfa_asked *asked, int64_t since)
{
	size_t i = 0;

	while (i < asked->count) {
		if (asked->times[i] >= since)
			remove_at(asked, i);
		else
			i++;
	}
}
