/* SPDX-License-Identifier: BSD-2-Clause */
#include "account/device_json.h"

#include <string.h>

#include "account/phone_json.h"
#include "address/email.h"
#include "encoding/base32.h"
#include "json/fields.h"
#include "json/memory.h"
#include "otp/totp.h"
#include "table/table.h"

/* Adds the members of more, which is taken over. */
static bool extend(json_t *json, json_t *more)
{
	bool ok = json_object_update(json, more) == 0;

	json_decref(more);
	return ok;
}

/* What a code is made with. */
static json_t *secret_to_json(const struct mfa_device *d)
{
	char secret[MFA_BASE32_SIZE(MFA_OTP_SECRET_MAX)];
	json_t *json = NULL;

	if (mfa_base32_encode(d->secret, d->secret_len, secret, sizeof(secret)) == 0)
		json = json_pack("{s:s, s:s, s:i}", "secret", secret, "hash", mfa_hash_name(d->hash),
				 "digits", (int)d->digits);
	explicit_bzero(secret, sizeof(secret));
	return json;
}

static bool secret_from_json(const json_t *json, struct mfa_device *d)
{
	const char *secret, *hash;
	int64_t digits;

	if (!mfa_json_text(json_object_get(json, "secret"), 1024, &secret) ||
	    !mfa_json_text(json_object_get(json, "hash"), 16, &hash) ||
	    !mfa_json_int(json, "digits", MFA_OTP_DIGITS_MIN, MFA_OTP_DIGITS_MAX, &digits))
		return false;
	d->digits = (unsigned)digits;
	return mfa_base32_decode(secret, strlen(secret), d->secret, sizeof(d->secret),
				 &d->secret_len) == 0 && d->secret_len > 0 &&
	       mfa_hash_from_name(hash, strlen(hash), &d->hash) == 0;
}

static bool clock_to_json(const struct mfa_device *d, json_t *json)
{
	return extend(json, secret_to_json(d)) &&
	       extend(json, json_pack("{s:i, s:I, s:i}", "period", (int)d->period, "last",
				      (json_int_t)d->last_step, "drift", d->drift));
}

static bool clock_from_json(const json_t *json, struct mfa_device *d)
{
	int64_t period, last, drift;

	if (!secret_from_json(json, d) ||
	    !mfa_json_int(json, "period", MFA_TOTP_PERIOD_MIN, MFA_TOTP_PERIOD_MAX, &period) ||
	    !mfa_json_int(json, "last", 0, INT64_MAX, &last) ||
	    !mfa_json_int(json, "drift", -1000, 1000, &drift))
		return false;
	d->period = (unsigned)period;
	d->last_step = (uint64_t)last;
	d->drift = (int)drift;
	return true;
}

