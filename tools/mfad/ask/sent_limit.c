/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfad/ask/sent_limit.h"

#include <pthread.h>
#include <stdio.h>

#include "account/account.h"
#include "address/recipient.h"
#include "ratelimit/ratelimit.h"

#define HOUR 3600.0F
#define PURPOSE 1

/* What a method has.  By itself, for buckets of addresses make room for one another. */
struct house {
	struct mfa_bucket all, heavy;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct mfa_ratelimit *addresses;
static struct house houses[MFA_METHOD_COUNT];

/* With the lock held, as all that follows.  A cost below 0 gives back. */
static bool by_address(const struct sent_limit_ask *ask, float cost)
{
	float most = (float)ask->address_hour;
	struct mfa_address address;

	if (ask->known_address)
		return true;
	if (mfa_address_parse(ask->address, &address) == 0)
		return mfa_ratelimit_allow(addresses, &address, PURPOSE, cost, most, most / HOUR, ask->now * 1000);
	return mfa_ratelimit_allow_name(addresses, ask->address, cost, most, most / HOUR, ask->now * 1000);
}

/* No text in an address's place has a line feed in it. */
static bool by_name(const struct sent_limit_ask *ask, const char *kind, const char *who, float cost, float most)
{
	char name[MFA_ACCOUNT_NAME_MAX + 8];

	_Static_assert(MFA_ACCOUNT_NAME_MAX >= MFA_RECIPIENT_SIZE, "an address fits as well");
	if (who == NULL)
		return true;
	(void)snprintf(name, sizeof(name), "\n%s\n%s", kind, who);
	return mfa_ratelimit_allow_name(addresses, name, cost, most, most / HOUR, ask->now * 1000);
}

static bool by_enrolment(const struct sent_limit_ask *ask, float cost)
{
	return by_name(ask, "of", ask->enrols, cost, SENT_LIMIT_ENROLS);
}

static bool by_stranger(const struct sent_limit_ask *ask, float cost)
{
	return by_name(ask, "to", ask->to, cost, SENT_LIMIT_STRANGER);
}

/* Not given back for what was used. */
static bool by_account(const struct sent_limit_ask *ask, float cost)
{
	return by_name(ask, "all", ask->account, cost, SENT_LIMIT_ACCOUNT);
}

static bool take(struct mfa_bucket *bucket, float cost, unsigned hour, int64_t now)
{
	return mfa_bucket_take(bucket, cost, (float)hour, (float)hour / HOUR, now * 1000);
}

static void give_back(const struct sent_limit_ask *ask, bool all)
{
	struct house *house = &houses[ask->method];

	if (ask->made_up)
		return;
	if (all)
		(void)take(&house->all, -1, ask->hour, ask->now);
	if (ask->heavy)
		(void)take(&house->heavy, -1, ask->hour / 2, ask->now);
}

/* Whether a bucket has one, which stays there. */
static bool has_one(const struct mfa_bucket *bucket, unsigned hour, int64_t now)
{
	struct mfa_bucket copy = *bucket;

	return take(&copy, 1, hour, now);
}

static bool by_house(const struct sent_limit_ask *ask)
{
	struct house *house = &houses[ask->method];

	if (ask->made_up)
		return (!ask->heavy || has_one(&house->heavy, ask->hour / 2, ask->now)) &&
		       has_one(&house->all, ask->hour, ask->now);
	if (ask->heavy && !take(&house->heavy, 1, ask->hour / 2, ask->now))
		return false;
	if (take(&house->all, 1, ask->hour, ask->now))
		return true;
	give_back(ask, false);
	return false;
}

/* With the lock held: those that can be taken are, up to the first that can't. */
static enum sent_limit take_all(const struct sent_limit_ask *ask)
{
	if (!by_enrolment(ask, 1))
		return SENT_LIMIT_ENROLMENT;
	if (!by_stranger(ask, 1))
		return SENT_LIMIT_STRANGER_TO;
	if (!by_account(ask, 1))
		return SENT_LIMIT_ALL_OF;
	if (!by_address(ask, 1))
		return SENT_LIMIT_ADDRESS;
	return by_house(ask) ? SENT_LIMIT_FREE : SENT_LIMIT_HOUSE;
}

/* What was taken before that one. */
static void take_back(const struct sent_limit_ask *ask, enum sent_limit limit)
{
	if (limit == SENT_LIMIT_FREE || limit == SENT_LIMIT_ENROLMENT)
		return;
	(void)by_enrolment(ask, -1);
	if (limit == SENT_LIMIT_STRANGER_TO)
		return;
	(void)by_stranger(ask, -1);
	if (limit == SENT_LIMIT_ALL_OF)
		return;
	(void)by_account(ask, -1);
	if (limit == SENT_LIMIT_HOUSE)
		(void)by_address(ask, -1);
}

enum sent_limit sent_limit_take(const struct sent_limit_ask *ask)
{
	enum sent_limit out = SENT_LIMIT_HOUSE;

	(void)pthread_mutex_lock(&lock);
	/* What can't be counted is not sent. */
	if (addresses != NULL || mfa_ratelimit_new(&addresses) == 0) {
		out = take_all(ask);
		take_back(ask, out);
	}
	(void)pthread_mutex_unlock(&lock);
	return out;
}

void sent_limit_give_back(const struct sent_limit_ask *ask, bool used)
{
	(void)pthread_mutex_lock(&lock);
	if (addresses != NULL) {
		(void)by_enrolment(ask, used ? 0 : -1);
		(void)by_account(ask, used ? 0 : -1);
		(void)by_stranger(ask, -1);
		(void)by_address(ask, -1);
		give_back(ask, true);
	}
	(void)pthread_mutex_unlock(&lock);
}
