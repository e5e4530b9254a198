/* SPDX-License-Identifier: BSD-2-Clause */
/* A code that was typed behind the password, for clients that ask for a password and nothing else.
 * Pure; libc only: the module links this. */
#ifndef MFA_AUTHTOK_H
#define MFA_AUTHTOK_H

#include <stdbool.h>
#include <stddef.h>

/* Where the code begins in what was typed: `digits` digits, a recovery code (xxxx-xxxx-xxxx) or a pass
 * (tap-xxxxx-xxxxx) at its end.  Returns its place, or strlen(typed): there is none. */
size_t mfa_authtok_split(const char *typed, unsigned digits);

/* Whether both are the same, in a time that does not tell where they differ. NULL equals nothing. */
bool mfa_authtok_equal(const char *a, const char *b);

#endif
