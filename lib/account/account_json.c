/* SPDX-License-Identifier: BSD-2-Clause */
/* A record's form at rest. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account/account.h"
#include "account/device_json.h"
#include "account/event_json.h"
#include "account/guesses_json.h"
#include "account/phone_json.h"
#include "account/sent_json.h"
#include "account/unknown.h"
#include "json/fields.h"
#include "json/memory.h"
#include "json/read.h"
#include "text/text.h"

/* 1 had neither HOTP nor passes, 2 no phones.  Each kind of device and each budget says which can first have it. */
#define FORMAT_IDS 2		/* devices have ids */
#define FORMAT_PHONES 3		/* requests to phones are counted */

/* To JSON. */

static json_t *pass_to_json(const struct mfa_pass *pass)
{
	char salt[2 * MFA_RECOVERY_HASH_SIZE + 1], hash[2 * MFA_RECOVERY_HASH_SIZE + 1];

	mfa_hex_encode(pass->salt, sizeof(pass->salt), salt);
	mfa_hex_encode(pass->hash, sizeof(pass->hash), hash);
	return json_pack("{s:s, s:s, s:I, s:I, s:I}", "salt", salt, "hash", hash,
			 "created", (json_int_t)pass->created, "until", (json_int_t)pass->until,
			 "uses", (json_int_t)pass->uses);
}

