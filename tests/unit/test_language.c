/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "language/language.h"

static void test_find(void **state)
{
	static const struct { const char *name; const char *expect; } rows[] = {
		{ "nl", "nl" }, { "nl_BE.UTF-8", "nl" }, { "nl-BE", "nl" }, { "nl@euro", "nl" },
		{ "fr_FR", "fr" }, { "en_GB", "en" }, { "de:fr:nl", "fr" }, { "de_DE:en", "en" },
		{ "de", NULL }, { "C", NULL }, { "", NULL }, { ":", NULL }, { "::nl", "nl" },
		{ "nld", NULL }, { "frisian", NULL }, { "n", NULL }, { "NL", NULL },
		{ "../../nl", NULL },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		const char *found = mfa_language_find(rows[i].name);

		if ((found == NULL) != (rows[i].expect == NULL) ||
		    (found != NULL && strcmp(found, rows[i].expect) != 0))
			fail_msg("%s: %s", rows[i].name, found != NULL ? found : "none");
	}
	assert_null(mfa_language_find(NULL));
}

static void test_translate(void **state)
{
	(void)state;
	/* Nobody is left without words. */
	assert_string_equal(mfa_translate(NULL, "Hello"), "Hello");
	assert_string_equal(mfa_translate("en", "Hello"), "Hello");
	assert_string_equal(mfa_translate("nl", "no catalogue has this"), "no catalogue has this");
	assert_string_equal(mfa_translate("nl", ""), "");
	assert_string_equal(mfa_translate("xx", "Hello"), "Hello");
}

/* What the environment says is read before LANGUAGE is taken out of gettext's way. */
static void test_environment(void **state)
{
	(void)state;
	assert_int_equal(setenv("LANGUAGE", "de:nl", 1), 0);
	assert_int_equal(setenv("LC_ALL", "de_DE.UTF-8", 1), 0);
	mfa_language_open();
	assert_string_equal(mfa_language_of_environment(), "nl");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_environment),
		cmocka_unit_test(test_translate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
