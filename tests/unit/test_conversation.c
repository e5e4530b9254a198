/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "mfad/base/conversation.h"
#include "talk.h"

#define LEFT_OVER "what was there before"

/* What the client sends when it is asked; 0: nothing. */
struct reply {
	int type;
	const char *text;
};

static void assert_wiped(const struct mfa_frame *frame)
{
	size_t i;

	for (i = 0; i < sizeof(frame->data); i++)
		if (frame->data[i] != 0)
			fail_msg("byte %zu of the frame", i);
}

static void test_answers(void **state)
{
	static const struct {
		const char *name; struct reply replies[3]; bool gone; int expect; const char *answer;
	} rows[] = {
		{ "an answer", { { MFA_ANSWER, "123456" } }, false, 0, "123456" },
		{ "an empty one", { { MFA_ANSWER, "" } }, false, 0, "" },
		{ "none was given", { { MFA_ANSWER, NULL } }, false, -ECANCELED, "" },
		{ "as long as there is room", { { MFA_ANSWER, "1234567" } }, false, 0, "1234567" },
		{ "a byte longer", { { MFA_ANSWER, "12345678" } }, false, -EBADMSG, "" },
		{ "a second request", { { MFA_SIGNIN, "123456" } }, false, -EBADMSG, "" },
		{ "a step of mfad's own", { { MFA_DONE, "123456" } }, false, -EBADMSG, "" },
		{ "a wrong frame before the answer", { { MFA_ENROL, "1" }, { MFA_ANSWER, "123456" } }, false, -EBADMSG, "" },
		{ "enough of a wait that had ended", { { MFA_ENOUGH, NULL }, { MFA_ANSWER, "1" } }, false, 0, "1" },
		{ "enough, and again", { { MFA_ENOUGH, NULL }, { MFA_ENOUGH, "x" }, { MFA_ANSWER, "1" } }, false, 0, "1" },
		{ "gone", { { 0 } }, true, -EPIPE, "" },
		{ "gone after it had enough", { { MFA_ENOUGH, NULL } }, true, -EPIPE, "" },
		{ "gone after its answer", { { MFA_ANSWER, "123456" } }, true, -EPIPE, "" },
	};
	struct talk talk;
	char answer[8 + sizeof(LEFT_OVER)];
	size_t i, j;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		int r;

		talk_begin(&talk);
		for (j = 0; j < 3 && rows[i].replies[j].type != 0; j++)
			talk_send(&talk, (enum mfa_frame_type)rows[i].replies[j].type, rows[i].replies[j].text);
		if (rows[i].gone)
			talk_hang_up(&talk);
		(void)strcpy(answer, LEFT_OVER);
		r = conversation_ask(&talk.c, false, "Code: ", answer, 8);
		if (r != rows[i].expect || strcmp(answer, rows[i].answer) != 0)
			fail_msg("%s: %d, %s", rows[i].name, r, answer);
		/* Nor does the frame keep what was said. */
		if (r != -EPIPE)
			assert_wiped(&talk.c.frame);
		talk_end(&talk);
	}
}

/* What could not be shown is known of the last answer, and of no other. */
static void test_unshown(void **state)
{
	static const struct { uint8_t says[2]; size_t len; bool expect; } rows[] = {
		{ { 1 }, 1, true }, { { 0 }, 0, false }, { { 0 }, 1, false }, { { 2 }, 1, false }, { { 1, 1 }, 2, false },
		{ { 1 }, 1, true },
	};
	struct mfa_frame frame;
	struct talk talk;
	char answer[8];
	size_t i;

	(void)state;
	talk_begin(&talk);
	for (i = 0; i < ROWS(rows); i++) {
		mfa_frame_start(&frame, MFA_ANSWER);
		mfa_frame_put_text(&frame, MFA_FIELD_TEXT, "1");
		if (rows[i].len > 0)
			mfa_frame_put(&frame, MFA_FIELD_CANNOT_SHOW, rows[i].says, rows[i].len);
		assert_int_equal(mfa_frame_send(talk.client, &frame, 0), 0);
		assert_int_equal(conversation_ask(&talk.c, false, "Code: ", answer, sizeof(answer)), 0);
		assert_int_equal(talk.c.unshown, rows[i].expect);
	}
	talk_hang_up(&talk);
	assert_int_equal(conversation_ask(&talk.c, false, "Code: ", answer, sizeof(answer)), -EPIPE);
	assert_false(talk.c.unshown);
	talk_end(&talk);
}

/* Two answers in one field, a text with a NUL byte, and bytes that are no frame. */
static void test_malformed(void **state)
{
	static const struct { const char *name; size_t len; const char *bytes; } rows[] = {
		{ "no type", 0, "" },
		{ "a field that is cut", 4, "\x02\x06\0\x05" },
		{ "a text with a NUL byte", 7, "\x02\x06\0\x03" "1\0" "2" },
		{ "two texts", 10, "\x02\x06\0\x02" "12" "\x06\0\x01" "3" },
	};
	struct talk talk;
	char answer[8];
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		int r;

		talk_begin(&talk);
		assert_int_equal(send(talk.client, rows[i].bytes, rows[i].len, 0), (int)rows[i].len);
		if (rows[i].len == 0)
			talk_hang_up(&talk);
		(void)strcpy(answer, "before");
		r = conversation_ask(&talk.c, false, "Code: ", answer, sizeof(answer));
		if (r == 0 || answer[0] != '\0')
			fail_msg("%s: %d, %s", rows[i].name, r, answer);
		talk_end(&talk);
	}
}