static json_t *devices_to_json(const struct mfa_account *account)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; list != NULL && i < account->device_count; i++) {
		if (json_array_append_new(list, mfa_device_to_json(&account->devices[i])) != 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

static json_t *recovery_to_json(const struct mfa_account *account)
{
	char hex[2 * MFA_RECOVERY_HASH_SIZE + 1];
	json_t *list = json_array();
	size_t i;

	for (i = 0; list != NULL && i < account->recovery_count; i++) {
		mfa_hex_encode(account->recovery[i], MFA_RECOVERY_HASH_SIZE, hex);
		if (json_array_append_new(list, json_string(hex)) != 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

static json_t *throttles_to_json(const struct mfa_account *account)
{
	json_t *all = json_object();
	size_t i;

	for (i = 0; all != NULL && i < MFA_BUDGET_COUNT; i++) {
		const struct mfa_throttle *t = &account->throttles[i];
		json_t *one;

		if (t->failures == 0)
			continue;
		one = json_pack("[I, I]", (json_int_t)t->failures, (json_int_t)t->until);
		if (json_object_set_new_nocheck(all, mfa_budget((enum mfa_budget)i)->word, one) != 0) {
			json_decref(all);
			return NULL;
		}
	}
	return all;
}

static json_t *events_to_json(const struct mfa_account *account)
{
	char line[MFA_EVENT_LINE_SIZE];
	json_t *list = json_array();
	size_t i;

	for (i = 0; list != NULL && i < account->event_count; i++) {
		mfa_event_format(&account->events[i], line);
		if (json_array_append_new(list, json_string(line)) != 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

/* What came with each format.  An account that has none of it is written as one before. */
static void raise(unsigned *format, bool needed, unsigned to)
{
	if (needed && to > *format)
		*format = to;
}

static unsigned format_of(const struct mfa_account *account)
{
	unsigned format = 1;
	size_t i;

	for (i = 0; i < account->device_count; i++)
		raise(&format, true, mfa_method((enum mfa_method_id)account->devices[i].type)->format);
	for (i = 0; i < MFA_BUDGET_COUNT; i++)
		raise(&format, account->throttles[i].failures > 0, mfa_budget((enum mfa_budget)i)->format);
	raise(&format, account->device_count > 0 || account->pass.uses > 0 || account->epoch != 0 ||
	      account->postponed != 0 || account->told != 0, FORMAT_IDS);
	raise(&format, mfa_push_state_any(&account->push), FORMAT_PHONES);
	return format;
}

/* What this version can read. */
static unsigned newest_format(void)
{
	unsigned format = FORMAT_PHONES;
	size_t i;

	for (i = 0; i < MFA_METHOD_COUNT; i++)
		raise(&format, true, mfa_method((enum mfa_method_id)i)->format);
	for (i = 0; i < MFA_BUDGET_COUNT; i++)
		raise(&format, true, mfa_budget((enum mfa_budget)i)->format);
	return format;
}

static unsigned format_for(const struct mfa_account *account)
{
	unsigned format = format_of(account);

	return account->unknown != NULL && account->unknown_format > format ? account->unknown_format : format;
}

/* What an account need not have.  Returns whether memory sufficed. */
static bool add_optional(json_t *json, const struct mfa_account *account)
{
	/* Where something of a later version is to be put back, its place must be there. */
	bool push = mfa_push_state_any(&account->push) || account->unknown != NULL;

	return mfa_guesses_to_json(account, json) && mfa_sent_to_json(account, json) &&
	       (account->pass.uses == 0 ||
		json_object_set_new_nocheck(json, "pass", pass_to_json(&account->pass)) == 0) &&
	       (!push ||
		json_object_set_new_nocheck(json, "push", mfa_push_state_to_json(&account->push)) == 0);
}

static bool add_unknown(json_t *json, const struct mfa_account *account)
{
	json_t *unknown = account->unknown != NULL ? mfa_json_read_text(account->unknown) : NULL;
	bool ok = account->unknown == NULL || (unknown != NULL && mfa_unknown_put_back(json, unknown) == 0);

	json_decref(unknown);
	return ok;
}

static json_t *account_to_json(const struct mfa_account *account)
{
	char salt[2 * MFA_RECOVERY_HASH_SIZE + 1];
	json_t *json;

	mfa_hex_encode(account->recovery_salt, sizeof(account->recovery_salt), salt);
	/* "o" takes each list over, also when the packing fails. */
	json = json_pack("{s:i, s:s, s:o, s:I, s:I, s:I, s:I, s:o, s:s, s:o, s:o, s:o}",
			 "v", (int)format_for(account), "name", account->name,
			 "uid", account->has_uid ? json_integer(account->uid) : json_null(),
			 "created", (json_int_t)account->created,
			 "epoch", (json_int_t)account->epoch,
			 "postponed", (json_int_t)account->postponed,
			 "told", (json_int_t)account->told,
			 "devices", devices_to_json(account),
			 "salt", salt, "recovery", recovery_to_json(account),
			 "throttles", throttles_to_json(account),
			 "events", events_to_json(account));
	if (json != NULL && add_optional(json, account) && add_unknown(json, account))
		return json;
	json_decref(json);
	return NULL;
}

int mfa_account_format(const struct mfa_account *account, char **out, size_t *len)
{
	char *text = NULL;
	json_t *json;

	*out = NULL;
	*len = 0;
	mfa_json_begin();
	json = account_to_json(account);
	if (json != NULL)
		text = json_dumps(json, JSON_COMPACT);
	if (text != NULL)
		*out = strdup(text);
	mfa_json_end();
	if (*out == NULL)
		return -ENOMEM;
	*len = strlen(*out);
	return 0;
}

/* From JSON.  Each returns whether the field is there and within bounds. */

static bool pass_from_json(const json_t *json, struct mfa_pass *pass)
{
	int64_t uses;

	if (json == NULL || json_is_null(json))
		return true;
	if (!mfa_json_hex(json_object_get(json, "salt"), pass->salt, sizeof(pass->salt)) ||
	    !mfa_json_hex(json_object_get(json, "hash"), pass->hash, sizeof(pass->hash)) ||
	    !mfa_json_int(json, "created", 0, INT64_MAX, &pass->created) ||
	    !mfa_json_int(json, "until", 0, INT64_MAX, &pass->until) ||
	    !mfa_json_int(json, "uses", 1, UINT32_MAX, &uses))
		return false;
	pass->uses = (uint32_t)uses;
	return true;
}

static bool devices_from_json(const json_t *list, struct mfa_account *account)
{
	struct mfa_device device;
	size_t i, n = json_array_size(list);
	bool ok = json_is_array(list) && n <= MFA_DEVICES_MAX;
	int r = 0;

	for (i = 0; ok && i < n; i++) {
		memset(&device, 0, sizeof(device));
		ok = mfa_device_from_json(json_array_get(list, i), &device);
		if (ok)
			r = mfa_account_add_device(account, &device);
		ok = ok && r == 0;
		mfa_device_release(&device);
	}
	if (r == -ENOMEM)
		mfa_json_note_lack();
	explicit_bzero(&device, sizeof(device));
	return ok;
}

static bool recovery_from_json(const json_t *list, struct mfa_account *account)
{
	size_t i, n = json_array_size(list);

	if (!json_is_array(list) || n > MFA_RECOVERY_COUNT)
		return false;
	for (i = 0; i < n; i++)
		if (!mfa_json_hex(json_array_get(list, i), account->recovery[i], MFA_RECOVERY_HASH_SIZE))
			return false;
	account->recovery_count = n;
	return true;
}

static bool throttles_from_json(const json_t *all, struct mfa_account *account)
{
	size_t i;

	if (!json_is_object(all))
		return false;
	for (i = 0; i < MFA_BUDGET_COUNT; i++) {
		const json_t *one = json_object_get(all, mfa_budget((enum mfa_budget)i)->word);
		json_int_t failures, until;

		if (one == NULL)
			continue;
		failures = json_integer_value(json_array_get(one, 0));
		until = json_integer_value(json_array_get(one, 1));
		if (json_array_size(one) != 2 || failures < 1 || failures > UINT32_MAX ||
		    !json_is_integer(json_array_get(one, 1)) || until < 0)
			return false;
		account->throttles[i].failures = (uint32_t)failures;
		account->throttles[i].until = until;
	}
	return true;
}

/* [TIME, SERVICE, RHOST, METHOD, RESULT], as the first version wrote them. */
static bool event_from_array(const json_t *list, struct mfa_event *e)
{
	if (json_array_size(list) != 5 || !json_is_integer(json_array_get(list, 0)))
		return false;
	e->time = json_integer_value(json_array_get(list, 0));
	return e->time >= 0 && mfa_json_copy(json_array_get(list, 1), e->service, sizeof(e->service)) &&
	       mfa_json_copy(json_array_get(list, 2), e->rhost, sizeof(e->rhost)) &&
	       mfa_json_copy(json_array_get(list, 3), e->method, sizeof(e->method)) &&
	       mfa_json_copy(json_array_get(list, 4), e->result, sizeof(e->result));
}

static bool event_from_json(const json_t *value, struct mfa_event *e)
{
	const char *line;

	if (json_is_array(value))
		return event_from_array(value, e);
	return mfa_json_text(value, MFA_EVENT_LINE_SIZE - 1, &line) && mfa_text_printable(line) &&
	       mfa_event_parse(line, e);
}

static bool events_from_json(const json_t *list, struct mfa_account *account)
{
	size_t i, n = json_array_size(list);

	if (!json_is_array(list) || n > MFA_EVENTS_MAX)
		return false;
	for (i = 0; i < n; i++)
		if (!event_from_json(json_array_get(list, i), &account->events[i]))
			return false;
	account->event_count = n;
	return true;
}

static bool account_from_json(const json_t *json, struct mfa_account *account)
{
	const json_t *uid = json_object_get(json, "uid");
	int64_t epoch, postponed;

	account->has_uid = json_is_integer(uid);
	if (!account->has_uid && !json_is_null(uid))
		return false;
	if (json_integer_value(uid) < 0 || json_integer_value(uid) > UINT32_MAX)
		return false;
	account->uid = (uint32_t)json_integer_value(uid);
	if (!mfa_json_int_or(json, "epoch", UINT32_MAX, 0, &epoch) ||
	    !mfa_json_int_or(json, "postponed", UINT32_MAX, 0, &postponed) ||
	    !mfa_json_int_or(json, "told", INT64_MAX, 0, &account->told) ||
	    !pass_from_json(json_object_get(json, "pass"), &account->pass) ||
	    !mfa_push_state_from_json(json_object_get(json, "push"), &account->push))
		return false;
	account->epoch = (uint32_t)epoch;
	account->postponed = (uint32_t)postponed;
	return mfa_json_int(json, "created", 0, INT64_MAX, &account->created) &&
	       devices_from_json(json_object_get(json, "devices"), account) &&
	       mfa_json_hex(json_object_get(json, "salt"), account->recovery_salt,
		       sizeof(account->recovery_salt)) &&
	       recovery_from_json(json_object_get(json, "recovery"), account) &&
	       throttles_from_json(json_object_get(json, "throttles"), account) &&
	       mfa_guesses_from_json(json, account) && mfa_sent_from_json(json, account) &&
	       events_from_json(json_object_get(json, "events"), account);
}

/* Keeps what is not known of it, in memory that outlives the reading. */
static int keep_unknown(const json_t *json, unsigned format, struct mfa_account *account)
{
	json_t *unknown;
	char *text;
	int r = mfa_unknown_find(json, account, &unknown);

	if (r != 0 || unknown == NULL)
		return r;
	text = json_dumps(unknown, JSON_COMPACT);
	json_decref(unknown);
	account->unknown = text != NULL ? strdup(text) : NULL;
	account->unknown_format = format;
	if (account->unknown == NULL)
		return -ENOMEM;
	/* What is nested deeper than can be read back would keep the record from being written. */
	return mfa_json_is_shallow(account->unknown, strlen(account->unknown)) ? 0 : -EPROTONOSUPPORT;
}

int mfa_account_parse(const char *text, size_t len, struct mfa_account **out)
{
	const char *name;
	json_t *json;
	int64_t version;
	int r = -EBADMSG;

	*out = NULL;
	mfa_json_begin();
	json = mfa_json_read(text, len);
	if (!mfa_json_int(json, "v", 1, INT64_MAX, &version))
		goto out;
	if (version > newest_format()) {
		r = -EPROTONOSUPPORT;
		goto out;
	}
	if (!mfa_json_text(json_object_get(json, "name"), MFA_ACCOUNT_NAME_MAX, &name))
		goto out;
	r = mfa_account_new(name, out);
	if (r != 0) {
		r = r == -EINVAL ? -EBADMSG : r;
		goto out;
	}
	r = account_from_json(json, *out) ? keep_unknown(json, (unsigned)version, *out) : -EBADMSG;
	if (r != 0)
		mfa_account_free(out);
out:
	/* Nor is a record damaged that could not be read for that: whoever passes over those keeps its used codes. */
	if (r == -EBADMSG && mfa_json_lacked())
		r = -ENOMEM;
	mfa_json_end();
	return r;
}
