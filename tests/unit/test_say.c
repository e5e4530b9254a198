/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "module/say.h"

static void put(const char *name, const char *value)
{
	assert_int_equal(value != NULL ? setenv(name, value, 1) : unsetenv(name), 0);
}

static void test_language(void **state)
{
	static const char english[] = "Password, a code may follow it. Password: ", dutch[] = "Wachtwoord, met of zonder code erachter. Password: ",
		french[] = "Mot de passe, suivi ou non d'un code. Password: ";
	static const struct { const char *all, *messages, *lang, *expect; } rows[] = {
		{ NULL, NULL, NULL, english },
		{ NULL, NULL, "nl_NL.UTF-8", dutch },
		{ NULL, NULL, "nl", dutch },
		{ NULL, NULL, "fr_BE", french },
		{ NULL, NULL, "fr@euro", french },
		{ NULL, NULL, "de_DE.UTF-8", english },
		{ "", "", "nl_BE", dutch },
		{ NULL, "fr_FR.UTF-8", "nl_NL.UTF-8", french },
		{ "nl_NL.UTF-8", "fr_FR.UTF-8", "en_GB.UTF-8", dutch },
		{ "C", NULL, "nl_NL.UTF-8", english },
		{ "C.UTF-8", NULL, "nl_NL.UTF-8", english },
		{ "en_GB.UTF-8", NULL, "fr_FR.UTF-8", english },
		{ "nld", NULL, NULL, english },
		{ "frisian", NULL, NULL, english },
		{ "n", NULL, NULL, english },
		{ "../nl", NULL, NULL, english },
		{ "%s%n", NULL, NULL, english },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		put("LC_ALL", rows[i].all);
		put("LC_MESSAGES", rows[i].messages);
		put("LANG", rows[i].lang);
		if (strcmp(mfa_say(MFA_SAY_PASSWORD_AND_CODE, ""), rows[i].expect) != 0)
			fail_msg("row %zu: %s", i, mfa_say(MFA_SAY_PASSWORD_AND_CODE, ""));
	}
}

/* A program that has set a locale is taken at its word. */
static void test_program(void **state)
{
	(void)state;
	put("LC_ALL", "nl_NL.UTF-8");
	assert_non_null(setlocale(LC_MESSAGES, "C.UTF-8"));
	assert_string_equal(mfa_say(MFA_SAY_PASSWORD_AND_CODE, ""), "Password, a code may follow it. Password: ");
	assert_non_null(setlocale(LC_MESSAGES, "C"));
	assert_string_equal(mfa_say(MFA_SAY_PASSWORD_AND_CODE, ""), "Wachtwoord, met of zonder code erachter. Password: ");
	/* mfad's word counts for more. */
	assert_string_equal(mfa_say(MFA_SAY_PASSWORD_AND_CODE, "en"), "Password, a code may follow it. Password: ");
	assert_string_equal(mfa_say(MFA_SAY_PASSWORD_AND_CODE, "fr"), "Mot de passe, suivi ou non d'un code. Password: ");
	assert_string_equal(mfa_say(MFA_SAY_PASSWORD_AND_CODE, "de"), "Password, a code may follow it. Password: ");
}

static void test_complete(void **state)
{
	static const char *const locales[] = { "en_GB", "nl_NL", "fr_FR" };
	const char *words[3];
	size_t i, k;

	(void)state;
	for (i = 0; i < MFA_SAY_COUNT; i++) {
		for (k = 0; k < 3; k++) {
			put("LC_ALL", locales[k]);
			words[k] = mfa_say((enum mfa_say)i, "");
			assert_non_null(words[k]);
			assert_true(words[k][0] != '\0');
		}
		assert_string_not_equal(words[0], words[1]);
		assert_string_not_equal(words[1], words[2]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_language),
		cmocka_unit_test(test_program),
		cmocka_unit_test(test_complete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
