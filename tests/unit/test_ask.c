/* SPDX-License-Identifier: BSD-2-Clause */
/* The rows of methods, as far as they must agree with each other. */
#include "unit.h"

#include <stdbool.h>
#include <string.h>

#include "language/language.h"
#include "mfad/ask/ask.h"
#include "mfad/ask/ways.h"

/* A way that is begun is gone through to its end. */
static void test_begun_has_all(void **state)
{
	const struct ask *row;
	size_t i, begun = 0;

	(void)state;
	for (i = 0; (row = ask_row(i)) != NULL; i++) {
		if (row->begin == NULL)
			continue;
		begun++;
		assert_non_null(row->prompt);
		assert_non_null(row->answered);
		assert_non_null(row->end);
		/* What can be begun can be chosen. */
		assert_non_null(row->way);
	}
	assert_true(begun > 0);
}

/* What mfa-enroll has an option for can be added, and the other way round. */
static void test_options_can_be_added(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < MFA_METHOD_COUNT; i++) {
		const struct mfa_method *method = mfa_method((enum mfa_method_id)i);
		const struct ask *row = ask_by_word(method->word);

		assert_int_equal(row != NULL, method->option != NULL);
		if (row == NULL)
			continue;
		assert_int_equal(row->method, i);
		assert_non_null(row->choice);
		assert_non_null(row->brief);
		assert_non_null(row->offered);
		assert_non_null(row->proven);
		assert_non_null(method->label);
		assert_non_null(method->counted);
		assert_int_not_equal(method->holds, MFA_HOLDS_NOTHING);
	}
}

/* Something can always be added: it needs nothing that may be missing. */
static void test_last_resort(void **state)
{
	const struct ask *row;
	size_t i, n = 0;

	(void)state;
	for (i = 0; (row = ask_row(i)) != NULL; i++)
		n += row->enrol != NULL && row->not_offered == NULL && mfa_method(row->method)->alone;
	assert_true(n > 0);
}

static void test_each_once(void **state)
{
	enum mfa_method_id id;
	size_t i;

	(void)state;
	for (i = 0; i < MFA_METHOD_COUNT; i++) {
		const struct mfa_method *method = mfa_method((enum mfa_method_id)i);

		assert_int_equal(mfa_method_by_word(method->word, &id), 0);
		assert_int_equal(id, i);
		assert_ptr_equal(mfa_method_of((enum mfa_method_kind)(1U << i)), method);
		assert_int_equal(method->holds != MFA_HOLDS_NOTHING, method->format > 0);
	}
	assert_null(mfa_method_of(MFA_METHOD_NONE));
	assert_null(mfa_method_of((enum mfa_method_kind)3));
}

/* What is not typed anywhere is right only where it was begun. */
static void test_open(void **state)
{
	static const struct {
		unsigned methods;
		enum mfa_method_kind begun;
		unsigned open;
	} rows[] = {
		{ MFA_METHOD_TOTP | MFA_METHOD_PUSH, MFA_METHOD_NONE, MFA_METHOD_TOTP },
		{ MFA_METHOD_TOTP | MFA_METHOD_PUSH, MFA_METHOD_PUSH, MFA_METHOD_TOTP | MFA_METHOD_PUSH },
		{ MFA_METHOD_TOTP, MFA_METHOD_PUSH, MFA_METHOD_TOTP },
		{ MFA_METHOD_PUSH, MFA_METHOD_NONE, 0 },
		{ MFA_METHOD_RECOVERY | MFA_METHOD_PASS, MFA_METHOD_NONE, MFA_METHOD_RECOVERY | MFA_METHOD_PASS },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++)
		assert_int_equal(mfa_methods_open(rows[i].methods, rows[i].begun), rows[i].open);
}

/* A way has a name for each of its places, and a word; what costs somebody is begun, for it is not at hand. */
static void test_ways(void **state)
{
	const struct ask *row;
	size_t i;

	(void)state;
	for (i = 0; (row = ask_row(i)) != NULL; i++) {
		assert_int_equal(row->way != NULL, row->way_brief != NULL);
		assert_true(!row->sends || row->begin != NULL);
		if (row->way != NULL)
			assert_ptr_equal(ask_way_of(row->method), row);
	}
	assert_ptr_equal(ask_way_of(MFA_METHOD_ID_HOTP), ask_way_of(MFA_METHOD_ID_TOTP));
}

/* Words that stand for a way: no code is one, whoever it is of, and each is as the module looks for it. */
static void test_words(void **state)
{
	static const struct {
		const char *text;
		enum mfa_method_id method;
	} words[] = {
#define WORD(METHOD, text) { text, MFA_METHOD_ID_##METHOD },
#include "method/list.h"
	};
	const struct mfa_conf conf = { .totp_window = 1 };
	const struct conversation c = { .conf = &conf };
	const struct mfa_policy policy = { .methods = MFA_METHOD_TOTP | MFA_METHOD_HOTP | MFA_METHOD_RECOVERY | MFA_METHOD_PASS };
	const struct ask *out;
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(words); i++) {
		struct mfa_account account = { .device_count = 0 };
		struct mfa_attempt attempt = { .answer = words[i].text, .now = 1, .methods = mfa_methods_typed() };
		struct mfa_judgement judgement;

		assert_in_range(strlen(words[i].text), 1, MFA_WORD_MAX);
		assert_int_equal(strspn(words[i].text, "abcdefghijklmnopqrstuvwxyz"), strlen(words[i].text));
		assert_non_null(ask_way_of(words[i].method));
		mfa_factor_judge(&account, &attempt, &judgement);
		assert_int_equal(judgement.verdict, MFA_VERDICT_UNCLEAR);
		assert_int_equal(ways_read(&c, &policy, words[i].text, false, &out), WAYS_CHOICE);
		assert_ptr_equal(out, (policy.methods & 1U << words[i].method) != 0 ? ask_way_of(words[i].method) : NULL);
	}
}

