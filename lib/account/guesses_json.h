/* SPDX-License-Identifier: BSD-2-Clause */
/* What a record keeps of wrong codes over weeks, and of codes that it has seen: members that older records do
 * not have, and that are left out where they would say nothing.  What was wrong stands in "failures" and no
 * longer among the events, where records of before have it. */
#ifndef MFA_GUESSES_JSON_H
#define MFA_GUESSES_JSON_H

#include <jansson.h>
#include <stdbool.h>

#include "account/account.h"

/* Adds the members "totals", "known", "failures" and "unheard".  Returns false: memory ran out. */
bool mfa_guesses_to_json(const struct mfa_account *account, json_t *json);
/* Reads them.  Returns whether each is within bounds, or not there. */
bool mfa_guesses_from_json(const json_t *json, struct mfa_account *account);

#endif
