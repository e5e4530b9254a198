/* SPDX-License-Identifier: BSD-2-Clause */
/* Adding many accounts: the whole file is checked, then all are compared with what is in the store, and only
 * then is anything written, in short batches, so that sign-ins go on meanwhile. */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "account/account.h"
#include "command.h"
#include "foreign.h"
#include "import/import.h"
#include "json/read.h"
#include "language/language.h"
#include "terminal/exit.h"
#include "terminal/terminal.h"
#include "wire/wait.h"

#define SHOWN_MOST 20		/* complaints */
#define SEND_MS 120000
#define NOT_WRITTEN N_("Nothing was imported.\n")

struct run {
	const struct command_options *options;
	const char *file;
	struct mfa_import import;
	bool write;
	size_t sent;		/* lines */
	int limit_ms;		/* of mfa_wait_step */
	unsigned long long refused, failed;
	struct mfa_progress progress;
};

static void complain(void *ctx, uint32_t number, const char *why)
{
	struct run *run = ctx;

	if (run->refused++ < SHOWN_MOST)
		(void)fprintf(stderr, "%s:%u: %s\n", run->file, number, _(why));
}

static int read_all(const char *path, char **out, size_t *out_len)
{
	int fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
	size_t room = 1 << 16, len = 0;
	char *text = fd >= 0 ? malloc(room) : NULL, *grown;
	ssize_t n = 0;
	int r = fd < 0 ? -errno : text == NULL ? -ENOMEM : 0;

	while (r == 0 && text != NULL) {
		n = read(fd, text + len, room - len);
		if (n <= 0)
			break;
		len += (size_t)n;
		if (len < room)
			continue;
		/* Not realloc: what it leaves behind would hold secrets. */
		grown = malloc(2 * room);
		if (grown == NULL) {
			r = -ENOMEM;
			break;
		}
		memcpy(grown, text, len);
		explicit_bzero(text, len);
		free(text);
		text = grown;
		room *= 2;
	}
	if (n < 0)
		r = -errno;
	if (fd >= 0)
		(void)close(fd);
	*out = text;
	*out_len = len;
	return r;
}

/* How many of the lines from `first` are of its user. */
static size_t of_same_user(const struct mfa_import *import, size_t first)
{
	const struct mfa_import_line *a = &import->lines[first], *b;
	size_t i;

	for (i = first + 1; i < import->count; i++) {
		b = &import->lines[i];
		if (b->user_len != a->user_len || memcmp(b->user, a->user, a->user_len) != 0)
			break;
	}
	return i - first;
}

/* Fills a frame with as many whole accounts as fit; without any it is the last. */
static size_t fill(const struct run *run, size_t first, struct mfa_frame *frame)
{
	const struct mfa_import *import = &run->import;
	size_t at = first, n, i, need, accounts = 0;

	mfa_frame_start(frame, MFA_IMPORT);
	mfa_frame_put_byte(frame, MFA_FIELD_PROTOCOL, MFA_PROTOCOL);
	mfa_frame_put_byte(frame, MFA_FIELD_KNOWS_WORKING, 1);
	mfa_frame_put_text(frame, MFA_FIELD_LANGUAGE, mfa_language_of_environment());
	mfa_frame_put_byte(frame, MFA_FIELD_MODE,
			   (uint8_t)((run->write ? MFA_IMPORT_WRITE : MFA_IMPORT_CHECK) |
				     (run->options->replace ? MFA_IMPORT_CHECK_REPLACE : 0) |
				     (run->options->add ? MFA_IMPORT_CHECK_ADD : 0)));
	while (at < import->count && accounts < MFA_IMPORT_ACCOUNTS_MAX) {
		n = of_same_user(import, at);
		need = 3 + import->lines[at].user_len;
		for (i = 0; i < n; i++)
			need += 3 + import->lines[at + i].uri_len;
		if (need > mfa_frame_room(frame))
			break;
		mfa_frame_put(frame, MFA_FIELD_USER, import->lines[at].user, import->lines[at].user_len);
		for (i = 0; i < n; i++)
			mfa_frame_put(frame, MFA_FIELD_URI, import->lines[at + i].uri,
				      import->lines[at + i].uri_len);
		at += n;
		accounts++;
	}
	return at - first;
}

static uint32_t line_of(const struct run *run, const char *name)
{
	size_t i, len = strlen(name);

	for (i = 0; i < run->import.count; i++)
		if (run->import.lines[i].user_len == len &&
		    memcmp(run->import.lines[i].user, name, len) == 0)
			return run->import.lines[i].number;
	return 0;
}

static void take_row(struct run *run, const struct mfa_frame *frame)
{
	struct mfa_field field;
	json_t *row = NULL;
	const char *name = "?", *why = "", *result = "";

	if (mfa_frame_find(frame, MFA_FIELD_JSON, &field) == 0)
		row = mfa_json_read(field.data, field.len);
	(void)json_unpack(row, "{s:s, s:s, s:s}", "name", &name, "why", &why, "result", &result);
	run->failed += strcmp(result, "failed") == 0;
	if (run->refused++ < SHOWN_MOST)
		(void)fprintf(stderr, "%s:%u: %s: %s\n", run->file, line_of(run, name), name, why);
	json_decref(row);
}

static int next_frame(const struct run *run, int fd, struct mfa_frame *frame)
{
	return mfa_wait_step(fd, run->limit_ms, -1, NULL, frame, NULL);
}

/* Reads the answer to one frame; frame holds its first. Returns 0, 1 (it was the last), or a
 * negative errno. */
