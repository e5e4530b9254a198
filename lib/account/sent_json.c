/* SPDX-License-Identifier: BSD-2-Clause */
#include "account/sent_json.h"

#include <string.h>

#include "account/asked_json.h"
#include "json/fields.h"
#include "table/table.h"

/* The members of each voice. */
static const struct { const char *sent, *asked; } names[] = {
	[MFA_VOICE_ROOT] = { "sent", "asked_sent" },
	[MFA_VOICE_OWN] = { "sent_local", "asked_sent_local" },
	[MFA_VOICE_CALLER] = { "sent_caller", "asked_sent_caller" },
};
MFA_TABLE_FITS(names, MFA_VOICE_COUNT);

static json_t *one_to_json(const struct mfa_sent *sent)
{
	char place[2 * MFA_PLACE_SIZE + 1];

	mfa_hex_encode(sent->place, sizeof(sent->place), place);
	return json_pack("{s:s, s:I, s:s, s:s, s:I, s:I, s:I, s:i}", "method", mfa_method(sent->method)->word,
			 "device", (json_int_t)sent->device, "place", place, "code", sent->code,
			 "created", (json_int_t)sent->created, "until", (json_int_t)sent->until,
			 "said_at", (json_int_t)sent->said_at, "left", (int)sent->left);
}

bool mfa_sent_to_json(const struct mfa_account *account, json_t *json)
{
	bool ok = true;
	size_t i;

	for (i = 0; ok && i < MFA_VOICE_COUNT; i++) {
		if (account->sent[i].code[0] != '\0')
			ok = json_object_set_new_nocheck(json, names[i].sent, one_to_json(&account->sent[i])) == 0;
		if (ok && account->asked_sent[i].count > 0)
			ok = json_object_set_new_nocheck(json, names[i].asked,
							 mfa_asked_to_json(&account->asked_sent[i])) == 0;
	}
	return ok;
}

static bool code_from_json(const json_t *value, char code[MFA_SENT_DIGITS + 1])
{
	const char *text;

	if (!mfa_json_text(value, MFA_SENT_DIGITS, &text) || strlen(text) != MFA_SENT_DIGITS ||
	    strspn(text, "0123456789") != MFA_SENT_DIGITS)
		return false;
	memcpy(code, text, MFA_SENT_DIGITS + 1);
	return true;
}

static bool one_from_json(const json_t *json, struct mfa_sent *out)
{
	struct mfa_sent sent = { .left = 0 };
	const char *method;
	int64_t device, left;

	if (json == NULL)
		return true;
	if (!mfa_json_text(json_object_get(json, "method"), 16, &method) ||
	    !mfa_json_int(json, "device", 0, INT64_MAX, &device) ||
	    !mfa_json_hex(json_object_get(json, "place"), sent.place, sizeof(sent.place)) ||
	    !code_from_json(json_object_get(json, "code"), sent.code) ||
	    !mfa_json_int(json, "created", 0, INT64_MAX, &sent.created) ||
	    !mfa_json_int(json, "until", 0, INT64_MAX, &sent.until) ||
	    !mfa_json_int(json, "said_at", 0, INT64_MAX, &sent.said_at) ||
	    !mfa_json_int(json, "left", 0, 100, &left))
		return false;
	sent.device = (uint64_t)device;
	sent.left = (unsigned)left;
	if (mfa_method_by_word(method, &sent.method) == 0)
		*out = sent;
	explicit_bzero(&sent, sizeof(sent));
	return true;
}

bool mfa_sent_from_json(const json_t *json, struct mfa_account *account)
{
	bool ok = true;
	size_t i;

	for (i = 0; ok && i < MFA_VOICE_COUNT; i++) {
		const json_t *asked = json_object_get(json, names[i].asked);

		ok = one_from_json(json_object_get(json, names[i].sent), &account->sent[i]) &&
		     (asked == NULL || mfa_asked_from_json(asked, &account->asked_sent[i]));
	}
	return ok;
}
