/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pamstack/pamstack.h"
#include "pamstack/sshd.h"

#define MFA "auth required pam_mfa.so\n"
#define UNIX_OK "auth [success=ok default=die] pam_unix.so\n"
#define COMMON "auth [success=1 default=ignore] pam_unix.so nullok\nauth requisite pam_deny.so\n" \
	"auth required pam_permit.so\nauth optional pam_cap.so\n"

/* Files that rows include. */
static int read_fake(void *ctx, const char *name, char **text, size_t *len)
{
	static const struct { const char *name, *text; } files[] = {
		{ "common-auth", COMMON },
		{ "common-mfa", COMMON MFA },
		{ "loop", "@include loop\n" },
		{ "deep", "auth substack deep\n" },
		{ "other", COMMON },
		{ "unix-quietly", "auth [success=ok default=ignore] pam_unix.so\n" },
		{ "unix", UNIX_OK },
	};
	const char *found = strcmp(name, "service") == 0 ? ctx : NULL;
	size_t i;

	for (i = 0; i < ROWS(files) && found == NULL; i++)
		if (strcmp(files[i].name, name) == 0)
			found = files[i].text;
	if (found == NULL)
		return -ENOENT;
	*text = strdup(found);
	*len = strlen(found);
	return *text != NULL ? 0 : -ENOMEM;
}

static void note(void *ctx, const struct mfa_pam_finding *finding)
{
	unsigned *kinds = ctx;

	*kinds |= 1U << finding->kind;
}

#define ABSENT (1U << MFA_PAM_ABSENT)
#define JUMPED (1U << MFA_PAM_JUMPED)
#define IGNORED (1U << MFA_PAM_IGNORED)
#define AFTER_WRONG (1U << MFA_PAM_AFTER_WRONG)
#define NO_FIRST (1U << MFA_PAM_NO_FIRST)
#define OPTION (1U << MFA_PAM_OPTION)

