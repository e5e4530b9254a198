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

/* The same where a word may be in the code's place (method/list.h, WORD, or `?`), behind a comma: "secret,app".  A comma
 * may stand before a code as well, since whoever types ",app" types it there, too.  Returns the place of the comma, or of
 * the code without one, or strlen(typed); *code gets the place of what is behind the comma.  What is no such word is part
 * of the password. */
size_t mfa_authtok_split_word(const char *typed, unsigned digits, size_t *code);

/* Whether both are the same, in a time that does not tell where they differ. NULL equals nothing. */
bool mfa_authtok_equal(const char *a, const char *b);

#endif
