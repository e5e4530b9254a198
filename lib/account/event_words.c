/* SPDX-License-Identifier: BSD-2-Clause */
#include "account/event_words.h"

#include <stddef.h>
#include <string.h>

#include "language/language.h"

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