static void test_stacks(void **state)
{
	static const struct { const char *text; unsigned expect; const char *service; } rows[] = {
		/* As they should be. */
		{ UNIX_OK MFA, 0 },
		{ "auth requisite pam_unix.so\n" MFA, 0 },
		{ "auth requisite pam_unix.so\nauth requisite pam_mfa.so\n", 0 },
		{ "@include common-auth\n" MFA, 0 },
		{ "auth include common-auth\n" MFA, 0 },
		{ "@include common-mfa\n", 0 },
		{ "auth sufficient pam_rootok.so\n" UNIX_OK MFA, 0, "su" },
		{ "auth sufficient pam_rootok.so\n" UNIX_OK MFA, 0, "sudo" },
		/* sshd and login are root whoever signs in. */
		{ "auth sufficient pam_rootok.so\n" UNIX_OK MFA, JUMPED },
		{ "auth sufficient pam_rootok.so\n" UNIX_OK MFA, JUMPED, "login" },
		{ "auth [success=1 default=ignore] pam_rootok.so\n" UNIX_OK MFA, NO_FIRST },
		{ "auth optional pam_faildelay.so delay=3\nauth requisite pam_nologin.so\n" UNIX_OK MFA, 0 },
		{ "auth required pam_mfa.so after=publickey\n", 0 },
		{ "@include unix\n" MFA "account required pam_unix.so\n", 0 },
		{ "AUTH Required PAM_UNIX.SO\n" UNIX_OK MFA, 0 },
		{ UNIX_OK "auth \\ \n# asks\n\n  required pam_mfa.so\n", 0 },
		{ "auth [ success = ok  default=die ] pam_unix.so\n" MFA, 0 },
		{ "auth [default=die success=ok default=ok] pam_unix.so\n" MFA, 0 },
		{ UNIX_OK "# \\\n" MFA, 0 },
		{ UNIX_OK MFA "auth sufficient pam_foo.so\n", 0 },
		{ "auth [success=2 default=ignore] pam_unix.so\nauth [success=1 default=ignore] pam_sss.so\n"
		  "auth requisite pam_deny.so\nauth required pam_permit.so\nauth requisite pam_mfa.so\n"
		  "auth optional pam_cap.so\n", 0 },
		{ UNIX_OK "auth \\\n  required \\\n  /lib/security/pam_mfa.so # asks\n", 0 },
		{ UNIX_OK "auth required pam_mfa.so socket=/run/x failmode=closed debug\n", 0 },
		/* With which nobody gets in. */
		{ UNIX_OK "auth required pam_mfa.so nullok\n", OPTION },
		{ UNIX_OK "auth required pam_mfa.so debug [failmode=wide open] echo\n", OPTION },
		{ "auth required pam_mfa.so forward_pass=9\n" UNIX_OK MFA, OPTION },
		/* Not there. */
		{ "", ABSENT },
		{ "@include common-auth\n", ABSENT },
		{ UNIX_OK "account required pam_mfa.so\n# " MFA, ABSENT },
		/* Past it. */
		{ "auth [success=1 default=die] pam_unix.so\n" MFA "auth required pam_permit.so\n", JUMPED },
		{ "auth [success=1 default=die] pam_unix.so\n" MFA, JUMPED },
		{ "auth required pam_env.so\nauth [success=1 default=die] pam_unix.so\n" MFA, JUMPED },
		{ UNIX_OK "auth sufficient pam_foo.so # the rest: \\\n" MFA, JUMPED },
		{ UNIX_OK "auth [success=1 default=ignore] pam_foo.so\nauth requisite pam_mfa.so\n"
		  "auth optional pam_cap.so\n", JUMPED },
		{ UNIX_OK "auth [default=1] pam_foo.so\n" MFA, JUMPED },
		{ UNIX_OK "auth [success=1 default=ignore] pam_foo.so\nauth substack common-mfa\n", JUMPED },
		{ "auth sufficient pam_unix.so\n" MFA, JUMPED | AFTER_WRONG },
		{ UNIX_OK "auth sufficient pam_succeed_if.so user = bob\n" MFA, JUMPED },
		{ UNIX_OK "auth [success=1 default=ignore] pam_localuser.so\n" MFA, JUMPED },
		{ UNIX_OK "auth [success=done default=ignore] pam_wheel.so\n" MFA, JUMPED },
		{ "auth [success=2 default=ignore] pam_unix.so\nauth requisite pam_deny.so\n" MFA
		  "auth required pam_permit.so\n", JUMPED },
		/* A refusal that is not one. */
		{ UNIX_OK "auth optional pam_mfa.so\n", IGNORED },
		{ UNIX_OK "auth sufficient pam_mfa.so\n", IGNORED },
		{ UNIX_OK "auth [success=ok default=ignore] pam_mfa.so\n", IGNORED },
		{ UNIX_OK "auth [success=ok authinfo_unavail=ignore default=die] pam_mfa.so\n", IGNORED },
		{ UNIX_OK "auth [success=ok maxtries=ignore default=die] pam_mfa.so\n", IGNORED },
		{ UNIX_OK "-auth [success=ok module_unknown=ignore default=die] pam_mfa.so\n", IGNORED },
		{ UNIX_OK MFA "auth [default=reset] pam_foo.so\nauth required pam_permit.so\n",
		  IGNORED },
		/* After a wrong password. */
		{ "auth required pam_unix.so\n" MFA, AFTER_WRONG },
		{ "auth [success=ok default=bad] pam_unix.so\n" MFA, AFTER_WRONG },
		{ "auth substack common-auth\n" MFA, AFTER_WRONG },
		{ "auth optional pam_unix.so\n" MFA, AFTER_WRONG },
		{ "auth substack unix\n" MFA, AFTER_WRONG },
		{ "auth include unix-quietly\n" MFA, AFTER_WRONG },
		{ "auth [success=ok maxtries=ignore default=die] pam_unix.so\n" MFA, AFTER_WRONG },
		{ "auth [default=ok default=die] pam_unix.so\n" MFA, AFTER_WRONG },
		/* Nothing before it. */
		{ MFA, NO_FIRST },
		{ "auth requisite pam_nologin.so\n" MFA, NO_FIRST },
		{ MFA UNIX_OK, NO_FIRST },
	};
	char error[MFA_PAM_ERROR_SIZE];
	struct mfa_pam_stack *stack;
	struct mfa_pam_options options;
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		unsigned kinds = 0;

		assert_int_equal(mfa_pam_stack_parse("service", read_fake, (void *)(uintptr_t)rows[i].text,
						     &stack, error), 0);
		assert_true(mfa_pam_stack_check(stack, rows[i].service != NULL ? rows[i].service : "sshd", note, &kinds, &options) >= 0);
		mfa_pam_stack_free(&stack);
		if (kinds != rows[i].expect)
			fail_msg("found %#x, not %#x:\n%s", kinds, rows[i].expect, rows[i].text);
	}
}

