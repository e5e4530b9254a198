/* SPDX-License-Identifier: BSD-2-Clause */
/* Figures about all accounts, and what mfad counts. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "figures.h"
#include "json/read.h"
#include "language/language.h"
#include "method/method.h"
#include "terminal/client.h"
#include "terminal/exit.h"
#include "terminal/terminal.h"

#define STATE_COUNT 5

struct report {
	json_t *figures;
	json_t *names[STATE_COUNT];	/* by state */
	struct mfa_progress progress;
};

static const struct { const char *state, *key, *words; } states[STATE_COUNT] = {
	{ "not-enrolled", "not_enrolled_names", N_("Not enrolled, of this system's users:") },
	{ "locked", "locked_names", N_("Locked just now:") },
	{ "unreadable", "unreadable_names", N_("Records that can't be read:") },
	{ "conflict", "conflict_names", N_("Names that differ from another's in capital letters alone (mfa-admin names):") },
	{ "codes-only", "codes_only_names",
	  N_("With app codes only (or sent ones besides): just an administrator helps when these are\nrefused:") },
};

struct figure {
	char key[32];
	const char *words;
};

/* Before those of each kind of device, and behind them. */
static const struct figure first[] = {
	{ "accounts", N_("accounts") },
	{ "enrolled", N_("enrolled") },
};
static const struct figure last[] = {
	{ "several_devices", N_("with more than one device") },
	{ "few_recovery_codes", N_("with three recovery codes or fewer") },
	{ "no_recovery_codes", N_("enrolled, without recovery codes") },
	{ "only_codes", N_("with app codes only (or sent ones besides), and no other method") },
	{ "passes", N_("with a temporary access pass") },
	{ "locked", N_("locked just now") },
	{ "unreadable", N_("unreadable") },
	{ "conflicts", N_("names in conflict with another account's") },
	{ "not_enrolled", N_("users of this system who are not enrolled") },
};
#define FIRST_COUNT (sizeof(first) / sizeof(first[0]))
#define LAST_COUNT (sizeof(last) / sizeof(last[0]))
#define FIGURES_MAX (FIRST_COUNT + 2 * MFA_METHOD_COUNT + LAST_COUNT)

static void add_figure(struct figure *out, const char *before, const char *word, const char *words)
{
	(void)snprintf(out->key, sizeof(out->key), "%s%s", before, word);
	out->words = words;
}

/* Returns how many there are. */
static size_t list_figures(struct figure out[FIGURES_MAX])
{
	size_t i, n = FIRST_COUNT;

	memcpy(out, first, sizeof(first));
	for (i = 0; i < MFA_METHOD_COUNT; i++) {
		const struct mfa_method *method = mfa_method((enum mfa_method_id)i);

		if (method->counted != NULL)
			add_figure(&out[n++], "", method->word, method->counted);
		if (method->counted_only != NULL)
			add_figure(&out[n++], MFA_ONLY, method->word, method->counted_only);
	}
	memcpy(&out[n], last, sizeof(last));
	return n + LAST_COUNT;
}

static int on_row(void *ctx, const char *row)
{
	struct report *re = ctx;
	json_t *json = mfa_json_read_text(row);
	const char *state = json_string_value(json_object_get(json, "state"));
	size_t i;

	if (json == NULL)
		return -EBADMSG;
	if (json_object_get(json, "progress") != NULL) {
		if (re->progress.label == NULL)
			mfa_progress_begin(&re->progress,
					   (uint64_t)json_integer_value(json_object_get(json, "of")), _("Reading"));
		mfa_progress_step(&re->progress, (uint64_t)json_integer_value(json_object_get(json, "progress")));
		json_decref(json);
		return 0;
	}
	if (state == NULL) {
		json_decref(re->figures);
		re->figures = json;
		return 0;
	}
	for (i = 0; i < STATE_COUNT; i++)
		if (strcmp(states[i].state, state) == 0)
			(void)json_array_append(re->names[i], json_object_get(json, "name"));
	json_decref(json);
	return 0;
}

static void print_table(const struct report *re)
{
	struct figure figures[FIGURES_MAX];
	size_t i, j, n = list_figures(figures);

	for (i = 0; i < n; i++)
		(void)printf("%10lld  %s\n", (long long)json_integer_value(
			     json_object_get(re->figures, figures[i].key)), _(figures[i].words));
	for (i = 0; i < STATE_COUNT; i++) {
		if (json_array_size(re->names[i]) == 0)
			continue;
		(void)printf("\n%s\n", _(states[i].words));
		for (j = 0; j < json_array_size(re->names[i]); j++) {
			(void)fputs("    ", stdout);
			mfa_terminal_show(stdout, json_string_value(json_array_get(re->names[i], j)));
		}
	}
}

