/* SPDX-License-Identifier: BSD-2-Clause */
/* Looking at accounts, and helping their owners. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "account/account.h"
#include "account/event_words.h"
#include "account/identity.h"
#include "clock/clock.h"
#include "clock/duration.h"
#include "command.h"
#include "json/read.h"
#include "language/language.h"
#include "terminal/client.h"
#include "terminal/exit.h"
#include "terminal/terminal.h"

#define PASS_VALID_MAX (30 * 86400)
#define RESULT_WIDTH 12

static void begin(struct mfa_frame *request, enum mfa_frame_type type, const char *user)
{
	mfa_frame_start(request, type);
	mfa_frame_put_byte(request, MFA_FIELD_PROTOCOL, MFA_PROTOCOL);
	mfa_frame_put_text(request, MFA_FIELD_USER, user);
}

static int send_request(const struct command_options *options, const struct mfa_frame *request,
			int (*on_row)(void *ctx, const char *json), void *ctx)
{
	struct mfa_client x = { .dial = &options->dial, .on_row = on_row, .ctx = ctx };
	enum mfa_result result;
	int r = mfa_client_run(&x, request, &result);

	return r != 0 ? mfa_exit_of_error("mfa-admin", &options->dial, r) : mfa_exit_of_result(result);
}

static int run(const struct command_options *options, enum mfa_frame_type type, const char *user,
	       int (*on_row)(void *ctx, const char *json), void *ctx)
{
	struct mfa_frame request;

	begin(&request, type, user);
	return send_request(options, &request, on_row, ctx);
}

static void print_time(const json_t *value, const char *never)
{
	char text[32];
	time_t when = (time_t)json_integer_value(value);
	struct tm tm;

	if (!json_is_integer(value) || localtime_r(&when, &tm) == NULL ||
	    strftime(text, sizeof(text), "%Y-%m-%d %H:%M", &tm) == 0)
		(void)fputs(never, stdout);
	else
		(void)fputs(text, stdout);
}

static const char *text(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	return value != NULL ? value : "";
}

/* What users wrote, or programs of theirs claimed, must not turn an administrator's line around. */
static void print_text(const json_t *object, const char *key, unsigned width)
{
	mfa_terminal_column(stdout, text(object, key), width);
}

static long long number(const json_t *object, const char *key)
{
	return (long long)json_integer_value(json_object_get(object, key));
}

/* list */

struct list {
	bool json;
	unsigned long long rows;
};

static void append(char *line, size_t size, const char *word)
{
	size_t len = strlen(line);

	(void)snprintf(line + len, size - len, "%s%s", len > 0 ? "," : "", word);
}

/* Of its devices, and a pass: it gets in by that as well. */
static void print_methods(const json_t *methods, bool has_pass)
{
	char line[64] = "";
	size_t i;

	for (i = 0; i < json_array_size(methods); i++)
		append(line, sizeof(line), json_string_value(json_array_get(methods, i)));
	if (has_pass)
		append(line, sizeof(line), "pass");
	(void)printf(" %-10s", line[0] != '\0' ? line : "-");
}

static int list_row(void *ctx, const char *row)
{
	struct list *list = ctx;
	json_t *json;
	char uid[24] = "-";

	if (list->json)
		return printf("%s%s", list->rows++ > 0 ? ",\n" : "", row) < 0 ? -EIO : 0;
	json = mfa_json_read_text(row);
	if (json == NULL)
		return -EBADMSG;
	if (list->rows++ == 0)
		(void)fputs(_("ACCOUNT                   UID DEVICES METHODS    RECOVERY  LAST SIGN-IN\n"), stdout);
	print_text(json, "name", 20);
	if (json_object_get(json, "error") != NULL) {
		(void)printf(_(" can't be read: %s\n"), text(json, "error"));
	} else {
		if (json_is_integer(json_object_get(json, "uid")))
			(void)snprintf(uid, sizeof(uid), "%lld", number(json, "uid"));
		(void)printf(" %8s %7lld", uid, number(json, "devices"));
		print_methods(json_object_get(json, "methods"), json_is_object(json_object_get(json, "pass")));
		(void)printf(" %8lld  ", number(json, "recovery"));
		print_time(json_object_get(json, "last"), _("never"));
		(void)puts(json_is_true(json_object_get(json, "locked")) ? _("  LOCKED") : "");
	}
	json_decref(json);
	return ferror(stdout) ? -EIO : 0;
}

