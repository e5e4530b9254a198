/* SPDX-License-Identifier: BSD-2-Clause */
#include "terminal/client.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "language/language.h"
#include "table/table.h"
#include "terminal/terminal.h"
#include "text/text.h"
#include "wire/wait.h"

#define ANSWER_MAX 1024

/* The text of a field as a new string. */
static char *field_text(const struct mfa_frame *frame, enum mfa_field_tag tag)
{
	struct mfa_field field;

	if (mfa_frame_find(frame, tag, &field) != 0)
		return strdup("");
	return strndup((const char *)field.data, field.len);
}

static void free_text(char *text)
{
	if (text != NULL)
		explicit_bzero(text, strlen(text));
	free(text);
}

/* Words are broken at blanks where a window shows them; a file has them as they came. */
static void wrap(char *text, FILE *to)
{
	unsigned columns, rows;

	if (isatty(fileno(to)) == 1 && mfa_terminal_size(&columns, &rows) == 0)
		mfa_text_wrap(text, columns, columns);
}

static bool show(const struct mfa_frame *frame, FILE *to)
{
	char *text = field_text(frame, MFA_FIELD_TEXT);
	bool shown = text != NULL && text[0] != '\0';

	if (shown) {
		wrap(text, to);
		mfa_terminal_show(to, text);
	}
	free_text(text);
	return shown;
}

/* No failure goes by without a word, also where mfad has none. */
static void show_end(const struct mfa_frame *frame, enum mfa_result result)
{
	static const char *const words[] = {
		[MFA_RESULT_DENIED] = N_("That was not right, or is not allowed."),
		[MFA_RESULT_MAXTRIES] = N_("That was wrong too often."),
		[MFA_RESULT_ABORTED] = N_("No answer was given; nothing was changed."),
		[MFA_RESULT_REFUSED] =
			N_("Something is wrong with this account. Please ask your administrator."),
		[MFA_RESULT_BUSY] = N_("mfad is busy, or it took too long. Please try again."),
		[MFA_RESULT_UNAVAILABLE] =
			N_("mfad can't work as it is set up. Please ask your administrator."),
		[MFA_RESULT_NOT_FOUND] = N_("There is no such account or device."),
		[MFA_RESULT_EXISTS] = N_("That is there already."),
		[MFA_RESULT_INVALID] = N_("mfad does not understand this request."),
		[MFA_RESULT_FAILED] = N_("That could not be saved; nothing was changed."),
	};
	MFA_TABLE_FITS(words, MFA_RESULT_COUNT);

	if (!show(frame, result == MFA_RESULT_OK ? stdout : stderr) && words[result] != NULL)
		mfa_terminal_show(stderr, _(words[result]));
}

/* At the end of input the person gave no answer. */
static int ask(int fd, struct mfa_frame *frame, bool echo)
{
	char answer[ANSWER_MAX], *prompt = field_text(frame, MFA_FIELD_TEXT);
	int r = prompt != NULL ? mfa_terminal_ask(prompt, echo, answer, sizeof(answer)) : -ENOMEM;

	free_text(prompt);
	if (r == 0 || r == -ECANCELED || r == -ENOBUFS) {
		mfa_frame_start(frame, MFA_ANSWER);
		if (r != -ECANCELED)
			mfa_frame_put_text(frame, MFA_FIELD_TEXT, answer);
		/* A full disk, a pipe that nobody reads. */
		if (ferror(stdout) != 0)
			mfa_frame_put_byte(frame, MFA_FIELD_CANNOT_SHOW, 1);
		r = mfa_frame_send(fd, frame, MFA_STEP_MS);
		mfa_frame_wipe(frame);
	}
	explicit_bzero(answer, sizeof(answer));
	return r;
}

static int key(const struct mfa_client *x, const struct mfa_frame *frame)
{
	char *uri = field_text(frame, MFA_FIELD_URI), *label = field_text(frame, MFA_FIELD_LABEL);
	int r = -EBADMSG;

	if (uri != NULL && label != NULL && x->on_key != NULL)
		r = x->on_key(x->ctx, uri, label);
	free_text(uri);
	free_text(label);
	return r;
}

static int row(const struct mfa_client *x, const struct mfa_frame *frame)
{
	char *json = field_text(frame, MFA_FIELD_JSON);
	int r = json != NULL && x->on_row != NULL ? x->on_row(x->ctx, json) : -EBADMSG;

	free(json);
	return r;
}

static int step(const struct mfa_client *x, int fd, struct mfa_frame *frame)
{
	switch (mfa_frame_type(frame)) {
	case MFA_WORKING:	/* as the first */
		return 0;
	case MFA_INFO:
	case MFA_WAIT:
		(void)show(frame, stdout);
		return 0;
	case MFA_ERROR:
		(void)show(frame, stderr);
		return 0;
	case MFA_ASK:
		return ask(fd, frame, false);
	case MFA_ASK_ECHO:
		return ask(fd, frame, true);
	case MFA_KEY:
		return key(x, frame);
	case MFA_ROW:
		return row(x, frame);
	default:
		return -EBADMSG;
	}
}

static int next_step(int fd, int limit_ms, bool waits, struct mfa_frame *frame)
{
	int tty, r;

	(void)fflush(stdout);
	tty = waits ? mfa_wait_open() : -1;
	r = mfa_wait_step(fd, limit_ms, tty, NULL, frame, NULL);
	if (tty >= 0)
		(void)close(tty);
	return r;
}

/* Whoever sits at a terminal sees texts at once. */
static void put_wait(struct mfa_frame *request)
{
	int tty = mfa_wait_open();

	if (tty < 0)
		return;
	(void)close(tty);
	if (isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1)
		mfa_frame_put_byte(request, MFA_FIELD_WAIT, 1);
}

int mfa_client_run(const struct mfa_client *x, const struct mfa_frame *request,
		   enum mfa_result *result)
{
	struct mfa_frame *frame = malloc(sizeof(*frame)), *asked = malloc(sizeof(*asked));
	int fd = -1, limit_ms, r = -ENOMEM;

	*result = MFA_RESULT_FAILED;
	if (frame == NULL || asked == NULL)
		goto out;
	*asked = *request;
	mfa_frame_put_text(asked, MFA_FIELD_LANGUAGE, mfa_language_of_environment());
	mfa_frame_put_byte(asked, MFA_FIELD_KNOWS_WORKING, 1);
	put_wait(asked);
	r = mfa_dial(x->dial, asked, &fd, frame);
	limit_ms = r == 0 ? mfa_wait_limit(frame) : 0;
	while (r == 0 && mfa_frame_type(frame) != MFA_DONE) {
		bool waits = mfa_frame_type(frame) == MFA_WAIT;

		r = step(x, fd, frame);
		if (r == 0)
			r = next_step(fd, limit_ms, waits, frame);
	}
	if (r == 0) {
		*result = mfa_frame_byte(frame, MFA_FIELD_RESULT, MFA_RESULT_FAILED);
		if ((unsigned)*result >= MFA_RESULT_COUNT)
			*result = MFA_RESULT_FAILED;
		show_end(frame, *result);
	}
	if (fd >= 0)
		(void)close(fd);
	mfa_frame_wipe(frame);
out:
	free(asked);
	free(frame);
	return r;
}
