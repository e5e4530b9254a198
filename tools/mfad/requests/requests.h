/* SPDX-License-Identifier: BSD-2-Clause */
/* What may be asked of mfad, and by whom: one table.  Anything else ends the
 * connection. */
#ifndef MFAD_REQUESTS_H
#define MFAD_REQUESTS_H

#include "mfad/base/conversation.h"

/* Runs a conversation to its end, also for a client that says nothing or nonsense.  on_request
 * (may be NULL) is called when the client has spoken; lasts: it stays for as long as mfad does.
 * Does not close fd. */
void request_run(struct verifier *verifier, int fd, void (*on_request)(void *ctx, bool lasts), void *ctx);

/* For an mfad that can't serve: waits for the request, and tells why (error: a negative errno).
 * gone: store, key or configuration isn't there at all.  That alone is MFA_RESULT_UNAVAILABLE to a sign-in, and
 * lets it in where its policy says failmode = open, on root's word; what is damaged, unreadable or another's is
 * not.  conf may be NULL. */
void request_refuse(const struct mfa_conf *conf, int fd, enum mfa_result result, bool gone, int error);

#endif