static size_t columns(const char *text)
{
	size_t n = 0;

	for (; *text != '\0'; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

/* With a masked number in it, and the time: in whichever order. */
static size_t columns_with(const char *text)
{
	size_t n = columns(text);
	const char *at;
	unsigned count = 0;

	for (at = strstr(text, "%s"); at != NULL; at = strstr(at + 1, "%s"))
		n += (count++ == 0 ? strlen("+31 ** **** *78") : strlen("14:02")) - strlen("%s");
	return n;
}

/* In each language a question is one line of what ssh leaves of it, also with all ways in it. */
static void test_columns(void **state)
{
	static const char *const languages[] = { "en", "nl", "fr" };
	static const char *const questions[] = {
		"Authenticator code (? for another way): ", "Recovery code (? for another way): ",
		"Your choice, or a code: ",
		"Press Enter when you have, or type a code or ?: ",
		"Press Enter when you have, or type a recovery code or ?: ",
		"Enter %u on your phone, then Enter here, a code, or ?: ",
		"Enter %u on your phone, then Enter, a recovery code, or ?: ",
		"That code has ended. Another, or %s for a new one: ",
		"Mobile number, with country code or as dialled in +%u: ",
	};
	static const char *const of_sent[] = {
		"A code was sent to %s. Code or ?: ", "A code was sent to %s at %s. Code or ?: ",
		"A code is on its way to %s. Code or ?: ", "Is %s right? [y/N] ",
		"A code was sent to %s. Code (Enter: again): ", "Code on its way to %s. Code (Enter: again): ",
	};
	const struct ask *rows[WAYS_MAX];
	char prompt[CHALLENGE_PROMPT_MAX];
	size_t i, k, n = 0;

	(void)state;
	for (i = 0; ask_row(i) != NULL; i++)
		if (ask_row(i)->way != NULL)
			rows[n++] = ask_row(i);
	assert_true(n > 2);
	for (i = 0; i < ROWS(languages); i++) {
		const struct conversation c = { .language = mfa_language_find(languages[i]) };

		for (k = 0; k < ROWS(questions); k++)
			assert_in_range(columns(mfa_translate(c.language, questions[k])), 1, CONVERSATION_COLUMNS_SSH);
		for (k = 0; k < ROWS(of_sent); k++)
			assert_in_range(columns_with(mfa_translate(c.language, of_sent[k])), 1, CONVERSATION_COLUMNS_SSH);
		ways_line(&c, rows, n, prompt);
		assert_in_range(columns(prompt), 20, CONVERSATION_COLUMNS_SSH);
	}
}

static void test_read(void **state)
{
	static const struct {
		const char *answer;
		bool menu;
		enum ways_answer what;
		enum mfa_method_id way;	/* of a choice */
	} rows[] = {
		{ "?", false, WAYS_MENU, 0 },
		{ " ? ", true, WAYS_MENU, 0 },
		{ "??", false, WAYS_OTHER, 0 },
		{ "", false, WAYS_OTHER, 0 },
		{ "", true, WAYS_BACK, 0 },
		{ " ", true, WAYS_BACK, 0 },
		{ "1", false, WAYS_OTHER, 0 },
		{ "1", true, WAYS_CHOICE, MFA_METHOD_ID_TOTP },
		{ "2", true, WAYS_CHOICE, MFA_METHOD_ID_RECOVERY },
		{ "3", true, WAYS_NO_SUCH, 0 },
		{ "0", true, WAYS_NO_SUCH, 0 },
		{ "123", true, WAYS_OTHER, 0 },
		{ "01", true, WAYS_NO_SUCH, 0 },
		{ "APP", false, WAYS_CHOICE, MFA_METHOD_ID_TOTP },
		{ "app ", true, WAYS_CHOICE, MFA_METHOD_ID_TOTP },
		{ "apps", false, WAYS_OTHER, 0 },
		{ "app,", false, WAYS_OTHER, 0 },
		{ "123456", true, WAYS_OTHER, 0 },
		{ "push", true, WAYS_CHOICE, MFA_METHOD_COUNT },
	};
	const struct mfa_conf conf = { .totp_window = 1 };
	const struct conversation c = { .conf = &conf };
	const struct mfa_policy policy = { .methods = MFA_METHOD_TOTP | MFA_METHOD_PUSH | MFA_METHOD_RECOVERY };
	const struct ask *out;
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		assert_int_equal(ways_read(&c, &policy, rows[i].answer, rows[i].menu, &out), rows[i].what);
		if (rows[i].what != WAYS_CHOICE || rows[i].way == MFA_METHOD_COUNT)
			assert_null(out);
		else
			assert_ptr_equal(out, ask_way_of(rows[i].way));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_begun_has_all),
		cmocka_unit_test(test_options_can_be_added),
		cmocka_unit_test(test_last_resort),
		cmocka_unit_test(test_each_once),
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_ways),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
