/* SPDX-License-Identifier: BSD-2-Clause */
/* What is configured by halves, and the presets. */
#include "unit.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>

#include "json/read.h"
#include "sender/check.h"

#define LEAST "[store]\nurl = sqlite:///s\n[seal]\nkey_file = /k\n[sms]\nnumbers = +31\n"
#define JSON "url = https://a.example\ntype = json\n"
#define FORM "url = https://a.example\ntype = form\n"
#define GOOD "body = {\"n\":\"{digits}\",\"t\":\"{text}\"}\n"

static void test_email(void **state)
{
	static const struct { const char *user, *password; int r; } rows[] = {
		{ NULL, "", 0 }, { "mfa", "x", 0 }, { "mfa", "", -EINVAL }, { NULL, "x", -EINVAL },
	};
	char error[MFA_CONF_ERROR_SIZE];
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		struct mfa_secrets secrets = { .sms_key = "" };
		struct mfa_email_conf email = { .user = rows[i].user };

		(void)strcpy(secrets.email_password, rows[i].password);
		assert_int_equal(mfa_sender_check_email(&email, &secrets, error), rows[i].r);
		assert_int_equal(error[0] == '\0', rows[i].r == 0);
	}
}

static void test_sms(void **state)
{
	static const struct { const char *lines, *key, *error; } rows[] = {
		{ JSON GOOD, "", NULL },
		{ FORM "body = to={number}&t={text}\n", "", NULL },
		{ "url = https://a.example/?to={digits}&t={text}\n", "", NULL },
		{ "command = /bin/true\n", "", NULL },
		{ JSON GOOD "header = Authorization: Bearer {key}\n", "k", NULL },
		{ JSON GOOD "header = Authorization: Basic {basic}\naccount = a\n", "k", NULL },
		{ JSON GOOD "from = School\n", "", NULL },
		{ JSON GOOD "from = +31612345678901\n", "", NULL },
		{ "url = https://a.example\n" GOOD, "", "[sms] type is missing" },
		{ "url = https://a.example\n", "", "[sms] body has no {text}" },
		{ JSON "body = {\"n\":\"{digits}\"}\n", "", "[sms] body has no {text}" },
		{ JSON "body = {\"t\":\"{text}\"}\n", "", "[sms] body has neither {number} nor" },
		{ JSON "body = {\"n\":\"{digits}\",\"t\":{text}}\n", "", "[sms] body is no JSON" },
		{ JSON "body = {\"n\":\"{digits}\",\"t\":\"{text}\"\n", "", "[sms] body is no JSON" },
		{ JSON GOOD "header = X: {text}\n", "", "[sms] header can't be filled in" },
		{ JSON "body = {\"n\":\"{digits}\",\"t\":\"{text}\",\"f\":\"{from}\"}\n", "", "[sms] from is missing" },
		{ JSON GOOD "from = De Regenboogschool\n", "", "[sms] from is longer than 11" },
		{ JSON GOOD "from = 1234567890123456\n", "", "[sms] from is longer than 11" },
		{ JSON GOOD "from = \xc3\xaa\n", "", "[sms] from is longer than 11" },
		{ "url = https://a.example/{account}\ntype = json\n" GOOD, "", "[sms] account is missing" },
		{ JSON GOOD "header = Authorization: Basic {basic}\n", "k", "[sms] account is missing" },
		{ JSON GOOD "header = Authorization: Bearer {key}\n", "", "sms_key is missing in sender.conf" },
		{ JSON GOOD, "k", "sms_key is in sender.conf, and nothing" },
		{ "preset = x\n", "", "[sms] url is missing, here and in the preset" },
	};
	char error[MFA_CONF_ERROR_SIZE], text[1024];
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		struct mfa_secrets secrets = { .email_password = "" };
		struct mfa_conf *conf;
		int r;

		(void)snprintf(text, sizeof(text), LEAST "%s", rows[i].lines);
		if (mfa_conf_parse("f", text, strlen(text), &conf, error) != 0)
			fail_msg("%s: %s", rows[i].lines, error);
		(void)strcpy(secrets.sms_key, rows[i].key);
		r = mfa_sender_check_sms(&conf->sms, &secrets, error);
		if (r != (rows[i].error == NULL ? 0 : -EINVAL) ||
		    strncmp(error, rows[i].error != NULL ? rows[i].error : "", rows[i].error != NULL ? strlen(rows[i].error) : 1) != 0)
			fail_msg("%s: %d, %s", rows[i].lines, r, error);
		mfa_conf_free(&conf);
	}
}

/* Each preset is whole with what its head asks for, and is JSON where it says so. */
static void test_presets(void **state)
{
	static const char own_text[] = LEAST "from = School\naccount = AC1\npreset = x\n";
	const struct mfa_secrets secrets = { .sms_key = "k" };
	char error[MFA_CONF_ERROR_SIZE];
	struct mfa_conf *own, *conf = NULL;
	glob_t found;
	size_t i;

	(void)state;
	assert_int_equal(mfa_conf_parse("f", own_text, strlen(own_text), &own, error), 0);
	assert_int_equal(glob("conf/sms/*.conf", 0, NULL, &found), 0);
	assert_true(found.gl_pathc >= 5);
	for (i = 0; i < found.gl_pathc; i++) {
		static char text[4096];
		struct mfa_sms_conf sms;
		FILE *from = fopen(found.gl_pathv[i], "r");
		size_t len;

		assert_non_null(from);
		len = fread(text, 1, sizeof(text), from);
		(void)fclose(from);
		if (mfa_conf_parse_preset("p", text, len, &conf, error) != 0)
			fail_msg("%s: %s", found.gl_pathv[i], error);
		mfa_conf_join_preset(&own->sms, &conf->sms, &sms);
		if (mfa_sender_check_sms(&sms, &secrets, error) != 0)
			fail_msg("%s: %s", found.gl_pathv[i], error);
		/* Most gateways answer 200 also to what they refuse. */
		assert_non_null(sms.success);
		assert_int_equal(strncmp(sms.url, "https://", 8), 0);
		mfa_conf_free(&conf);
	}
	globfree(&found);
	mfa_conf_free(&own);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_email),
		cmocka_unit_test(test_sms),
		cmocka_unit_test(test_presets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
