/* SPDX-License-Identifier: BSD-2-Clause */
/* A gateway's template, and what is filled in: the template, a NUL, the value.  Whatever the value is, nothing of it
 * gets out of its place. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json/read.h"
#include "sender/template.h"

#define MAX 2000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A value within the quotes of a string is that string. */
static void check_json(const char *value)
{
	static char out[16 * MAX];
	const struct mfa_template_values values = { .text = value };
	json_t *json;

	if (mfa_template_fill("[\"{text}\"]", MFA_TEMPLATE_JSON, &values, out, sizeof(out)) != 0)
		return;
	json = mfa_json_read_text(out);
	if (json == NULL || json_array_size(json) != 1 || strcmp(json_string_value(json_array_get(json, 0)), value) != 0)
		abort();
	json_decref(json);
}

/* In a form or a URL it has none of the letters that separate there, and in a header no line's end. */
static void check_places(const char *value)
{
	static char out[16 * MAX];
	const struct mfa_template_values values = { .text = value, .key = value };

	if (mfa_template_fill("{text}", MFA_TEMPLATE_FORM, &values, out, sizeof(out)) == 0 && strpbrk(out, "&=+;#?/ \"\r\n") != NULL)
		abort();
	if (mfa_template_fill("{text}", MFA_TEMPLATE_URL, &values, out, sizeof(out)) == 0 && strpbrk(out, "&=?/#@: \r\n") != NULL)
		abort();
	if (mfa_template_fill("{key}", MFA_TEMPLATE_HEADER, &values, out, sizeof(out)) == 0 && strpbrk(out, "\r\n") != NULL)
		abort();
}

static void check_template(const char *template, const char *value)
{
	static char out[MAX];
	const struct mfa_template_values values = {
		.number = "+31612345678", .text = value, .from = value, .account = value, .key = value,
	};
	int place, r;

	for (place = 0; place < MFA_TEMPLATE_PLACE_COUNT; place++) {
		r = mfa_template_fill(template, (enum mfa_template_place)place, &values, out, sizeof(out));
		if (strlen(out) >= sizeof(out) || (r != 0 && out[0] != '\0'))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char template[MAX] = "", value[MAX] = "";
	const uint8_t *end = memchr(data, '\0', size);
	size_t len = end != NULL ? (size_t)(end - data) : size;

	if (size >= MAX)
		return 0;
	memcpy(template, data, len);
	if (end != NULL)
		(void)snprintf(value, sizeof(value), "%.*s", (int)(size - len - 1), (const char *)end + 1);
	check_json(value);
	check_places(value);
	check_template(template, value);
	return 0;
}