static void test_unreadable(void **state)
{
	static const struct { const char *text; int expect; const char *error; } rows[] = {
		{ "auth\n", -EINVAL, "service:1: the rule is not complete" },
		{ "\nauth required\n", -EINVAL, "service:2: the rule is not complete" },
		{ "auth must pam_unix.so\n", -EINVAL, "service:1: no such control: must" },
		{ "auth [success=perhaps] pam_unix.so\n", -EINVAL, "service:1: no such control" },
		{ "auth [success] pam_unix.so\n", -EINVAL, "service:1: no such control" },
		{ "auth [success=ok,default=die] pam_unix.so\n", -EINVAL, "service:1: no such control" },
		{ "auth [Success=ok default=die] pam_unix.so\n", -EINVAL, "service:1: no such control" },
		{ "auth [success=0 default=die] pam_unix.so\n", -EINVAL, "service:1: no such control" },
		{ "auht [default=1] pam_permit.so\n", -EINVAL, "service:1: no such type: auht" },
		{ "@Include unix\n", -EINVAL, "service:1: no such type: @Include" },
		{ UNIX_OK "auth required \\\n", -EINVAL, "service:2: the file ends in the middle" },
		{ "auth substack deep\n", -ELOOP, "deep:1: more than 3 substacks in each other" },
		{ "@include\n", -EINVAL, "service:1: @include of what?" },
		{ "@include nowhere\n", -ENOENT, "nowhere: No such file" },
		{ "@include loop\n", -ELOOP, "loop: files include each other too deeply" },
		{ "auth substack loop\n", -ELOOP, "loop: files include each other too deeply" },
	};
	char error[MFA_PAM_ERROR_SIZE];
	struct mfa_pam_stack *stack;
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		assert_int_equal(mfa_pam_stack_parse("service", read_fake, (void *)(uintptr_t)rows[i].text,
						     &stack, error), rows[i].expect);
		assert_null(stack);
		if (strncmp(error, rows[i].error, strlen(rows[i].error)) != 0)
			fail_msg("%s", error);
	}
}

#define SSHD "port 22\nusepam yes\nkbdinteractiveauthentication yes\npasswordauthentication no\n" \
	"pubkeyauthentication yes\n"

