/* SPDX-License-Identifier: BSD-2-Clause */
/* mfad's side of mfa-sender: what it is handed, what it says, and what is known of a message then. */
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "json/read.h"
#include "mfad/base/metrics.h"
#include "mfad/sender/handlers.h"
#include "mfad/sender/sender.h"
#include "talk.h"

#define STEPS_MAX 8
#define NOW 1800000000
#define UNDERWAY 2048

static struct talk talk;
static int (*steps[STEPS_MAX])(void);
static size_t step;
static struct sent_message message;

static const struct sending mail = {
	.method = "email", .kind = "code", .to = "jan@example.org", .language = "nl", .code = "482913", .account = "jan",
	.service = "sshd", .address = "192.0.2.7", .now = NOW, .until = NOW + 600,
};

/* What happens while mfad waits.  A step returns 1: then it looks at its descriptors; 0: time passes. */
static int next_step(struct pollfd *fds, nfds_t count, int timeout_ms)
{
	assert_in_range(timeout_ms, 0, 60000);
	assert_true(step < STEPS_MAX && steps[step] != NULL);
	return steps[step++]() != 0 ? poll_really(fds, count, 0) : 0;
}

/* A conversation of a sender that says this of itself. */
static void run(const char *greeting, int (*const first[STEPS_MAX])(void))
{
	talk_begin(&talk);
	mfa_frame_start(&talk.c.frame, MFA_SENDER);
	mfa_frame_put_text(&talk.c.frame, MFA_FIELD_JSON, greeting);
	memcpy(steps, first, sizeof(steps));
	step = 0;
	poll_test = next_step;
	request_sender(&talk.c);
	poll_test = NULL;
	assert_true(step == STEPS_MAX || steps[step] == NULL);
}

/* The next row to the client: its JSON, or NULL; *type: of the frame. */
static json_t *row(unsigned *type)
{
	static struct mfa_frame frame;
	struct mfa_field field;

	*type = talk_recv(&talk, &frame);
	return *type == MFA_ROW && mfa_frame_find(&frame, MFA_FIELD_JSON, &field) == 0 ? mfa_json_read(field.data, field.len)
										      : NULL;
}

/* That the next row is this event; its JSON is the caller's. */
static json_t *expect_event(const char *event)
{
	unsigned type;
	json_t *json = row(&type);

	assert_string_equal(json_string_value(json_object_get(json, "event")), event);
	return json;
}

static void say(const char *id, const char *result, const char *rest)
{
	static struct mfa_frame frame;
	char text[256];

	(void)snprintf(text, sizeof(text), "{\"id\":\"%s\",\"result\":\"%s\"%s}", id, result, rest);
	mfa_frame_start(&frame, MFA_SENDER);
	mfa_frame_put_text(&frame, MFA_FIELD_JSON, text);
	assert_int_equal(mfa_frame_send(talk.client, &frame, 0), 0);
}

static int sends(void)
{
	assert_true(sender_can("email"));
	assert_false(sender_can("sms"));
	assert_false(sender_can("fax"));
	assert_int_equal(sender_send(&message, &mail), 0);
	assert_int_equal(sender_wait(&message, 0), SENDER_UNDERWAY);
	return 1;
}

static int hangs_up(void)
{
	talk_hang_up(&talk);
	return 1;
}

static int nothing(void)
{
	return 0;
}

static int says_retry(void)
{
	say(message.id, "retry", ",\"why\":\"later\",\"status\":451");
	return 1;
}

/* A copy, which what comes later leaves alone. */
static int is_tried_again(void)
{
	struct mfa_order_report last;

	assert_int_equal(sender_last(&message, &last), 1);
	assert_int_equal(last.result, MFA_ORDER_RETRY);
	assert_int_equal(last.status, 451);
	assert_string_equal(last.why, "later");
	return 0;
}

static int says_sent(void)
{
	assert_int_equal(sender_wait_report(&message, 0, 0), SENDER_UNDERWAY);
	say(message.id, "sent", ",\"status\":250");
	return 1;
}

static int says_failed(void)
{
	say(message.id, "failed", ",\"why\":\"refused\"");
	return 1;
}

static int says_unknown_words(void)
{
	say(message.id, "delivered", "");
	return 1;
}

static int says_of_another(void)
{
	say("AAAAAAAAAAAAAAAAAAAAAA", "failed", "");
	return 1;
}

static int is_sent(void)
{
	assert_int_equal(sender_wait(&message, 0), SENDER_SENT);
	return hangs_up();
}

static int speaks_otherwise(void)
{
	talk_send(&talk, MFA_ANSWER, "hello");
	return 1;
}

static int another_comes(void)
{
	struct talk first = talk;
	poll_test_fn *kept = poll_test;
	static struct mfa_frame frame;

	talk_begin(&talk);
	mfa_frame_start(&talk.c.frame, MFA_SENDER);
	mfa_frame_put_text(&talk.c.frame, MFA_FIELD_JSON, "{\"methods\":[\"email\"]}");
	request_sender(&talk.c);
	assert_int_equal(talk_recv(&talk, &frame), MFA_DONE);
	assert_int_equal(mfa_frame_byte(&frame, MFA_FIELD_RESULT, 255), MFA_RESULT_EXISTS);
	talk_end(&talk);
	talk = first;
	poll_test = kept;
	assert_true(sender_can("email"));
	return hangs_up();
}

