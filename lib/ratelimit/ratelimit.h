/* SPDX-License-Identifier: BSD-2-Clause */
/* How often an address, or somebody, may ask: buckets that fill by themselves.  throttle/throttle.h says what else is
 * counted. */
#ifndef MFA_RATELIMIT_H
#define MFA_RATELIMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "address/network.h"

#define MFA_RATELIMIT_SIZE 16384

struct mfa_bucket {
	float tokens;
	int64_t time;			/* milliseconds; 0: it was never asked, and is full */
};

struct mfa_ratelimit {
	uint8_t key[16];		/* or an attacker would choose whose bucket he empties */
	struct {
		uint64_t who;
		struct mfa_bucket bucket;
	} rows[MFA_RATELIMIT_SIZE];
};

/* Takes so many tokens, where there are as many: there are at most `most`, and `rate` more each second.  A cost below 0
 * gives back, at the time that it is or that of what was taken. */
bool mfa_bucket_take(struct mfa_bucket *bucket, float cost, float most, float rate, int64_t now_ms);

/* Returns 0, -EIO or -ENOMEM.  The caller frees it. */
int mfa_ratelimit_new(struct mfa_ratelimit **out);
/* Whether an address (of IPv6, its /64) may do something that costs so many tokens: it has at most
 * `most`, and `rate` more each second. */
bool mfa_ratelimit_allow(struct mfa_ratelimit *ratelimit, const struct mfa_address *address, unsigned purpose,
			 float cost, float most, float rate, int64_t now_ms);

/* The same, of a name.  A cost below 0 gives back. */
bool mfa_ratelimit_allow_name(struct mfa_ratelimit *ratelimit, const char *name, float cost, float most, float rate,
			      int64_t now_ms);

#endif