static void test_sshd(void **state)
{
	static const struct { const char *text; bool password, after; unsigned expect; bool splits; } rows[] = {
		{ SSHD "authenticationmethods keyboard-interactive:pam\n", true, false, 0 },
		{ SSHD "authenticationmethods publickey,keyboard-interactive:pam\n", false, false, 0 },
		{ SSHD "authenticationmethods publickey,keyboard-interactive\n", false, true, 0 },
		{ SSHD "authenticationmethods any\n", true, false, 1U << MFA_SSHD_KEY_ALONE },
		{ SSHD "logingracetime 120\n", true, false, 1U << MFA_SSHD_KEY_ALONE | 1U << MFA_SSHD_SHORT },
		{ SSHD "logingracetime 600\n", true, false, 1U << MFA_SSHD_KEY_ALONE },
		{ SSHD "logingracetime 0\n", true, false, 1U << MFA_SSHD_KEY_ALONE },	/* no limit */
		{ SSHD, true, false, 1U << MFA_SSHD_KEY_ALONE },
		{ SSHD "authenticationmethods publickey publickey,keyboard-interactive\n", true, false,
		  1U << MFA_SSHD_KEY_ALONE },
		{ SSHD "authenticationmethods keyboard-interactive\n", false, false,
		  1U << MFA_SSHD_NO_KEY_FIRST },
		{ SSHD "authenticationmethods keyboard-interactive,publickey\n", false, false,
		  1U << MFA_SSHD_NO_KEY_FIRST },
		{ SSHD "authenticationmethods keyboard-interactive\n", false, true, 0 },
		{ "port 22\nusepam no\nkbdinteractiveauthentication no\npasswordauthentication yes\n"
		  "pubkeyauthentication no\nauthenticationmethods any\n", true, false,
		  1U << MFA_SSHD_NO_PAM | 1U << MFA_SSHD_NO_KEYBOARD | 1U << MFA_SSHD_PASSWORD },
		{ SSHD "authenticationmethods keyboard-interactive:pam\npamservicename lax\n", true, false,
		  1U << MFA_SSHD_OTHER_SERVICE },
		{ SSHD "authenticationmethods keyboard-interactive:pam\npamservicename sshd\nkerberosauthentication yes\n",
		  true, false, 0 },
		/* sshd's own word for the password, before PAM's. */
		{ "port 22\nusepam yes\nkbdinteractiveauthentication no\npasswordauthentication yes\n"
		  "authenticationmethods publickey,password\nkerberosauthentication yes\n", true, false,
		  1U << MFA_SSHD_TICKETS, true },
		/* The code behind the password: the method that is wrong elsewhere. */
		{ "port 22\nusepam yes\nkbdinteractiveauthentication no\npasswordauthentication yes\n"
		  "authenticationmethods password\nlogingracetime 120\n", true, false, 0, true },
		{ "port 22\nusepam yes\nkbdinteractiveauthentication yes\npasswordauthentication yes\n"
		  "authenticationmethods password keyboard-interactive\nlogingracetime 120\n", true, false,
		  1U << MFA_SSHD_SHORT, true },
		{ "port 22\nusepam yes\nkbdinteractiveauthentication no\npasswordauthentication no\n"
		  "authenticationmethods password\n", true, false, 1U << MFA_SSHD_NO_KEYBOARD, true },
	};
	static const struct mfa_sshd_stack any = { .password = true };
	bool found[MFA_SSHD_FINDINGS];
	size_t i, k;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		struct mfa_sshd_stack stack = { rows[i].password, rows[i].after, rows[i].splits };

		assert_int_equal(mfa_sshd_check(rows[i].text, strlen(rows[i].text), &stack, found), 0);
		for (k = 0; k < MFA_SSHD_FINDINGS; k++)
			if (found[k] != ((rows[i].expect >> k & 1) != 0))
				fail_msg("row %zu, finding %zu", i, k);
	}
	assert_int_equal(mfa_sshd_check("", 0, &any, found), -EBADMSG);
	assert_int_equal(mfa_sshd_check("no settings", 11, &any, found), -EBADMSG);
}

