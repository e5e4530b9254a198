#include "account/account.h"

#include <errno.h>
#include <jansson.h>
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/text.h"
#include "otp/base32.h"
#include "otp/totp.h"

#define FORMAT 1

static const struct { enum mfa_device_type type; const char *name; } types[] = {
	{ MFA_DEVICE_TOTP, "totp" },
};
static const char *const budgets[MFA_BUDGET_COUNT] = {
	[MFA_BUDGET_CODE] = "code",
	[MFA_BUDGET_RECOVERY] = "recovery",
	[MFA_BUDGET_LOCAL_CODE] = "local_code",
	[MFA_BUDGET_LOCAL_RECOVERY] = "local_recovery",
};

/* Secrets pass through jansson's strings: what it frees is wiped. */
static void wipe_and_free(void *p)
{
	if (p != NULL)
		explicit_bzero(p, malloc_usable_size(p));
	free(p);
}

static void set_json_memory(void)
{
	json_set_alloc_funcs(malloc, wipe_and_free);
}

static void json_begin(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	(void)pthread_once(&once, set_json_memory);
}

bool mfa_account_name_valid(const char *name)
{
	size_t len = strlen(name);

	return len >= 1 && len <= MFA_ACCOUNT_NAME_MAX && name[0] != '-' &&
	       strpbrk(name, "/ ") == NULL && mfa_text_printable(name);
}

bool mfa_label_valid(const char *label)
{
	size_t len = strlen(label);

	return len >= 1 && len <= MFA_LABEL_MAX && mfa_text_printable(label);
}

int mfa_account_new(const char *name, struct mfa_account **out)
{
	*out = NULL;
	if (!mfa_account_name_valid(name))
		return -EINVAL;
	*out = calloc(1, sizeof(**out));
	if (*out == NULL)
		return -ENOMEM;
	memcpy((*out)->name, name, strlen(name) + 1);
	return 0;
}

void mfa_account_free(struct mfa_account **account)
{
	if (*account == NULL)
		return;
	explicit_bzero(*account, sizeof(**account));
	free(*account);
	*account = NULL;
}

struct mfa_device *mfa_account_device(struct mfa_account *account, const char *label)
{
	size_t i;

	for (i = 0; i < account->device_count; i++)
		if (strcmp(account->devices[i].label, label) == 0)
			return &account->devices[i];
	return NULL;
}

int mfa_account_add_device(struct mfa_account *account, const struct mfa_device *device)
{
	if (account->device_count >= MFA_DEVICES_MAX)
		return -ENOSPC;
	if (mfa_account_device(account, device->label) != NULL)
		return -EEXIST;
	account->devices[account->device_count++] = *device;
	return 0;
}

void mfa_account_remove_device(struct mfa_account *account, struct mfa_device *device)
{
	size_t at = (size_t)(device - account->devices);

	account->device_count--;
	memmove(device, device + 1, (account->device_count - at) * sizeof(*device));
	explicit_bzero(&account->devices[account->device_count], sizeof(*device));
}

static void copy_word(char *out, size_t size, const char *text)
{
	mfa_text_copy(out, size, text);
	for (; *out != '\0'; out++)
		if (*out == ' ')
			*out = '_';
}

void mfa_account_add_event(struct mfa_account *account, int64_t time, const char *service,
			   const char *rhost, const char *method, const char *result)
{
	struct mfa_event event = { .time = time }, *last;

	copy_word(event.service, sizeof(event.service), service);
	copy_word(event.rhost, sizeof(event.rhost), rhost);
	copy_word(event.method, sizeof(event.method), method);
	copy_word(event.result, sizeof(event.result), result);
	last = account->event_count > 0 ? &account->events[account->event_count - 1] : NULL;
	/* A row of guesses takes one place, or it would drive out all that was before. */
	if (last != NULL && strcmp(result, "ok") != 0 && strcmp(last->result, event.result) == 0 &&
	    strcmp(last->service, event.service) == 0 && strcmp(last->rhost, event.rhost) == 0 &&
	    strcmp(last->method, event.method) == 0) {
		last->time = time;
		return;
	}
	if (account->event_count == MFA_EVENTS_MAX) {
		memmove(account->events, account->events + 1,
			(MFA_EVENTS_MAX - 1) * sizeof(event));
		account->event_count--;
	}
	account->events[account->event_count++] = event;
}

/* To JSON. */

static void hex_encode(const uint8_t *in, size_t len, char *out)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < len; i++) {
		out[2 * i] = digits[in[i] >> 4];
		out[2 * i + 1] = digits[in[i] & 15];
	}
	out[2 * len] = '\0';
}

