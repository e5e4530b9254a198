/* What a record keeps of wrong codes over weeks, and of codes that it has seen: members that older records do
 * not have, and that are left out where they would say nothing. */
#ifndef MFA_GUESSES_JSON_H
#define MFA_GUESSES_JSON_H

#include <jansson.h>
#include <stdbool.h>

#include "account/account.h"

/* Adds the members "totals" and "known".  Returns false: memory ran out. */
bool mfa_guesses_to_json(const struct mfa_account *account, json_t *json);
/* Reads them.  Returns whether each is within bounds, or not there. */
bool mfa_guesses_from_json(const json_t *json, struct mfa_account *account);

#endif
