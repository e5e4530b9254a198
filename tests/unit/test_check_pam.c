/* SPDX-License-Identifier: BSD-2-Clause */
/* What we ship must come out clean, and what people make of it must not. */
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pamstack/pamstack.h"

#define SHIPPED "conf/pam.d/"
#define TEXT_SIZE 8192

#define JUMPED (1U << MFA_PAM_JUMPED)
#define IGNORED (1U << MFA_PAM_IGNORED)
#define AFTER_WRONG (1U << MFA_PAM_AFTER_WRONG)
#define NO_FIRST (1U << MFA_PAM_NO_FIRST)
#define ABSENT (1U << MFA_PAM_ABSENT)

/* Debian's common-auth, with the profile for pam-auth-update's rule in its place. */
#define COMMON_HEAD "auth\t[success=1 default=ignore]\tpam_unix.so nullok\n" \
	"auth\trequisite\t\t\tpam_deny.so\nauth\trequired\t\t\tpam_permit.so\n"
#define COMMON_TAIL "auth\toptional\t\t\tpam_cap.so \n"

struct row {
	const char *file;
	const char *from;	/* what an administrator puts something else for; NULL: nothing */
	const char *to;
	unsigned expect;
};

static void read_shipped(const char *path, char *out)
{
	FILE *file = fopen(path, "r");
	size_t n;

	if (file == NULL)
		fail_msg("%s can't be opened; tests run in the top folder", path);
	n = fread(out, 1, TEXT_SIZE - 1, file);
	out[n] = '\0';
	(void)fclose(file);
}

static void put_instead(char *text, const char *from, const char *to)
{
	char after[TEXT_SIZE], *at = strstr(text, from);

	if (at == NULL) {
		fail_msg("there is no \"%s\"", from);
		return;
	}
	(void)strcpy(after, at + strlen(from));
	(void)snprintf(at, TEXT_SIZE - (size_t)(at - text), "%s%s", to, after);
}

/* The service is the row's; the files that it includes are Debian's. */
static int read_row(void *ctx, const char *name, char **text, size_t *len)
{
	const struct row *row = ctx;
	char shipped[TEXT_SIZE] = "";

	if (strcmp(name, "service") == 0) {
		read_shipped(row->file, shipped);
		if (row->from != NULL)
			put_instead(shipped, row->from, row->to);
	} else if (strcmp(name, "common-auth") == 0) {
		(void)strcpy(shipped, COMMON_HEAD COMMON_TAIL);
	} else if (strncmp(name, "common-", 7) != 0) {
		return -ENOENT;
	}
	*text = strdup(shipped);
	*len = strlen(shipped);
	return *text != NULL ? 0 : -ENOMEM;
}

static void note(void *ctx, const struct mfa_pam_finding *finding)
{
	unsigned *kinds = ctx;

	*kinds |= 1U << finding->kind;
}

static void test_examples(void **state)
{
	static const char proof[] = "[success=ok default=die]    pam_unix.so";
	static const struct row rows[] = {
		{ SHIPPED "sshd", NULL, NULL, 0 },
		{ SHIPPED "sshd-key", NULL, NULL, 0 },
		{ SHIPPED "sudo", NULL, NULL, 0 },
		{ SHIPPED "sudo-i", NULL, NULL, 0 },
		{ SHIPPED "su", NULL, NULL, 0 },
		{ SHIPPED "login", NULL, NULL, 0 },
		/* Other ways to write the same. */
		{ SHIPPED "sshd", proof, "requisite pam_unix.so", 0 },
		{ SHIPPED "sshd", proof, "[success=ok default=die] pam_sss.so", 0 },
		{ SHIPPED "sshd", "auth    [success=ok default=die]    pam_unix.so",
		  "@include common-auth", 0 },
		/* Mistakes. */
		{ SHIPPED "sshd", proof, "required pam_unix.so", AFTER_WRONG },
		{ SHIPPED "sshd", proof, "sufficient pam_unix.so", AFTER_WRONG | JUMPED },
		{ SHIPPED "sshd", proof, "[success=1 default=die] pam_unix.so", JUMPED },
		{ SHIPPED "sshd", proof, "optional pam_env.so", NO_FIRST },
		{ SHIPPED "sshd", "auth    required                    pam_mfa.so",
		  "auth optional pam_mfa.so", IGNORED },
		{ SHIPPED "sshd", "auth    required                    pam_mfa.so",
		  "# auth required pam_mfa.so", ABSENT },
		{ SHIPPED "sshd", "auth    [success=ok default=die]    pam_unix.so",
		  "auth substack common-auth", AFTER_WRONG },
		{ SHIPPED "sshd-key", "pam_mfa.so after=publickey", "pam_mfa.so", NO_FIRST },
		{ SHIPPED "su", "pam_rootok.so", "pam_wheel.so trust", JUMPED },
	};
	char error[MFA_PAM_ERROR_SIZE];
	struct mfa_pam_stack *stack;
	struct mfa_pam_options options;
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		unsigned kinds = 0;

		if (mfa_pam_stack_parse("service", read_row, (void *)(uintptr_t)&rows[i], &stack, error) != 0)
			fail_msg("row %zu: %s", i, error);
		assert_true(mfa_pam_stack_check(stack, rows[i].file + strlen(SHIPPED), note, &kinds, &options) >= 0);
		assert_int_equal(options.after_publickey, rows[i].expect == 0 && strstr(rows[i].file, "-key") != NULL);
		mfa_pam_stack_free(&stack);
		if (kinds != rows[i].expect)
			fail_msg("row %zu, %s: found %#x, not %#x", i, rows[i].file, kinds, rows[i].expect);
	}
}

/* pam-auth-update puts "auth<TAB>" in front of the profile's line; that of the highest priority is
 * the first behind pam_permit. */
static int read_common(void *ctx, const char *name, char **text, size_t *len)
{
	static const char head[] = "Auth:\n\t";
	char profile[TEXT_SIZE], *rule;
	int n;

	(void)name;
	read_shipped("conf/pam-configs/mfa", profile);
	if (strstr(profile, "Auth-Type: Additional\n") == NULL ||
	    strstr(profile, "Priority: 1024\n") == NULL)
		return -EINVAL;
	rule = strstr(profile, head);
	if (rule == NULL)
		return -EINVAL;
	rule += strlen(head);
	rule[strcspn(rule, "\n")] = '\0';
	n = asprintf(text, COMMON_HEAD "auth\t%s\n%s" COMMON_TAIL, rule, (const char *)ctx);
	*len = n > 0 ? (size_t)n : 0;
	return n > 0 ? 0 : -ENOMEM;
}

static void test_profile(void **state)
{
	/* What other packages' profiles of the Additional block bring: it stands behind us. */
	static const char *const others[] = {
		"", "auth\toptional\tpam_mount.so\n", "auth\tsufficient\tpam_foo.so\n",
		"auth\t[success=1 default=ignore]\tpam_foo.so\n",
	};
	char error[MFA_PAM_ERROR_SIZE];
	struct mfa_pam_stack *stack;
	struct mfa_pam_options options;
	unsigned kinds = 0;
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(others); i++) {
		assert_int_equal(mfa_pam_stack_parse("common-auth", read_common,
						     (void *)(uintptr_t)others[i], &stack, error), 0);
		assert_int_equal(mfa_pam_stack_check(stack, "login", note, &kinds, &options), 0);
		mfa_pam_stack_free(&stack);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_examples),
		cmocka_unit_test(test_profile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