/* What a message came to, by what happened. */
static void test_states(void **state)
{
	static const struct {
		const char *name; int (*steps[STEPS_MAX])(void); enum sender_state expect; unsigned reports; const char *why;
	} cases[] = {
		{ "sent", { sends, says_sent, is_sent }, SENDER_SENT, 1, "" },
		{ "after another try", { sends, says_retry, is_tried_again, says_failed, hangs_up }, SENDER_FAILED, 2,
		  "refused" },
		{ "no word of it: it may have been", { sends, nothing, hangs_up }, SENDER_UNKNOWN, 1, "absent" },
		{ "only that it tries again", { sends, says_retry, hangs_up }, SENDER_UNKNOWN, 2, "absent" },
		{ "words that nobody knows", { sends, says_unknown_words, hangs_up }, SENDER_UNKNOWN, 1, "absent" },
		{ "of another message", { sends, says_of_another, hangs_up }, SENDER_UNKNOWN, 1, "absent" },
		{ "the last word is the last", { sends, says_sent, says_failed, is_sent }, SENDER_SENT, 1, "" },
		{ "it says something else", { sends, speaks_otherwise }, SENDER_UNKNOWN, 1, "absent" },
	};
	struct mfa_order_report last;
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(cases); i++) {
		assert_false(sender_can("email"));
		assert_int_equal(sender_send(&message, &mail), -ENOTCONN);
		run("{\"methods\":[\"email\",\"pigeon\"]}", cases[i].steps);
		if (sender_wait(&message, 0) != cases[i].expect || sender_last(&message, &last) != cases[i].reports ||
		    strcmp(last.why, cases[i].why) != 0)
			fail_msg("%s: %d after %u, %s", cases[i].name, (int)message.state, message.reports, last.why);
		sender_forget(&message);
		talk_end(&talk);
	}
}

/* What goes to the sender, all of it. */
static void test_row(void **state)
{
	static int (*const list[STEPS_MAX])(void) = { sends, nothing, speaks_otherwise };
	static const char *const members[][2] = {
		{ "method", "email" }, { "kind", "code" }, { "to", "jan@example.org" }, { "language", "nl" }, { "code", "482913" },
		{ "account", "jan" }, { "service", "sshd" }, { "address", "192.0.2.7" },
	};
	struct mfa_order order;
	json_t *json;
	size_t i;

	(void)state;
	run("{\"methods\":[\"email\"]}", list);
	json_decref(expect_event("ping"));
	json = expect_event("send");
	for (i = 0; i < ROWS(members); i++)
		assert_string_equal(json_string_value(json_object_get(json, members[i][0])), members[i][1]);
	assert_int_equal(mfa_order_read(json, &order), 0);
	assert_int_equal(order.until, NOW + 600);
	assert_string_equal(order.id, message.id);
	json_decref(json);
	sender_forget(&message);
	talk_end(&talk);
}

/* One that was not handed over when the sender went was surely not sent. */
static int sends_and_hangs_up(void)
{
	(void)sends();
	talk_hang_up(&talk);
	return 0;
}

static void test_not_handed(void **state)
{
	static int (*const list[STEPS_MAX])(void) = { sends_and_hangs_up, hangs_up };

	(void)state;
	talk.client = -1;
	run("{\"methods\":[\"email\"]}", list);
	/* The row could not be written, so that it may have been read; or the sender had gone before. */
	assert_in_range(sender_wait(&message, 0), SENDER_FAILED, SENDER_UNKNOWN);
	sender_forget(&message);
	talk_end(&talk);
}

static void test_refused(void **state)
{
	static const char *const greetings[] = { "{}", "{\"methods\":[]}", "{\"methods\":[\"pigeon\",1]}", "[]", "nonsense" };
	static int (*const none[STEPS_MAX])(void) = { NULL };
	static int (*const two[STEPS_MAX])(void) = { another_comes };
	static struct mfa_frame frame;
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(greetings); i++) {
		run(greetings[i], none);
		assert_int_equal(talk_recv(&talk, &frame), MFA_DONE);
		assert_int_equal(mfa_frame_byte(&frame, MFA_FIELD_RESULT, 255), MFA_RESULT_INVALID);
		assert_false(sender_can("email"));
		talk_end(&talk);
	}
	run("{\"methods\":[\"email\"]}", two);
	talk_end(&talk);
}

/* So many that nobody has said the last word of, and no more; at the end nobody waits for any of them. */
static struct sent_message many[UNDERWAY + 1];

static int sends_many(void)
{
	size_t i;

	for (i = 0; i < UNDERWAY; i++)
		assert_int_equal(sender_send(&many[i], &mail), 0);
	assert_int_equal(sender_send(&many[i], &mail), -EBUSY);
	return hangs_up();
}

static void test_full(void **state)
{
	static int (*const list[STEPS_MAX])(void) = { sends_many };
	size_t i;

	(void)state;
	run("{\"methods\":[\"email\"]}", list);
	for (i = 0; i < UNDERWAY; i++) {
		assert_int_not_equal(sender_wait(&many[i], 0), SENDER_UNDERWAY);
		sender_forget(&many[i]);
	}
	talk_end(&talk);
}

static void test_metrics(void **state)
{
	char *text = metrics_format();

	(void)state;
	assert_non_null(strstr(text, "\nmfa_sender_up 0\n"));
	assert_non_null(strstr(text, "\nmfa_sent_total{method=\"email\",result=\"sent\"} 2\n"));
	assert_null(strstr(text, "retry"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_states),
		cmocka_unit_test(test_metrics),
		cmocka_unit_test(test_row),
		cmocka_unit_test(test_not_handed),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
