/* SPDX-License-Identifier: BSD-2-Clause */
/* mfa-admin test-send METHOD ADDRESS: one message through the running mfa-sender, and each step of it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "json/fields.h"
#include "json/read.h"
#include "language/language.h"
#include "table/table.h"
#include "terminal/client.h"
#include "terminal/exit.h"
#include "terminal/terminal.h"

enum step { STEP_HANDED, STEP_RETRY, STEP_SENT, STEP_FAILED, STEP_UNKNOWN, STEP_COUNT };

static const struct { const char *name, *words; enum mfa_exit status; } steps[] = {
	[STEP_HANDED] = { "handed", N_("mfad has handed it to mfa-sender."), MFA_EXIT_UNKNOWN },
	[STEP_RETRY] = { "retry", N_("Not taken yet; mfa-sender tries again, as long as a code would be good. Ctrl-C ends this."),
			 MFA_EXIT_UNKNOWN },
	[STEP_SENT] = { "sent", N_("Sent: the other side has taken it. Whether it arrives, its owner sees."),
			MFA_EXIT_OK },
	[STEP_FAILED] = { "failed", N_("Failed: it was not sent."), MFA_EXIT_REFUSED },
	[STEP_UNKNOWN] = { "unknown", N_("Unknown: it may have been sent, and is not sent again."), MFA_EXIT_UNKNOWN },
};
MFA_TABLE_FITS(steps, STEP_COUNT);

static void print_detail(const char *words, const char *value)
{
	if (value == NULL || value[0] == '\0')
		return;
	(void)printf("    %s: ", words);
	mfa_terminal_show(stdout, value);
}

struct progress {
	enum mfa_exit status;	/* of the last step */
	char *said;		/* the last row, as it came; NULL: none yet */
};

/* A server that is down gives the same answer each time, for minutes. */
static bool is_news(struct progress *progress, const char *text)
{
	bool news = progress->said == NULL || strcmp(progress->said, text) != 0;

	if (news) {
		free(progress->said);
		progress->said = strdup(text);
	}
	return news;
}

/* ctx: a struct progress. */
static int on_row(void *ctx, const char *text)
{
	struct progress *progress = ctx;
	json_t *row = mfa_json_read_text(text);
	const char *name = json_string_value(json_object_get(row, "step"));
	char number[16] = "";
	int64_t code = 0;
	size_t i;

	if (!is_news(progress, text))
		name = NULL;
	for (i = 0; name != NULL && i < STEP_COUNT; i++) {
		if (strcmp(steps[i].name, name) != 0)
			continue;
		progress->status = steps[i].status;
		(void)printf("%s\n", _(steps[i].words));
		if (mfa_json_int_or(row, "status", 999, 0, &code) && code > 0)
			(void)snprintf(number, sizeof(number), "%d", (int)code);
		print_detail(_("reason"), json_string_value(json_object_get(row, "why")));
		print_detail(_("status"), number);
		print_detail(_("answer"), json_string_value(json_object_get(row, "answer")));
	}
	json_decref(row);
	return fflush(stdout) == 0 ? 0 : -EIO;
}

int command_test_send(const struct command_options *options, int argc, char **argv)
{
	/* One that is started for this alone has no mfa-sender: it would say so, where the mistake is that none
	 * runs. */
	struct mfa_dial dial = { .socket = options->dial.socket, .conf = options->dial.conf, .helper = "/nonexistent" };
	struct progress progress = { .status = MFA_EXIT_UNKNOWN };
	struct mfa_client client = { .dial = &dial, .on_row = on_row, .ctx = &progress };
	struct mfa_frame request;
	enum mfa_result result;
	char *text = mfa_json_dump(json_pack("{s:s, s:s}", "method", argv[1], "to", argv[2]));
	int r;

	(void)argc;
	if (text == NULL) {
		(void)fprintf(stderr, "mfa-admin: %s\n", _("That is not an address."));
		return MFA_EXIT_INVALID;
	}
	mfa_frame_start(&request, MFA_TEST_SEND);
	mfa_frame_put_byte(&request, MFA_FIELD_PROTOCOL, MFA_PROTOCOL);
	mfa_frame_put_text(&request, MFA_FIELD_JSON, text);
	free(text);
	r = mfa_client_run(&client, &request, &result);
	free(progress.said);
	if (r != 0)
		return mfa_exit_of_error("mfa-admin", &dial, r);
	return result == MFA_RESULT_OK ? progress.status : mfa_exit_of_result(result);
}
