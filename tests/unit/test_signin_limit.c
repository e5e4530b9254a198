/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "mfad/signin/signin_limit.h"

#define NAMES 1500	/* more than there are rows, so that some share one */

/* A sign-in whose client would see that it was sent away. */
struct signin {
	struct signin_limit_place place;
	int client, fd;
};

static struct signin signins[SIGNIN_LIMIT + 8];

static void enter_by(struct signin *s, enum mfa_voice voice, const char *name)
{
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
	s->client = fds[0];
	s->fd = fds[1];
	signin_limit_enter(&s->place, voice, name, s->fd);
}

static void enter(struct signin *s, const char *name)
{
	enter_by(s, MFA_VOICE_ROOT, name);
}

static void leave(struct signin *s)
{
	signin_limit_leave(&s->place);
	(void)close(s->client);
	(void)close(s->fd);
}

static bool sent_away(const struct signin *s)
{
	char byte;

	return recv(s->client, &byte, 1, MSG_DONTWAIT) == 0;
}

static void check(const char *name, size_t count, size_t from, size_t to)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (sent_away(&signins[i]) != (i >= from && i < to))
			fail_msg("%s: sign-in %zu", name, i);
}

/* Of so many sign-ins the oldest go, each once, and they are no longer counted. */
static void test_limit(void **state)
{
	static const struct { const char *name, *who; size_t count, gone; enum mfa_voice voice; } rows[] = {
		{ "one", "alice", 1, 0 },
		{ "as many as may be", "alice", SIGNIN_LIMIT, 0 },
		{ "one more", "alice", SIGNIN_LIMIT + 1, 1 },
		{ "some more", "alice", SIGNIN_LIMIT + 5, 5 },
		{ "a user's own programs", "alice", SIGNIN_LIMIT + 5, 0, MFA_VOICE_OWN },
		{ "callers, as many as may be", "alice", SIGNIN_LIMIT_CALLER, 0, MFA_VOICE_CALLER },
		{ "callers, some more", "alice", SIGNIN_LIMIT_CALLER + 3, 3, MFA_VOICE_CALLER },
		{ "with an empty name", "", SIGNIN_LIMIT + 5, 0 },
	};
	size_t i, j;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		for (j = 0; j < rows[i].count; j++)
			enter_by(&signins[j], rows[i].voice, rows[i].who);
		check(rows[i].name, rows[i].count, 0, rows[i].gone);
		for (j = 0; j < rows[i].count; j++)
			leave(&signins[j]);
	}
}

/* Who has left makes room, wherever he stood; who was sent away and has not left yet makes none for a second. */
static void test_leaving(void **state)
{
	static const size_t left[] = { 0, 1, SIGNIN_LIMIT / 2, SIGNIN_LIMIT - 1 };
	size_t i, j;

	(void)state;
	for (i = 0; i < ROWS(left); i++) {
		for (j = 0; j < SIGNIN_LIMIT; j++)
			enter(&signins[j], "alice");
		leave(&signins[left[i]]);
		enter(&signins[left[i]], "alice");
		check("a place that was left", SIGNIN_LIMIT, 0, 0);
		enter(&signins[SIGNIN_LIMIT], "alice");
		/* The oldest is another where the first has come anew. */
		check("a place too many", SIGNIN_LIMIT + 1, left[i] == 0 ? 1 : 0, left[i] == 0 ? 2 : 1);
		leave(&signins[left[i] == 0 ? 1 : 0]);
		enter(&signins[SIGNIN_LIMIT + 1], "alice");
		assert_true(sent_away(&signins[left[i] <= 1 ? 2 : 1]));
		for (j = 0; j <= SIGNIN_LIMIT + 1; j++)
			if (j != (left[i] == 0 ? 1U : 0U))
				leave(&signins[j]);
	}
}

/* A name at its limit, and others that share its row. */
static void test_shared_row(void **state)
{
	static struct signin_limit_place places[NAMES];
	char name[16];
	size_t i;

	(void)state;
	for (i = 0; i < SIGNIN_LIMIT; i++)
		enter(&signins[i], "alice");
	for (i = 0; i < NAMES; i++) {
		(void)snprintf(name, sizeof(name), "user%zu", i);
		signin_limit_enter(&places[i], MFA_VOICE_ROOT, name, -1);
	}
	check("alice's", SIGNIN_LIMIT, 0, 0);
	for (i = 0; i < NAMES; i++)
		signin_limit_leave(&places[i]);
	for (i = 0; i < SIGNIN_LIMIT; i++)
		leave(&signins[i]);
}

/* A caller sends nobody away but those of callers, and root's word none of these. */
static void test_voices(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < SIGNIN_LIMIT; i++)
		enter_by(&signins[i], i < SIGNIN_LIMIT_CALLER ? MFA_VOICE_CALLER : MFA_VOICE_ROOT, "alice");
	check("as many as there may be of root's", SIGNIN_LIMIT, 0, 0);
	enter_by(&signins[SIGNIN_LIMIT], MFA_VOICE_CALLER, "alice");
	check("one of callers too many", SIGNIN_LIMIT + 1, 0, 1);
	for (i = 0; i <= SIGNIN_LIMIT; i++)
		leave(&signins[i]);
}

static void test_others(void **state)
{
	static struct signin_limit_place places[NAMES * 2];
	struct signin mallory;
	char name[16];
	size_t i;

	(void)state;
	for (i = 0; i < NAMES * 2; i++) {
		(void)snprintf(name, sizeof(name), "user%zu", i % NAMES);
		signin_limit_enter(&places[i], MFA_VOICE_ROOT, name, 1 << 20);
	}
	for (i = 0; i < NAMES * 2; i += 3)
		signin_limit_leave(&places[i]);
	/* What is left of each row is still in one piece. */
	enter(&mallory, "user7");
	for (i = 0; i < SIGNIN_LIMIT - 3; i++)
		enter(&signins[i], "user7");
	for (i = 0; i < NAMES * 2; i++)
		assert_int_equal(places[i].fd, 1 << 20);
	enter(&signins[SIGNIN_LIMIT - 3], "user7");
	for (i = 0; i < NAMES * 2; i++)
		if ((places[i].fd < 0) != (i == 7))
			fail_msg("%s", places[i].name);
	assert_false(sent_away(&mallory));
	for (i = 0; i < NAMES * 2; i++)
		if (i % 3 != 0)
			signin_limit_leave(&places[i]);
	for (i = 0; i <= SIGNIN_LIMIT - 3; i++)
		leave(&signins[i]);
	leave(&mallory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_leaving),
		cmocka_unit_test(test_shared_row),
		cmocka_unit_test(test_voices),
		cmocka_unit_test(test_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
