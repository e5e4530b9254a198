/* SPDX-License-Identifier: BSD-2-Clause */
#include "throttle/lately.h"

#include <string.h>

#include "throttle/total.h"

/* A name's counts are those of a total that has nothing older. */
static struct mfa_total total_of(const struct mfa_lately_name *one)
{
	struct mfa_total total = { .span = one->span };

	memcpy(total.wrong, one->wrong, sizeof(one->wrong));
	return total;
}

static size_t find(const struct mfa_lately *lately, uint32_t name)
{
	size_t i = 0;

	while (i < lately->count && lately->names[i].name != name)
		i++;
	return i;
}

static void remove_at(struct mfa_lately *lately, size_t at)
{
	lately->count--;
	memmove(&lately->names[at], &lately->names[at + 1], (lately->count - at) * sizeof(lately->names[0]));
	memset(&lately->names[lately->count], 0, sizeof(lately->names[0]));
}

void mfa_lately_fail(struct mfa_lately *lately, uint32_t name, int64_t now)
{
	struct mfa_lately_name one = { .name = name };
	size_t at = find(lately, name);
	struct mfa_total total;

	if (at < lately->count) {
		one = lately->names[at];
		remove_at(lately, at);
	} else if (lately->count == MFA_LATELY_MAX) {
		remove_at(lately, 0);
	}
	total = total_of(&one);
	mfa_total_fail(&total, 0, now);
	one.span = total.span;
	memcpy(one.wrong, total.wrong, sizeof(one.wrong));
	lately->names[lately->count++] = one;
}

uint32_t mfa_lately_wrong(const struct mfa_lately *lately, uint32_t name, int64_t now)
{
	size_t at = find(lately, name);
	struct mfa_total total;

	if (at == lately->count)
		return 0;
	total = total_of(&lately->names[at]);
	return mfa_total_lately(&total, now);
}
