/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "module/options.h"

static void test_defaults(void **state)
{
	struct mfa_module_options o;

	(void)state;
	memset(&o, 0xff, sizeof(o));
	mfa_module_defaults(&o);
	assert_string_equal(o.dial.socket, MFA_SOCKET_DEFAULT);
	assert_string_equal(o.dial.conf, MFA_CONF_DEFAULT);
	assert_string_equal(o.dial.helper, MFA_HELPER_DEFAULT);
	assert_false(o.open_on_failure || o.after_publickey || o.first_pass || o.no_prompt || o.echo || o.debug);
	assert_int_equal(o.forward_digits, 0);
	assert_string_equal(o.language, "");
}

static void test_good(void **state)
{
	struct mfa_module_options o;
	struct mfa_option_fault fault;

	(void)state;
#define TAKES(arg, test) do { \
		mfa_module_defaults(&o); \
		assert_int_equal(mfa_module_option(arg, &o, &fault), 0); \
		assert_true(test); \
	} while (0)
	TAKES("socket=/run/x", strcmp(o.dial.socket, "/run/x") == 0);
	TAKES("conf=/etc/x", strcmp(o.dial.conf, "/etc/x") == 0);
	TAKES("mfad=/usr/x", strcmp(o.dial.helper, "/usr/x") == 0);
	TAKES("failmode=open", o.open_on_failure);
	TAKES("failmode=closed", !o.open_on_failure);
	TAKES("after=publickey", o.after_publickey);
	TAKES("forward_pass", o.forward_digits == 6);
	TAKES("forward_pass=6", o.forward_digits == 6);
	TAKES("forward_pass=8", o.forward_digits == 8);
	TAKES("forward_pass", !o.forward_words);
	TAKES("forward_pass_words", o.forward_words && o.forward_digits == 6);
	TAKES("try_first_pass", o.first_pass && !o.no_prompt);
	TAKES("use_first_pass", o.first_pass && o.no_prompt);
	TAKES("language=nl", strcmp(o.language, "nl") == 0);
	TAKES("echo", o.echo);
	TAKES("debug", o.debug);
}

static void test_bad(void **state)
{
	static const struct { const char *arg; enum mfa_option_fault_kind kind; const char *text; } rows[] = {
		{ "socket=", MFA_OPTION_VALUE, "an absolute path" },
		{ "socket=run/x", MFA_OPTION_VALUE, "an absolute path" },
		{ "conf=x", MFA_OPTION_VALUE, "an absolute path" },
		{ "mfad=./x", MFA_OPTION_VALUE, "an absolute path" },
		{ "failmode=", MFA_OPTION_VALUE, "closed or open" },
		{ "failmode=safe", MFA_OPTION_VALUE, "closed or open" },
		{ "after=password", MFA_OPTION_VALUE, "publickey" },
		{ "forward_pass=5", MFA_OPTION_VALUE, "no value, or how many digits a code has: =6, =7 or =8" },
		{ "forward_pass=66", MFA_OPTION_VALUE, "no value, or how many digits a code has: =6, =7 or =8" },
		{ "forward_pass=", MFA_OPTION_VALUE, "no value, or how many digits a code has: =6, =7 or =8" },
		{ "forward_pass_words=7", MFA_OPTION_VALUE, "no value" },
		{ "forward_pass_word", MFA_OPTION_UNKNOWN, "pam_mfa(8)" },
		{ "forward_passes", MFA_OPTION_UNKNOWN, "pam_mfa(8)" },
		{ "debug=yes", MFA_OPTION_VALUE, "no value" },
		{ "echoes", MFA_OPTION_UNKNOWN, "pam_mfa(8)" },
		{ "language=de", MFA_OPTION_VALUE, "en, nl or fr" },
		{ "language=nld", MFA_OPTION_VALUE, "en, nl or fr" },
		{ "nullok", MFA_OPTION_FOREIGN, "unenrolled = allow, or enrolment = offer, in mfa.conf" },
		{ "secret=/etc/x", MFA_OPTION_FOREIGN,
		  "nothing: secrets are in mfad's store; mfa-admin import --from brings them over" },
		{ "echo_verification_code", MFA_OPTION_FOREIGN, "echo" },
		{ "nullok_", MFA_OPTION_UNKNOWN, "pam_mfa(8)" },
		{ "secret", MFA_OPTION_UNKNOWN, "pam_mfa(8)" },
		{ "Debug", MFA_OPTION_UNKNOWN, "pam_mfa(8)" },
		{ "", MFA_OPTION_UNKNOWN, "pam_mfa(8)" },
		{ "socket", MFA_OPTION_UNKNOWN, "pam_mfa(8)" },
	};
	struct mfa_module_options o;
	struct mfa_option_fault fault;
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		mfa_module_defaults(&o);
		print_message("%s\n", rows[i].arg);
		assert_int_equal(mfa_module_option(rows[i].arg, &o, &fault), -EINVAL);
		assert_int_equal(fault.kind, rows[i].kind);
		assert_string_equal(fault.text, rows[i].text);
		assert_true(mfa_option_words(fault.kind)[0] != '\0');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults), cmocka_unit_test(test_good), cmocka_unit_test(test_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
