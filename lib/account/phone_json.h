/* SPDX-License-Identifier: BSD-2-Clause */
/* A record's phones and what was asked of them, at rest; part of account_json.c's form. */
#ifndef MFA_PHONE_JSON_H
#define MFA_PHONE_JSON_H

#include <jansson.h>
#include <stdbool.h>

#include "account/account.h"

/* NULL when memory ran out. */
json_t *mfa_phone_to_json(const struct mfa_phone *phone);
/* *out is new where the object is a phone. */
bool mfa_phone_from_json(const json_t *json, struct mfa_phone **out);

/* Whether anything was asked, or refused: of most accounts nothing. */
bool mfa_push_state_any(const struct mfa_push_state *push);
/* NULL when memory ran out. */
json_t *mfa_push_state_to_json(const struct mfa_push_state *push);
/* NULL and null: nothing was. */
bool mfa_push_state_from_json(const json_t *json, struct mfa_push_state *push);

#endif
