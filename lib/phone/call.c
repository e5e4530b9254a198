/* SPDX-License-Identifier: BSD-2-Clause */
#include "phone/call.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "json/fields.h"
#include "json/read.h"
#include "text/text.h"

#define NAME_MAX 16

static const struct {
	const char *name;
	enum mfa_call_kind kind;
	bool is_signed;
} kinds[] = {
	{ "hello", MFA_CALL_HELLO, false },
	{ "look", MFA_CALL_LOOK, false },
	{ "pair", MFA_CALL_PAIR, true },
	{ "list", MFA_CALL_LIST, true },
	{ "answer", MFA_CALL_ANSWER, true },
	{ "subscribe", MFA_CALL_SUBSCRIBE, true },
	{ "unpair", MFA_CALL_UNPAIR, true },
	{ "pushed", MFA_CALL_PUSHED, false },
};

static bool copy(const json_t *object, const char *key, char *out, size_t size)
{
	return mfa_json_copy(json_object_get(object, key), out, size);
}

static bool read_language(const json_t *json, char out[3])
{
	static const char *const languages[] = { "en", "nl", "fr" };
	size_t i;

	if (!copy(json, "language", out, 3))
		return false;
	for (i = 0; i < sizeof(languages) / sizeof(languages[0]); i++)
		if (strcmp(languages[i], out) == 0)
			return true;
	return false;
}

/* null, or where a push service is (Push API, PushSubscription). */
static bool read_subscription(const json_t *json, struct mfa_phone *phone)
{
	const json_t *s = json_object_get(json, "subscription");

	if (json_is_null(s))
		return true;
	phone->subscribed = true;
	return copy(s, "endpoint", phone->endpoint, sizeof(phone->endpoint)) &&
	       strncmp(phone->endpoint, "https://", 8) == 0 && strpbrk(phone->endpoint, " \"\\") == NULL &&
	       mfa_json_base64url_exact(json_object_get(s, "p256dh"), phone->push.p256dh,
					sizeof(phone->push.p256dh)) &&
	       mfa_json_base64url_exact(json_object_get(s, "auth"), phone->push.auth,
					sizeof(phone->push.auth)) &&
	       mfa_p256_check(phone->push.p256dh) == 0;
}

static bool read_credential(const json_t *json, struct mfa_phone *phone)
{
	const json_t *c = json_object_get(json, "credential");

	if (json_is_null(c))
		return true;
	return mfa_json_base64url(json_object_get(c, "id"), phone->credential, sizeof(phone->credential),
				  &phone->credential_len) && phone->credential_len > 0 &&
	       mfa_json_base64url_exact(json_object_get(c, "key"), phone->credential_key,
					sizeof(phone->credential_key)) &&
	       mfa_p256_check(phone->credential_key) == 0;
}

static bool read_webauthn(const json_t *json, struct mfa_webauthn *w)
{
	if (json == NULL)
		return true;
	w->given = true;
	return mfa_json_base64url(json_object_get(json, "clientData"), w->client_data,
				  sizeof(w->client_data), &w->client_data_len) &&
	       mfa_json_base64url(json_object_get(json, "authenticatorData"), w->data, sizeof(w->data),
				  &w->data_len);
}

static bool read_pair(const json_t *json, const json_t *p, struct mfa_call *call)
{
	return copy(p, "token", call->token, sizeof(call->token)) &&
	       copy(p, "name", call->name, sizeof(call->name)) && mfa_label_valid(call->name) &&
	       read_language(p, call->phone.language) && read_subscription(p, &call->phone) &&
	       read_credential(p, &call->phone) &&
	       mfa_json_base64url_exact(json_object_get(p, "key"), call->phone.key, sizeof(call->phone.key)) &&
	       mfa_p256_check(call->phone.key) == 0 &&
	       read_webauthn(json_object_get(json, "attestation"), &call->webauthn);
}

static bool read_assertion(const json_t *json, struct mfa_webauthn *w)
{
	if (json == NULL)
		return true;
	return read_webauthn(json, w) &&
	       mfa_json_base64url(json_object_get(json, "id"), w->id, sizeof(w->id), &w->id_len) &&
	       mfa_json_base64url(json_object_get(json, "signature"), w->signature, sizeof(w->signature),
				  &w->signature_len);
}

/* Two digits as they were typed; anything else is a wrong number, and not nonsense. */
static unsigned read_number(const json_t *p)
{
	char text[8];

	if (!copy(p, "number", text, sizeof(text)) || strlen(text) != 2 || strspn(text, "0123456789") != 2)
		return 0;
	return (unsigned)strtoul(text, NULL, 10);
}

