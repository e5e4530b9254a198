/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "module/session.h"

#define NOBODY 65534

/* What a process of somebody else than root calls its session; *result as mfa_session_name. */
static void name_in_child(bool own_session, uid_t uid, char out[MFA_SESSION_SIZE], int *result)
{
	int fds[2], status;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if ((own_session && setsid() < 0) || (geteuid() == 0 && uid != 0 && setreuid(uid, 0) != 0))
			_exit(99);
		*result = mfa_session_name(out);
		if (write(fds[1], out, MFA_SESSION_SIZE) != MFA_SESSION_SIZE)
			_exit(98);
		_exit(-*result);
	}
	assert_int_equal(read(fds[0], out, MFA_SESSION_SIZE), MFA_SESSION_SIZE);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	*result = -WEXITSTATUS(status);
	(void)close(fds[0]);
	(void)close(fds[1]);
}

static void test_names(void **state)
{
	char first[MFA_SESSION_SIZE], second[MFA_SESSION_SIZE];
	int r;

	(void)state;
	name_in_child(true, NOBODY, first, &r);
	assert_int_equal(r, 0);
	assert_true(strncmp(first, "leader:", 7) == 0 || strncmp(first, "audit:", 6) == 0);
	assert_int_equal(strspn(first, "abcdefghijklmnopqrstuvwxyz0123456789:-"), strlen(first));
	name_in_child(true, NOBODY, second, &r);
	assert_int_equal(r, 0);
	/* Another session, unless the kernel knows better: then both are of one login. */
	if (first[0] == 'l')
		assert_string_not_equal(first, second);
	else
		assert_string_equal(first, second);
}

/* A daemon's session is nobody's login. */
static void test_root(void **state)
{
	char name[MFA_SESSION_SIZE];
	int r;

	(void)state;
	if (getuid() != 0)
		skip();
	name_in_child(false, 0, name, &r);
	assert_int_equal(r, -ENOENT);
	assert_string_equal(name, "");
	assert_int_equal(mfa_session_name(name), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_names), cmocka_unit_test(test_root) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
