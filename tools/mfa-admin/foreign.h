/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading the files of other modules, each as its owner. */
#ifndef MFA_ADMIN_FOREIGN_H
#define MFA_ADMIN_FOREIGN_H

#include <stddef.h>

/* Reads files of a kind ("google-authenticator" or "oath") into lines for mfa_import_parse; the caller wipes
 * and frees *text.  Returns 0, -EINVAL (it was told what is wrong) or another negative errno. */
int foreign_read(const char *kind, int count, char **paths, char **text, size_t *len);
/* What to do with them now. */
void foreign_say_delete(int count, char **paths);

#endif
