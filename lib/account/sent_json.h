/* SPDX-License-Identifier: BSD-2-Clause */
/* Codes that were sent, at rest; part of account_json.c's form.  They are members that a version before does not know
 * and keeps, whatever the record's format: decoys have them, too. */
#ifndef MFA_SENT_JSON_H
#define MFA_SENT_JSON_H

#include <jansson.h>
#include <stdbool.h>

#include "account/account.h"

/* Adds them where there are any.  Returns false: memory ran out. */
bool mfa_sent_to_json(const struct mfa_account *account, json_t *json);
/* Reads them.  Returns whether each is within bounds, or not there.  One that was sent by a method that this version
 * does not know is none. */
bool mfa_sent_from_json(const json_t *json, struct mfa_account *account);

#endif
