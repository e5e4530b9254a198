/* SPDX-License-Identifier: BSD-2-Clause */
/* A tool's half of a conversation, against a server that says what each row has it say. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "terminal/client.h"
#include "terminal/exit.h"

#define STEPS_MAX 5
#define PATIENCE_MS 20000
#define NO_TEXT "(none)"

struct step {
	uint8_t type;		/* 0: hang up */
	const char *text;	/* TEXT; of a KEY its URI; of a ROW its JSON */
	const char *answer;	/* that must come now; NO_TEXT: one without TEXT */
	uint8_t result;
};

struct conversation_row {
	const char *name;
	struct step steps[STEPS_MAX];
	const char *typed;
	int r;
	enum mfa_result result;
	const char *out, *err, *called;
	int callback;		/* what the callbacks return */
	bool no_callbacks;
};

static const struct conversation_row rows[] = {
	{ .name = "what is said lands where it belongs",
	  .steps = { { MFA_INFO, "hello" }, { MFA_ERROR, "careful" }, { MFA_DONE, "bye" } },
	  .out = "hello\nbye\n", .err = "careful\n" },
	{ .name = "answers",
	  .steps = { { MFA_ASK, "Code: ", "123456" }, { MFA_ASK_ECHO, "Sure? ", "y" },
		     { MFA_DONE } },
	  .typed = "123456\ny\n", .out = "Code: \nSure? \n" },
	{ .name = "an empty answer is an answer",
	  .steps = { { MFA_ASK, "Code: ", "" }, { MFA_DONE } }, .typed = "\n", .out = "Code: \n" },
	{ .name = "the end of input is none",
	  .steps = { { MFA_ASK, "Code: ", NO_TEXT },
		     { MFA_DONE, "Nothing was saved.", .result = MFA_RESULT_ABORTED } },
	  .result = MFA_RESULT_ABORTED, .out = "Code: \n", .err = "Nothing was saved.\n" },
	{ .name = "a key", .steps = { { MFA_KEY, "otpauth://x" }, { MFA_DONE } },
	  .called = "key otpauth://x Phone\n" },
	{ .name = "a key that can't be drawn ends it",
	  .steps = { { MFA_KEY, "otpauth://x" } }, .callback = -ENOSPC, .r = -ENOSPC,
	  .result = MFA_RESULT_FAILED, .called = "key otpauth://x Phone\n" },
	{ .name = "rows", .steps = { { MFA_ROW, "{}" }, { MFA_ROW, "[]" }, { MFA_DONE } },
	  .called = "row {}\nrow []\n" },
	{ .name = "a row that nobody asked for", .steps = { { MFA_ROW, "{}" } },
	  .no_callbacks = true, .r = -EBADMSG, .result = MFA_RESULT_FAILED },
	{ .name = "a key that nobody asked for", .steps = { { MFA_KEY, "otpauth://x" } },
	  .no_callbacks = true, .r = -EBADMSG, .result = MFA_RESULT_FAILED },
	{ .name = "an unknown step", .steps = { { 99, "?" } }, .r = -EBADMSG,
	  .result = MFA_RESULT_FAILED },
	{ .name = "hung up in the middle", .steps = { { MFA_INFO, "hello" }, { 0 } }, .r = -EPIPE,
	  .result = MFA_RESULT_FAILED, .out = "hello\n" },
	{ .name = "nothing drives the terminal",
	  .steps = { { MFA_INFO, "\033]0;x\a" }, { MFA_ASK_ECHO, "\033[2J? ", "a" }, { MFA_DONE } },
	  .typed = "a\n", .out = "?]0;x?\n?[2J? \n" },
	{ .name = "a failure has words of its own",
	  .steps = { { MFA_DONE, "Not so.", .result = MFA_RESULT_DENIED } },
	  .result = MFA_RESULT_DENIED, .err = "Not so.\n" },
	{ .name = "or gets some",
	  .steps = { { MFA_DONE, .result = MFA_RESULT_NOT_FOUND } }, .result = MFA_RESULT_NOT_FOUND,
	  .err = "There is no such account or device.\n" },
	{ .name = "a result that there is not is a failure",
	  .steps = { { MFA_DONE, .result = 200 } }, .result = MFA_RESULT_FAILED,
	  .err = "That could not be saved; nothing was changed.\n" },
};

