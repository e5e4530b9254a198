/* SPDX-License-Identifier: BSD-2-Clause */
#include "portal/body.h"

#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "json/fields.h"
#include "json/read.h"

#define MEMBERS_MAX 8

static bool is_plain(json_t *object, bool nested)
{
	const char *key;
	json_t *value;

	if (!json_is_object(object) || json_object_size(object) > MEMBERS_MAX)
		return false;
	json_object_foreach(object, key, value) {
		if (strlen(key) > 32 || (!json_is_string(value) && !(nested && is_plain(value, false))))
			return false;
	}
	return true;
}

int mfa_body_rewrite(const char *call, const char *body, size_t len, char **out)
{
	json_t *json = len <= MFA_BODY_MAX ? mfa_json_read(body, len) : NULL;

	*out = NULL;
	/* Which call it is says the path. */
	(void)json_object_del(json, "call");
	if (!is_plain(json, true)) {
		json_decref(json);
		return -EBADMSG;
	}
	if (json_object_set_new(json, "call", json_string(call)) != 0) {
		json_decref(json);
		return -ENOMEM;
	}
	*out = mfa_json_dump(json);
	return *out != NULL ? 0 : -ENOMEM;
}
