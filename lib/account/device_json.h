/* SPDX-License-Identifier: BSD-2-Clause */
/* A device's form at rest, within its account's record: what every device has, and what it is made of
 * (enum mfa_device_form). */
#ifndef MFA_DEVICE_JSON_H
#define MFA_DEVICE_JSON_H

#include <jansson.h>

#include "account/account.h"

/* NULL when memory ran out. */
json_t *mfa_device_to_json(const struct mfa_device *device);
/* Into a device that is empty; the caller frees its phone.  Returns whether it is one. */
bool mfa_device_from_json(const json_t *json, struct mfa_device *device);

#endif
