/* SPDX-License-Identifier: BSD-2-Clause */
/* What is said of a step that takes long, by a clock of the test's own. */
#include "unit.h"

#include <errno.h>
#include <string.h>

#include "mfad/base/conversation.h"
#include "mfad/base/directory.h"
#include "talk.h"

#define BEGAN 1000000	/* milliseconds */

extern int64_t mfa_clock_test_monotonic;

/* A client's request has come. */
static void begin(struct talk *talk, bool knows)
{
	struct mfa_frame request;

	mfa_clock_test_monotonic = BEGAN;
	talk_begin(talk);
	mfa_frame_start(&request, MFA_SIGNIN);
	if (knows)
		mfa_frame_put_byte(&request, MFA_FIELD_KNOWS_WORKING, 1);
	working_init(&talk->c.working, talk->c.fd, &request);
	working_begin(&talk->c.working, false);
}

static void end(struct talk *talk)
{
	working_end(&talk->c.working);
	talk_end(talk);
	mfa_clock_test_monotonic = 0;
}

/* How many WORKING have come by that many milliseconds. */
static unsigned said_by(struct talk *talk, int64_t ms)
{
	struct mfa_frame frame;
	unsigned n = 0, type;

	mfa_clock_test_monotonic = BEGAN + ms;
	working_look();
	while ((type = talk_recv(talk, &frame)) != 0) {
		assert_int_equal(type, MFA_WORKING);
		n++;
	}
	return n;
}

static void test_when(void **state)
{
	static const struct { int64_t ms; unsigned bounded, unbounded; } rows[] = {
		{ 0, 0, 0 }, { 999, 0, 0 }, { 1000, 1, 1 }, { 1001, 0, 0 }, { 5999, 0, 0 }, { 6000, 1, 1 },
		{ 11500, 1, 1 }, { 16499, 0, 0 }, { 59999, 1, 1 }, { 64999, 0, 1 }, { 200000, 0, 1 }, { 300000, 0, 1 },
	};
	struct talk talk;
	size_t i, way;

	(void)state;
	for (way = 0; way < 3; way++) {
		begin(&talk, way != 2);
		if (way == 1)
			conversation_waits_for_phone(&talk.c, true);
		for (i = 0; i < ROWS(rows); i++) {
			unsigned want = way == 0 ? rows[i].bounded : way == 1 ? rows[i].unbounded : 0;

			if (said_by(&talk, rows[i].ms) != want)
				fail_msg("way %zu, after %lld ms", way, (long long)rows[i].ms);
		}
		assert_int_equal(working_said(&talk.c.working), way != 2);
		end(&talk);
	}
}

/* Many steps that are short, without a frame between them, are one for whoever waits. */
static void test_many_steps(void **state)
{
	struct talk talk;
	int64_t ms;

	(void)state;
	begin(&talk, true);
	for (ms = 500; ms < 1000; ms += 100) {
		assert_int_equal(said_by(&talk, ms), 0);
		conversation_heard(&talk.c);
	}
	assert_int_equal(said_by(&talk, 1000), 1);
	conversation_heard(&talk.c);
	assert_int_equal(said_by(&talk, 5999), 0);
	assert_int_equal(said_by(&talk, 6000), 1);
	end(&talk);
}

