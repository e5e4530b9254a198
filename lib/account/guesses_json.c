/* SPDX-License-Identifier: BSD-2-Clause */
#include "account/guesses_json.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "account/event_json.h"
#include "json/fields.h"
#include "table/table.h"
#include "text/text.h"

#define LATELY_NUMBERS ((size_t)2 + MFA_LATELY_SPANS)	/* of each name */

static const char *const totals[] = {
	[MFA_TOTAL_CODE] = "code",
	[MFA_TOTAL_LOCAL_CODE] = "local_code",
	[MFA_TOTAL_CALLER_CODE] = "caller_code",
};
MFA_TABLE_FITS(totals, MFA_TOTAL_COUNT);

static json_t *total_to_json(const struct mfa_total *total)
{
	json_t *wrong = json_array();
	size_t i;

	for (i = 0; wrong != NULL && i < MFA_TOTAL_SPANS; i++)
		(void)json_array_append_new(wrong, json_integer(total->wrong[i]));
	if (json_array_size(wrong) != MFA_TOTAL_SPANS) {
		json_decref(wrong);
		return NULL;
	}
	return json_pack("{s:I, s:o, s:I, s:I, s:I}", "span", (json_int_t)total->span, "wrong", wrong,
			 "more", (json_int_t)total->more, "lifted", (json_int_t)total->lifted,
			 "again", (json_int_t)total->lifted_again);
}

/* An object without members is none. */
static bool add_object(json_t *json, const char *key, json_t *object)
{
	if (json_object_size(object) > 0)
		return json_object_set_new_nocheck(json, key, object) == 0;
	json_decref(object);
	return object != NULL;
}

static bool totals_to_json(const struct mfa_account *account, json_t *json)
{
	json_t *all = json_object();
	size_t i;

	for (i = 0; i < MFA_TOTAL_COUNT; i++) {
		if (account->totals[i].span == 0 && account->totals[i].wrong[0] == 0)
			continue;
		if (json_object_set_new_nocheck(all, totals[i], total_to_json(&account->totals[i])) != 0) {
			json_decref(all);
			return false;
		}
	}
	return add_object(json, "totals", all);
}

/* Time and hash in turn. */
static json_t *known_list_to_json(const struct mfa_known_list *list)
{
	json_t *all = json_array();
	size_t i;

	for (i = 0; all != NULL && i < list->count; i++) {
		(void)json_array_append_new(all, json_integer(list->codes[i].time));
		(void)json_array_append_new(all, json_integer(list->codes[i].hash));
	}
	if (json_array_size(all) == 2 * list->count)
		return all;
	json_decref(all);
	return NULL;
}

static bool known_to_json(const struct mfa_known *known, json_t *json)
{
	char salt[2 * MFA_KNOWN_SALT_SIZE + 1];

	if (known->right.count == 0 && known->wrong.count == 0)
		return true;
	mfa_hex_encode(known->salt, sizeof(known->salt), salt);
	return json_object_set_new_nocheck(json, "known", json_pack("{s:s, s:o, s:o}", "salt", salt,
		"right", known_list_to_json(&known->right), "wrong", known_list_to_json(&known->wrong))) == 0;
}

/* "COUNT FIRST", and the last of them as an event is written. */
static bool failures_to_json(const struct mfa_account *account, json_t *json)
{
	char line[MFA_EVENT_LINE_SIZE + 40];
	json_t *list = json_array();
	size_t i;

	for (i = 0; list != NULL && i < account->failure_count; i++) {
		const struct mfa_failure *f = &account->failures[i];
		int n = snprintf(line, sizeof(line), "%lu %lld ", (unsigned long)f->count, (long long)f->first);

		mfa_event_format(&f->last, line + n);
		(void)json_array_append_new(list, json_string(line));
	}
	if (list == NULL || json_array_size(list) != account->failure_count) {
		json_decref(list);
		return false;
	}
	if (account->failure_count > 0)
		return json_object_set_new_nocheck(json, "failures", list) == 0;
	json_decref(list);
	return true;
}

static bool unheard_to_json(const struct mfa_unheard *u, json_t *json)
{
	if (u->count == 0 && u->pushed == 0)
		return true;
	return json_object_set_new_nocheck(json, "unheard", json_pack("{s:I, s:I, s:I, s:I}",
		"count", (json_int_t)u->count, "first", (json_int_t)u->first, "last", (json_int_t)u->last,
		"pushed", (json_int_t)u->pushed)) == 0;
}

/* Hash, span and counts in turn. */
static bool lately_to_json(const struct mfa_lately *lately, json_t *json)
{
	json_t *all = json_array();
	size_t i, k;

	for (i = 0; all != NULL && i < lately->count; i++) {
		const struct mfa_lately_name *one = &lately->names[i];

		(void)json_array_append_new(all, json_integer(one->name));
		(void)json_array_append_new(all, json_integer(one->span));
		for (k = 0; k < MFA_LATELY_SPANS; k++)
			(void)json_array_append_new(all, json_integer(one->wrong[k]));
	}
	if (json_array_size(all) == LATELY_NUMBERS * lately->count && lately->count > 0)
		return json_object_set_new_nocheck(json, "lately", all) == 0;
	json_decref(all);
	return all != NULL && lately->count == 0;
}

bool mfa_guesses_to_json(const struct mfa_account *account, json_t *json)
{
	return totals_to_json(account, json) && known_to_json(&account->known, json) &&
	       failures_to_json(account, json) && unheard_to_json(&account->unheard, json) &&
	       lately_to_json(&account->lately, json);
}

static bool number_at(const json_t *list, size_t at, int64_t max, int64_t *out)
{
	const json_t *value = json_array_get(list, at);

	*out = json_integer_value(value);
	return json_is_integer(value) && *out >= 0 && *out <= max;
}