static json_t *device_to_json(const struct mfa_device *d)
{
	char secret[MFA_BASE32_SIZE(MFA_OTP_SECRET_MAX)];
	json_t *json = NULL;

	if (mfa_base32_encode(d->secret, d->secret_len, secret, sizeof(secret)) == 0)
		json = json_pack("{s:s, s:s, s:s, s:s, s:i, s:i, s:I, s:i, s:I, s:I}",
				 "label", d->label, "type", types[d->type].name, "secret", secret,
				 "hash", mfa_hash_name(d->hash), "digits", (int)d->digits,
				 "period", (int)d->period, "last", (json_int_t)d->last_step,
				 "drift", d->drift, "created", (json_int_t)d->created,
				 "used", (json_int_t)d->used);
	explicit_bzero(secret, sizeof(secret));
	return json;
}

static json_t *devices_to_json(const struct mfa_account *account)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; list != NULL && i < account->device_count; i++) {
		if (json_array_append_new(list, device_to_json(&account->devices[i])) != 0) {
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
		hex_encode(account->recovery[i], MFA_RECOVERY_HASH_SIZE, hex);
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
		if (json_object_set_new_nocheck(all, budgets[i], one) != 0) {
			json_decref(all);
			return NULL;
		}
	}
	return all;
}

/* "TIME RESULT METHOD SERVICE RHOST": a fifth of the values that an array of arrays
 * would have, and they are read and written at each sign-in. */