/* NULL where there is none, as for most. */
static json_t *far_to_json(const struct mfa_device *d)
{
	json_t *list = d->far_count > 0 ? json_array() : NULL;
	size_t i;

	for (i = 0; list != NULL && i < d->far_count; i++) {
		if (json_array_append_new(list, json_integer((json_int_t)d->far[i])) != 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

static bool far_from_json(const json_t *list, struct mfa_device *d)
{
	size_t i, n = json_array_size(list);

	if (list == NULL)
		return true;
	if (!json_is_array(list) || n > MFA_FAR_MAX)
		return false;
	for (i = 0; i < n; i++) {
		const json_t *one = json_array_get(list, i);

		if (!json_is_integer(one) || json_integer_value(one) < 0)
			return false;
		d->far[i] = (uint64_t)json_integer_value(one);
	}
	d->far_count = n;
	return true;
}

static bool counter_to_json(const struct mfa_device *d, json_t *json)
{
	json_t *far = far_to_json(d);
	/* Left out, it would be good again. */
	bool ok = (far != NULL || d->far_count == 0) && extend(json, secret_to_json(d));

	if (ok)
		return extend(json, json_pack("{s:I, s:I, s:o*}", "counter", (json_int_t)d->counter, "resync",
					      (json_int_t)d->resync, "far", far));
	json_decref(far);
	return false;
}

static bool counter_from_json(const json_t *json, struct mfa_device *d)
{
	int64_t counter, resync;

	if (!secret_from_json(json, d) || !mfa_json_int(json, "counter", 0, INT64_MAX, &counter) ||
	    !mfa_json_int(json, "resync", 0, INT64_MAX, &resync))
		return false;
	d->counter = (uint64_t)counter;
	d->resync = (uint64_t)resync;
	return far_from_json(json_object_get(json, "far"), d);
}

static bool phone_to_json(const struct mfa_device *d, json_t *json)
{
	return extend(json, mfa_phone_to_json(d->phone));
}

static bool phone_from_json(const json_t *json, struct mfa_device *d)
{
	return mfa_phone_from_json(json, &d->phone);
}

static bool name_to_json(const struct mfa_device *d, json_t *json)
{
	return true;
}

static bool name_from_json(const json_t *json, struct mfa_device *d)
{
	return true;
}

static bool address_to_json(const struct mfa_device *d, json_t *json)
{
	return json_object_set_new_nocheck(json, "address", json_string(d->address)) == 0;
}

/* Whether it is one of the kind, mfa_account_add_device sees. */
static bool address_from_json(const json_t *json, struct mfa_device *d)
{
	const char *address;

	if (!mfa_json_text(json_object_get(json, "address"), MFA_EMAIL_MAX, &address))
		return false;
	d->address = strdup(address);
	if (d->address == NULL)
		mfa_json_note_lack();
	return d->address != NULL;
}

/* What a device is made of.  Each adds it, or reads it, and returns whether that went well. */
static const struct {
	bool (*to_json)(const struct mfa_device *d, json_t *json);
	bool (*from_json)(const json_t *json, struct mfa_device *d);
} forms[] = {
	[MFA_HOLDS_CLOCK] = { clock_to_json, clock_from_json },
	[MFA_HOLDS_COUNTER] = { counter_to_json, counter_from_json },
	[MFA_HOLDS_PHONE] = { phone_to_json, phone_from_json },
	[MFA_HOLDS_NAME] = { name_to_json, name_from_json },
	[MFA_HOLDS_EMAIL] = { address_to_json, address_from_json },
	[MFA_HOLDS_NUMBER] = { address_to_json, address_from_json },
};
MFA_TABLE_FITS(forms, MFA_HOLDS_COUNT);

static enum mfa_device_form form_of(const struct mfa_device *d)
{
	return mfa_method((enum mfa_method_id)d->type)->holds;
}

json_t *mfa_device_to_json(const struct mfa_device *d)
{
	json_t *json = json_pack("{s:I, s:s, s:s, s:I, s:I}", "id", (json_int_t)d->id,
				 "label", d->label, "type", mfa_device_type_word(d->type),
				 "created", (json_int_t)d->created, "used", (json_int_t)d->used);

	if (json != NULL && forms[form_of(d)].to_json(d, json))
		return json;
	json_decref(json);
	return NULL;
}

bool mfa_device_from_json(const json_t *json, struct mfa_device *d)
{
	const char *type;
	int64_t id;

	if (!mfa_json_copy(json_object_get(json, "label"), d->label, sizeof(d->label)) ||
	    !mfa_label_valid(d->label) || !mfa_json_int_or(json, "id", INT64_MAX, 0, &id) ||
	    !mfa_json_text(json_object_get(json, "type"), 16, &type) ||
	    mfa_device_type_of_word(type, &d->type) != 0 ||
	    !mfa_json_int(json, "created", 0, INT64_MAX, &d->created) ||
	    !mfa_json_int(json, "used", 0, INT64_MAX, &d->used))
		return false;
	d->id = (uint64_t)id;
	return forms[form_of(d)].from_json(json, d);
}