struct bench {
	char folder[64], path[96];
	int listener;
	const struct step *steps;
	bool as_told;		/* the request and each answer were what they must be */
	const struct conversation_row *row;
	char called[256];
};

/* --- the server ------------------------------------------------------------ */

static bool answered(int fd, struct mfa_frame *frame, const char *want)
{
	char text[128];
	int r;

	if (mfa_frame_recv(fd, frame, PATIENCE_MS) != 0 || mfa_frame_type(frame) != MFA_ANSWER)
		return false;
	r = mfa_frame_text(frame, MFA_FIELD_TEXT, text, sizeof(text));
	return r == -ENOENT ? strcmp(want, NO_TEXT) == 0 : r == 0 && strcmp(text, want) == 0;
}

static void send_step(int fd, struct mfa_frame *frame, const struct step *step)
{
	mfa_frame_start(frame, step->type);
	if (step->type == MFA_DONE)
		mfa_frame_put_byte(frame, MFA_FIELD_RESULT, step->result);
	if (step->type == MFA_KEY)
		mfa_frame_put_text(frame, MFA_FIELD_LABEL, "Phone");
	mfa_frame_put_text(frame, step->type == MFA_KEY ? MFA_FIELD_URI :
				  step->type == MFA_ROW ? MFA_FIELD_JSON : MFA_FIELD_TEXT,
			   step->text);
	(void)mfa_frame_send(fd, frame, PATIENCE_MS);
}

static void *serve(void *arg)
{
	struct bench *b = arg;
	struct mfa_frame *frame = malloc(sizeof(*frame));
	int fd = accept(b->listener, NULL, NULL);
	size_t i;

	b->as_told = frame != NULL && mfa_frame_recv(fd, frame, PATIENCE_MS) == 0 &&
		     mfa_frame_type(frame) == MFA_TEST;
	for (i = 0; b->as_told && i < STEPS_MAX && b->steps[i].type != 0; i++) {
		send_step(fd, frame, &b->steps[i]);
		if (b->steps[i].answer != NULL)
			b->as_told = answered(fd, frame, b->steps[i].answer);
	}
	(void)close(fd);
	free(frame);
	return NULL;
}

static int set_up(void **state)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	struct bench *b = calloc(1, sizeof(*b));

	*state = b;
	if (b == NULL)
		return -1;
	(void)strcpy(b->folder, "/tmp/test_client.XXXXXX");
	if (mkdtemp(b->folder) == NULL)
		return -1;
	(void)snprintf(b->path, sizeof(b->path), "%s/s", b->folder);
	(void)strcpy(addr.sun_path, b->path);
	b->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	return bind(b->listener, (struct sockaddr *)&addr, sizeof(addr)) == 0 &&
	       listen(b->listener, 4) == 0 ? 0 : -1;
}

static int tear_down(void **state)
{
	struct bench *b = *state;

	(void)close(b->listener);
	(void)unlink(b->path);
	(void)rmdir(b->folder);
	free(b);
	return 0;
}

/* --- the client ------------------------------------------------------------- */

static int on_key(void *ctx, const char *uri, const char *label)
{
	struct bench *b = ctx;
	size_t n = strlen(b->called);

	(void)snprintf(b->called + n, sizeof(b->called) - n, "key %s %s\n", uri, label);
	return b->row->callback;
}

static int on_row(void *ctx, const char *json)
{
	struct bench *b = ctx;
	size_t n = strlen(b->called);

	(void)snprintf(b->called + n, sizeof(b->called) - n, "row %s\n", json);
	return b->row->callback;
}

/* Standard input, output and error, each a file of its own for a while. */
struct streams {
	int saved[3];
	FILE *files[3];
};

static void divert(struct streams *s, const char *typed)
{
	int i;

	(void)fflush(NULL);
	for (i = 0; i < 3; i++) {
		s->saved[i] = dup(i);
		s->files[i] = tmpfile();
		assert_non_null(s->files[i]);
	}
	(void)fputs(typed != NULL ? typed : "", s->files[0]);
	rewind(s->files[0]);
	for (i = 0; i < 3; i++)
		(void)dup2(fileno(s->files[i]), i);
}

