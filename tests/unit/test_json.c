/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json/read.h"

#define MAX MFA_JSON_DEPTH_MAX

/* Depths of brackets that are repeated: open that often, then close. */
static void test_depth(void **state)
{
	static const struct { const char *name, *open, *inner, *close; size_t times; bool reads; } rows[] = {
		{ "one array", "[", "", "]", 1, true },
		{ "one object", "{\"a\":", "1", "}", 1, true },
		{ "arrays to the limit", "[", "", "]", MAX, true },
		{ "objects to the limit", "{\"a\":", "1", "}", MAX, true },
		{ "arrays beyond it", "[", "", "]", MAX + 1, false },
		{ "objects beyond it", "{\"a\":", "1", "}", MAX + 1, false },
		{ "both, to the limit", "[{\"a\":", "1", "}]", MAX / 2, true },
		{ "both, beyond it", "[{\"a\":", "1", "}]", MAX / 2 + 1, false },
		{ "as deep as jansson goes", "[", "", "]", 2048, false },
		{ "deeper", "[", "", "]", 100000, false },
		{ "brackets in a string", "[", "\"[[[[[[[[[[[[[[[[[{{{{{{{{{{{{{{{{{\"", "]", MAX, true },
		{ "an escaped quote, then brackets", "[", "\"\\\"[[[[[[[[[[[[[[[[[[\"", "]", MAX, true },
		{ "an escaped backslash ends nothing", "[", "\"\\\\\",[]", "]", MAX, false },
		{ "two of them", "[", "\"\\\\\\\\\",[]", "]", MAX, false },
		{ "a quote as \\u0022 ends nothing", "[", "\"\\u0022[[[[[[[[[[[[[[[[[[\"", "]", MAX, true },
		{ "brackets in keys", "{\"]]}}[[{{\":", "1", "}", MAX, true },
		{ "beside each other", "[", "[],[],[],{},{},[],[],[],[],[],[],[],[],[],[],[],[],[]", "]", MAX - 1, true },
		{ "beside each other, one too deep", "[", "[],[],[[]]", "]", MAX - 1, false },
	};
	size_t i, n, len;
	json_t *json;
	char *text;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		text = calloc(1, rows[i].times * (strlen(rows[i].open) + strlen(rows[i].close)) + strlen(rows[i].inner) + 1);
		assert_non_null(text);
		for (n = len = 0; n < rows[i].times; n++, len += strlen(rows[i].open))
			memcpy(text + len, rows[i].open, strlen(rows[i].open));
		memcpy(text + len, rows[i].inner, strlen(rows[i].inner));
		len += strlen(rows[i].inner);
		for (n = 0; n < rows[i].times; n++, len += strlen(rows[i].close))
			memcpy(text + len, rows[i].close, strlen(rows[i].close));
		json = mfa_json_read(text, len);
		if ((json != NULL) != rows[i].reads)
			fail_msg("%s", rows[i].name);
		json_decref(json);
		json = mfa_json_read_text(text);
		if ((json != NULL) != rows[i].reads)
			fail_msg("%s, as a text", rows[i].name);
		json_decref(json);
		free(text);
	}
}

/* What is no JSON is no JSON, whatever its brackets are. */
static void test_malformed(void **state)
{
	static const struct { const char *name, *text; size_t len; bool shallow; } rows[] = {
		{ "nothing", "", 0, true },
		{ "a closing one first", "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", 30, true },
		{ "closed before they are opened", "]]]][[[[[[[[[[[[[[[[[[[[[", 25, false },
		{ "not closed", "[[[[", 4, true },
		{ "closed by the other kind", "[}", 2, true },
		{ "a string that does not end", "[\"[[[[[[[[[[[[[[[[[[[[[[[[", 26, true },
		{ "a string that ends in a backslash", "[\"\\", 3, true },
		{ "a backslash outside a string", "[\\\"[[[[[[[[[[[[[[[[[[[[\"]", 25, true },
		{ "a NUL inside", "[\"a\0\"]", 7, true },
		{ "something behind it", "[] []", 5, true },
		{ "a key twice", "{\"a\":1,\"a\":2}", 13, true },
		{ "a string alone", "\"a\"", 3, true },
		{ "a number alone", "1", 1, true },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		if (mfa_json_is_shallow(rows[i].text, rows[i].len) != rows[i].shallow)
			fail_msg("%s", rows[i].name);
		if (mfa_json_read(rows[i].text, rows[i].len) != NULL)
			fail_msg("%s is read", rows[i].name);
	}
	assert_null(mfa_json_read_text(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_depth), cmocka_unit_test(test_malformed) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
