/* SPDX-License-Identifier: BSD-2-Clause */
/* Sections of kinds that mfa.conf has none of, or not yet: what a row in the table brings about. */
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "conf/sections.h"
#include "conf/value.h"

#define LEAST "[store]\nurl = sqlite:///s\n[seal]\nkey_file = /k\n"
#define MANY 200
#define CALLS 600	/* bytes of them, as text */

/* What the setters and beginners of this file were called with: "begin:web key=value key+value". */
static char calls[CALLS];

static void note_call(const char *first, char between, const char *second)
{
	size_t at = strlen(calls);

	(void)snprintf(calls + at, sizeof(calls) - at, "%s%s%c%s", at > 0 ? " " : "", first, between, second);
}

/* + where the list goes on. */
static int set_any(struct loader *l, const char *key, const char *value)
{
	if (strcmp(value, "bad") == 0)
		return conf_fail(l, "%s is bad", key);
	note_call(key, l->again ? '+' : '=', value);
	return 1;
}

static int begin_any(struct loader *l, const char *argument)
{
	if (argument != NULL && (argument[0] == '\0' || argument[0] == ' '))
		return conf_fail(l, "nobody is called '%s'", argument);
	note_call("begin", ':', argument != NULL ? argument : "");
	return 1;
}

static char many_names[MANY][8];
static struct conf_key many_keys[MANY + 1];
static const struct conf_key group_keys[] = { { "note", false, set_any }, { "also", true, set_any }, { NULL } };

static const struct conf_section added[] = {
	{ "many", .keys = many_keys },
	{ "networks", .begin = begin_any, .keys = group_keys, .any = { NULL, true, set_any } },
	{ "names", .any = { NULL, false, set_any } },
	{ "bare" },
	{ "host", .argument = true, .begin = begin_any, .keys = group_keys },
	{ "host group", .argument = true, .after = "networks", .begin = begin_any, .keys = group_keys,
	  .any = { NULL, false, set_any } },
	{ NULL },
};

/* The real ones, and those of this test. */
static const struct conf_section *sections(void)
{
	static struct conf_section all[32];
	size_t count = 0, i;

	while (conf_sections[count].name != NULL)
		count++;
	assert_true(count + ROWS(added) <= ROWS(all));
	memcpy(all, conf_sections, count * sizeof(all[0]));
	memcpy(all + count, added, sizeof(added));
	for (i = 0; i < MANY; i++) {
		(void)snprintf(many_names[i], sizeof(many_names[i]), "k%zu", i);
		many_keys[i] = (struct conf_key){ many_names[i], i % 2 == 1, set_any };
	}
	return all;
}

static int parse(const char *text, struct mfa_conf **conf, char error[MFA_CONF_ERROR_SIZE])
{
	calls[0] = '\0';
	return conf_parse("f", text, strlen(text), sections(), conf, error);
}

static void test_accepted(void **state)
{
	static const struct { const char *name; const char *text; const char *calls; } rows[] = {
		{ "no section but those that must be", LEAST, "" },
		{ "a section without keys", LEAST "[bare]\n[networks]\n", "begin:" },
		{ "names of the administrator's", LEAST "[networks]\nschool = a, b\nguests = c\n",
		  "begin: school=a, b guests=c" },
		{ "a name with spaces, a dot and a percent sign", LEAST "[networks]\nthe school = a\na.b = c\n%s = d\n",
		  "begin: the school=a a.b=c %s=d" },
		{ "a list goes on", LEAST "[networks]\nschool = a\nguests = b\nschool = c\n",
		  "begin: school=a guests=b school+c" },
		{ "a list goes on in a second part", LEAST "[networks]\nschool = a\n[bare]\n[networks]\nschool = b\n",
		  "begin: school=a begin: school+b" },
		{ "a name in two sections", LEAST "[networks]\nx = a\n[names]\nx = b\n", "begin: x=a x=b" },
		{ "a key that the section has itself", LEAST "[networks]\nalso = a\nalso = b\n", "begin: also=a also+b" },
		{ "one word", LEAST "[host web]\nnote = a\n", "begin:web note=a" },
		{ "many words", LEAST "[host the old web]\n", "begin:the old web" },
		{ "the longer name", LEAST "[host group web]\nnote = a\nmine = b\n", "begin:web note=a mine=b" },
		{ "the longer name without its argument", LEAST "[host group]\n", "begin:group" },
		{ "a key in each of two", LEAST "[host group a]\nnote = x\n[host group b]\nnote = y\n",
		  "begin:a note=x begin:b note=y" },
		{ "a list begins anew in the next", LEAST "[host a]\nalso = x\n[host b]\nalso = y\nalso = z\n",
		  "begin:a also=x begin:b also=y also+z" },
		{ "the same argument of another kind", LEAST "[host web]\n[host group web]\n[policy web]\n",
		  "begin:web begin:web" },
		{ "in order", LEAST "[networks]\na = b\n[host group web]\n[host x]\n", "begin: a=b begin:web begin:x" },
		{ "two that build on the same", LEAST "[networks]\n[host group a]\n[host group b]\n[policy a]\n[policy b]\n",
		  "begin: begin:a begin:b" },
		{ "policies beside them", LEAST "[policy]\nnss = no\n[host web]\n[policy sshd]\nnss = yes\n[names]\na = b\n",
		  "begin:web a=b" },
	};
	char error[MFA_CONF_ERROR_SIZE];
	struct mfa_conf *conf;
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		if (parse(rows[i].text, &conf, error) != 0)
			fail_msg("%s: %s", rows[i].name, error);
		if (strcmp(calls, rows[i].calls) != 0)
			fail_msg("%s: %s", rows[i].name, calls);
		mfa_conf_free(&conf);
	}
}