static json_t *events_to_json(const struct mfa_account *account)
{
	char line[sizeof(struct mfa_event) + 32];
	json_t *list = json_array();
	size_t i;

	for (i = 0; list != NULL && i < account->event_count; i++) {
		const struct mfa_event *e = &account->events[i];

		(void)snprintf(line, sizeof(line), "%lld %s %s %s %s", (long long)e->time, e->result,
			       e->method, e->service, e->rhost);
		if (json_array_append_new(list, json_string(line)) != 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

int mfa_account_format(const struct mfa_account *account, char **out, size_t *len)
{
	char salt[2 * MFA_RECOVERY_HASH_SIZE + 1];
	json_t *json;

	*out = NULL;
	*len = 0;
	json_begin();
	hex_encode(account->recovery_salt, sizeof(account->recovery_salt), salt);
	/* "o" takes each list over, also when the packing fails. */
	json = json_pack("{s:i, s:s, s:o, s:I, s:o, s:s, s:o, s:o, s:o}",
			 "v", FORMAT, "name", account->name,
			 "uid", account->has_uid ? json_integer(account->uid) : json_null(),
			 "created", (json_int_t)account->created,
			 "devices", devices_to_json(account),
			 "salt", salt, "recovery", recovery_to_json(account),
			 "throttles", throttles_to_json(account),
			 "events", events_to_json(account));
	if (json != NULL)
		*out = json_dumps(json, JSON_COMPACT);
	json_decref(json);
	if (*out == NULL)
		return -ENOMEM;
	*len = strlen(*out);
	return 0;
}

/* From JSON.  Each returns whether the field is there and within bounds. */

static bool get_int(const json_t *object, const char *key, int64_t min, int64_t max, int64_t *out)
{
	const json_t *value = json_object_get(object, key);

	*out = json_integer_value(value);
	return json_is_integer(value) && *out >= min && *out <= max;
}

static bool get_string(const json_t *value, size_t max, const char **out)
{
	*out = json_string_value(value);
	return *out != NULL && json_string_length(value) <= max &&
	       strlen(*out) == json_string_length(value);
}

static bool copy_string(const json_t *value, char *out, size_t size)
{
	const char *text;

	if (!get_string(value, size - 1, &text) || !mfa_text_printable(text))
		return false;
	memcpy(out, text, strlen(text) + 1);
	return true;
}

static bool get_hex(const json_t *value, uint8_t *out, size_t size)
{
	static const char digits[] = "0123456789abcdef";
	const char *text, *hi, *lo;
	size_t i;

	if (!get_string(value, 2 * size, &text) || strlen(text) != 2 * size)
		return false;
	for (i = 0; i < size; i++) {
		hi = strchr(digits, text[2 * i]);
		lo = strchr(digits, text[2 * i + 1]);
		if (hi == NULL || lo == NULL)
			return false;
		out[i] = (uint8_t)((hi - digits) << 4 | (lo - digits));
	}
	return true;
}

static bool type_from_json(const json_t *value, enum mfa_device_type *out)
{
	const char *name;
	size_t i;

	if (!get_string(value, 16, &name))
		return false;
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (strcmp(types[i].name, name) == 0) {
			*out = types[i].type;
			return true;
		}
	}
	return false;
}

static bool device_from_json(const json_t *json, struct mfa_device *d)
{
	const char *secret, *hash;
	int64_t digits, period, last, drift;

	if (!copy_string(json_object_get(json, "label"), d->label, sizeof(d->label)) ||
	    !mfa_label_valid(d->label) ||
	    !type_from_json(json_object_get(json, "type"), &d->type) ||
	    !get_string(json_object_get(json, "secret"), 1024, &secret) ||
	    !get_string(json_object_get(json, "hash"), 16, &hash) ||
	    !get_int(json, "digits", MFA_OTP_DIGITS_MIN, MFA_OTP_DIGITS_MAX, &digits) ||
	    !get_int(json, "period", MFA_TOTP_PERIOD_MIN, MFA_TOTP_PERIOD_MAX, &period) ||
	    !get_int(json, "last", 0, INT64_MAX, &last) ||
	    !get_int(json, "drift", -1000, 1000, &drift) ||
	    !get_int(json, "created", 0, INT64_MAX, &d->created) ||
	    !get_int(json, "used", 0, INT64_MAX, &d->used))
		return false;
	if (mfa_base32_decode(secret, strlen(secret), d->secret, sizeof(d->secret),
			      &d->secret_len) != 0 || d->secret_len == 0 ||
	    mfa_hash_from_name(hash, strlen(hash), &d->hash) != 0)
		return false;
	d->digits = (unsigned)digits;
	d->period = (unsigned)period;
	d->last_step = (uint64_t)last;
	d->drift = (int)drift;
	return true;
}

static bool devices_from_json(const json_t *list, struct mfa_account *account)
{
	struct mfa_device device;
	size_t i, n = json_array_size(list);
	bool ok = json_is_array(list) && n <= MFA_DEVICES_MAX;

	for (i = 0; ok && i < n; i++) {
		memset(&device, 0, sizeof(device));
		ok = device_from_json(json_array_get(list, i), &device) &&
		     mfa_account_add_device(account, &device) == 0;
	}
	explicit_bzero(&device, sizeof(device));
	return ok;
}

static bool recovery_from_json(const json_t *list, struct mfa_account *account)
{
	size_t i, n = json_array_size(list);

	if (!json_is_array(list) || n > MFA_RECOVERY_COUNT)
		return false;
	for (i = 0; i < n; i++)
		if (!get_hex(json_array_get(list, i), account->recovery[i], MFA_RECOVERY_HASH_SIZE))
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
		const json_t *one = json_object_get(all, budgets[i]);
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

/* A word of an event up to the next space; the last one goes to the end. */
static bool take_word(const char **at, bool last, char *out, size_t size)
{
	size_t len = last ? strlen(*at) : strcspn(*at, " ");

	if (len >= size || (!last && (*at)[len] != ' '))
		return false;
	memcpy(out, *at, len);
	out[len] = '\0';
	*at += last ? len : len + 1;
	return true;
}

static bool event_from_json(const json_t *value, struct mfa_event *e)
{
	const char *line;
	char *end;

	if (!get_string(value, sizeof(*e) + 32, &line) || !mfa_text_printable(line) ||
	    line[0] < '0' || line[0] > '9')
		return false;
	errno = 0;
	e->time = strtoll(line, &end, 10);
	if (errno != 0 || *end != ' ')
		return false;
	line = end + 1;
	return take_word(&line, false, e->result, sizeof(e->result)) &&
	       take_word(&line, false, e->method, sizeof(e->method)) &&
	       take_word(&line, false, e->service, sizeof(e->service)) &&
	       take_word(&line, true, e->rhost, sizeof(e->rhost));
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

	account->has_uid = json_is_integer(uid);
	if (!account->has_uid && !json_is_null(uid))
		return false;
	if (json_integer_value(uid) < 0 || json_integer_value(uid) > UINT32_MAX)
		return false;
	account->uid = (uint32_t)json_integer_value(uid);
	return get_int(json, "created", 0, INT64_MAX, &account->created) &&
	       devices_from_json(json_object_get(json, "devices"), account) &&
	       get_hex(json_object_get(json, "salt"), account->recovery_salt,
		       sizeof(account->recovery_salt)) &&
	       recovery_from_json(json_object_get(json, "recovery"), account) &&
	       throttles_from_json(json_object_get(json, "throttles"), account) &&
	       events_from_json(json_object_get(json, "events"), account);
}

int mfa_account_parse(const char *text, size_t len, struct mfa_account **out)
{
	const char *name;
	json_t *json;
	int64_t version;
	int r = -EBADMSG;

	*out = NULL;
	json_begin();
	json = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	if (!get_int(json, "v", 1, INT64_MAX, &version))
		goto out;
	if (version > FORMAT) {
		r = -EPROTONOSUPPORT;
		goto out;
	}
	if (!get_string(json_object_get(json, "name"), MFA_ACCOUNT_NAME_MAX, &name))
		goto out;
	r = mfa_account_new(name, out);
	if (r != 0) {
		r = r == -EINVAL ? -EBADMSG : r;
		goto out;
	}
	if (!account_from_json(json, *out)) {
		mfa_account_free(out);
		r = -EBADMSG;
	}
out:
	json_decref(json);
	return r;
}
