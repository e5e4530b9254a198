/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "mfad/phones/feed.h"
#include "mfad/phones/handlers.h"
#include "talk.h"

#define QUEUE 4096	/* events that a portal may be behind */
#define STEPS_MAX 8

/* What happens while a portal waits for the next event. */
static struct talk talk;
static int (*steps[STEPS_MAX])(struct pollfd *fds, nfds_t count, int timeout_ms);
static size_t step;

static int next_step(struct pollfd *fds, nfds_t count, int timeout_ms)
{
	assert_true(feed_heard());
	assert_true(step < STEPS_MAX && steps[step] != NULL);
	return steps[step++](fds, count, timeout_ms);
}

static int send_one(const char *name)
{
	return feed_send(json_pack("{s:s}", "event", name));
}

static int two_events(struct pollfd *fds, nfds_t count, int timeout_ms)
{
	feed_changed(0xabc);
	assert_int_equal(send_one("push"), 0);
	return poll_really(fds, count, timeout_ms);
}

static int nothing(struct pollfd *fds, nfds_t count, int timeout_ms)
{
	(void)fds, (void)count;
	assert_in_range(timeout_ms, 1000, 60000);
	return 0;
}

static int signal_comes(struct pollfd *fds, nfds_t count, int timeout_ms)
{
	(void)fds, (void)count, (void)timeout_ms;
	errno = EINTR;
	return -1;
}

static int hangs_up(struct pollfd *fds, nfds_t count, int timeout_ms)
{
	talk_hang_up(&talk);
	return poll_really(fds, count, timeout_ms);
}

static int speaks(struct pollfd *fds, nfds_t count, int timeout_ms)
{
	talk_send(&talk, MFA_ANSWER, NULL);
	return poll_really(fds, count, timeout_ms);
}

static int too_many(struct pollfd *fds, nfds_t count, int timeout_ms)
{
	int i;

	for (i = 0; i < QUEUE; i++)
		assert_int_equal(send_one("push"), 0);
	assert_int_equal(send_one("push"), -ENOTCONN);
	return poll_really(fds, count, timeout_ms);
}

/* What it was told before it left, in order. */
static void test_portal(void **state)
{
	static const struct {
		const char *name; int (*steps[STEPS_MAX])(struct pollfd *fds, nfds_t count, int timeout_ms);
		const char *rows[5];
	} cases[] = {
		{ "nothing but a ping", { nothing, speaks }, { "{\"event\":\"ping\"}" } },
		{ "two events", { two_events, speaks },
		  { "{\"event\":\"changed\",\"device\":\"0000000000000abc\"}", "{\"event\":\"push\"}" } },
		{ "events, and more of them", { two_events, two_events, speaks },
		  { "{\"event\":\"changed\",\"device\":\"0000000000000abc\"}", "{\"event\":\"push\"}",
		    "{\"event\":\"changed\",\"device\":\"0000000000000abc\"}", "{\"event\":\"push\"}" } },
		{ "a signal between them", { two_events, signal_comes, nothing, speaks },
		  { "{\"event\":\"changed\",\"device\":\"0000000000000abc\"}", "{\"event\":\"push\"}",
		    "{\"event\":\"ping\"}" } },
		{ "one that has something to say", { speaks }, { NULL } },
		{ "one that hangs up", { hangs_up }, { NULL } },
		{ "one that does not keep up", { too_many }, { NULL } },
	};
	struct mfa_frame frame;
	char row[128];
	size_t i, j;

	(void)state;
	for (i = 0; i < ROWS(cases); i++) {
		assert_false(feed_heard());
		talk_begin(&talk);
		memcpy(steps, cases[i].steps, sizeof(steps));
		step = 0;
		poll_test = next_step;
		request_events(&talk.c);
		poll_test = NULL;
		if (step < STEPS_MAX && steps[step] != NULL)
			fail_msg("%s: it left at step %zu", cases[i].name, step);
		for (j = 0; cases[i].rows[j] != NULL; j++) {
			assert_int_equal(talk_recv(&talk, &frame), MFA_ROW);
			assert_int_equal(mfa_frame_text(&frame, MFA_FIELD_JSON, row, sizeof(row)), 0);
			if (strcmp(row, cases[i].rows[j]) != 0)
				fail_msg("%s: %s", cases[i].name, row);
		}
		if (talk.client >= 0)
			assert_int_equal(talk_recv(&talk, &frame), 0);
		talk_end(&talk);
	}
}

/* Of two portals the newer one sends the messages, and both hear of changes. */
static struct talk older;
static int depth;

static int newer_joins(struct pollfd *fds, nfds_t count, int timeout_ms)
{
	if (depth == 0) {
		depth = 1;
		request_events(&talk.c);
		depth = 2;
		return poll_really(fds, count, timeout_ms);
	}
	if (depth == 1) {
		depth = -1;
		feed_changed(1);
		assert_int_equal(send_one("push"), 0);
		return poll_really(fds, count, timeout_ms);
	}
	talk_send(depth == 2 ? &older : &talk, MFA_ANSWER, NULL);
	return poll_really(fds, count, timeout_ms);
}

static void test_two_portals(void **state)
{
	static const char changed[] = "{\"event\":\"changed\",\"device\":\"0000000000000001\"}";
	struct mfa_frame frame;
	char row[128];

	(void)state;
	talk_begin(&talk);
	talk_begin(&older);
	depth = 0;
	poll_test = newer_joins;
	request_events(&older.c);
	poll_test = NULL;
	assert_int_equal(talk_recv(&talk, &frame), MFA_ROW);
	(void)mfa_frame_text(&frame, MFA_FIELD_JSON, row, sizeof(row));
	assert_string_equal(row, changed);
	assert_int_equal(talk_recv(&talk, &frame), MFA_ROW);
	(void)mfa_frame_text(&frame, MFA_FIELD_JSON, row, sizeof(row));
	assert_string_equal(row, "{\"event\":\"push\"}");
	assert_int_equal(talk_recv(&older, &frame), MFA_ROW);
	(void)mfa_frame_text(&frame, MFA_FIELD_JSON, row, sizeof(row));
	assert_string_equal(row, changed);
	assert_int_equal(talk_recv(&older, &frame), 0);
	talk_end(&talk);
	talk_end(&older);
}

static void test_nobody_listens(void **state)
{
	(void)state;
	assert_false(feed_heard());
	feed_changed(1);
	assert_int_equal(send_one("push"), -ENOTCONN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nobody_listens),
		cmocka_unit_test(test_portal),
		cmocka_unit_test(test_two_portals),
		cmocka_unit_test(test_nobody_listens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
