/* SPDX-License-Identifier: BSD-2-Clause */
#include "account/event_words.h"

#include <stddef.h>
#include <string.h>

#include "language/language.h"
#include "terminal/terminal.h"

#define SERVICE_WIDTH 12
#define SERVICE_WIDTH_MAX 32

/* Those that end in a record's list (tools/mfad/judged.c and whatever else adds an event). */
static const char *const results[] = {
	N_("ok"), N_("wrong"), N_("used"), N_("clock-ahead"), N_("not-me"), N_("failed"), N_("enrolled"), N_("replaced"),
	N_("removed"), N_("postponed"),
};

const char *mfa_event_words(const char *result)
{
	size_t i;

	for (i = 0; i < sizeof(results) / sizeof(results[0]); i++)
		if (strcmp(results[i], result) == 0)
			return _(results[i]);
	return result;
}

unsigned mfa_event_service_width(const json_t *events)
{
	unsigned width = SERVICE_WIDTH, columns;
	const char *service;
	size_t i;

	for (i = 0; i < json_array_size(events); i++) {
		service = json_string_value(json_object_get(json_array_get(events, i), "service"));
		columns = service != NULL ? mfa_terminal_columns(service) : 0;
		if (columns > width)
			width = columns;
	}
	return width < SERVICE_WIDTH_MAX ? width : SERVICE_WIDTH_MAX;
}