int command_list(const struct command_options *options, int argc, char **argv)
{
	struct list list = { .json = options->json };
	int r;

	(void)argc, (void)argv;
	if (list.json)
		(void)puts("[");
	r = run(options, MFA_LIST, NULL, list_row, &list);
	if (list.json)
		(void)puts(list.rows > 0 ? "\n]" : "]");
	else if (list.rows == 0 && r == MFA_EXIT_OK)
		(void)puts(_("Nobody has enrolled yet."));
	return fflush(stdout) == 0 ? r : MFA_EXIT_FAILED;
}

/* show */

/* A code that was used while a clock was ahead is good no sooner than this. */
static void print_ahead(long long seconds)
{
	long long unit = seconds >= 2 * 86400 ? 86400 : seconds >= 2 * 3600 ? 3600 : 60;

	(void)fputs(_("     REFUSED: while a clock was ahead, a code was used that is good only in "), stdout);
	(void)printf(unit == 86400 ? _("%lld days") : unit == 3600 ? _("%lld hours") : _("%lld minutes"),
		     (seconds + unit - 1) / unit);
	(void)puts(_(";\n     when this system's is right, `mfa-admin unlock --clocks` ends that"));
}

static void print_devices(const json_t *devices)
{
	size_t i;

	(void)printf(_("Devices:  %s\n"), json_array_size(devices) > 0 ? "" : _("none"));
	for (i = 0; i < json_array_size(devices); i++) {
		const json_t *d = json_array_get(devices, i);

		(void)printf("  %lld. ", number(d, "number"));
		print_text(d, "label", 0);
		(void)printf(_(" (%s), added "), text(d, "type"));
		print_time(json_object_get(d, "created"), "?");
		(void)fputs(_(", last used "), stdout);
		print_time(json_object_get(d, "used"), _("never"));
		if (number(d, "drift") != 0)
			(void)printf(_(", clock off by %+lld steps"), number(d, "drift"));
		(void)puts("");
		if (number(d, "ahead") > 0)
			print_ahead(number(d, "ahead"));
	}
}

static void print_throttles(const json_t *throttles)
{
	size_t i;

	for (i = 0; i < MFA_BUDGET_COUNT; i++) {
		const json_t *t = json_object_get(throttles, mfa_budget((enum mfa_budget)i)->word);

		if (t == NULL)
			continue;
		(void)printf(_("Wrong:    %lld in a row (%s)"), number(t, "wrong_in_a_row"), _(mfa_budget((enum mfa_budget)i)->words));
		if (number(t, "wait") > 0)
			(void)printf(_("; refused for another %lld s"), number(t, "wait"));
		(void)puts("");
	}
}

static void print_stops(const json_t *push)
{
	static const struct { const char *key, *words; } rows[] = {
		{ "stopped", N_("Phones:   not asked since a request was refused, ") },
		{ "caller_stopped", N_("Phones:   not asked by callers since a request of theirs was refused, ") },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!json_is_integer(json_object_get(push, rows[i].key)))
			continue;
		(void)fputs(_(rows[i].words), stdout);
		print_time(json_object_get(push, rows[i].key), "?");
		(void)puts(_("; a code or `mfa-admin unlock` ends that"));
	}
}

