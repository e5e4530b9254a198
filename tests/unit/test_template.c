/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "json/read.h"
#include "sender/template.h"

#define URL MFA_TEMPLATE_URL
#define FORM MFA_TEMPLATE_FORM
#define JSON MFA_TEMPLATE_JSON
#define HEADER MFA_TEMPLATE_HEADER

static const struct mfa_template_values usual = {
	.number = "+31612345678", .text = "Code 482913, \"& caf\xc3\xa9\\", .from = "School", .account = "AC1", .key = "k:1 /",
};

static void test_fill(void **state)
{
	static const struct { enum mfa_template_place place; const char *template; int r; const char *expect; } rows[] = {
		{ URL, "", 0, "" },
		{ URL, "https://a/{account}/x?to={number}&d={digits}", 0, "https://a/AC1/x?to=%2B31612345678&d=31612345678" },
		{ FORM, "t={text}", 0, "t=Code%20482913%2C%20%22%26%20caf%C3%A9%5C" },
		{ JSON, "{\"t\":\"{text}\",\"n\":[\"{digits}\"]}", 0,
		  "{\"t\":\"Code 482913, \\u0022& caf\\u00e9\\u005c\",\"n\":[\"31612345678\"]}" },
		{ HEADER, "Authorization: Bearer {key}", 0, "Authorization: Bearer k:1 /" },
		{ HEADER, "Authorization: Basic {basic}", 0, "Authorization: Basic QUMxOms6MSAv" },
		{ FORM, "{from}{from}", 0, "SchoolSchool" },
		{ JSON, "{} {nothing} {text {", 0, "{} {nothing} {text {" },
		{ JSON, "{{from}}", 0, "{School}" },
		{ HEADER, "X: {text}", -EINVAL, "" },
		{ HEADER, "X: {number}", -EINVAL, "" },
		{ HEADER, "X: {digits}", -EINVAL, "" },
	};
	char out[256];
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		int r = mfa_template_fill(rows[i].template, rows[i].place, &usual, out, sizeof(out));

		if (r != rows[i].r || strcmp(out, rows[i].expect) != 0)
			fail_msg("%s: %d, %s", rows[i].template, r, out);
	}
}

/* What is filled in is not looked through for names, and what is not there is an error. */
static void test_values(void **state)
{
	static const struct { const char *template; struct mfa_template_values values; int r; const char *expect; } rows[] = {
		{ "{text}", { .text = "{key}" }, 0, "%7Bkey%7D" },
		{ "{text}", { .text = "" }, -ENODATA, "" },
		{ "{text}", { .text = NULL }, -ENODATA, "" },
		{ "{digits}", { .number = "+" }, -ENODATA, "" },
		{ "{basic}", { .account = "a", .key = "" }, -ENODATA, "" },
		{ "{basic}", { .account = NULL, .key = "a" }, -ENODATA, "" },
		{ "{text}", { .text = "a\r\nb" }, -EINVAL, "" },
		{ "{key}", { .key = "a\x7f" }, -EINVAL, "" },
		{ "{key}", { .key = "a\xff" }, -EINVAL, "" },
		{ "{from}", { .from = "a\xc2\x85z" }, -EINVAL, "" },
	};
	char out[64];
	size_t i;
	int place;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		int r = mfa_template_fill(rows[i].template, FORM, &rows[i].values, out, sizeof(out));

		if (r != rows[i].r || strcmp(out, rows[i].expect) != 0)
			fail_msg("%s: %d, %s", rows[i].template, r, out);
	}
	/* A line break goes nowhere. */
	for (place = 0; place < MFA_TEMPLATE_PLACE_COUNT; place++)
		assert_int_equal(mfa_template_fill("{key}", (enum mfa_template_place)place,
			&(struct mfa_template_values){ .key = "a\r\nX: b" }, out, sizeof(out)), -EINVAL);
}

static void test_size(void **state)
{
	char out[8];

	(void)state;
	assert_int_equal(mfa_template_fill("{from}1", URL, &usual, out, sizeof(out)), 0);
	assert_string_equal(out, "School1");
	assert_int_equal(mfa_template_fill("{from}12", URL, &usual, out, sizeof(out)), -EMSGSIZE);
	assert_string_equal(out, "");
	assert_true(mfa_template_names("a{text}", "{text}"));
	assert_false(mfa_template_names("text", "{text}"));
	assert_false(mfa_template_names(NULL, "{text}"));
}

/* What a reader of JSON makes of it is the text itself. */
static void test_json(void **state)
{
	static const char *const texts[] = { "\"", "\\", "\\\"}", "\xf0\x9f\x98\x80 caf\xc3\xa9 \xe2\x82\xac", "a/b", "\xef\xbf\xbd" };
	char out[256];
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(texts); i++) {
		struct mfa_template_values values = { .text = texts[i] };
		json_t *json;

		assert_int_equal(mfa_template_fill("{\"t\":\"{text}\"}", JSON, &values, out, sizeof(out)), 0);
		json = mfa_json_read_text(out);
		assert_non_null(json);
		assert_string_equal(json_string_value(json_object_get(json, "t")), texts[i]);
		json_decref(json);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fill),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_size),
		cmocka_unit_test(test_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
