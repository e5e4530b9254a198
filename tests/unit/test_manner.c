/* SPDX-License-Identifier: BSD-2-Clause */
/* Who asks, and what helps where it can't. */
#include "unit.h"

#include <string.h>

#include "module/manner.h"

static void test_sshd(void **state)
{
#define TITLE(text) text, sizeof(text)
	static const struct { const char *args; size_t len; enum mfa_manner expect; } rows[] = {
		{ TITLE("sshd: alice [pam]"), MFA_MANNER_SSHD_ASKS },
		{ TITLE("sshd: alice [pam]\0\0\0\0"), MFA_MANNER_SSHD_ASKS },
		{ TITLE("sshd: alice [pam]  "), MFA_MANNER_SSHD_ASKS },
		{ TITLE("sshd-session: alice [pam]"), MFA_MANNER_SSHD_ASKS },
		{ TITLE("sshd: alice [priv]"), MFA_MANNER_SSHD_PASSWORD },
		{ TITLE("sshd-session: alice [priv]"), MFA_MANNER_SSHD_PASSWORD },
		/* What can't be told is neither. */
		{ TITLE("sshd: [pam] [accepted]"), MFA_MANNER_SSHD },
		{ TITLE("/usr/sbin/sshd\0-D"), MFA_MANNER_SSHD },
		{ TITLE("[priv]"), MFA_MANNER_SSHD },
		{ TITLE("sshd: alice [privy]"), MFA_MANNER_SSHD },
		{ "", 0, MFA_MANNER_SSHD },
		{ "\0\0\0", 3, MFA_MANNER_SSHD },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++)
		if (mfa_manner_of_sshd(rows[i].args, rows[i].len) != rows[i].expect)
			fail_msg("row %zu: %s", i, rows[i].args);
}

/* Each names what there is at that program, and nothing of another's. */
static void test_advice(void **state)
{
	static const struct {
		enum mfa_manner manner;
		const char *service;
		bool is_empty;
		const char *has, *has_not;
	} rows[] = {
		{ MFA_MANNER_SSHD_PASSWORD, "sshd", false, "KbdInteractiveAuthentication yes", "curl" },
		{ MFA_MANNER_SSHD_PASSWORD, "sshd", true, "PermitEmptyPasswords no", "forward_pass" },
		{ MFA_MANNER_SSHD_ASKS, "sshd", false, "curl", "PasswordAuthentication" },
		{ MFA_MANNER_SSHD, "sshd", false, "forward_pass", "KbdInteractiveAuthentication" },
		{ MFA_MANNER_ASKPASS, "sudo", false, "SUDO_ASKPASS", "sshd" },
		{ MFA_MANNER_TERMINAL, "sudo", false, "typed it again", "forward_pass" },
		{ MFA_MANNER_OTHER, "vsftpd", false, "forward_pass", "sshd" },
		{ MFA_MANNER_OTHER, "i3lock", false, "forward_pass", "sshd" },
		{ MFA_MANNER_OTHER, "dovecot", false, "remember", "sshd" },
		{ MFA_MANNER_OTHER, "imap", false, "where an address is given", "sshd" },
		{ MFA_MANNER_OTHER, "smtp", false, "saslauthd", "remember in" },
		{ MFA_MANNER_OTHER, "openvpn", false, "static-challenge", "sshd" },
		/* By how it asks, whatever its name. */
		{ MFA_MANNER_TERMINAL, "openvpn", false, "typed it again", "static-challenge" },
		{ MFA_MANNER_OTHER, NULL, false, "forward_pass", "sshd" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		const char *advice = mfa_manner_advice(rows[i].manner, rows[i].service, rows[i].is_empty);

		if (strstr(advice, rows[i].has) == NULL || strstr(advice, rows[i].has_not) != NULL)
			fail_msg("row %zu: %s", i, advice);
	}
}

/* A test has no sshd's title, and sudo did not start it. */
static void test_find(void **state)
{
	(void)state;
	assert_int_equal(mfa_manner_find("sshd", "ssh"), MFA_MANNER_SSHD);
	assert_int_not_equal(mfa_manner_find("sudo", NULL), MFA_MANNER_ASKPASS);
	assert_int_not_equal(mfa_manner_find(NULL, NULL), MFA_MANNER_SSHD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sshd),
		cmocka_unit_test(test_advice),
		cmocka_unit_test(test_find),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