/* Those that a right code has not made good, and how many more there may be. */
static void print_wrong_codes(const json_t *wrong)
{
	long long root = number(wrong, "root"), local = number(wrong, "local"), caller = number(wrong, "caller");
	long long root_left = number(wrong, "root_left"), local_left = number(wrong, "local_left");
	long long caller_left = number(wrong, "caller_left");

	if (root > 0)
		(void)printf(root_left > 0
			     ? _("Wrong:    app codes within 28 days: %lld; %lld more and they are refused\n")
			     : _("Wrong:    app codes within 28 days: %lld; they are refused just now\n"), root, root_left);
	if (local > 0)
		(void)printf(local_left > 0
			     ? _("Wrong:    app codes within 28 days, by the user's own programs: %lld; %lld more and they are\n"
				 "          refused there\n")
			     : _("Wrong:    app codes within 28 days, by the user's own programs: %lld; they are refused there\n"
				 "          just now\n"), local, local_left);
	if (caller > 0)
		(void)printf(caller_left > 0
			     ? _("Wrong:    app codes within 28 days, by callers: %lld; %lld more and they are refused there\n")
			     : _("Wrong:    app codes within 28 days, by callers: %lld; they are refused there just now\n"),
			     caller, caller_left);
}

static void print_events(const json_t *events)
{
	unsigned width = mfa_event_service_width(events);
	size_t i;

	(void)printf(_("Sign-ins: %s\n"), json_array_size(events) > 0 ? "" : _("none"));
	for (i = json_array_size(events); i-- > 0;) {
		const json_t *e = json_array_get(events, i);

		(void)fputs("  ", stdout);
		print_time(json_object_get(e, "time"), "?");
		(void)fputs("  ", stdout);
		mfa_terminal_column(stdout, mfa_event_words(text(e, "result")), RESULT_WIDTH);
		(void)fputc(' ', stdout);
		print_text(e, "service", width);
		(void)printf(" %s%s", text(e, "method"), text(e, "rhost")[0] != '\0' ? _(" from ") : "");
		print_text(e, "rhost", 0);
		if (number(e, "count") > 1) {
			(void)printf(_(", %lld times since "), number(e, "count"));
			print_time(json_object_get(e, "first"), "?");
		}
		(void)puts("");
	}
}

static void print_pass(const json_t *pass)
{
	if (!json_is_object(pass))
		return;
	(void)printf(_("Pass:     good for %lld more, until "), number(pass, "uses"));
	print_time(json_object_get(pass, "until"), "?");
	(void)puts("");
}

static int show_row(void *ctx, const char *row)
{
	const struct command_options *options = ctx;
	json_t *json;

	if (options->json)
		return puts(row) < 0 ? -EIO : 0;
	json = mfa_json_read_text(row);
	if (json == NULL)
		return -EBADMSG;
	(void)fputs(_("Account:  "), stdout);
	print_text(json, "name", 0);
	if (json_is_integer(json_object_get(json, "uid")))
		(void)printf(" (uid %lld)", number(json, "uid"));
	(void)fputs(_("\nEnrolled: "), stdout);
	print_time(json_object_get(json, "created"), "?");
	(void)puts("");
	print_devices(json_object_get(json, "devices"));
	(void)printf(number(json, "recovery") == 1 ? _("Recovery: %lld code left\n") : _("Recovery: %lld codes left\n"),
		     number(json, "recovery"));
	print_pass(json_object_get(json, "pass"));
	if (number(json, "postponed") > 0)
		(void)printf(_("Put off:  %lld times\n"), number(json, "postponed"));
	if (json_is_true(json_object_get(json, "locked")))
		(void)puts(_("LOCKED:   app codes are refused; `mfa-admin unlock` ends that"));
	print_stops(json_object_get(json, "push"));
	print_throttles(json_object_get(json, "throttle"));
	print_wrong_codes(json_object_get(json, "wrong_codes"));
	print_events(json_object_get(json, "events"));
	json_decref(json);
	return 0;
}

int command_show(const struct command_options *options, int argc, char **argv)
{
	(void)argc;
	return run(options, MFA_SHOW, argv[1], show_row, (void *)(uintptr_t)options);
}

/* unlock */

static int unlock_one(const struct command_options *options, const char *user)
{
	struct mfa_frame request;

	begin(&request, MFA_UNLOCK, user);
	if (options->clocks)
		mfa_frame_put_byte(&request, MFA_FIELD_MODE, MFA_UNLOCK_CLOCKS);
	return send_request(options, &request, NULL, NULL);
}

struct clocks {
	bool json;
	struct mfa_progress progress;
};

