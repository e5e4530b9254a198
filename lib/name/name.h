/* SPDX-License-Identifier: BSD-2-Clause */
/* A name that the system does not know, as it is spelt in the store.  Pure: nobody is looked up.
 *
 * Directories take "Alice", "ALICE" and "alice@EXAMPLE.ORG" for one person, and a daemon hands on what was
 * typed.  Where each spelling were an account of its own, all but one would have no second factor yet. */
#ifndef MFA_NAME_H
#define MFA_NAME_H

#include <stdbool.h>
#include <stddef.h>

/* Realms that are taken off a name, as the administrator lists them; ASCII case is ignored. */
struct mfa_realms {
	const char *const *rows;
	size_t count;
};

/* Writes name in lower case; ASCII alone, for what else a directory takes for the same letter it alone
 * knows.  out has room for strlen(name) + 1 bytes, and may be name. */
void mfa_name_fold(const char *name, char *out);

/* Whether folding changes nothing. */
bool mfa_name_is_folded(const char *name);

/* Takes one realm of the list off: NAME@REALM or REALM\NAME, where a name is left.  out has room for
 * strlen(name) + 1 bytes.  Returns whether there was one; otherwise out is name. */
bool mfa_name_take_realm(const char *name, const struct mfa_realms *realms, char *out);

/* Whether a folded name has nothing but [a-z0-9._@-]: letters that a directory may take for one another (it
 * folds more than we can) are not among them. */
bool mfa_name_is_plain(const char *name);

#endif