static int waited_ms, interrupted;

/* Signals that come as often as they may, and then the time is up. */
static int time_is_up(struct pollfd *fds, nfds_t count, int timeout_ms)
{
	(void)fds, (void)count;
	waited_ms = timeout_ms;
	if (interrupted-- > 0) {
		errno = EINTR;
		return -1;
	}
	return 0;
}

static void test_time_out(void **state)
{
	static const int signals[] = { 0, 1, 5 };
	struct talk talk;
	char answer[8];
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(signals); i++) {
		talk_begin(&talk);
		interrupted = signals[i];
		poll_test = time_is_up;
		(void)strcpy(answer, "before");
		assert_int_equal(conversation_ask(&talk.c, false, "Code: ", answer, sizeof(answer)), -ETIMEDOUT);
		poll_test = NULL;
		assert_int_equal(interrupted, -1);
		assert_int_equal(waited_ms, CONVERSATION_ANSWER_MS);
		assert_string_equal(answer, "");
		talk_end(&talk);
	}
}

/* A client that takes nothing in is not waited for without end. */
static void test_client_is_full(void **state)
{
	struct talk talk;
	int r;

	(void)state;
	talk_begin(&talk);
	interrupted = 0;
	poll_test = time_is_up;
	do {
		r = conversation_row(&talk.c, "{}");
	} while (r == 0);
	poll_test = NULL;
	assert_int_equal(r, -ETIMEDOUT);
	assert_int_equal(waited_ms, CONVERSATION_SEND_MS);
	talk_end(&talk);
}

static void test_steps(void **state)
{
	static const struct {
		const char *name; enum mfa_frame_type type; const char *text, *language; bool asks_code;
		const char *got_language; unsigned code;
	} rows[] = {
		{ "a text", MFA_INFO, "Hello.", NULL, false, "en", 0 },
		{ "in another language", MFA_INFO, "Hello.", "nl", false, "nl", 0 },
		{ "no text", MFA_ERROR, NULL, NULL, false, "en", 0 },
		{ "a prompt", MFA_ASK, "Name: ", NULL, false, "en", 0 },
		{ "a prompt for a code", MFA_ASK, "Code: ", NULL, true, "en", 1 },
		{ "the same, shown", MFA_ASK_ECHO, "Code: ", NULL, true, "en", 1 },
		{ "a text before it", MFA_INFO, "Hello.", NULL, true, "en", 0 },
		{ "a wait before it", MFA_WAIT, "Hello.", NULL, true, "en", 0 },
	};
	struct mfa_frame frame;
	struct talk talk;
	char text[32];
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		talk_begin(&talk);
		talk.c.language = rows[i].language;
		talk.c.asks_code = rows[i].asks_code;
		assert_int_equal(conversation_say(&talk.c, rows[i].type, rows[i].text), 0);
		if (talk_recv(&talk, &frame) != rows[i].type || mfa_frame_byte(&frame, MFA_FIELD_CODE, 0) != rows[i].code)
			fail_msg("%s", rows[i].name);
		assert_int_equal(mfa_frame_text(&frame, MFA_FIELD_TEXT, text, sizeof(text)),
				 rows[i].text != NULL ? 0 : -ENOENT);
		assert_string_equal(text, rows[i].text != NULL ? rows[i].text : "");
		assert_int_equal(mfa_frame_text(&frame, MFA_FIELD_LANGUAGE, text, sizeof(text)), 0);
		assert_string_equal(text, rows[i].got_language);
		assert_wiped(&talk.c.frame);
		talk_end(&talk);
	}
}

static void test_refuse(void **state)
{
	static const struct { const char *name; struct reply request; const char *text; } rows[] = {
		{ "a request", { MFA_SIGNIN, "x" }, "Later." },
		{ "a client that says nothing", { 0 }, NULL },
	};
	struct mfa_frame frame;
	struct talk talk;
	char text[32];
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		talk_begin(&talk);
		if (rows[i].request.type != 0)
			talk_send(&talk, (enum mfa_frame_type)rows[i].request.type, rows[i].request.text);
		conversation_refuse(talk.c.fd, 0, MFA_RESULT_BUSY, rows[i].text);
		if (talk_recv(&talk, &frame) != MFA_DONE ||
		    mfa_frame_byte(&frame, MFA_FIELD_RESULT, 0) != MFA_RESULT_BUSY)
			fail_msg("%s", rows[i].name);
		(void)mfa_frame_text(&frame, MFA_FIELD_TEXT, text, sizeof(text));
		assert_string_equal(text, rows[i].text != NULL ? rows[i].text : "");
		talk_end(&talk);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_unshown),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_time_out),
		cmocka_unit_test(test_client_is_full),
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_refuse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