static int clocks_row(void *ctx, const char *row)
{
	struct clocks *clocks = ctx;
	json_t *json = json_loads(row, 0, NULL);

	if (json == NULL)
		return -EBADMSG;
	if (json_object_get(json, "progress") != NULL) {
		if (clocks->progress.label == NULL)
			mfa_progress_begin(&clocks->progress, (uint64_t)number(json, "of"), _("Reading"));
		mfa_progress_step(&clocks->progress, (uint64_t)number(json, "progress"));
	} else {
		if (clocks->progress.label != NULL)
			mfa_progress_end(&clocks->progress);
		clocks->progress.label = NULL;
		if (clocks->json)
			(void)puts(row);
		else if (number(json, "clocks") == 0)
			(void)printf(_("None of %lld accounts had used a code ahead of time. Nothing was changed.\n"),
				     number(json, "accounts"));
		else
			(void)printf(_("Of %lld accounts %lld had used a code while the clock was ahead; it no longer stands in\n"
				       "anybody's way.\n"),
				     number(json, "accounts"), number(json, "clocks"));
		if (number(json, "unreadable") > 0)
			(void)fprintf(stderr, _("%lld records can't be read: see the log.\n"), number(json, "unreadable"));
	}
	json_decref(json);
	return ferror(stdout) ? -EIO : 0;
}

/* By a clock that is slow, codes that were used just now would be of the future, and good again. */
static int confirm_clock(const struct command_options *options)
{
	char prompt[160], answer[8], text[32] = "?";
	time_t now = (time_t)mfa_clock_now();
	struct tm tm;
	int r;

	if (options->yes || !isatty(STDIN_FILENO))
		return MFA_EXIT_OK;
	if (localtime_r(&now, &tm) != NULL)
		(void)strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm);
	(void)snprintf(prompt, sizeof(prompt), _("The clock of this system says %s. Is that right? [y/N] "), text);
	r = mfa_terminal_ask(prompt, true, answer, sizeof(answer));
	if (r == 0 && mfa_terminal_is_yes(answer))
		return MFA_EXIT_OK;
	(void)puts(_("Nothing was changed."));
	return r == -EINTR ? MFA_EXIT_INTERRUPTED : MFA_EXIT_REFUSED;
}

/* Without a USER: an mfad that does not know of it refuses. */
static int unlock_all(const struct command_options *options)
{
	struct clocks clocks = { .json = options->json };
	struct mfa_frame request;
	int r = confirm_clock(options);

	if (r != MFA_EXIT_OK)
		return r;
	begin(&request, MFA_UNLOCK, NULL);
	mfa_frame_put_byte(&request, MFA_FIELD_MODE, MFA_UNLOCK_CLOCKS);
	r = send_request(options, &request, clocks_row, &clocks);
	if (clocks.progress.label != NULL)
		mfa_progress_end(&clocks.progress);
	return fflush(stdout) == 0 ? r : MFA_EXIT_FAILED;
}

int command_unlock(const struct command_options *options, int argc, char **argv)
{
	if (options->all && options->clocks && argc == 1)
		return unlock_all(options);
	if (!options->all && argc == 2)
		return unlock_one(options, argv[1]);
	(void)fputs(_("usage: mfa-admin unlock [--clocks] USER\n"
		      "       mfa-admin unlock --all --clocks\n"), stderr);
	return MFA_EXIT_USAGE;
}

int command_forget(const struct command_options *options, int argc, char **argv)
{
	(void)argc;
	return run(options, MFA_FORGET, argv[1], NULL, NULL);
}

/* pass */

/* A look-up that failed has not said no. */
static bool system_knows(const char *name)
{
	struct mfa_identity identity;

	return mfa_identity_of_name(name, &identity) != 0 || identity.known;
}

