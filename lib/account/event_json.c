/* SPDX-License-Identifier: BSD-2-Clause */
#include "account/event_json.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void mfa_event_format(const struct mfa_event *e, char out[MFA_EVENT_LINE_SIZE])
{
	(void)snprintf(out, MFA_EVENT_LINE_SIZE, "%lld %s %s %s %s", (long long)e->time, e->result,
		       e->method, e->service, e->rhost);
}

/* A word of an event up to the next space; the last one goes to the end. */
static bool take_word(const char **at, bool last, char *out, size_t size)
{
	size_t len = last ? strlen(*at) : strcspn(*at, " ");

	if (len >= size || (!last && (*at)[len] != ' '))
		return false;
	memcpy(out, *at, len);
	out[len] = '\0';
	*at += last ? len : len + 1;
	return true;
}

bool mfa_event_parse(const char *line, struct mfa_event *e)
{
	char *end;

	if (line[0] < '0' || line[0] > '9')
		return false;
	errno = 0;
	e->time = strtoll(line, &end, 10);
	if (errno != 0 || *end != ' ')
		return false;
	line = end + 1;
	return take_word(&line, false, e->result, sizeof(e->result)) &&
	       take_word(&line, false, e->method, sizeof(e->method)) &&
	       take_word(&line, false, e->service, sizeof(e->service)) &&
	       take_word(&line, true, e->rhost, sizeof(e->rhost));
}
