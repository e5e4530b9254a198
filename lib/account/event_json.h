/* SPDX-License-Identifier: BSD-2-Clause */
/* An event's form at rest: a line. */
#ifndef MFA_EVENT_JSON_H
#define MFA_EVENT_JSON_H

#include <stdbool.h>

#include "account/account.h"

#define MFA_EVENT_LINE_SIZE (sizeof(struct mfa_event) + 32)

/* "TIME RESULT METHOD SERVICE RHOST": a fifth of the values that an array of arrays
 * would have, and they are read and written at each sign-in. */
void mfa_event_format(const struct mfa_event *event, char out[MFA_EVENT_LINE_SIZE]);
/* Returns whether it is such a line; line is printable. */
bool mfa_event_parse(const char *line, struct mfa_event *out);

#endif