/* What keeps people out, as sshd 8.4, 9.2, 9.8 and 10.0 print their settings. */
static void test_sshd_limits(void **state)
{
	static const char ok[] = SSHD "authenticationmethods keyboard-interactive:pam\n";
	static const struct { const char *settings; bool places, penalties; } rows[] = {
		{ "logingracetime 120\nmaxstartups 10:30:100\n", false, false },
		{ "logingracetime 600\nmaxstartups 10:30:100\n", false, false },
		{ "logingracetime 120\npersourcemaxstartups none\n", false, false },
		{ "logingracetime 121\npersourcemaxstartups none\n", true, false },
		{ "logingracetime 600\npersourcemaxstartups none\n", true, false },
		{ "logingracetime 0\npersourcemaxstartups none\n", true, false },
		{ "logingracetime 600\npersourcemaxstartups 60\n", false, false },
		{ "persourcepenaltyexemptlist none\npersourcepenalties no\n", false, false },
		{ "persourcepenaltyexemptlist none\npersourcepenalties crash:90 authfail:5 noauth:1 grace-exceeded:10 "
		  "refuseconnection:10 max:600 min:15 overflow:permissive\n", false, true },
		{ "persourcepenaltyexemptlist none\npersourcepenalties crash:90.000000 authfail:5.000000 noauth:1.000000 "
		  "grace-exceeded:10.000000 max:600.000000 min:15.000000\n", false, true },
		{ "persourcepenalties crash:90 authfail:5 noauth:1 grace-exceeded:10\n", false, true },
		{ "persourcepenaltyexemptlist 192.0.2.0/24\npersourcepenalties crash:90 authfail:5 grace-exceeded:10\n",
		  false, false },
		{ "persourcepenaltyexemptlist none\npersourcepenalties crash:90 authfail:1 noauth:1 grace-exceeded:1\n",
		  false, false },
		{ "persourcepenaltyexemptlist none\npersourcepenalties crash:90 authfail:1 grace-exceeded:10\n", false, true },
		{ "persourcepenaltyexemptlist none\npersourcepenalties authfail:0.5 grace-exceeded:0 crash:90\n", false, false },
		{ "persourcepenaltyexemptlist none\npersourcepenalties authfail:1.5 grace-exceeded:0\n", false, true },
	};
	static const struct mfa_sshd_stack stack = { .password = true };
	bool found[MFA_SSHD_FINDINGS];
	char text[1024];
	size_t i, k;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		(void)snprintf(text, sizeof(text), "%s%s", ok, rows[i].settings);
		assert_int_equal(mfa_sshd_check(text, strlen(text), &stack, found), 0);
		if (found[MFA_SSHD_PLACES] != rows[i].places || found[MFA_SSHD_PENALTIES] != rows[i].penalties)
			fail_msg("%s", rows[i].settings);
		for (k = 0; k < MFA_SSHD_SHORT; k++)
			assert_false(found[k]);
	}
}

static void test_sshd_config(void **state)
{
	static const struct { const char *text; unsigned line; const char *value; } rows[] = {
		{ "Match User bob\n", 1, "User bob" },
		{ "Port 22\n\n  match\tall\nMatch User bob\n", 3, "all" },
		{ "MATCH=User bob", 1, "User bob" },
		{ "\"Match\" Address 192.0.2.0/24\n", 1, "Address 192.0.2.0/24" },
		{ "Match\n", 0, "" },
		{ "# Match User bob\n#Match User bob\nMatching User bob\nBanner Match User bob\n", 0, "" },
		{ "Match \nUser bob\n", 1, "" },
		{ "", 0, "" },
	};
	char value[MFA_SSHD_VALUE_SIZE];
	unsigned line;
	const char *at;
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		at = rows[i].text;
		line = 0;
		if (mfa_sshd_config_next(&at, &line, "match", value) != (rows[i].line > 0))
			fail_msg("row %zu: line %u", i, line);
		if (rows[i].line > 0)
			assert_int_equal(line, rows[i].line);
		assert_string_equal(value, rows[i].value);
	}
	at = rows[1].text;
	line = 0;
	assert_true(mfa_sshd_config_next(&at, &line, "match", value));
	assert_true(mfa_sshd_config_next(&at, &line, "match", value));
	assert_int_equal(line, 4);
	assert_false(mfa_sshd_config_next(&at, &line, "match", value));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stacks),
		cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_sshd), cmocka_unit_test(test_sshd_limits),
		cmocka_unit_test(test_sshd_config),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