static void test_errors(void **state)
{
	static const struct { const char *text; const char *error; } rows[] = {
		{ LEAST "[networks]\n= a\n", "f:6: [networks] has no key " },
		{ LEAST "[networks]\nschool =\n", "f:6: school has no value" },
		{ LEAST "[networks]\nschool = a\nschool = bad\n", "f:7: school is bad" },
		{ LEAST "[networks]\nnote = a\nnote = b\n", "f:7: note is there twice in [networks]" },
		{ LEAST "[names]\nx = a\ny = b\nx = c\n", "f:8: x is there twice in [names]" },
		{ LEAST "[names]\nx = a\n[bare]\n[names]\nx = b\n", "f:9: x is there twice in [names]" },
		{ LEAST "[bare]\nx = a\n", "f:6: [bare] has no key x" },
		{ LEAST "[bare x]\n", "f:5: there is no section [bare x]" },
		{ LEAST "[networksx]\n", "f:5: there is no section [networksx]" },
		{ LEAST "[network]\n", "f:5: there is no section [network]" },
		{ LEAST "[host]\n", "f:5: there is no section [host]" },
		{ LEAST "[host ]\n", "f:5: nobody is called ''" },
		{ LEAST "[host group ]\n", "f:5: nobody is called ''" },
		{ LEAST "[host web]\nx = a\n", "f:6: [host web] has no key x" },
		{ LEAST "[host web]\n[host db]\n[host web]\n", "f:7: [host web] is there twice" },
		{ LEAST "[host group a b]\n[host group a b]\n", "f:6: [host group a b] is there twice" },
		{ LEAST "[host group a]\nx = b\nx = c\n", "f:7: x is there twice in [host group a]" },
		{ LEAST "[host group web]\n[networks]\n",
		  "f:6: [networks] must come before [host group web], which builds on it" },
		{ LEAST "[networks]\n[host group a]\n[host group b]\n[networks]\n",
		  "f:8: [networks] must come before [host group b], which builds on it" },
		{ LEAST "[policy sshd]\n[host web]\n[policy]\n",
		  "f:7: [policy] must come before [policy sshd], which builds on it" },
		{ LEAST "[policy sshd]\n[names]\nx = y\n[policy sshd]\n", "f:8: [policy sshd] is there twice" },
	};
	char error[MFA_CONF_ERROR_SIZE];
	struct mfa_conf *conf;
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		assert_int_equal(parse(rows[i].text, &conf, error), -EINVAL);
		assert_null(conf);
		if (strcmp(error, rows[i].error) != 0)
			fail_msg("row %zu: %s", i, error);
	}
}

/* Every key of a section with a good many, and then each a second time: the odd ones are lists. */
static void test_many_keys(void **state)
{
	char text[MANY * 12 + 200] = LEAST "[many]\n", error[MFA_CONF_ERROR_SIZE], expect[80];
	struct mfa_conf *conf;
	size_t i, end;

	(void)state;
	(void)sections();
	for (i = 0; i < MANY; i++) {
		end = strlen(text);
		(void)snprintf(text + end, sizeof(text) - end, "%s = x\n", many_names[i]);
	}
	end = strlen(text);
	for (i = 0; i < MANY; i++) {
		(void)snprintf(text + end, sizeof(text) - end, "%s = y\n", many_names[i]);
		(void)snprintf(expect, sizeof(expect), "f:%d: %s is there twice in [many]", 6 + MANY, many_names[i]);
		if (parse(text, &conf, error) != (i % 2 == 1 ? 0 : -EINVAL) ||
		    strcmp(error, i % 2 == 1 ? "" : expect) != 0)
			fail_msg("%s: %s", many_names[i], error);
		mfa_conf_free(&conf);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepted),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_many_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
