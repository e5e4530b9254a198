/* SPDX-License-Identifier: BSD-2-Clause */
#include "account/phone_json.h"

#include <stdlib.h>
#include <string.h>

#include "account/asked_json.h"
#include "encoding/base64url.h"
#include "json/fields.h"
#include "json/memory.h"

/* A member that holds bytes.  Returns 0, or -1. */
static int set_bytes(json_t *object, const char *key, const uint8_t *bytes, size_t len)
{
	char text[MFA_BASE64URL_SIZE(MFA_CREDENTIAL_MAX)];

	if (mfa_base64url_encode(bytes, len, text, sizeof(text)) != 0)
		return -1;
	return json_object_set_new_nocheck(object, key, json_string(text));
}

json_t *mfa_phone_to_json(const struct mfa_phone *phone)
{
	json_t *json = json_pack("{s:s}", "language", phone->language);
	int r = json != NULL ? set_bytes(json, "key", phone->key, sizeof(phone->key)) : -1;

	if (r == 0 && phone->subscribed) {
		r = json_object_set_new(json, "endpoint", json_string(phone->endpoint));
		if (r == 0)
			r = set_bytes(json, "p256dh", phone->push.p256dh, sizeof(phone->push.p256dh));
		if (r == 0)
			r = set_bytes(json, "auth", phone->push.auth, sizeof(phone->push.auth));
	}
	if (r == 0 && phone->credential_len > 0) {
		r = set_bytes(json, "credential", phone->credential, phone->credential_len);
		if (r == 0)
			r = set_bytes(json, "credential_key", phone->credential_key,
				      sizeof(phone->credential_key));
	}
	if (r == 0)
		return json;
	json_decref(json);
	return NULL;
}

static bool subscription_from_json(const json_t *json, struct mfa_phone *phone)
{
	phone->subscribed = json_object_get(json, "endpoint") != NULL;
	return !phone->subscribed ||
	       (mfa_json_copy(json_object_get(json, "endpoint"), phone->endpoint, sizeof(phone->endpoint)) &&
		mfa_json_base64url_exact(json_object_get(json, "p256dh"), phone->push.p256dh,
					 sizeof(phone->push.p256dh)) &&
		mfa_json_base64url_exact(json_object_get(json, "auth"), phone->push.auth,
					 sizeof(phone->push.auth)));
}

static bool credential_from_json(const json_t *json, struct mfa_phone *phone)
{
	if (json_object_get(json, "credential") == NULL)
		return true;
	return mfa_json_base64url(json_object_get(json, "credential"), phone->credential,
				  sizeof(phone->credential), &phone->credential_len) &&
	       phone->credential_len > 0 &&
	       mfa_json_base64url_exact(json_object_get(json, "credential_key"), phone->credential_key,
					sizeof(phone->credential_key));
}

bool mfa_phone_from_json(const json_t *json, struct mfa_phone **out)
{
	struct mfa_phone *phone = calloc(1, sizeof(*phone));

	*out = NULL;
	if (phone == NULL) {
		mfa_json_note_lack();
		return false;
	}
	if (!mfa_json_base64url_exact(json_object_get(json, "key"), phone->key, sizeof(phone->key)) ||
	    !mfa_json_copy(json_object_get(json, "language"), phone->language, sizeof(phone->language)) ||
	    !subscription_from_json(json, phone) || !credential_from_json(json, phone)) {
		free(phone);
		return false;
	}
	*out = phone;
	return true;
}

static bool callers_any(const struct mfa_push_state *push)
{
	return push->asked_caller.count > 0 || push->caller_wrong != 0 || push->caller_stopped != 0;
}

bool mfa_push_state_any(const struct mfa_push_state *push)
{
	return push->asked.count > 0 || push->asked_local.count > 0 || push->wrong != 0 || push->stopped != 0 ||
	       callers_any(push);
}

json_t *mfa_push_state_to_json(const struct mfa_push_state *push)
{
	json_t *json = json_pack("{s:o, s:o, s:I, s:I}", "asked", mfa_asked_to_json(&push->asked),
				 "asked_local", mfa_asked_to_json(&push->asked_local),
				 "wrong", (json_int_t)push->wrong, "stopped", (json_int_t)push->stopped);

	if (json == NULL || !callers_any(push))
		return json;
	if (json_object_set_new_nocheck(json, "asked_caller", mfa_asked_to_json(&push->asked_caller)) == 0 &&
	    json_object_set_new_nocheck(json, "caller_wrong", json_integer(push->caller_wrong)) == 0 &&
	    json_object_set_new_nocheck(json, "caller_stopped", json_integer(push->caller_stopped)) == 0)
		return json;
	json_decref(json);
	return NULL;
}

bool mfa_push_state_from_json(const json_t *json, struct mfa_push_state *push)
{
	const json_t *asked_caller = json_object_get(json, "asked_caller");

	if (json == NULL || json_is_null(json))
		return true;
	return (asked_caller == NULL || mfa_asked_from_json(asked_caller, &push->asked_caller)) &&
	       mfa_json_int_or(json, "caller_wrong", INT64_MAX, 0, &push->caller_wrong) &&
	       mfa_json_int_or(json, "caller_stopped", INT64_MAX, 0, &push->caller_stopped) &&
	       mfa_asked_from_json(json_object_get(json, "asked"), &push->asked) &&
	       mfa_asked_from_json(json_object_get(json, "asked_local"), &push->asked_local) &&
	       mfa_json_int(json, "wrong", 0, INT64_MAX, &push->wrong) &&
	       mfa_json_int(json, "stopped", 0, INT64_MAX, &push->stopped);
}
