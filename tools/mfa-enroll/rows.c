/* SPDX-License-Identifier: BSD-2-Clause */
#include "rows.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "account/account.h"
#include "account/event_words.h"
#include "json/read.h"
#include "language/language.h"
#include "terminal/terminal.h"

static void print_text(const json_t *row, const char *key, unsigned width)
{
	const char *text = json_string_value(json_object_get(row, key));

	mfa_terminal_column(stdout, text != NULL ? text : "?", width);
	(void)fputs("  ", stdout);
}

static void print_date(const json_t *value, const char *never, const char *after)
{
	time_t when = (time_t)json_integer_value(value);
	char text[32];
	struct tm tm;

	if (!json_is_integer(value) || localtime_r(&when, &tm) == NULL ||
	    strftime(text, sizeof(text), "%Y-%m-%d %H:%M", &tm) == 0)
		(void)snprintf(text, sizeof(text), "%s", never);
	(void)printf("%-*s%s", after[0] == '\n' ? 0 : 16, text, after);
}

static void print_device(const json_t *device, bool first)
{
	if (first) {
		(void)fputs("    ", stdout);
		mfa_terminal_column(stdout, _("LABEL"), 24);
		(void)fputs("  ", stdout);
		mfa_terminal_column(stdout, _("TYPE"), 6);
		(void)fputs("  ", stdout);
		mfa_terminal_column(stdout, _("ADDED"), 16);
		(void)printf("  %s\n", _("LAST USED"));
	}
	(void)printf("%2lld. ", (long long)json_integer_value(json_object_get(device, "number")));
	print_text(device, "label", 24);
	print_text(device, "type", 6);
	print_date(json_object_get(device, "created"), "?", "  ");
	print_date(json_object_get(device, "used"), _("never"), "\n");
}

/* The oldest places are put together as "*", and those of the user's own programs as "local:*". */
static const char *place_of(const json_t *event, const char **service)
{
	const char *rhost = json_string_value(json_object_get(event, "rhost"));

	*service = json_string_value(json_object_get(event, "service"));
	if (rhost == NULL || strcmp(rhost, MFA_ELSEWHERE) != 0)
		return rhost != NULL ? rhost : "";
	if (*service != NULL && strcmp(*service, MFA_ELSEWHERE) == 0)
		*service = "";
	return _("(other places)");
}

static void print_events(const json_t *events)
{
	unsigned width = mfa_event_service_width(events);
	size_t i;

	(void)printf("\n%s\n", json_array_size(events) > 0 ? _("Last sign-ins and changes:")
							  : _("No sign-in yet."));
	for (i = json_array_size(events); i-- > 0;) {
		const json_t *e = json_array_get(events, i);
		const char *service, *place = place_of(e, &service);
		const char *result = json_string_value(json_object_get(e, "result"));
		long long count = json_integer_value(json_object_get(e, "count"));

		(void)fputs("    ", stdout);
		print_date(json_object_get(e, "time"), "?", "  ");
		mfa_terminal_column(stdout, mfa_event_words(result != NULL ? result : "?"), 12);
		(void)fputs("  ", stdout);
		mfa_terminal_column(stdout, service != NULL ? service : "?", width);
		(void)fputs("  ", stdout);
		print_text(e, "method", 8);
		mfa_terminal_column(stdout, place, 0);
		if (count > 1) {
			(void)printf(_("  %lld times since "), count);
			print_date(json_object_get(e, "first"), "?", "");
		}
		(void)puts("");
	}
}

static void print_status(const json_t *json)
{
	const json_t *devices = json_object_get(json, "devices"), *pass = json_object_get(json, "pass");
	size_t i;

	for (i = 0; i < json_array_size(devices); i++)
		print_device(json_array_get(devices, i), i == 0);
	if (i == 0)
		(void)puts(_("No device yet. `mfa-enroll` adds one."));
	(void)printf(_("\nRecovery codes left: %lld\n"),
		     (long long)json_integer_value(json_object_get(json, "recovery")));
	if (json_is_object(pass)) {
		(void)fputs(_("A pass is good until "), stdout);
		print_date(json_object_get(pass, "until"), "?", "\n");
	}
	if (json_is_true(json_object_get(json, "locked")))
		(void)puts(_("App codes are refused just now: too many were wrong."));
	if (json_is_integer(json_object_get(json_object_get(json, "push"), "stopped")))
		(void)puts(_("Phones are not asked, since a request was refused there; a sign-in by code ends that."));
	if (json_is_integer(json_object_get(json_object_get(json, "push"), "caller_stopped")))
		(void)puts(_("Phones are not asked for sign-ins by other users' programs (a VPN, a web page), since one was\n"
			     "refused there; a sign-in by code ends that."));
	print_events(json_object_get(json, "events"));
}

int rows_print(void *ctx, const char *row)
{
	struct rows *rows = ctx;
	json_t *json;

	if (rows->json && rows->status)
		return puts(row) < 0 ? -EIO : 0;
	if (rows->json)
		return printf("%s%s", rows->count++ > 0 ? ",\n" : "[\n", row) < 0 ? -EIO : 0;
	json = mfa_json_read_text(row);
	if (json == NULL)
		return -EBADMSG;
	if (rows->status)
		print_status(json);
	else
		print_device(json, rows->count == 0);
	rows->count++;
	json_decref(json);
	return 0;
}

void rows_end(const struct rows *rows)
{
	if (rows->status)
		return;
	if (rows->json)
		(void)puts(rows->count > 0 ? "\n]" : "[]");
	else if (rows->count == 0)
		(void)puts(_("No device yet. `mfa-enroll` adds one."));
}
