/* SPDX-License-Identifier: BSD-2-Clause */
/* A call's body, before it goes to mfad. */
#ifndef MFA_PORTAL_BODY_H
#define MFA_PORTAL_BODY_H

#include <stddef.h>

#define MFA_BODY_MAX 12288		/* bytes */

/* Reads an object of texts (and, one level down, objects of texts), and writes it again with "call" in it: so that
 * mfad gets JSON of one form, made here.  Returns 0 and *out (free it), -EBADMSG or -ENOMEM. */
int mfa_body_rewrite(const char *call, const char *body, size_t len, char **out);

#endif
