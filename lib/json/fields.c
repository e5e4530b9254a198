/* SPDX-License-Identifier: BSD-2-Clause */
#include "json/fields.h"

#include <string.h>

#include "encoding/base64url.h"
#include "text/text.h"

void mfa_hex_encode(const uint8_t *in, size_t len, char *out)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < len; i++) {
		out[2 * i] = digits[in[i] >> 4];
		out[2 * i + 1] = digits[in[i] & 15];
	}
	out[2 * len] = '\0';
}

bool mfa_json_int(const json_t *object, const char *key, int64_t min, int64_t max, int64_t *out)
{
	const json_t *value = json_object_get(object, key);

	*out = json_integer_value(value);
	return json_is_integer(value) && *out >= min && *out <= max;
}

bool mfa_json_text(const json_t *value, size_t max, const char **out)
{
	*out = json_string_value(value);
	return *out != NULL && json_string_length(value) <= max &&
	       strlen(*out) == json_string_length(value);
}

bool mfa_json_copy(const json_t *value, char *out, size_t size)
{
	const char *text;

	if (!mfa_json_text(value, size - 1, &text) || !mfa_text_printable(text))
		return false;
	memcpy(out, text, strlen(text) + 1);
	return true;
}

bool mfa_json_hex(const json_t *value, uint8_t *out, size_t size)
{
	static const char digits[] = "0123456789abcdef";
	const char *text, *hi, *lo;
	size_t i;

	if (!mfa_json_text(value, 2 * size, &text) || strlen(text) != 2 * size)
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

bool mfa_json_base64url(const json_t *value, uint8_t *out, size_t size, size_t *len)
{
	const char *text;

	*len = 0;
	return mfa_json_text(value, MFA_BASE64URL_SIZE(size), &text) &&
	       mfa_base64url_decode(text, strlen(text), out, size, len) == 0;
}

bool mfa_json_base64url_exact(const json_t *value, uint8_t *out, size_t size)
{
	size_t len;

	return mfa_json_base64url(value, out, size, &len) && len == size;
}

char *mfa_json_dump(json_t *json)
{
	char *text = json != NULL ? json_dumps(json, JSON_COMPACT) : NULL;

	json_decref(json);
	return text;
}

bool mfa_json_int_or(const json_t *object, const char *key, int64_t max, int64_t otherwise, int64_t *out)
{
	if (json_object_get(object, key) != NULL)
		return mfa_json_int(object, key, 0, max, out);
	*out = otherwise;
	return true;
}