static bool total_from_json(const json_t *json, struct mfa_total *total)
{
	const json_t *wrong = json_object_get(json, "wrong");
	int64_t more, n;
	size_t i;

	if (json_array_size(wrong) != MFA_TOTAL_SPANS ||
	    !mfa_json_int(json, "span", 0, INT64_MAX, &total->span) ||
	    !mfa_json_int(json, "more", 0, MFA_TOTAL_LIFT, &more) ||
	    !mfa_json_int(json, "lifted", 0, INT64_MAX, &total->lifted) ||
	    !mfa_json_int(json, "again", 0, INT64_MAX, &total->lifted_again))
		return false;
	total->more = (uint32_t)more;
	for (i = 0; i < MFA_TOTAL_SPANS; i++) {
		if (!number_at(wrong, i, UINT32_MAX, &n))
			return false;
		total->wrong[i] = (uint32_t)n;
	}
	return true;
}

static bool totals_from_json(const json_t *all, struct mfa_account *account)
{
	size_t i;

	if (all != NULL && !json_is_object(all))
		return false;
	for (i = 0; i < MFA_TOTAL_COUNT; i++) {
		const json_t *one = json_object_get(all, totals[i]);

		if (one != NULL && !total_from_json(one, &account->totals[i]))
			return false;
	}
	return true;
}

static bool known_list_from_json(const json_t *all, struct mfa_known_list *list)
{
	size_t i, n = json_array_size(all);
	int64_t hash;

	if (!json_is_array(all) || n % 2 != 0 || n > 2 * (size_t)MFA_KNOWN_MAX)
		return false;
	for (i = 0; i < n / 2; i++) {
		if (!number_at(all, 2 * i, INT64_MAX, &list->codes[i].time) ||
		    !number_at(all, 2 * i + 1, UINT32_MAX, &hash))
			return false;
		list->codes[i].hash = (uint32_t)hash;
	}
	list->count = n / 2;
	return true;
}

static bool known_from_json(const json_t *json, struct mfa_known *known)
{
	if (json == NULL)
		return true;
	return mfa_json_hex(json_object_get(json, "salt"), known->salt, sizeof(known->salt)) &&
	       known_list_from_json(json_object_get(json, "right"), &known->right) &&
	       known_list_from_json(json_object_get(json, "wrong"), &known->wrong);
}

/* A number and the space behind it. */
static bool take_number(const char **at, int64_t max, int64_t *out)
{
	char *end;

	if (**at < '0' || **at > '9')
		return false;
	errno = 0;
	*out = strtoll(*at, &end, 10);
	if (errno != 0 || *end != ' ' || *out > max)
		return false;
	*at = end + 1;
	return true;
}

static bool failure_from_json(const json_t *value, struct mfa_failure *f)
{
	const char *line;
	int64_t count;

	if (!mfa_json_text(value, MFA_EVENT_LINE_SIZE + 40, &line) || !mfa_text_printable(line) ||
	    !take_number(&line, UINT32_MAX, &count) || count == 0 || !take_number(&line, INT64_MAX, &f->first))
		return false;
	f->count = (uint32_t)count;
	return mfa_event_parse(line, &f->last);
}

static bool failures_from_json(const json_t *list, struct mfa_account *account)
{
	size_t i, n = json_array_size(list);

	if (list == NULL)
		return true;
	if (!json_is_array(list) || n > MFA_FAILURES_MAX)
		return false;
	for (i = 0; i < n; i++)
		if (!failure_from_json(json_array_get(list, i), &account->failures[i]))
			return false;
	account->failure_count = n;
	return true;
}

static bool unheard_from_json(const json_t *json, struct mfa_unheard *u)
{
	int64_t count;

	if (json == NULL)
		return true;
	if (!mfa_json_int(json, "count", 0, UINT32_MAX, &count) ||
	    !mfa_json_int(json, "first", 0, INT64_MAX, &u->first) ||
	    !mfa_json_int(json, "last", 0, INT64_MAX, &u->last) ||
	    !mfa_json_int(json, "pushed", 0, INT64_MAX, &u->pushed))
		return false;
	u->count = (uint32_t)count;
	return true;
}

static bool lately_from_json(const json_t *all, struct mfa_lately *lately)
{
	size_t i, k, n = json_array_size(all);
	int64_t number;

	if (all == NULL)
		return true;
	if (!json_is_array(all) || n % LATELY_NUMBERS != 0 || n / LATELY_NUMBERS > MFA_LATELY_MAX)
		return false;
	for (i = 0; i < n / LATELY_NUMBERS; i++) {
		struct mfa_lately_name *one = &lately->names[i];

		if (!number_at(all, LATELY_NUMBERS * i, UINT32_MAX, &number) ||
		    !number_at(all, LATELY_NUMBERS * i + 1, INT64_MAX, &one->span))
			return false;
		one->name = (uint32_t)number;
		for (k = 0; k < MFA_LATELY_SPANS; k++) {
			if (!number_at(all, LATELY_NUMBERS * i + 2 + k, UINT32_MAX, &number))
				return false;
			one->wrong[k] = (uint32_t)number;
		}
	}
	lately->count = n / LATELY_NUMBERS;
	return true;
}

bool mfa_guesses_from_json(const json_t *json, struct mfa_account *account)
{
	return totals_from_json(json_object_get(json, "totals"), account) &&
	       known_from_json(json_object_get(json, "known"), &account->known) &&
	       failures_from_json(json_object_get(json, "failures"), account) &&
	       unheard_from_json(json_object_get(json, "unheard"), &account->unheard) &&
	       lately_from_json(json_object_get(json, "lately"), &account->lately);
}
