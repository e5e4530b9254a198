/* SPDX-License-Identifier: BSD-2-Clause */
#include "account/unknown.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define ID_SIZE 24

/* Every member that this version writes.  One that is missing here would be put back after it was taken
 * out on purpose: tests/unit/test_records.c looks for that. */
static const char *const of_record[] = {
	"v", "name", "uid", "created", "epoch", "postponed", "told", "pass", "push", "devices", "salt",
	"recovery", "throttles", "events", "totals", "known",
	"failures", "unheard", "lately", "sent", "sent_local", "sent_caller",
	"asked_sent", "asked_sent_local", "asked_sent_caller", NULL
};
static const char *const of_device[] = {
	"id", "label", "type", "created", "used", "secret", "hash", "digits", "period", "last", "drift",
	"counter", "resync", "far", "language", "key", "endpoint", "p256dh", "auth", "credential",
	"credential_key", "address", NULL
};
static const char *const of_pass[] = { "salt", "hash", "created", "until", "uses", NULL };
static const char *const of_push[] = { "asked", "asked_local", "wrong", "stopped", "asked_caller",
	"caller_wrong", "caller_stopped", NULL };
static const char *const of_sent[] = { "method", "device", "place", "code", "created", "until", "said_at", "left",
	NULL };
static const char *const of_throttles[] = {
#define BUDGET(NAME, word, ...) word, "local_" word, "caller_" word,
#include "method/list.h"
	NULL
};

static const char *const of_totals[] = { "code", "local_code", "caller_code", NULL };
static const char *const of_known[] = { "salt", "right", "wrong", NULL };
static const char *const of_unheard[] = { "count", "first", "last", "pushed", NULL };

/* Objects within a record.  key: the member that says which of its kind it is; NULL: there is but one.  list: each
 * of its members may be missing, so that it is made again for what is put back. */
static const struct part {
	const char *name;
	const char *key;
	const char *const *known;
	bool list;
} parts[] = {
	{ "pass", "salt", of_pass, false },
	{ "push", NULL, of_push, false },
	{ "throttles", NULL, of_throttles, true },
	{ "totals", NULL, of_totals, true },
	{ "known", "salt", of_known, false },
	{ "unheard", NULL, of_unheard, false },
	{ "sent", "code", of_sent, false },
	{ "sent_local", "code", of_sent, false },
	{ "sent_caller", "code", of_sent, false },
};

static bool is_known(const char *const *known, const char *name)
{
	while (*known != NULL && strcmp(*known, name) != 0)
		known++;
	return *known != NULL;
}

/* Members of object that are not known; *out stays NULL where there are none. */
static int find_in(const json_t *object, const char *const *known, json_t **out)
{
	const char *name;
	json_t *value;

	*out = NULL;
	json_object_foreach((json_t *)object, name, value) {
		if (is_known(known, name))
			continue;
		if (*out == NULL)
			*out = json_object();
		if (json_object_set_nocheck(*out, name, value) != 0) {
			json_decref(*out);
			*out = NULL;
			return -ENOMEM;
		}
	}
	return 0;
}

/* Which of its kind an object is, as a member of what is kept. */
static const char *key_of(const json_t *object, const char *key)
{
	return key == NULL ? "" : json_string_value(json_object_get(object, key));
}

/* Keeps what is not known of object as (*out)[part][key]. */
static int keep(json_t **out, const char *part, const char *key, const json_t *object, const char *const *known)
{
	json_t *found, *of_part;

	if (key == NULL)
		return 0;
	if (find_in(object, known, &found) != 0)
		return -ENOMEM;
	if (found == NULL)
		return 0;
	if (*out == NULL)
		*out = json_object();
	of_part = json_object_get(*out, part);
	if (of_part == NULL) {
		of_part = json_object();
		if (json_object_set_new_nocheck(*out, part, of_part) != 0)
			of_part = NULL;
	}
	return json_object_set_new_nocheck(of_part, key, found) == 0 ? 0 : -ENOMEM;
}

static void format_id(uint64_t id, char out[ID_SIZE])
{
	(void)snprintf(out, ID_SIZE, "%llu", (unsigned long long)id);
}

/* By the ids that the account has now: the oldest records have none. */
static int keep_devices(json_t **out, const json_t *devices, const struct mfa_account *account)
{
	char id[ID_SIZE];
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < account->device_count; i++) {
		format_id(account->devices[i].id, id);
		r = keep(out, "devices", id, json_array_get(devices, i), of_device);
	}
	return r;
}

int mfa_unknown_find(const json_t *record, const struct mfa_account *account, json_t **out)
{
	size_t i;
	int r;

	*out = NULL;
	r = keep(out, "record", "", record, of_record);
	for (i = 0; r == 0 && i < sizeof(parts) / sizeof(parts[0]); i++) {
		const json_t *part = json_object_get(record, parts[i].name);

		r = keep(out, parts[i].name, key_of(part, parts[i].key), part, parts[i].known);
	}
	if (r == 0)
		r = keep_devices(out, json_object_get(record, "devices"), account);
	if (r != 0) {
		json_decref(*out);
		*out = NULL;
	}
	return r;
}

static int put_back(json_t *object, const json_t *unknown, const char *part, const char *key)
{
	json_t *members = key != NULL ? json_object_get(json_object_get(unknown, part), key) : NULL;

	if (members == NULL || !json_is_object(object))
		return 0;
	return json_object_update_missing(object, members) == 0 ? 0 : -ENOMEM;
}

/* The object of a part, made anew where it was empty and something is to be put back into it. */
static json_t *part_of(json_t *record, const struct part *part, const json_t *unknown)
{
	json_t *object = json_object_get(record, part->name);

	if (object != NULL || !part->list || json_object_get(unknown, part->name) == NULL)
		return object;
	object = json_object();
	return json_object_set_new_nocheck(record, part->name, object) == 0 ? object : NULL;
}

int mfa_unknown_put_back(json_t *record, const json_t *unknown)
{
	const json_t *devices = json_object_get(record, "devices");
	char id[ID_SIZE];
	size_t i;
	int r = put_back(record, unknown, "record", "");

	for (i = 0; r == 0 && i < sizeof(parts) / sizeof(parts[0]); i++) {
		json_t *part = part_of(record, &parts[i], unknown);

		r = put_back(part, unknown, parts[i].name, key_of(part, parts[i].key));
	}
	for (i = 0; r == 0 && i < json_array_size(devices); i++) {
		json_t *device = json_array_get(devices, i);

		format_id((uint64_t)json_integer_value(json_object_get(device, "id")), id);
		r = put_back(device, unknown, "devices", id);
	}
	return r;
}
