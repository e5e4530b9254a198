/* SPDX-License-Identifier: BSD-2-Clause */
/* mfad's own key towards push services (RFC 8292): whoever is subscribed to it is pushed by nobody else. */
#ifndef MFAD_VAPID_H
#define MFAD_VAPID_H

#include "mfad/base/verifier.h"
#include "webpush/webpush.h"

/* The key of this store, which is made when it is first asked for.  Returns 0 or as mfa_vault_get, _put and
 * mfa_p256_generate.  The caller wipes it. */
int vapid_key(struct verifier *verifier, struct mfa_p256 *out);

#endif