static int take_answer(struct run *run, int fd, struct mfa_frame *frame, enum mfa_result *result)
{
	int r = 0;

	while (r == 0) {
		switch (mfa_frame_type(frame)) {
		case MFA_INFO:
			return 0;
		case MFA_ROW:
			take_row(run, frame);
			break;
		case MFA_WORKING:	/* as the first */
			break;
		case MFA_DONE:
			*result = mfa_frame_byte(frame, MFA_FIELD_RESULT, MFA_RESULT_FAILED);
			return 1;
		default:
			return -EBADMSG;
		}
		r = next_frame(run, fd, frame);
	}
	return r;
}

/* One pass over the file. */
static int pass(struct run *run, enum mfa_result *result)
{
	struct { struct mfa_frame request, reply; } *frames = malloc(sizeof(*frames));
	struct mfa_frame *request, *reply;
	size_t n;
	int fd = -1, r;

	if (frames == NULL)
		return -ENOMEM;
	request = &frames->request;
	reply = &frames->reply;
	run->sent = 0;
	*result = MFA_RESULT_FAILED;
	do {
		n = fill(run, run->sent, request);
		if (n == 0 && run->sent < run->import.count) {
			r = -EMSGSIZE;
			break;
		}
		if (fd < 0) {
			r = mfa_dial(&run->options->dial, request, &fd, reply);
			run->limit_ms = r == 0 ? mfa_wait_limit(reply) : 0;
		} else if ((r = mfa_frame_send(fd, request, SEND_MS)) == 0)
			r = next_frame(run, fd, reply);
		if (r == 0)
			r = take_answer(run, fd, reply, result);
		if (r == 0) {
			run->sent += n;
			mfa_progress_step(&run->progress, run->sent);
		}
	} while (r == 0 && (!run->write || run->failed == 0));
	if (fd >= 0)
		(void)close(fd);
	explicit_bzero(frames, sizeof(*frames));
	free(frames);
	return r == 1 ? 0 : r;
}

static int both_passes(struct run *run)
{
	enum mfa_result result;
	int r;

	mfa_progress_begin(&run->progress, run->import.count, _("Checking"));
	r = pass(run, &result);
	mfa_progress_end(&run->progress);
	if (r != 0)
		return mfa_exit_of_error("mfa-admin", &run->options->dial, r);
	if (result != MFA_RESULT_OK || run->refused > 0) {
		(void)fputs(_(NOT_WRITTEN), stderr);
		return result != MFA_RESULT_OK ? mfa_exit_of_result(result)
		     : run->failed > 0 ? MFA_EXIT_FAILED : MFA_EXIT_EXISTS;
	}
	run->write = true;
	mfa_progress_begin(&run->progress, run->import.count, _("Importing"));
	r = pass(run, &result);
	mfa_progress_end(&run->progress);
	if (r == 0 && result == MFA_RESULT_OK && run->refused == 0) {
		(void)printf(run->import.count == 1 ? _("%zu line imported.\n") : _("%zu lines imported.\n"),
			     run->import.count);
		return MFA_EXIT_OK;
	}
	(void)fprintf(stderr, _("mfa-admin: %zu of %zu lines were imported. Run it again to go on from "
				"there.\n"), run->sent, run->import.count);
	if (r != 0)
		return mfa_exit_of_error("mfa-admin", &run->options->dial, r);
	return result != MFA_RESULT_OK ? mfa_exit_of_result(result) : MFA_EXIT_FAILED;
}

int command_import(const struct command_options *options, int argc, char **argv)
{
	struct run run = { .options = options, .file = argv[1] };
	char *text = NULL;
	size_t len = 0;
	int r;

	if (options->from == NULL && argc != 2) {
		(void)fputs(_("usage: mfa-admin import FILE, or import --from KIND FILE...\n"), stderr);
		return MFA_EXIT_USAGE;
	}
	if (options->add && options->replace) {
		(void)fputs(_("mfa-admin: --add and --replace do not go together\n"), stderr);
		return MFA_EXIT_USAGE;
	}
	if (options->from != NULL) {
		run.file = options->from;
		r = foreign_read(options->from, argc - 1, argv + 1, &text, &len);
		if (r == -EINVAL) {
			(void)fputs(_(NOT_WRITTEN), stderr);
			return MFA_EXIT_INVALID;
		}
	} else {
		r = read_all(argv[1], &text, &len);
	}
	if (r == 0)
		r = mfa_import_parse(text, len, complain, &run, &run.import);
	if (r == -EINVAL) {
		if (run.refused > SHOWN_MOST)
			(void)fprintf(stderr, _("and %llu more.\n"), run.refused - SHOWN_MOST);
		(void)fputs(_(NOT_WRITTEN), stderr);
		r = MFA_EXIT_INVALID;
	} else if (r != 0) {
		(void)fprintf(stderr, "mfa-admin: %s: %s\n", argv[1], strerror(-r));
		r = MFA_EXIT_INVALID;
	} else if (run.import.count == 0) {
		(void)fprintf(stderr, _("mfa-admin: %s has no account in it.\n"), argv[1]);
		r = MFA_EXIT_INVALID;
	} else {
		r = both_passes(&run);
		if (r == MFA_EXIT_OK && options->from != NULL)
			foreign_say_delete(argc - 1, argv + 1);
	}
	mfa_import_release(&run.import);
	if (text != NULL)
		explicit_bzero(text, len);
	free(text);
	return r;
}