static void put_back(struct streams *s, char out[2][512])
{
	size_t n;
	int i;

	(void)fflush(stdout);
	(void)fflush(stderr);
	for (i = 0; i < 3; i++) {
		(void)dup2(s->saved[i], i);
		(void)close(s->saved[i]);
		rewind(s->files[i]);
		if (i > 0) {
			n = fread(out[i - 1], 1, 511, s->files[i]);
			out[i - 1][n] = '\0';
		}
		(void)fclose(s->files[i]);
	}
}

static int run_row(struct bench *b, enum mfa_result *result, char out[2][512])
{
	struct mfa_dial dial = { .socket = b->path, .conf = "/nonexistent",
				 .helper = "/nonexistent" };
	struct mfa_client x = { .dial = &dial, .ctx = b };
	struct mfa_frame request;
	struct streams streams;
	pthread_t server;
	int r;

	if (!b->row->no_callbacks) {
		x.on_key = on_key;
		x.on_row = on_row;
	}
	b->steps = b->row->steps;
	b->called[0] = '\0';
	mfa_frame_start(&request, MFA_TEST);
	mfa_frame_put_byte(&request, MFA_FIELD_PROTOCOL, MFA_PROTOCOL);
	assert_int_equal(pthread_create(&server, NULL, serve, b), 0);
	divert(&streams, b->row->typed);
	r = mfa_client_run(&x, &request, result);
	put_back(&streams, out);
	(void)pthread_join(server, NULL);
	return r;
}

static void conversations(void **state)
{
	struct bench *b = *state;
	enum mfa_result result;
	char out[2][512];
	size_t i;
	int r;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		b->row = &rows[i];
		print_message("# %s\n", rows[i].name);
		r = run_row(b, &result, out);
		assert_int_equal(r, rows[i].r);
		assert_int_equal(result, rows[i].result);
		assert_string_equal(out[0], rows[i].out != NULL ? rows[i].out : "");
		assert_string_equal(out[1], rows[i].err != NULL ? rows[i].err : "");
		assert_string_equal(b->called, rows[i].called != NULL ? rows[i].called : "");
		assert_true(b->as_told);
	}
}

static void nobody_there(void **state)
{
	struct mfa_dial dial = { .socket = "/nonexistent/s", .conf = "/nonexistent",
				 .helper = "/nonexistent" };
	struct mfa_client x = { .dial = &dial };
	enum mfa_result result = MFA_RESULT_OK;
	struct mfa_frame request;

	(void)state;
	mfa_frame_start(&request, MFA_TEST);
	assert_int_equal(mfa_client_run(&x, &request, &result), -ENOENT);
	assert_int_equal(result, MFA_RESULT_FAILED);
}

static void exit_codes(void **state)
{
	static const struct { int error; enum mfa_exit want; bool says; } errors[] = {
		{ -EINTR, MFA_EXIT_INTERRUPTED, false },
		{ -ENOENT, MFA_EXIT_UNREACHABLE, true },
		{ -ECONNREFUSED, MFA_EXIT_UNREACHABLE, true },
		{ -EPERM, MFA_EXIT_UNREACHABLE, true },
		{ -EPIPE, MFA_EXIT_UNREACHABLE, true },
		{ -EMFILE, MFA_EXIT_UNREACHABLE, true },
	};
	static const enum mfa_exit results[MFA_RESULT_COUNT + 1] = {
		0, 1, 1, 1, 1, 3, 3, 4, 5, 6, 7, 7,
	};
	struct mfa_dial dial = { .socket = "/run/x", .conf = "c", .helper = "h" };
	struct streams streams;
	enum mfa_exit got;
	char out[2][512];
	unsigned i;

	(void)state;
	for (i = 0; i <= MFA_RESULT_COUNT; i++)
		assert_int_equal(mfa_exit_of_result((enum mfa_result)i), results[i]);
	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		divert(&streams, NULL);
		got = mfa_exit_of_error("prog", &dial, errors[i].error);
		put_back(&streams, out);
		assert_int_equal(got, errors[i].want);
		assert_string_equal(out[0], "");
		if (errors[i].says)
			assert_non_null(strstr(out[1], "prog: /run/x:\n"));
		else
			assert_string_equal(out[1], "");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(conversations, set_up, tear_down),
		cmocka_unit_test(nobody_there),
		cmocka_unit_test(exit_codes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
