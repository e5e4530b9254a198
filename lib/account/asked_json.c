/* SPDX-License-Identifier: BSD-2-Clause */
#include "account/asked_json.h"

json_t *mfa_asked_to_json(const struct mfa_asked *asked)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; list != NULL && i < asked->count; i++)
		(void)json_array_append_new(list, json_integer(asked->times[i]));
	/* Whoever's record has fewer of them may ask for more. */
	if (json_array_size(list) == asked->count)
		return list;
	json_decref(list);
	return NULL;
}

bool mfa_asked_from_json(const json_t *list, struct mfa_asked *asked)
{
	size_t i, n = json_array_size(list);

	if (!json_is_array(list) || n > MFA_ASKED_MAX)
		return false;
	for (i = 0; i < n; i++) {
		asked->times[i] = json_integer_value(json_array_get(list, i));
		if (!json_is_integer(json_array_get(list, i)) || asked->times[i] < 0)
			return false;
	}
	asked->count = n;
	return true;
}
