/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfad/devices/listing.h"

#include <jansson.h>
#include <string.h>

#include "conf/conf.h"
#include "factor/factor.h"

static char *finish(json_t *json)
{
	char *text = json != NULL ? json_dumps(json, JSON_COMPACT) : NULL;

	json_decref(json);
	return text;
}

static json_t *time_or_null(int64_t time)
{
	return time != 0 ? json_integer(time) : json_null();
}

static json_t *device(const struct mfa_device *d, size_t number)
{
	return json_pack("{s:I, s:s, s:s, s:I, s:o}", "number", (json_int_t)number,
			 "label", d->label, "type", mfa_device_type_word(d->type), "created", (json_int_t)d->created,
			 "used", time_or_null(d->used));
}

char *row_device(const struct mfa_device *d, size_t number)
{
	return finish(device(d, number));
}

static int64_t last_signin(const struct mfa_account *account)
{
	size_t i;

	for (i = account->event_count; i-- > 0;)
		if (strcmp(account->events[i].result, "ok") == 0)
			return account->events[i].time;
	return 0;
}

static bool locked(const struct mfa_account *account, int64_t now)
{
	int64_t wait;

	return mfa_factor_codes_blocked(account, MFA_VOICE_ROOT, now, &wait) != MFA_VERDICT_RIGHT;
}

static json_t *uid(const struct mfa_account *account)
{
	return account->has_uid ? json_integer(account->uid) : json_null();
}

/* Each kind of device once. */
static json_t *methods(const struct mfa_account *account)
{
	unsigned has = mfa_account_methods(account);
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < MFA_METHOD_COUNT; i++)
		if ((has & 1U << i) != 0)
			(void)json_array_append_new(list, json_string(mfa_method((enum mfa_method_id)i)->word));
	return list;
}

/* What of a pass is no secret; null where none is out. */
static json_t *pass(const struct mfa_account *account, int64_t now)
{
	if (!mfa_account_has_pass(account, now))
		return json_null();
	return json_pack("{s:I, s:I}", "until", (json_int_t)account->pass.until,
			 "uses", (json_int_t)account->pass.uses);
}

char *row_account(struct mfa_account *account, int64_t now)
{
	return finish(json_pack("{s:s, s:o, s:I, s:o, s:I, s:o, s:b, s:o}", "name", account->name,
				"uid", uid(account),
				"devices", (json_int_t)account->device_count,
				"methods", methods(account),
				"recovery", (json_int_t)account->recovery_count,
				"pass", pass(account, now),
				"locked", locked(account, now),
				"last", time_or_null(last_signin(account))));
}

char *row_unreadable(const char *name, int error)
{
	return finish(json_pack("{s:s, s:s}", "name", name, "error", strerrordesc_np(-error)));
}

static json_t *devices(const struct mfa_account *account, int64_t now)
{
	char about[MFA_DESCRIPTION_MAX];
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < account->device_count; i++) {
		int64_t ahead = mfa_totp_ahead(&account->devices[i], now, MFA_CONF_TOTP_WINDOW_MAX);
		json_t *one = device(&account->devices[i], i + 1);

		mfa_factor_describe(&account->devices[i], about);
		(void)json_object_set_new(one, "about", json_string(about));
		if (ahead > 0)
			(void)json_object_set_new(one, "ahead", json_integer(ahead));
		(void)json_object_set_new(one, "drift", json_integer(account->devices[i].drift));
		(void)json_array_append_new(list, one);
	}
	return list;
}

static json_t *event(const struct mfa_event *e)
{
	const char *method = e->method, *result = e->result;

	(void)mfa_hotp_was_far(e, &method, &result);
	return json_pack("{s:I, s:s, s:s, s:s, s:s}",
			 "time", (json_int_t)e->time, "service", e->service, "rhost", e->rhost,
			 "method", method, "result", result);
}

static json_t *failure(const struct mfa_failure *f)
{
	json_t *json = event(&f->last);

	(void)json_object_set_new(json, "count", json_integer(f->count));
	(void)json_object_set_new(json, "first", json_integer(f->first));
	return json;
}

/* With what was wrong among them, each place at the time of its last. */
static json_t *events(const struct mfa_account *account)
{
	json_t *list = json_array();
	size_t i = 0, k = 0;

	while (i < account->event_count || k < account->failure_count) {
		bool next = k == account->failure_count || (i < account->event_count &&
			account->events[i].time <= account->failures[k].last.time);

		(void)json_array_append_new(list, next ? event(&account->events[i++])
						       : failure(&account->failures[k++]));
	}
	return list;
}

static json_t *throttles(const struct mfa_account *account, int64_t now)
{
	json_t *all = json_object();
	size_t i;

	for (i = 0; i < MFA_BUDGET_COUNT; i++)
		if (account->throttles[i].failures > 0)
			(void)json_object_set_new(all, mfa_budget((enum mfa_budget)i)->word, json_pack("{s:I, s:I}",
				"wrong_in_a_row", (json_int_t)account->throttles[i].failures,
				"wait", (json_int_t)mfa_throttle_wait(&account->throttles[i], now)));
	return all;
}

/* Wrong app codes of four weeks, as they count towards the limit. */
static json_t *wrong_codes(const struct mfa_account *account, int64_t now)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}",
			 "root", (json_int_t)mfa_factor_wrong_codes(account, MFA_VOICE_ROOT, now),
			 "local", (json_int_t)mfa_factor_wrong_codes(account, MFA_VOICE_OWN, now),
			 "caller", (json_int_t)mfa_factor_wrong_codes(account, MFA_VOICE_CALLER, now),
			 "limit", (json_int_t)MFA_TOTAL_LIMIT,
			 "root_left", (json_int_t)mfa_factor_codes_left(account, MFA_VOICE_ROOT, now),
			 "local_left", (json_int_t)mfa_factor_codes_left(account, MFA_VOICE_OWN, now),
			 "caller_left", (json_int_t)mfa_factor_codes_left(account, MFA_VOICE_CALLER, now));
}

/* When phones were last asked, and since when they are not. */
static json_t *push(const struct mfa_account *account)
{
	return json_pack("{s:I, s:o, s:o}", "unanswered", (json_int_t)account->push.asked.count,
			 "stopped", time_or_null(account->push.stopped),
			 "caller_stopped", time_or_null(account->push.caller_stopped));
}

char *row_account_whole(struct mfa_account *account, int64_t now)
{
	return finish(json_pack("{s:s, s:o, s:I, s:o, s:I, s:o, s:o, s:I, s:b, s:o, s:o, s:o}", "name", account->name,
				"uid", uid(account), "created", (json_int_t)account->created,
				"devices", devices(account, now),
				"recovery", (json_int_t)account->recovery_count,
				"pass", pass(account, now), "push", push(account),
				"postponed", (json_int_t)account->postponed,
				"locked", locked(account, now),
				"throttle", throttles(account, now),
				"wrong_codes", wrong_codes(account, now), "events", events(account)));
}

char *row_pass(const char *name, const char *pass, int64_t until, uint32_t uses, bool enrols)
{
	return finish(json_pack("{s:s, s:s, s:I, s:I, s:b}", "user", name, "pass", pass,
				"until", (json_int_t)until, "uses", (json_int_t)uses, "enrols", enrols));
}

char *row_import(const char *name, const char *result, const char *why)
{
	return finish(json_pack("{s:s, s:s, s:s}", "name", name, "result", result, "why", why));
}