/* Each step has its second; nobody is told while a person is asked, or when it is over. */
static void test_between_steps(void **state)
{
	struct mfa_frame frame;
	struct talk talk;
	char answer[8];

	(void)state;
	begin(&talk, true);
	assert_int_equal(said_by(&talk, 900), 0);
	assert_int_equal(conversation_say(&talk.c, MFA_INFO, "a"), 0);
	assert_int_equal(talk_recv(&talk, &frame), MFA_INFO);
	assert_int_equal(said_by(&talk, 1899), 0);
	assert_int_equal(said_by(&talk, 1900), 1);
	assert_int_equal(conversation_say(&talk.c, MFA_ASK, "b"), 0);
	assert_int_equal(talk_recv(&talk, &frame), MFA_ASK);
	assert_int_equal(said_by(&talk, 50000), 0);
	talk_send(&talk, MFA_ANSWER, "1");
	assert_int_equal(conversation_ask(&talk.c, false, "c", answer, sizeof(answer)), 0);
	assert_int_equal(talk_recv(&talk, &frame), MFA_ASK);
	assert_int_equal(said_by(&talk, 50999), 0);
	assert_int_equal(said_by(&talk, 51000), 1);
	conversation_done(&talk.c, MFA_RESULT_OK, NULL);
	assert_int_equal(talk_recv(&talk, &frame), MFA_DONE);
	working_end(&talk.c.working);
	assert_int_equal(said_by(&talk, 99999), 0);
	end(&talk);
}

/* The first frame says that it will be, and no other. */
static void test_announced(void **state)
{
	struct mfa_frame frame;
	struct talk talk;
	unsigned knows, i;

	(void)state;
	for (knows = 0; knows < 2; knows++) {
		begin(&talk, knows == 1);
		for (i = 0; i < 2; i++) {
			assert_int_equal(conversation_say(&talk.c, MFA_INFO, "a"), 0);
			assert_int_equal(talk_recv(&talk, &frame), MFA_INFO);
			assert_int_equal(mfa_frame_byte(&frame, MFA_FIELD_KNOWS_WORKING, 0), knows == 1 && i == 0);
		}
		end(&talk);
	}
}

/* A look-up that takes too long ends the conversation of whoever waits, old clients' too. */
static void test_look_up(void **state)
{
	struct mfa_frame frame;
	struct talk talk;
	char text[64];
	unsigned knows;

	(void)state;
	for (knows = 0; knows < 2; knows++) {
		begin(&talk, knows == 1);
		working_look_up(&talk.c.working, 3, "user", "alice", "too slow");
		assert_int_equal(said_by(&talk, 2999), knows);
		assert_false(working_given_up(&talk.c.working));
		mfa_clock_test_monotonic = BEGAN + 3000;
		working_look();
		assert_int_equal(talk_recv(&talk, &frame), MFA_DONE);
		assert_int_equal(mfa_frame_byte(&frame, MFA_FIELD_RESULT, 255), MFA_RESULT_BUSY);
		assert_int_equal(mfa_frame_text(&frame, MFA_FIELD_TEXT, text, sizeof(text)), 0);
		assert_string_equal(text, "too slow");
		assert_int_equal(said_by(&talk, 60000), 0);
		assert_int_equal(working_looked_up(&talk.c.working), -ETIME);
		assert_true(working_given_up(&talk.c.working));
		assert_int_not_equal(conversation_say(&talk.c, MFA_INFO, "a"), 0);
		end(&talk);
	}
}

/* All look-ups of one step have that time together; one that came back in it is no reason for anything. */
static void test_look_ups(void **state)
{
	struct talk talk;

	(void)state;
	begin(&talk, false);
	working_look_up(&talk.c.working, 3, "user", "alice", "too slow");
	assert_int_equal(said_by(&talk, 2000), 0);
	assert_int_equal(working_looked_up(&talk.c.working), 0);
	assert_int_equal(said_by(&talk, 5000), 0);
	assert_false(working_given_up(&talk.c.working));
	working_look_up(&talk.c.working, 3, "groups_of", "alice", "too slow");
	mfa_clock_test_monotonic = BEGAN + 5000;
	working_look();
	assert_true(working_given_up(&talk.c.working));
	assert_int_equal(working_looked_up(&talk.c.working), -ETIME);
	end(&talk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_when), cmocka_unit_test(test_between_steps), cmocka_unit_test(test_announced),
		cmocka_unit_test(test_look_up), cmocka_unit_test(test_look_ups), cmocka_unit_test(test_many_steps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