static int pass_row(void *ctx, const char *row)
{
	const struct command_options *options = ctx;
	json_t *json;

	if (options->json)
		return puts(row) < 0 ? -EIO : 0;
	json = mfa_json_read_text(row);
	if (json == NULL)
		return -EBADMSG;
	(void)printf("%s\n", text(json, "pass"));
	if (number(json, "uses") == 1)
		(void)printf(_("It lets %s in once, until "), text(json, "user"));
	else
		(void)printf(_("It lets %s in %lld times, until "), text(json, "user"), number(json, "uses"));
	print_time(json_object_get(json, "until"), "?");
	(void)puts(_(", typed where a code is asked for.\nIt is shown only now, and enrolling a phone is allowed with it."));
	/* Whoever is nobody to the system can't run mfa-enroll here. */
	if (json_is_false(json_object_get(json, "enrols")) && number(json, "uses") == 1 && system_knows(text(json, "user")))
		(void)puts(_("Sign-ins do not lead through enrolment here (enrolment = off): to sign in with it and then\n"
			     "add a phone with mfa-enroll takes two uses, --uses 2."));
	json_decref(json);
	return 0;
}

static bool pass_fits(const struct command_options *options, const char *valid, int64_t *seconds)
{
	if (options->uses != NULL && strspn(options->uses, "0123456789") != strlen(options->uses)) {
		(void)fputs(_("--uses takes a number\n"), stderr);
		return false;
	}
	if (valid != NULL && mfa_duration_parse(valid, PASS_VALID_MAX, seconds) == 0)
		return true;
	(void)fputs(_("usage: mfa-admin pass USER --valid TIME [--uses N] [--new]\n"
		      "TIME is a number with s, m, h or d, such as 8h, and at most 30d.\n"), stderr);
	return false;
}

static int give_pass(const struct command_options *options, const char *user, int64_t seconds)
{
	struct mfa_frame request;
	char number_text[24];

	begin(&request, MFA_PASS, user);
	(void)snprintf(number_text, sizeof(number_text), "%lld", (long long)seconds);
	mfa_frame_put_text(&request, MFA_FIELD_VALID, number_text);
	mfa_frame_put_text(&request, MFA_FIELD_USES, options->uses != NULL ? options->uses : "1");
	if (options->is_new)
		mfa_frame_put_byte(&request, MFA_FIELD_MODE, MFA_PASS_NEW);
	return send_request(options, &request, pass_row, (void *)(uintptr_t)options);
}

int command_pass(const struct command_options *options, int argc, char **argv)
{
	int64_t seconds = 0;

	(void)argc;
	if (!pass_fits(options, options->valid, &seconds))
		return MFA_EXIT_USAGE;
	return give_pass(options, argv[1], seconds);
}

/* reset */

/* Returns MFA_EXIT_OK: go on. */
static int confirm_reset(const struct command_options *options, const char *user)
{
	char prompt[MFA_ACCOUNT_NAME_MAX + 160], answer[8];
	int r;

	if (options->yes || !isatty(STDIN_FILENO))
		return MFA_EXIT_OK;
	(void)snprintf(prompt, sizeof(prompt), _("Remove all devices and recovery codes of %.*s? [y/N] "),
		       MFA_ACCOUNT_NAME_MAX, user);
	r = mfa_terminal_ask(prompt, true, answer, sizeof(answer));
	if (r == 0 && mfa_terminal_is_yes(answer))
		return MFA_EXIT_OK;
	(void)puts(_("Nothing was changed."));
	return r == -EINTR ? MFA_EXIT_INTERRUPTED : MFA_EXIT_REFUSED;
}

int command_reset(const struct command_options *options, int argc, char **argv)
{
	struct mfa_frame request;
	int64_t seconds = 0;
	int r;

	(void)argc;
	if (options->pass != NULL && !pass_fits(options, options->pass, &seconds))
		return MFA_EXIT_USAGE;
	begin(&request, MFA_RESET, argv[1]);
	mfa_frame_put_text(&request, MFA_FIELD_DEVICE, options->factor);
	r = options->factor == NULL ? confirm_reset(options, argv[1]) : MFA_EXIT_OK;
	if (r == MFA_EXIT_OK)
		r = send_request(options, &request, NULL, NULL);
	if (r == MFA_EXIT_OK && options->pass != NULL)
		r = give_pass(options, argv[1], seconds);
	return r;
}