static void print_csv(const struct report *re)
{
	struct figure figures[FIGURES_MAX];
	size_t i, j, n = list_figures(figures);

	(void)puts("what,value");
	for (i = 0; i < n; i++)
		(void)printf("%s,%lld\n", figures[i].key, (long long)json_integer_value(
			     json_object_get(re->figures, figures[i].key)));
	/* A name may have a comma or a quote in it (RFC 4180). */
	for (i = 0; i < STATE_COUNT; i++) {
		for (j = 0; j < json_array_size(re->names[i]); j++) {
			const char *at = json_string_value(json_array_get(re->names[i], j));

			(void)printf("%s,\"", states[i].key);
			for (; *at != '\0'; at++)
				(void)printf(*at == '"' ? "\"\"" : "%c", *at);
			(void)puts("\"");
		}
	}
}

static void print_json(struct report *re)
{
	size_t i;

	for (i = 0; i < STATE_COUNT; i++)
		(void)json_object_set(re->figures, states[i].key, re->names[i]);
	(void)json_dumpf(re->figures, stdout, JSON_INDENT(2));
	(void)puts("");
}

static void start_request(struct mfa_frame *request, enum mfa_frame_type type)
{
	mfa_frame_start(request, type);
	mfa_frame_put_byte(request, MFA_FIELD_PROTOCOL, MFA_PROTOCOL);
}

static int ask(const struct command_options *o, enum mfa_frame_type type,
	       int (*fn)(void *ctx, const char *row), void *ctx)
{
	struct mfa_client x = { .dial = &o->dial, .on_row = fn, .ctx = ctx };
	struct mfa_frame request;
	enum mfa_result result;
	int r;

	start_request(&request, type);
	r = mfa_client_run(&x, &request, &result);
	return r != 0 ? mfa_exit_of_error("mfa-admin", &o->dial, r) : mfa_exit_of_result(result);
}

static int keep_figures(void *ctx, const char *row)
{
	json_t **figures = ctx, *json = mfa_json_read_text(row);

	if (json_object_get(json, "accounts") == NULL) {
		json_decref(json);
		return 0;
	}
	json_decref(*figures);
	*figures = json;
	return 0;
}

json_t *report_figures(const struct command_options *o)
{
	json_t *figures = NULL;
	struct mfa_client x = { .dial = &o->dial, .on_row = keep_figures, .ctx = &figures };
	struct mfa_frame request;
	enum mfa_result result;
	int fd;

	/* mfad or nothing: none is started for this. */
	if (mfa_dial_daemon(o->dial.socket, &fd) != 0)
		return NULL;
	(void)close(fd);
	start_request(&request, MFA_REPORT);
	if (mfa_client_run(&x, &request, &result) == 0 && result == MFA_RESULT_OK)
		return figures;
	json_decref(figures);
	return NULL;
}

int command_report(const struct command_options *o, int argc, char **argv)
{
	struct report re = { .figures = NULL };
	size_t i;
	int r;

	(void)argc, (void)argv;
	for (i = 0; i < STATE_COUNT; i++)
		re.names[i] = json_array();
	r = ask(o, MFA_REPORT, on_row, &re);
	if (re.progress.label != NULL && r == MFA_EXIT_OK)
		mfa_progress_step(&re.progress, re.progress.total);
	if (re.progress.label != NULL)
		mfa_progress_end(&re.progress);
	if (r == MFA_EXIT_OK && re.figures != NULL) {
		if (o->json)
			print_json(&re);
		else if (o->csv)
			print_csv(&re);
		else
			print_table(&re);
	}
	json_decref(re.figures);
	for (i = 0; i < STATE_COUNT; i++)
		json_decref(re.names[i]);
	return fflush(stdout) == 0 ? r : MFA_EXIT_FAILED;
}

static int print_line(void *ctx, const char *line)
{
	(void)ctx;
	return puts(line) < 0 ? -EIO : 0;
}

int command_metrics(const struct command_options *o, int argc, char **argv)
{
	int r;

	(void)argc, (void)argv;
	r = ask(o, MFA_METRICS, print_line, NULL);
	return fflush(stdout) == 0 ? r : MFA_EXIT_FAILED;
}
