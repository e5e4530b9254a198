/* SPDX-License-Identifier: BSD-2-Clause */
/* What became of a sign-in or a change (mfa_event), as people read it in their language; records, logs and JSON keep
 * the English word.  And how wide their list is. */
#ifndef MFA_EVENT_WORDS_H
#define MFA_EVENT_WORDS_H

#include <jansson.h>

/* In the environment's language; a word that is not known stays as it is. */
const char *mfa_event_words(const char *result);

/* The columns that the services of a record's list of events take; never fewer than fits the usual ones, nor so many
 * that a row has no room for the rest. */
unsigned mfa_event_service_width(const json_t *events);

#endif
