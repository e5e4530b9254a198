/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "wire/presence.h"

#define SOMEBODY 64999

/* How a program may stand to the terminals that there are. */
enum stdin_is { OWN, PIPE, NO_FILE, OTHER_TERMINAL };
enum stands { FOREGROUND, BACKGROUND, NO_SESSION };
enum called { NOTHING, BY_NAME, BY_PATH, OTHER_NAME, SSH, EMPTY };

struct scene {
	const char *name;
	enum stands stands;
	enum stdin_is in;
	enum called called;
	bool own_for_user, own_for_root;	/* what is seen, by who started it */
};

static const struct scene scenes[] = {
	{ "on a terminal, and says which", FOREGROUND, OWN, BY_NAME, true, true },
	{ "by its path", FOREGROUND, OWN, BY_PATH, true, true },
	/* A daemon that root tries out in a shell looks so. */
	{ "says nothing of it", FOREGROUND, OWN, NOTHING, true, false },
	{ "says nothing of it, with an empty name", FOREGROUND, OWN, EMPTY, true, false },
	{ "says another", FOREGROUND, OWN, OTHER_NAME, false, false },
	{ "says what sshd says", FOREGROUND, OWN, SSH, false, false },
	{ "reads from a pipe", FOREGROUND, PIPE, BY_NAME, false, false },
	{ "reads from nothing", FOREGROUND, NO_FILE, BY_NAME, false, false },
	{ "reads from a terminal that is another session's", FOREGROUND, OTHER_TERMINAL, NOTHING, false, false },
	{ "in the background", BACKGROUND, OWN, BY_NAME, false, false },
	{ "a session without a terminal", NO_SESSION, OWN, BY_NAME, false, false },
	{ "a session without a terminal, a pipe", NO_SESSION, PIPE, NOTHING, false, false },
};

static int open_master(char name[64])
{
	int fd = posix_openpt(O_RDWR | O_NOCTTY);

	assert_true(fd >= 0);
	assert_int_equal(grantpt(fd), 0);
	assert_int_equal(unlockpt(fd), 0);
	assert_int_equal(ptsname_r(fd, name, 64), 0);
	return fd;
}

static const char *tty_of(enum called called, const char *own, const char *other)
{
	switch (called) {
	case BY_NAME: return own + strlen("/dev/");
	case BY_PATH: return own;
	case OTHER_NAME: return other;
	case SSH: return "ssh";
	case EMPTY: return "";
	default: return NULL;
	}
}

/* The child's standing; it ends with the test's own verdict. */
static void stand(const struct scene *s, const char *own, const char *other, uid_t uid)
{
	struct mfa_presence p;
	int terminal, in[2] = { -1, -1 };

	if (setsid() < 0 || pipe(in) != 0)
		_exit(99);
	terminal = open(own, O_RDWR | O_NOCTTY);
	if (terminal < 0 || (s->stands != NO_SESSION && ioctl(terminal, TIOCSCTTY, 0) != 0))
		_exit(98);
	if (s->in == OTHER_TERMINAL) {
		(void)dup2(open(other, O_RDWR | O_NOCTTY), STDIN_FILENO);
	} else if (s->in == NO_FILE) {
		(void)close(STDIN_FILENO);
	} else {
		(void)dup2(s->in == OWN ? terminal : in[0], STDIN_FILENO);
	}
	/* A group of its own, while its parent's is in the foreground. */
	if (s->stands == BACKGROUND) {
		pid_t pid = fork();
		int status = 97 << 8;

		if (pid != 0) {
			(void)waitpid(pid, &status, 0);
			_exit(WEXITSTATUS(status));
		}
		if (setpgid(0, 0) != 0)
			_exit(96);
	}
	if (geteuid() == 0 && uid != 0 && setreuid(uid, 0) != 0)
		_exit(95);
	mfa_presence_look(tty_of(s->called, own, other), &p);
	_exit(!p.told || p.uid != getuid() ? 94 : p.own_terminal);
}

static int seen(const struct scene *s, uid_t uid)
{
	char own[64], other[64];
	int first = open_master(own), second = open_master(other), status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		stand(s, own, other, uid);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	(void)close(first);
	(void)close(second);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void test_terminal(void **state)
{
	size_t i;
	int r;

	(void)state;
	for (i = 0; i < ROWS(scenes); i++) {
		r = seen(&scenes[i], getuid() == 0 ? SOMEBODY : getuid());
		if (r != scenes[i].own_for_user)
			fail_msg("%s, a user: %d", scenes[i].name, r);
		if (getuid() != 0)
			continue;
		r = seen(&scenes[i], 0);
		if (r != scenes[i].own_for_root)
			fail_msg("%s, root: %d", scenes[i].name, r);
	}
}

static bool same(const struct mfa_presence *a, const struct mfa_presence *b)
{
	return a->told == b->told && a->own_terminal == b->own_terminal && a->uid == b->uid;
}

static void test_field(void **state)
{
	static const struct {
		const char *name;
		const char *bytes;
		size_t len;
		struct mfa_presence expect;
	} rows[] = {
		{ "root", "\0\0\0\0\0", 5, { true, false, 0 } },
		{ "a user on a terminal", "\1\0\0\3\350", 5, { true, true, 1000 } },
		{ "the largest", "\1\377\377\377\377", 5, { true, true, UINT32_MAX } },
		/* Told, but nothing that counts. */
		{ "empty", "", 0, { true, false, UINT32_MAX } },
		{ "too short", "\1\0\0\0", 4, { true, false, UINT32_MAX } },
		{ "too long", "\1\0\0\0\0\0", 6, { true, false, UINT32_MAX } },
		{ "neither yes nor no", "\2\0\0\0\0", 5, { true, false, UINT32_MAX } },
	};
	struct mfa_presence p;
	struct mfa_frame frame;
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		mfa_frame_start(&frame, MFA_SIGNIN);
		mfa_frame_put(&frame, MFA_FIELD_OWN_TERMINAL, rows[i].bytes, rows[i].len);
		mfa_presence_read(&frame, &p);
		if (!same(&p, &rows[i].expect))
			fail_msg("%s: %d %d %u", rows[i].name, p.told, p.own_terminal, p.uid);
		if (i > 2)
			continue;
		mfa_frame_start(&frame, MFA_SIGNIN);
		mfa_presence_put(&frame, &rows[i].expect);
		mfa_presence_read(&frame, &p);
		assert_true(same(&p, &rows[i].expect));
	}
	mfa_frame_start(&frame, MFA_SIGNIN);
	mfa_presence_read(&frame, &p);
	assert_false(p.told);
	assert_false(p.own_terminal);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_terminal), cmocka_unit_test(test_field) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