static bool read_answer(const json_t *json, const json_t *p, struct mfa_call *call)
{
	struct mfa_phone_request *shown = &call->shown;
	char decision[NAME_MAX];

	if (!copy(p, "request", shown->id, sizeof(shown->id)) || !mfa_phone_request_id_valid(shown->id) ||
	    !copy(p, "decision", decision, sizeof(decision)) ||
	    !copy(p, "host", shown->host, sizeof(shown->host)) ||
	    !copy(p, "service", shown->service, sizeof(shown->service)) ||
	    !copy(p, "address", shown->address, sizeof(shown->address)) ||
	    !copy(p, "command", shown->command, sizeof(shown->command)) ||
	    !json_is_boolean(json_object_get(p, "claim")) ||
	    !mfa_json_int(p, "expires", 0, INT64_MAX, &shown->expires) ||
	    !read_assertion(json_object_get(json, "assertion"), &call->webauthn))
		return false;
	shown->claim = json_is_true(json_object_get(p, "claim"));
	call->approves = strcmp(decision, "approve") == 0;
	call->number = call->approves ? read_number(p) : 0;
	return call->approves || strcmp(decision, "deny") == 0;
}

/* What is said of all that is signed; the type is signed too, so that no call passes for another. */
static bool read_payload(const json_t *json, const json_t *p, const char *name, struct mfa_call *call)
{
	char type[NAME_MAX], device[MFA_DEVICE_ID_SIZE];

	if (!json_is_object(p) || !copy(p, "type", type, sizeof(type)) || strcmp(type, name) != 0 ||
	    !copy(p, "origin", call->origin, sizeof(call->origin)))
		return false;
	if (call->kind != MFA_CALL_ANSWER && !mfa_json_int(p, "time", 0, INT64_MAX, &call->time))
		return false;
	if (call->kind == MFA_CALL_PAIR)
		return read_pair(json, p, call);
	if (!copy(p, "account", call->account, sizeof(call->account)) ||
	    !mfa_account_name_valid(call->account) || !copy(p, "device", device, sizeof(device)) ||
	    mfa_device_id_parse(device, &call->device) != 0)
		return false;
	if (call->kind == MFA_CALL_ANSWER)
		return read_answer(json, p, call);
	return call->kind != MFA_CALL_SUBSCRIBE ||
	       (read_language(p, call->phone.language) && read_subscription(p, &call->phone));
}

static bool read_signed(const json_t *json, const char *name, struct mfa_call *call)
{
	json_t *payload;
	bool ok;

	if (!mfa_json_text(json_object_get(json, "payload"), MFA_CALL_MAX, &call->payload) ||
	    !mfa_json_base64url_exact(json_object_get(json, "signature"), call->signature,
				      sizeof(call->signature)))
		return false;
	payload = mfa_json_read_text(call->payload);
	ok = read_payload(json, payload, name, call);
	json_decref(payload);
	return ok;
}

static bool read_call(const json_t *json, struct mfa_call *call)
{
	char name[NAME_MAX];
	size_t i;

	if (!json_is_object(json) || !copy(json, "call", name, sizeof(name)))
		return false;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].name, name) == 0)
			break;
	if (i == sizeof(kinds) / sizeof(kinds[0]))
		return false;
	call->kind = kinds[i].kind;
	if (kinds[i].is_signed)
		return read_signed(json, name, call);
	if (call->kind == MFA_CALL_LOOK)
		return copy(json, "token", call->token, sizeof(call->token));
	return call->kind != MFA_CALL_PUSHED ||
	       (copy(json, "id", call->push, sizeof(call->push)) &&
		mfa_json_int(json, "status", 0, 999, &call->status));
}

int mfa_call_parse(const char *text, size_t len, struct mfa_call **out)
{
	struct mfa_call *call = calloc(1, sizeof(*call));

	*out = NULL;
	if (call == NULL)
		return -ENOMEM;
	if (len <= MFA_CALL_MAX)
		call->json = mfa_json_read(text, len);
	if (!read_call(call->json, call)) {
		mfa_call_free(&call);
		return -EBADMSG;
	}
	*out = call;
	return 0;
}

void mfa_call_free(struct mfa_call **call)
{
	if (*call == NULL)
		return;
	json_decref((*call)->json);
	explicit_bzero(*call, sizeof(**call));
	free(*call);
	*call = NULL;
}

int mfa_call_verify(const struct mfa_call *call, const uint8_t key[MFA_P256_PUBLIC_SIZE])
{
	return mfa_p256_verify(key, (const uint8_t *)call->payload, strlen(call->payload), call->signature);
}

bool mfa_call_shows(const struct mfa_call *call, const struct mfa_phone_request *request)
{
	const struct mfa_phone_request *shown = &call->shown;

	return strcmp(shown->id, request->id) == 0 && strcmp(call->account, request->account) == 0 &&
	       strcmp(shown->host, request->host) == 0 &&
	       strcmp(shown->service, request->service) == 0 &&
	       strcmp(shown->address, request->address) == 0 &&
	       strcmp(shown->command, request->command) == 0 && shown->claim == request->claim &&
	       shown->expires == request->expires;
}
