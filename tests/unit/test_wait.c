/* SPDX-License-Identifier: BSD-2-Clause */
/* How long a client waits for mfad's next step. */
#include "unit.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wire/wait.h"

static void test_limit(void **state)
{
	static const struct { const char *name; int type; const char *says; size_t len; int expect; } rows[] = {
		{ "mfad of the version before", MFA_ASK, NULL, 0, MFA_STEP_MS },
		{ "one that says it", MFA_ASK, "\1", 1, MFA_SILENCE_MS },
		{ "in its last word", MFA_DONE, "\1", 1, MFA_SILENCE_MS },
		{ "no", MFA_ASK, "\0", 1, MFA_STEP_MS },
		{ "nonsense", MFA_ASK, "\1\1", 2, MFA_STEP_MS },
		{ "one that is at work already", MFA_WORKING, NULL, 0, MFA_SILENCE_MS },
	};
	struct mfa_frame frame;
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		mfa_frame_start(&frame, (enum mfa_frame_type)rows[i].type);
		if (rows[i].len > 0)
			mfa_frame_put(&frame, MFA_FIELD_KNOWS_WORKING, rows[i].says, rows[i].len);
		if (mfa_wait_limit(&frame) != rows[i].expect)
			fail_msg("%s", rows[i].name);
	}
	/* Three may be lost before it counts as gone. */
	assert_true(MFA_SILENCE_MS < MFA_STEP_MS);
}

/* What mfad sends, which is there already. */
static int wait_for(const int *types, bool hangs_up, int limit_ms, struct mfa_frame *frame)
{
	bool worked = false, told = types[0] == MFA_WORKING;
	int fds[2], r;

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
	for (; *types != 0; types++) {
		mfa_frame_start(frame, (enum mfa_frame_type)*types);
		assert_int_equal(mfa_frame_send(fds[1], frame, 0), 0);
	}
	if (hangs_up)
		(void)close(fds[1]);
	r = mfa_wait_step(fds[0], limit_ms, -1, NULL, frame, &worked);
	if (worked != told)
		fail_msg("worked: %d", worked);
	(void)close(fds[0]);
	if (!hangs_up)
		(void)close(fds[1]);
	return r;
}

static void test_working(void **state)
{
	static const struct { const char *name; int types[5]; bool hangs_up; int limit_ms, expect, type; } rows[] = {
		{ "a step", { MFA_INFO }, false, MFA_SILENCE_MS, 0, MFA_INFO },
		{ "a step after some work", { MFA_WORKING, MFA_WORKING, MFA_WORKING, MFA_ASK }, false, MFA_SILENCE_MS, 0, MFA_ASK },
		{ "the end after some work", { MFA_WORKING, MFA_DONE }, true, MFA_SILENCE_MS, 0, MFA_DONE },
		{ "gone while at work", { MFA_WORKING, MFA_WORKING }, true, MFA_SILENCE_MS, -EPIPE, 0 },
		{ "silence", { 0 }, false, 1, -ETIMEDOUT, 0 },
		{ "silence after some work", { MFA_WORKING }, false, 1, -ETIMEDOUT, 0 },
	};
	struct mfa_frame frame;
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		int r = wait_for(rows[i].types, rows[i].hangs_up, rows[i].limit_ms, &frame);

		if (r != rows[i].expect || (r == 0 && mfa_frame_type(&frame) != rows[i].type))
			fail_msg("%s: %d", rows[i].name, r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_limit), cmocka_unit_test(test_working) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
