/* SPDX-License-Identifier: BSD-2-Clause */
/* When something was asked for, at rest; part of account_json.c's form. */
#ifndef MFA_ASKED_JSON_H
#define MFA_ASKED_JSON_H

#include <jansson.h>
#include <stdbool.h>

#include "account/account.h"

/* NULL when memory ran out. */
json_t *mfa_asked_to_json(const struct mfa_asked *asked);
bool mfa_asked_from_json(const json_t *list, struct mfa_asked *asked);

#endif
